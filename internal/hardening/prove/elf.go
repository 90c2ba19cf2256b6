package prove

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

// Limits of tables. The largest kernels have some 100,000 sections before they
// are linked.
const (
	maxSegments  = 1 << 16
	maxSections  = 1 << 19
	maxNames     = 32 << 20 // bytes of section names
	maxNoteBytes = 1 << 20
)

// elfFile is what the headers of an ELF file say.
type elfFile struct {
	*source
	order    binary.ByteOrder
	wide     bool // ELFCLASS64
	typ      elf.Type
	machine  elf.Machine
	entry    uint64
	segments []segment
	sections []section
	// sectionErr says why sections is not to be relied on.
	sectionErr error
}

type segment struct {
	typ                              elf.ProgType
	flags                            elf.ProgFlag
	off, vaddr, filesz, memsz, align uint64
}

type section struct {
	name            string
	typ             elf.SectionType
	flags           elf.SectionFlag
	addr, off, size uint64
	link, info      uint32
	align           uint64
	nameOff         uint32
}

// fields decodes a structure whose members have the file's byte order and,
// where they are addresses, its class.
type fields struct {
	b     []byte
	order binary.ByteOrder
	wide  bool
}

func (f *fields) half() uint16 { v := f.order.Uint16(f.b); f.b = f.b[2:]; return v }
func (f *fields) word() uint32 { v := f.order.Uint32(f.b); f.b = f.b[4:]; return v }
func (f *fields) xword() uint64 {
	v := f.order.Uint64(f.b)
	f.b = f.b[8:]
	return v
}

// addr is an Elf_Addr, Elf_Off or a member as wide as they are.
func (f *fields) addr() uint64 {
	if f.wide {
		return f.xword()
	}
	return uint64(f.word())
}

func (f *elfFile) fields(b []byte) *fields { return &fields{b, f.order, f.wide} }

// pick returns the value for the class of the file.
func (f *elfFile) pick(narrow, wide uint64) uint64 {
	if f.wide {
		return wide
	}
	return narrow
}

type tables struct {
	phoff, shoff                                 uint64
	phentsize, phnum, shentsize, shnum, shstrndx uint64
}

// parseELF reads the headers. An error is one after which nothing can be said
// about the file; damage in the section headers alone is kept in sectionErr,
// because no loader reads them.
func parseELF(src *source) (*elfFile, error) {
	f := &elfFile{source: src}
	ident, err := src.bytes(0, elf.EI_NIDENT)
	if err != nil {
		return nil, errors.New("the file ends in the ELF header")
	}
	switch elf.Class(ident[elf.EI_CLASS]) {
	case elf.ELFCLASS32:
	case elf.ELFCLASS64:
		f.wide = true
	default:
		return nil, fmt.Errorf("ELF class %d is unknown", ident[elf.EI_CLASS])
	}
	switch elf.Data(ident[elf.EI_DATA]) {
	case elf.ELFDATA2LSB:
		f.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		f.order = binary.BigEndian
	default:
		return nil, fmt.Errorf("ELF byte order %d is unknown", ident[elf.EI_DATA])
	}
	if ident[elf.EI_VERSION] != byte(elf.EV_CURRENT) {
		return nil, fmt.Errorf("ELF version %d is unknown", ident[elf.EI_VERSION])
	}
	t, err := f.parseHeader()
	if err != nil {
		return nil, err
	}
	f.sectionErr = f.parseSections(t)
	if err := f.parseSegments(t); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *elfFile) parseHeader() (tables, error) {
	var t tables
	b, err := f.bytes(elf.EI_NIDENT, f.pick(52, 64)-elf.EI_NIDENT)
	if err != nil {
		return t, errors.New("the file ends in the ELF header")
	}
	r := f.fields(b)
	f.typ = elf.Type(r.half())
	f.machine = elf.Machine(r.half())
	r.word() // version
	f.entry = r.addr()
	t.phoff, t.shoff = r.addr(), r.addr()
	r.word() // flags
	r.half() // size of this header
	t.phentsize, t.phnum = uint64(r.half()), uint64(r.half())
	t.shentsize, t.shnum, t.shstrndx = uint64(r.half()), uint64(r.half()), uint64(r.half())
	return t, nil
}

func (f *elfFile) parseSegments(t tables) error {
	if t.phoff == 0 || t.phnum == 0 {
		return nil
	}
	if t.phnum == 0xffff { // PN_XNUM: the number is in the first section header
		if len(f.sections) == 0 {
			return errors.New("the number of program headers is in a section header that cannot be read")
		}
		t.phnum = uint64(f.sections[0].info)
	}
	want := f.pick(32, 56)
	if t.phentsize != want {
		return fmt.Errorf("a program header has %d bytes, not %d", t.phentsize, want)
	}
	if t.phnum > maxSegments {
		return fmt.Errorf("%d program headers are more than %d", t.phnum, maxSegments)
	}
	b, err := f.bytes(t.phoff, t.phnum*want)
	if err != nil {
		return fmt.Errorf("program headers: %w", err)
	}
	f.segments = make([]segment, t.phnum)
	for i := range f.segments {
		f.segments[i] = f.segment(b[uint64(i)*want:])
	}
	for i, s := range f.segments {
		if s.filesz > 0 && (s.off > f.size || s.filesz > f.size-s.off) {
			return fmt.Errorf("segment %d is beyond the end of the file", i)
		}
	}
	return nil
}

func (f *elfFile) segment(b []byte) segment {
	var s segment
	r := f.fields(b)
	s.typ = elf.ProgType(r.word())
	if f.wide {
		s.flags = elf.ProgFlag(r.word())
	}
	s.off, s.vaddr = r.addr(), r.addr()
	r.addr() // physical address
	s.filesz, s.memsz = r.addr(), r.addr()
	if !f.wide {
		s.flags = elf.ProgFlag(r.word())
	}
	s.align = r.addr()
	return s
}

// debugOnly tells a file with the debug information of another: it has that
// file's headers, and the contents they speak of are not there. What a loader
// would find code in is not such a file, whatever its section headers say.
func (f *elfFile) debugOnly() bool {
	for _, s := range f.segments {
		if s.typ == elf.PT_LOAD && s.flags&elf.PF_X != 0 && s.filesz > 0 {
			return false
		}
	}
	code := false
	for i := range f.sections {
		s := &f.sections[i]
		if s.flags&elf.SHF_ALLOC == 0 || s.flags&elf.SHF_EXECINSTR == 0 {
			continue
		}
		if s.typ != elf.SHT_NOBITS {
			return false
		}
		code = true
	}
	return code
}

// first returns the first segment of that type, nil when there is none.
func (f *elfFile) first(t elf.ProgType) *segment {
	for i := range f.segments {
		if f.segments[i].typ == t {
			return &f.segments[i]
		}
	}
	return nil
}

// count returns how many segments of that type there are.
func (f *elfFile) count(t elf.ProgType) int {
	n := 0
	for _, s := range f.segments {
		if s.typ == t {
			n++
		}
	}
	return n
}

// offset returns where in the file the n bytes at a virtual address are.
func (f *elfFile) offset(vaddr, n uint64) (uint64, error) {
	for _, s := range f.segments {
		if s.typ == elf.PT_LOAD && vaddr >= s.vaddr && vaddr-s.vaddr <= s.filesz && n <= s.filesz-(vaddr-s.vaddr) {
			return s.off + (vaddr - s.vaddr), nil
		}
	}
	return 0, fmt.Errorf("address %#x is in no segment", vaddr)
}
