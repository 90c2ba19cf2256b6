package prove

import (
	"debug/elf"
	"errors"
	"fmt"
)

// relocs reads the relocations of one section in ascending order of what they
// change. Debug information in a relocatable is incomplete without them.
// A nil *relocs changes nothing.
type relocs struct {
	f       *elfFile
	src     *content
	rela    bool
	size    uint64 // bytes of an entry
	next    uint64 // offset of the next entry
	ahead   reloc
	have    bool
	done    struct{ off, value uint64 } // the last relocation applied
	applied bool
	symtab  *section
	symbols *content
}

type reloc struct {
	off    uint64
	typ    uint32
	symbol uint64
	addend int64
}

// relocsFor returns the relocations of the section with this index; nil when
// it has none or the file is linked.
func (f *elfFile) relocsFor(index int) (*relocs, error) {
	if f.typ != elf.ET_REL {
		return nil, nil
	}
	for i := range f.sections {
		s := &f.sections[i]
		if s.typ != elf.SHT_RELA && s.typ != elf.SHT_REL || uint64(s.info) != uint64(index) {
			continue
		}
		if uint64(s.link) >= uint64(len(f.sections)) {
			return nil, fmt.Errorf("%s names section %d, which is not there", s.name, s.link)
		}
		r := &relocs{f: f, rela: s.typ == elf.SHT_RELA, symtab: &f.sections[s.link]}
		r.size = f.pick(8, 16)
		if r.rela {
			r.size = f.pick(12, 24)
		}
		var err error
		if r.src, err = f.open(s, 32<<10); err != nil {
			return nil, err
		}
		if r.symbols, err = f.open(r.symtab, 4<<10); err != nil {
			return nil, err
		}
		return r, nil
	}
	return nil, nil
}

// read decodes the entry at r.next.
func (r *relocs) read() (reloc, error) {
	b, err := r.src.peek(r.next, r.size)
	if err != nil {
		return reloc{}, err
	}
	d := r.f.fields(b)
	e := reloc{off: d.addr()}
	info := d.addr()
	if r.f.wide {
		e.symbol, e.typ = info>>32, uint32(info)
	} else {
		e.symbol, e.typ = info>>8, uint32(info&0xff)
	}
	if r.rela {
		e.addend = int64(d.addr())
		if !r.f.wide {
			e.addend = int64(int32(e.addend))
		}
	}
	r.next += r.size
	return e, nil
}

// apply returns what stands at off once it is relocated; value is what stands
// there now. Callers ask in ascending order.
func (r *relocs) apply(off, value uint64) (uint64, error) {
	if r == nil {
		return value, nil
	}
	if r.applied && r.done.off == off {
		return r.done.value, nil
	}
	for {
		if !r.have {
			if r.next+r.size > r.src.size {
				return value, nil
			}
			e, err := r.read()
			if err != nil {
				return 0, err
			}
			if e.off < r.ahead.off {
				return 0, fmt.Errorf("%s is not in order", r.src.name)
			}
			r.ahead, r.have = e, true
		}
		if r.ahead.off > off {
			return value, nil
		}
		r.have = false
		if r.ahead.off == off {
			n, err := r.resolve(r.ahead, value)
			r.done.off, r.done.value, r.applied = off, n, err == nil
			return n, err
		}
	}
}

// absolute are the relocations that store a symbol's value plus an addend, in
// 4 or 8 bytes, as the supplements of the machines define them.
var absolute = map[elf.Machine][]uint32{
	elf.EM_386:       {uint32(elf.R_386_32)},
	elf.EM_X86_64:    {uint32(elf.R_X86_64_64), uint32(elf.R_X86_64_32), uint32(elf.R_X86_64_32S)},
	elf.EM_ARM:       {uint32(elf.R_ARM_ABS32)},
	elf.EM_AARCH64:   {uint32(elf.R_AARCH64_ABS64), uint32(elf.R_AARCH64_ABS32)},
	elf.EM_RISCV:     {uint32(elf.R_RISCV_32), uint32(elf.R_RISCV_64)},
	elf.EM_PPC:       {uint32(elf.R_PPC_ADDR32)},
	elf.EM_PPC64:     {uint32(elf.R_PPC64_ADDR32), uint32(elf.R_PPC64_ADDR64)},
	elf.EM_S390:      {uint32(elf.R_390_32), uint32(elf.R_390_64)},
	elf.EM_LOONGARCH: {uint32(elf.R_LARCH_32), uint32(elf.R_LARCH_64)},
}

func (r *relocs) resolve(e reloc, value uint64) (uint64, error) {
	known := false
	for _, t := range absolute[r.f.machine] {
		known = known || t == e.typ
	}
	if !known {
		return 0, fmt.Errorf("%s: relocation type %d of %v is not one of debug information", r.src.name, e.typ, r.f.machine)
	}
	size := r.f.pick(16, 24)
	if e.symbol >= r.symbols.size/size {
		return 0, fmt.Errorf("%s: symbol %d is not there", r.src.name, e.symbol)
	}
	b, err := r.symbols.peek(e.symbol*size, size)
	if err != nil {
		return 0, err
	}
	if uint64(len(b)) < size {
		return 0, errors.New("the symbol table ends too soon")
	}
	base := r.f.address(r.f.symbol(b))
	if r.rela {
		return base + uint64(e.addend), nil
	}
	return base + value, nil
}
