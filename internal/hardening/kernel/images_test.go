package kernel

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// The configurations and images below are made by the tests: the smallest that
// have the form of real ones.
const (
	linuxConfig = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.12.5 Kernel Configuration\n#\n" +
		"CONFIG_X86_64=y\n# CONFIG_KEXEC is not set\nCONFIG_IKCONFIG=y\n"
	armConfig = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.12.5 Kernel Configuration\n#\nCONFIG_ARM64=y\n"
	xenConfig = "#\n# Automatically generated file; DO NOT EDIT.\n# Xen/x86 4.20.4-pre Configuration\n#\nCONFIG_X86_64=y\nCONFIG_XSM=y\n"

	linuxText = "Linux version 6.12.5-dombuild (builder@dombuild) #1 SMP\n\x00"
	xenText   = " Xen 4.20.4-pre\n\x00"
)

func writeAll(t testing.TB, w io.WriteCloser, err error, data []byte) {
	t.Helper()
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func gzipped(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	writeAll(t, gzip.NewWriter(&b), nil, data)
	return b.Bytes()
}

func xzed(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 1 << 16}.NewWriter(&b)
	writeAll(t, w, err, data)
	return b.Bytes()
}

func lzmaed(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, err := lzma.WriterConfig{DictCap: 1 << 16}.NewWriter(&b)
	writeAll(t, w, err, data)
	return b.Bytes()
}

func zstded(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	writeAll(t, w, err, data)
	return b.Bytes()
}

// lz4ed packs data as literals, with one match at its end.
func lz4ed(_ testing.TB, data []byte) []byte {
	b := []byte(lz4Magic)
	for len(data) > 0 {
		part := data[:min(len(data), lz4Block)]
		data = data[len(part):]
		packed := lz4Literals(part)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(packed)))
		b = append(b, packed...)
	}
	return b
}

func lz4Literals(data []byte) []byte {
	b := []byte{0xf0}
	n := len(data) - 15
	if n < 0 {
		return append([]byte{byte(len(data)) << 4}, data...)
	}
	for ; n >= 255; n -= 255 {
		b = append(b, 255)
	}
	return append(append(b, byte(n)), data...)
}

// ikconfig is what CONFIG_IKCONFIG puts into a kernel.
func ikconfig(t testing.TB, config string) []byte {
	return append(append([]byte("IKCFG_ST"), gzipped(t, []byte(config))...), "IKCFG_ED"...)
}

// vmlinux is a 64-bit ELF file in the upper half of the addresses.
func vmlinux(body ...[]byte) []byte { return elf64(62, 2, 1, 0xffffffff81000000, body...) }

// elf64 is an ELF file with one program header.
func elf64(machine, kind uint16, header uint32, address uint64, body ...[]byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, 120)
	copy(b, "\x7fELF\x02\x01\x01")
	le.PutUint16(b[16:], kind)
	le.PutUint16(b[18:], machine)
	le.PutUint64(b[32:], 64) // e_phoff
	le.PutUint16(b[54:], 56) // e_phentsize
	le.PutUint16(b[56:], 1)  // e_phnum
	le.PutUint32(b[64:], header)
	le.PutUint64(b[80:], address) // p_vaddr
	b = append(b, make([]byte, 3000)...)
	return append(b, bytes.Join(body, make([]byte, 64))...)
}

// xenELF is the 32-bit file with a multiboot header that boot loaders load.
func xenELF(body ...[]byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, 96)
	copy(b, "\x7fELF\x01\x01\x01")
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], 3)
	le.PutUint32(b[28:], 52) // e_phoff
	le.PutUint16(b[42:], 32) // e_phentsize
	le.PutUint16(b[44:], 1)  // e_phnum
	le.PutUint32(b[52:], 1)
	le.PutUint32(b[60:], 0x200000) // p_vaddr
	b = append(b, "\x02\xb0\xad\x1b"...)
	return append(b, bytes.Join(body, make([]byte, 64))...)
}

// bzImage wraps a payload in the x86 boot protocol, with the size that kbuild
// appends to it.
func bzImage(payload []byte, appended bool) []byte {
	le := binary.LittleEndian
	if appended {
		payload = le.AppendUint32(bytes.Clone(payload), 12345)
	}
	b := make([]byte, 2*512+0x100)
	b[0x1f1] = 1
	le.PutUint16(b[0x1fe:], 0xaa55)
	copy(b[0x202:], "HdrS")
	le.PutUint16(b[0x206:], 0x20f)
	le.PutUint16(b[0x20e:], 0x100)
	le.PutUint16(b[0x236:], 1)
	le.PutUint32(b[0x248:], 0x100)
	le.PutUint32(b[0x24c:], uint32(len(payload)))
	copy(b[0x300:], "6.12.5-dombuild (builder@dombuild) #1\x00")
	return append(b, payload...)
}

// arm64Image is the boot image of arm64.
func arm64Image(body ...[]byte) []byte {
	b := make([]byte, 128)
	copy(b[0x38:], "ARM\x64")
	return append(b, bytes.Join(body, make([]byte, 64))...)
}

// part is a section of a PE file.
type part struct {
	name string
	data []byte
}

// peFile is a PE file of sections; start comes first in its DOS header.
func peFile(machine uint16, start string, parts ...part) []byte {
	le := binary.LittleEndian
	b := make([]byte, 64)
	copy(b, start)
	le.PutUint32(b[0x3c:], 64)
	coff := make([]byte, 24)
	copy(coff, "PE\x00\x00")
	le.PutUint16(coff[4:], machine)
	le.PutUint16(coff[6:], uint16(len(parts)))
	b = append(b, coff...)
	offset := len(b) + 40*len(parts)
	for _, p := range parts {
		h := make([]byte, 40)
		copy(h, p.name)
		le.PutUint32(h[8:], uint32(len(p.data)))
		le.PutUint32(h[16:], uint32(len(p.data)))
		le.PutUint32(h[20:], uint32(offset))
		b = append(b, h...)
		offset += len(p.data)
	}
	for _, p := range parts {
		b = append(b, p.data...)
	}
	return b
}

// zboot is the self-extracting EFI image of Linux.
func zboot(payload []byte) []byte {
	b := peFile(0xaa64, "MZ\x00\x00zimg", part{".text", payload})
	binary.LittleEndian.PutUint32(b[8:], uint32(len(b)-len(payload)))
	binary.LittleEndian.PutUint32(b[12:], uint32(len(payload)))
	return b
}
