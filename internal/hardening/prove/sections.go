package prove

import (
	"bytes"
	"debug/elf"
	"fmt"
)

// parseSections reads the section headers, which no loader needs.
func (f *elfFile) parseSections(t tables) error {
	if t.shoff == 0 {
		return nil
	}
	want := f.pick(40, 64)
	if t.shentsize != want {
		return fmt.Errorf("a section header has %d bytes, not %d", t.shentsize, want)
	}
	b, err := f.bytes(t.shoff, want)
	if err != nil {
		return fmt.Errorf("section headers: %w", err)
	}
	first := f.section(b)
	if t.shnum == 0 {
		t.shnum = first.size
	}
	if t.shstrndx == uint64(elf.SHN_XINDEX) {
		t.shstrndx = uint64(first.link)
	}
	if t.shnum > maxSections {
		return fmt.Errorf("%d section headers are more than %d", t.shnum, maxSections)
	}
	if b, err = f.bytes(t.shoff, t.shnum*want); err != nil {
		return fmt.Errorf("section headers: %w", err)
	}
	f.sections = make([]section, t.shnum)
	for i := range f.sections {
		f.sections[i] = f.section(b[uint64(i)*want:])
	}
	return f.nameSections(t.shstrndx)
}

func (f *elfFile) section(b []byte) section {
	var s section
	r := f.fields(b)
	s.nameOff = r.word()
	s.typ = elf.SectionType(r.word())
	s.flags = elf.SectionFlag(r.addr())
	s.addr, s.off, s.size = r.addr(), r.addr(), r.addr()
	s.link, s.info = r.word(), r.word()
	s.align = r.addr()
	return s
}

func (f *elfFile) nameSections(index uint64) error {
	if index == 0 {
		return nil
	}
	if index >= uint64(len(f.sections)) {
		return fmt.Errorf("section %d holds the names and is not there", index)
	}
	table := f.sections[index]
	if table.size > maxNames {
		return fmt.Errorf("%d bytes of section names are more than %d", table.size, maxNames)
	}
	b, err := f.bytes(table.off, table.size)
	if err != nil {
		return fmt.Errorf("section names: %w", err)
	}
	names := string(b)
	for i := range f.sections {
		s := &f.sections[i]
		if uint64(s.nameOff) >= uint64(len(names)) {
			return fmt.Errorf("the name of section %d is beyond the table of names", i)
		}
		end := bytes.IndexByte(b[s.nameOff:], 0)
		if end < 0 {
			return fmt.Errorf("the name of section %d does not end", i)
		}
		s.name = names[s.nameOff : int(s.nameOff)+end]
	}
	for i, s := range f.sections {
		if s.typ != elf.SHT_NOBITS && s.typ != elf.SHT_NULL && (s.off > f.size || s.size > f.size-s.off) {
			return fmt.Errorf("section %d (%s) is beyond the end of the file", i, s.name)
		}
	}
	return nil
}

// find returns the first section of that name, nil when there is none.
func (f *elfFile) find(name string) *section {
	for i := range f.sections {
		if f.sections[i].name == name {
			return &f.sections[i]
		}
	}
	return nil
}
