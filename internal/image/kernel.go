package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Offsets of the setup header (Documentation/arch/x86/boot.rst of Linux).
const (
	kernelSetup     = 0x1f1 // where the header begins
	kernelMagic     = 0x202 // "HdrS"
	kernelPayload   = 0x248 // offset and length, from protocol 2.08
	kernelHeaderEnd = 0x201 // size of the header beyond 0x202
)

// isKernel wants the magics of a boot sector and of the setup header, and a
// payload. A kernel that is also a PE file, for EFI, is still a kernel; a
// unified kernel image has no setup header of its own and is not.
func isKernel(h []byte) bool {
	return len(h) >= 0x250 && h[510] == 0x55 && h[511] == 0xaa && string(h[kernelMagic:kernelMagic+4]) == "HdrS" && le.Uint16(h[0x206:]) >= 0x208
}

// kernelImage is a bzImage.
type kernelImage struct {
	head    []byte // up to the end of the setup header
	setup   int64  // size of the real-mode code with the boot sector
	code    int64  // end of the protected-mode code
	payload int64
	packed  int64 // bytes of the payload
	format  Format
}

// kernel shows what a bzImage consists of: "(boot sector)", "(setup header)",
// "(setup)", "(loader)", the packed kernel as "vmlinux" with the suffix of its
// compression, "(payload size)" that follows it, "(loader end)".
func (w *walker) kernel(in input) error {
	k, err := openKernel(in)
	if err != nil {
		return w.fail("", err)
	}
	head := int64(len(k.head))
	list := []region{{name: "(boot sector)", size: kernelSetup}, {name: "(setup header)", off: kernelSetup, size: head - kernelSetup},
		{name: "(setup)", off: head, size: k.setup - head}, {name: "(loader)", off: k.setup, size: k.payload - k.setup}}
	end := k.payload + k.packed
	name := "vmlinux"
	if suffix := kernelSuffixes[k.format]; suffix != "" {
		name += suffix
	}
	if k.format != Gzip && k.format != File { // the unpacked size follows, which gzip has itself
		list = append(list, region{name: name, off: k.payload, size: k.packed - 4}, region{name: "(payload size)", off: end - 4, size: 4})
	} else {
		list = append(list, region{name: name, off: k.payload, size: k.packed})
	}
	return w.showRegions(in, append(list, region{name: "(loader end)", off: end, size: k.code - end}))
}

var kernelSuffixes = map[Format]string{Gzip: ".gz", XZ: ".xz", Zstandard: ".zst", Bzip2: ".bz2", LZ4: ".lz4", LZMA: ".lzma", "lzo": ".lzo"}

var errKernel = errors.New("a damaged setup header")

func openKernel(in input) (*kernelImage, error) {
	h, err := readAtMost(in, 0, 0x400)
	if err != nil {
		return nil, err
	}
	if !isKernel(h) {
		return nil, errKernel
	}
	sectors := int64(h[kernelSetup])
	if sectors == 0 {
		sectors = 4
	}
	end := kernelMagic + int64(h[kernelHeaderEnd])
	k := &kernelImage{setup: (sectors + 1) * 512, payload: int64(le.Uint32(h[kernelPayload:])), packed: int64(le.Uint32(h[kernelPayload+4:]))}
	if end < kernelPayload+8 || end > int64(len(h)) || end > k.setup {
		return nil, errKernel
	}
	k.head = h[:end]
	k.payload += k.setup
	k.code = k.setup + int64(le.Uint32(h[0x1f4:]))*16
	if k.code > in.size { // the last sixteen bytes may be cut
		k.code = in.size
	}
	if k.setup > in.size || k.packed < 8 || k.payload > in.size || k.packed > in.size-k.payload {
		return nil, io.ErrUnexpectedEOF
	}
	k.code = max(k.code, k.payload+k.packed)
	packed := input{io.NewSectionReader(in, k.payload, k.packed), k.packed}
	k.format, err = detect(packed, packed.size)
	return k, err
}

// kernelNumbers are the fields of the setup header.
var kernelNumbers = []struct {
	name     string
	at, size int
}{
	{"setup sectors", 0x1f1, 1}, {"root flags", 0x1f2, 2}, {"system size", 0x1f4, 4}, {"ram size", 0x1f8, 2}, {"video mode", 0x1fa, 2}, {"root device", 0x1fc, 2},
	{"protocol version", 0x206, 2}, {"real-mode switch", 0x208, 4}, {"start segment", 0x20c, 2}, {"loader type", 0x210, 1}, {"load flags", 0x211, 1},
	{"setup move size", 0x212, 2}, {"32-bit start", 0x214, 4}, {"ramdisk", 0x218, 4}, {"ramdisk size", 0x21c, 4}, {"heap end", 0x224, 2}, {"extended loader version", 0x226, 1},
	{"extended loader type", 0x227, 1}, {"command line", 0x228, 4}, {"highest initrd address", 0x22c, 4}, {"kernel alignment", 0x230, 4}, {"relocatable", 0x234, 1},
	{"least alignment", 0x235, 1}, {"extended load flags", 0x236, 2}, {"command line size", 0x238, 4}, {"hardware subarchitecture", 0x23c, 4},
	{"subarchitecture data", 0x240, 8}, {"payload offset", 0x248, 4}, {"payload length", 0x24c, 4}, {"setup data", 0x250, 8}, {"preferred address", 0x258, 8}, {"initial size", 0x260, 4},
	{"handover offset", 0x264, 4}, {"kernel info offset", 0x268, 4},
}

// kernelFields notes the setup header, the version and the headers of the PE
// file that it also is.
func (w *walker) kernelFields(in input) error {
	k, err := openKernel(in)
	if err != nil {
		return err
	}
	f := w.notes
	for _, n := range kernelNumbers {
		if n.at+n.size > len(k.head) {
			continue
		}
		var b [8]byte
		copy(b[:], k.head[n.at:n.at+n.size])
		f.hex(n.name, le.Uint64(b[:]))
	}
	if at := int64(le.Uint16(k.head[0x20e:])); at != 0 && at+0x200 < k.setup {
		b, err := readAtMost(in, at+0x200, 256)
		if err != nil {
			return err
		}
		text, _, _ := bytes.Cut(b, []byte{0})
		f.text("version", string(text))
	}
	f.text("payload", string(k.format))
	if k.format != Gzip && k.format != File {
		b := make([]byte, 4)
		if _, err := in.ReadAt(b, k.payload+k.packed-4); err != nil {
			return err
		}
		f.text("unpacked size", strconv.FormatUint(uint64(le.Uint32(b)), 10))
	}
	return w.kernelStub(in, k)
}

// kernelStub notes the PE headers of an EFI stub, and its sections.
func (w *walker) kernelStub(in input, k *kernelImage) error {
	head, err := readAtMost(in, 0, headSize)
	if err != nil || !isPE(head) {
		return err
	}
	stub := *w
	stub.notes = &facts{}
	if err := stub.peFields(in); err != nil {
		return err
	}
	p, err := openPE(in)
	if err != nil {
		return err
	}
	for n := 0; n*sectionEntry < len(p.table); n++ {
		t := p.table[n*sectionEntry:]
		stub.notes.add(under(fmt.Sprintf("section %s ", padded(t[:8], "\x00")), peSectionFields(t))...)
	}
	w.notes.under("pe", stub.notes.list)
	return nil
}
