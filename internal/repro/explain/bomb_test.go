package explain

import (
	"bytes"
	"compress/zlib"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"
)

// overlapping is an ELF file with many sections that are all of the same bytes.
func overlapping(t testing.TB, last byte) []byte {
	t.Helper()
	const sections = 500
	body := append(bytes.Repeat([]byte{0x90}, 32<<10), last)
	b := bytes.NewBuffer(make([]byte, 64))
	b.Write(body)
	names := b.Len()
	b.WriteString("\x00.text\x00")
	h := elf.Header64{Type: uint16(elf.ET_REL), Machine: uint16(elf.EM_X86_64), Version: 1, Shoff: uint64(b.Len()), Ehsize: 64, Shentsize: 64, Shnum: sections + 2, Shstrndx: sections + 1}
	copy(h.Ident[:], elfMagic)
	must(t, binary.Write(b, binary.LittleEndian, elf.Section64{}))
	for range sections {
		must(t, binary.Write(b, binary.LittleEndian, elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: 64, Size: uint64(len(body)), Addralign: 1}))
	}
	must(t, binary.Write(b, binary.LittleEndian, elf.Section64{Type: uint32(elf.SHT_STRTAB), Off: uint64(names), Size: 7, Addralign: 1}))
	var head bytes.Buffer
	must(t, binary.Write(&head, binary.LittleEndian, h))
	copy(b.Bytes(), head.Bytes())
	return b.Bytes()
}

// TestOverlappingSections are no sections to be compared one by one: the file
// is explained by its bytes.
func TestOverlappingSections(t *testing.T) {
	all, err := Contents(context.Background(), "x", bytes.NewReader(overlapping(t, 1)), bytes.NewReader(overlapping(t, 2)), Options{})
	must(t, err)
	if len(all) != 1 || all[0].Kind != Bytes || len(all[0].Path) != 0 {
		t.Errorf("%+v", all)
	}
}

// compressed is a section of SHF_COMPRESSED that says to unpack to a size.
func compressed(t testing.TB, claims, holds int, last byte) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, binary.Write(&b, binary.LittleEndian, elf.Chdr64{Type: uint32(elf.COMPRESS_ZLIB), Size: uint64(claims), Addralign: 1}))
	w := zlib.NewWriter(&b)
	_, err := w.Write(append(make([]byte, holds-1), last))
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// TestCompressedSections: of many sections that unpack to the most that one may,
// only so many are unpacked as all may. Their differences are told all the same.
func TestCompressedSections(t *testing.T) {
	dir := t.TempDir()
	open := func(name string, last byte) *object {
		var parts []part
		for i := range 3 {
			parts = append(parts, part{name: fmt.Sprintf(".debug_%d", i), kind: elf.SHT_PROGBITS, flags: elf.SHF_COMPRESSED, data: compressed(t, maxSection, maxSection, last)})
		}
		path := filepath.Join(dir, name)
		writeELF(t, path, parts)
		o, ok := openObject(openFile(t, path))
		if !ok {
			t.Fatal("this is no ELF file")
		}
		return o
	}
	o := open("a", 1)
	unpacked := 0
	for range 2 { // the second time nothing more
		unpacked = 0
		for _, s := range o.file.Sections {
			if c := o.bytesOf(s); c.Size() == maxSection {
				unpacked++
			}
		}
	}
	if unpacked != maxUnpacked/maxSection || o.size != maxUnpacked {
		t.Errorf("%d sections, %d bytes", unpacked, o.size)
	}
	if o.unpacksTo(maxDebug) {
		t.Error("more than the limit is read as DWARF")
	}
}

// TestSectionsThatLie claim to unpack to more than they do, or more than there is
// memory.
func TestSectionsThatLie(t *testing.T) {
	for name, claims := range map[string]int{"more": 1 << 20, "no end": 1 << 62, "less": 1} {
		var sides [2]Content
		for i := range sides {
			path := filepath.Join(t.TempDir(), "x")
			writeELF(t, path, []part{{name: ".debug_info", kind: elf.SHT_PROGBITS, flags: elf.SHF_COMPRESSED, data: compressed(t, claims, 4096, byte(i))},
				{name: ".zdebug_str", kind: elf.SHT_PROGBITS, data: []byte("ZLIB\x3f\xff\xff\xff\xff\xff\xff\xffx")}})
			sides[i] = openFile(t, path)
		}
		all, err := Contents(context.Background(), "x", sides[0], sides[1], Options{})
		must(t, err)
		if len(all) == 0 {
			t.Errorf("%s: no difference is told", name)
		}
	}
}
