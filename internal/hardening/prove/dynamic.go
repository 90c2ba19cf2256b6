package prove

import (
	"debug/elf"
	"errors"
	"fmt"
)

const (
	maxDynamic = 1 << 20 // bytes of the dynamic section
	maxPath    = 1 << 16 // bytes of a string of the dynamic section
)

// dynamic is what PT_DYNAMIC says.
type dynamic struct {
	flags, flags1                   uint64
	bindNow, textrel, debug, jmprel bool
	soname                          uint64
	needed, rpath, runpath          []uint64 // offsets in the string table
	audit, filter                   []uint64 // the same, of what is loaded beside or instead
	symtab, strtab, strsz, hash     uint64
}

// readDynamic reads the segment that the dynamic linker reads; the section of
// that name may lie.
func (f *elfFile) readDynamic() (*dynamic, error) {
	s := f.first(elf.PT_DYNAMIC)
	if s == nil {
		return nil, nil
	}
	if f.count(elf.PT_DYNAMIC) > 1 {
		return nil, errors.New("there are several")
	}
	if s.filesz > maxDynamic {
		return nil, fmt.Errorf("%d bytes are more than %d", s.filesz, maxDynamic)
	}
	b, err := f.bytes(s.off, s.filesz)
	if err != nil {
		return nil, err
	}
	d := &dynamic{}
	for size := int(f.pick(8, 16)); len(b) >= size; b = b[size:] {
		r := f.fields(b)
		tag, value := elf.DynTag(r.addr()), r.addr()
		if tag == elf.DT_NULL {
			return d, nil
		}
		d.set(tag, value)
	}
	return nil, errors.New("it does not end with DT_NULL")
}

func (d *dynamic) set(tag elf.DynTag, value uint64) {
	switch tag {
	case elf.DT_FLAGS:
		d.flags |= value
	case elf.DT_FLAGS_1:
		d.flags1 |= value
	case elf.DT_BIND_NOW:
		d.bindNow = true
	case elf.DT_TEXTREL:
		d.textrel = true
	case elf.DT_DEBUG:
		d.debug = true
	case elf.DT_JMPREL:
		d.jmprel = true
	case elf.DT_SONAME:
		d.soname = value
	case elf.DT_NEEDED:
		d.needed = append(d.needed, value)
	case elf.DT_RPATH:
		d.rpath = append(d.rpath, value)
	case elf.DT_RUNPATH:
		d.runpath = append(d.runpath, value)
	case elf.DT_AUDIT, elf.DT_DEPAUDIT:
		d.audit = append(d.audit, value)
	case elf.DT_AUXILIARY, elf.DT_FILTER:
		d.filter = append(d.filter, value)
	case elf.DT_SYMTAB:
		d.symtab = value
	case elf.DT_STRTAB:
		d.strtab = value
	case elf.DT_STRSZ:
		d.strsz = value
	case elf.DT_HASH:
		d.hash = value
	}
}

// strings returns the dynamic string table.
func (o *object) strings() (*strtab, error) {
	off, err := o.offset(o.dyn.strtab, o.dyn.strsz)
	if err != nil {
		return nil, fmt.Errorf("dynamic string table: %w", err)
	}
	return &strtab{src: o.source, off: off, size: o.dyn.strsz}, nil
}

// text returns the strings at these offsets of the dynamic string table.
func (o *object) text(offsets []uint64) ([]string, error) {
	if len(offsets) == 0 {
		return nil, nil
	}
	table, err := o.strings()
	if err != nil {
		return nil, err
	}
	var list []string
	for _, off := range offsets {
		b, err := table.at(off)
		if err != nil {
			return nil, err
		}
		list = append(list, string(b))
	}
	return list, nil
}
