package image

import (
	"encoding/binary"
	"errors"
	"io"
)

// maxSections bounds the table of sections. Object files with a section for
// each function have tens of thousands.
const maxSections = 1 << 20

// elf is an ELF file (System V ABI, chapter 4, and gABI).
type elfFile struct {
	in     input
	order  binary.ByteOrder
	wide   bool // 64 bits
	header []byte

	phoff, shoff         int64
	phsize, shsize       int64 // of an entry
	phcount, shcount     int64
	names                int64 // section of the names
	segments, sectionTab []byte
}

// elfSection is a section header.
type elfSection struct {
	name                                               string
	kind                                               uint32
	flags, addr, off, size, link, info, align, entries uint64
}

// elfSegment is a program header.
type elfSegment struct {
	kind, flags                                   uint32
	off, addr, paddr, filesize, memorysize, align uint64
}

// isELF wants a class and a byte order that exist, and the one version.
func isELF(h []byte) bool {
	return len(h) >= 52 && (h[4] == 1 || h[4] == 2) && (h[5] == 1 || h[5] == 2) && h[6] == 1
}

// elf shows what an ELF file consists of: "(header)", "(program headers)",
// "(section headers)" and the sections by name, in the order of their table.
// Of a file without sections the parts are its segments in the file, as
// "(segment 2)".
func (w *walker) elf(in input) error {
	f, err := openELF(in)
	if err != nil {
		return w.fail("", err)
	}
	sections, err := f.sections()
	if err != nil {
		return w.fail("", err)
	}
	list := []region{{name: "(header)", size: int64(len(f.header))}}
	if f.phcount > 0 {
		list = append(list, region{name: "(program headers)", off: f.phoff, size: f.phsize * f.phcount})
	}
	if f.shcount > 0 {
		list = append(list, region{name: "(section headers)", off: f.shoff, size: f.shsize * f.shcount})
	}
	for _, s := range sections {
		list = append(list, s.region(w.opt.Fields))
	}
	if f.shcount == 0 {
		list = append(list, f.segmentRegions()...)
	}
	return w.showRegions(in, list)
}

var errELF = errors.New("a damaged ELF header")

func openELF(in input) (*elfFile, error) {
	h, err := readAtMost(in, 0, 64)
	if err != nil {
		return nil, err
	}
	if !isELF(h) || string(h[:4]) != "\x7fELF" {
		return nil, errELF
	}
	f := &elfFile{in: in, order: binary.LittleEndian, wide: h[4] == 2, header: h}
	if h[5] == 2 {
		f.order = binary.BigEndian
	}
	if !f.wide {
		f.header = h[:52]
	} else if len(h) < 64 {
		return nil, io.ErrUnexpectedEOF
	}
	at := 52 - 12
	f.phoff, f.shoff = int64(f.word(h, 28)), int64(f.word(h, 32))
	if f.wide {
		at = 64 - 12
		f.phoff, f.shoff = int64(f.word(h, 32)), int64(f.word(h, 40))
	}
	half := func(i int) int64 { return int64(f.order.Uint16(h[at+2*i:])) }
	f.phsize, f.phcount, f.shsize, f.shcount, f.names = half(1), half(2), half(3), half(4), half(5)
	return f, f.tables()
}

// word reads an address or offset of the file's class.
func (f *elfFile) word(b []byte, at int) uint64 {
	if f.wide {
		return f.order.Uint64(b[at:])
	}
	return uint64(f.order.Uint32(b[at:]))
}

// tables reads the headers. Numbers that do not fit 16 bits stand in the first
// section header.
func (f *elfFile) tables() error {
	least, leastSegment := int64(40), int64(32)
	if f.wide {
		least, leastSegment = 64, 56
	}
	if f.shoff != 0 {
		first := make([]byte, least)
		if f.shsize < least || f.shsize > 1024 || f.shoff < 0 {
			return errELF
		}
		if _, err := f.in.ReadAt(first, f.shoff); err != nil {
			return err
		}
		s := f.section(first)
		if f.shcount == 0 {
			f.shcount = int64(s.size)
		}
		if f.names == 0xffff {
			f.names = int64(s.link)
		}
		if f.phcount == 0xffff {
			f.phcount = int64(s.info)
		}
	} else if f.shcount != 0 {
		return errELF
	}
	if f.phcount > 0 && (f.phsize < leastSegment || f.phsize > 1024) {
		return errELF
	}
	var err error
	if f.sectionTab, err = f.table(f.shoff, f.shcount, f.shsize); err != nil {
		return err
	}
	f.segments, err = f.table(f.phoff, f.phcount, f.phsize)
	return err
}

func (f *elfFile) table(off, count, size int64) ([]byte, error) {
	if count == 0 {
		return nil, nil
	}
	if count < 0 || count > maxSections || off < 0 || off > f.in.size || count*size > f.in.size-off {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, count*size)
	_, err := f.in.ReadAt(b, off)
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// section reads a section header without its name.
func (f *elfFile) section(b []byte) elfSection {
	if !f.wide {
		n := func(i int) uint64 { return uint64(f.order.Uint32(b[4*i:])) }
		return elfSection{kind: uint32(n(1)), flags: n(2), addr: n(3), off: n(4), size: n(5), link: n(6), info: n(7), align: n(8), entries: n(9)}
	}
	n := func(at int) uint64 { return f.order.Uint64(b[at:]) }
	return elfSection{kind: f.order.Uint32(b[4:]), flags: n(8), addr: n(16), off: n(24), size: n(32), link: uint64(f.order.Uint32(b[40:])),
		info: uint64(f.order.Uint32(b[44:])), align: n(48), entries: n(56)}
}

const (
	elfNull   = 0
	elfNoBits = 8
	elfLoad   = 1
)

// sections reads all section headers but the first, which is none.
func (f *elfFile) sections() ([]elfSection, error) {
	if f.shcount < 2 {
		return nil, nil
	}
	names, err := f.nameTable()
	if err != nil {
		return nil, err
	}
	list := make([]elfSection, 0, f.shcount-1)
	for i := int64(1); i < f.shcount; i++ {
		b := f.sectionTab[i*f.shsize:]
		s := f.section(b)
		if names != nil {
			if s.name, err = nameIn(names, f.order.Uint32(b)); err != nil {
				return nil, err
			}
		}
		list = append(list, s)
	}
	return list, nil
}

func (f *elfFile) nameTable() ([]byte, error) {
	if f.names == 0 {
		return nil, nil
	}
	if f.names >= f.shcount {
		return nil, errELF
	}
	s := f.section(f.sectionTab[f.names*f.shsize:])
	if s.kind == elfNoBits {
		return nil, nil // of a file that holds only debug information
	}
	if s.size > maxDocument*16 {
		return nil, errELF
	}
	return f.table(int64(s.off), int64(s.size), 1)
}

// maxName bounds the name of a section; those of C++ may be long.
const maxName = 16 << 10

func nameIn(names []byte, at uint32) (string, error) {
	if uint64(at) >= uint64(len(names)) {
		return "", errors.New("the name of a section lies outside their table")
	}
	for n, c := range names[at:] {
		if c == 0 {
			return string(names[at:][:n]), nil
		}
		if n > maxName {
			break
		}
	}
	return "", errors.New("the name of a section does not end")
}

func (s *elfSection) region(fields bool) region {
	r := region{name: s.name, off: int64(s.off), size: int64(s.size)}
	if s.kind == elfNoBits || s.kind == elfNull {
		r.off, r.size = 0, 0
	}
	if fields {
		r.fields = s.fields()
	}
	return r
}
