package prove

import (
	"bytes"
	"debug/elf"
	"slices"
)

// imports are the undefined symbols that rules ask for, each list sorted.
type imports struct {
	stackChk  bool     // __stack_chk_fail or what stands for it
	checked   []string // __memcpy_chk and the like
	unchecked []string // memcpy and the like
	forbidden []string
	cxx       bool // names of C++
	listen    bool
}

// scanImports reads the undefined symbols: of the dynamic symbol table or, in
// a relocatable, of .symtab.
func (o *object) scanImports() (*imports, error) {
	found := &imports{}
	switch {
	case o.typ == Relocatable:
		table, names, ok, err := o.symbolTable()
		if err != nil || !ok {
			return found, err
		}
		err = o.addImports(found, table.off, table.size/o.pick(16, 24), names)
		return found.sorted(), err
	case o.dynErr != nil:
		return nil, o.dynErr
	case o.dyn == nil:
		return found, nil
	}
	off, count, err := o.dynamicSymbols()
	if err != nil || count == 0 {
		return found, err
	}
	names, err := o.strings()
	if err != nil {
		return nil, err
	}
	err = o.addImports(found, off, count, names)
	return found.sorted(), err
}

func (o *object) addImports(found *imports, off, count uint64, names *strtab) error {
	return o.eachSymbol(off, count, func(s symbol) error {
		if s.section != elf.SHN_UNDEF || s.name == 0 {
			return nil
		}
		name, err := names.at(uint64(s.name))
		if err != nil {
			return err
		}
		found.add(name, o.opt.Forbidden)
		return nil
	})
}

func (i *imports) add(name []byte, forbidden []string) {
	plain := name
	if rest, ok := bytes.CutPrefix(name, []byte("__")); ok {
		switch {
		case string(rest) == "stack_chk_fail" || string(rest) == "stack_chk_fail_local" || string(rest) == "stack_chk_guard":
			i.stackChk = true
			return
		case bytes.HasSuffix(rest, []byte("_chk")):
			plain = bytes.TrimSuffix(rest, []byte("_chk"))
		}
	}
	i.listen = i.listen || string(name) == "listen"
	i.cxx = i.cxx || bytes.HasPrefix(name, []byte("_Z"))
	if slices.Contains(forbidden, string(plain)) {
		i.forbidden = append(i.forbidden, string(name))
	}
	switch kind := checkable[string(plain)]; {
	case kind == 0:
	case len(plain) != len(name):
		i.checked = append(i.checked, string(name))
	case kind != onlyChecked:
		i.unchecked = append(i.unchecked, string(name))
	}
}

func (i *imports) sorted() *imports {
	for _, list := range []*[]string{&i.checked, &i.unchecked, &i.forbidden} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return i
}

// readListens says whether a program imports listen. What a static one calls
// does not show, and neither does what Go calls, which needs no C library.
func (o *object) readListens() Status {
	switch o.typ {
	case Static, StaticPIE:
		return Unknown
	case Executable, PIE:
	default:
		return ""
	}
	found, err := o.readImports()
	switch {
	case err != nil:
		return Unknown
	case found.listen:
		return Proved
	case o.hasSection(".go.buildinfo"):
		return Unknown
	}
	return Refuted
}
