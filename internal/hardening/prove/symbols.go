package prove

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
)

// strtab reads strings of a string table through a window. A file has one such
// window: of two tables only the one made last is to be used.
type strtab struct {
	src       *source
	off, size uint64
	window    []byte
	at0       uint64 // offset of the window in the table
}

// at returns the string that begins at i; it is valid until the next call. A
// string longer than the window is cut.
func (t *strtab) at(i uint64) ([]byte, error) {
	if i >= t.size {
		return nil, fmt.Errorf("string %d is beyond its table of %d bytes", i, t.size)
	}
	if i >= t.at0 && i-t.at0 < uint64(len(t.window)) {
		b := t.window[i-t.at0:]
		if end := bytes.IndexByte(b, 0); end >= 0 {
			return b[:end], nil
		}
	}
	b := t.src.scratch.strings[:min(t.size-i, stringPiece)]
	t.window = nil
	if err := t.src.read(b, t.off+i); err != nil {
		return nil, err
	}
	t.window, t.at0 = b, i
	if end := bytes.IndexByte(b, 0); end >= 0 {
		return b[:end], nil
	}
	if uint64(len(b)) < stringPiece {
		return nil, fmt.Errorf("string %d does not end", i)
	}
	return b, nil
}

type symbol struct {
	name        uint32
	info, other byte
	section     elf.SectionIndex
	value, size uint64
}

func (s symbol) typ() elf.SymType { return elf.ST_TYPE(s.info) }

func (f *elfFile) symbol(b []byte) symbol {
	o := f.order
	if f.wide {
		return symbol{
			name: o.Uint32(b), info: b[4], other: b[5], section: elf.SectionIndex(o.Uint16(b[6:])),
			value: o.Uint64(b[8:]), size: o.Uint64(b[16:]),
		}
	}
	return symbol{
		name: o.Uint32(b), value: uint64(o.Uint32(b[4:])), size: uint64(o.Uint32(b[8:])),
		info: b[12], other: b[13], section: elf.SectionIndex(o.Uint16(b[14:])),
	}
}

// eachSymbol calls fn with the count symbols of a table, the first, which is
// empty, left out.
func (f *elfFile) eachSymbol(off, count uint64, fn func(symbol) error) error {
	size := f.pick(16, 24)
	if count > f.size/size {
		return fmt.Errorf("a table of %d symbols is larger than the file", count)
	}
	for i := uint64(1); i < count; {
		n := min(count-i, symbolPiece/size)
		b := f.scratch.symbols[:n*size]
		if err := f.read(b, off+i*size); err != nil {
			return fmt.Errorf("symbol table: %w", err)
		}
		for ; n > 0; n, i = n-1, i+1 {
			if err := fn(f.symbol(b)); err != nil {
				return err
			}
			b = b[size:]
		}
	}
	return nil
}

// dynamicSymbols returns where the dynamic symbol table is and how many
// symbols it has. The dynamic section does not say how many: the section
// header for the same address, the hash table and, when there is neither, the
// begin of the string table behind it do.
func (o *object) dynamicSymbols() (off, count uint64, err error) {
	d := o.dyn
	if d.symtab == 0 {
		return 0, 0, nil
	}
	if off, err = o.offset(d.symtab, 0); err != nil {
		return 0, 0, fmt.Errorf("dynamic symbol table: %w", err)
	}
	size := o.pick(16, 24)
	for _, s := range o.sections {
		if s.typ == elf.SHT_DYNSYM && s.addr == d.symtab {
			count = s.size / size
		}
	}
	if d.hash != 0 && !o.isMachine(elf.EM_S390, elf.EM_ALPHA) { // theirs has other words
		n, err := o.hashCount()
		if err != nil {
			return 0, 0, err
		}
		count = max(count, n)
	}
	if count == 0 && d.strtab > d.symtab {
		count = (d.strtab - d.symtab) / size
	}
	if count == 0 {
		return 0, 0, errors.New("nothing says how many dynamic symbols there are")
	}
	return off, count, nil
}

// hashCount returns nchain of DT_HASH, which is the number of symbols.
func (o *object) hashCount() (uint64, error) {
	off, err := o.offset(o.dyn.hash, 8)
	if err != nil {
		return 0, fmt.Errorf("hash table: %w", err)
	}
	b, err := o.bytes(off, 8)
	if err != nil {
		return 0, err
	}
	return uint64(o.order.Uint32(b[4:])), nil
}

// symbolTable returns the symbols of .symtab and their names; false when the
// file has none.
func (o *object) symbolTable() (table *section, names *strtab, ok bool, err error) {
	if o.sectionErr != nil {
		return nil, nil, false, o.sectionErr
	}
	for i := range o.sections {
		s := &o.sections[i]
		if s.typ != elf.SHT_SYMTAB {
			continue
		}
		if uint64(s.link) >= uint64(len(o.sections)) {
			return nil, nil, false, fmt.Errorf("the names of the symbols are in section %d, which is not there", s.link)
		}
		n := o.sections[s.link]
		return s, &strtab{src: o.source, off: n.off, size: n.size}, true, nil
	}
	return nil, nil, false, nil
}
