package prove

import (
	"cmp"
	"debug/elf"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// cover says how much of a file its compilation units account for.
type cover struct {
	missing   []string // functions or sources without a unit
	startup   []string // start files of the toolchain, which have none
	count     int      // of missing
	err       error
	functions int
	starts    []span // where start files are
}

// maxMissing is how many functions without a unit are named.
const maxMissing = 20

// startFiles are the functions of crt*.o and of what the linker and the C
// library add to every program. They come with the toolchain, mostly without
// debug information.
var startFiles = []string{
	"_start", "__start", "_start_c", "_init", "_fini", "deregister_tm_clones", "register_tm_clones", "__do_global_dtors_aux", "frame_dummy",
	"_dl_relocate_static_pie", "__libc_csu_init", "__libc_csu_fini", "__stack_chk_fail_local", "atexit", "at_quick_exit",
	"call_weak_fn", "load_gp",
}

// goMarks are the labels by which Go's linker bounds code. Those that have a size
// are of one byte.
var goMarks = []string{"runtime.text", "runtime.etext", "go:textfipsstart", "go:textfipsend"}

// covered takes a verdict that all units agree on and withdraws it when the
// units are not the whole file: an object compiled without -g leaves functions
// in the symbol table and no unit.
func (o *object) covered(c Check) Check {
	if o.cover == nil {
		o.cover = o.measure()
	}
	v := o.cover
	switch {
	case v.err != nil:
		return unknown(append(slices.Clone(c.Evidence), "whether that is the whole file is not known: "+v.err.Error())...)
	case v.count > 0:
		list := v.missing
		if v.count > len(list) {
			list = append(list[:len(list):len(list)], fmt.Sprintf("and %d more", v.count-len(list)))
		}
		return unknown(append(slices.Clone(c.Evidence), fmt.Sprintf("%d without a compilation unit: %s", v.count, strings.Join(list, ", ")))...)
	case len(v.startup) > 0:
		c.Evidence = append(slices.Clone(c.Evidence), "start files are not judged: "+strings.Join(v.startup, ", "))
	}
	return c
}

func (o *object) measure() *cover {
	v := &cover{}
	spans, err := o.allSpans()
	if err == nil && o.typ == Relocatable {
		err = o.intermediate()
	}
	if err != nil {
		v.err = err
		return v
	}
	table, names, ok, err := o.symbolTable()
	switch {
	case err != nil:
		v.err = err
		return v
	case !ok && (o.typ != Relocatable || o.hasCode()):
		v.err = fmt.Errorf("there is no symbol table")
		return v
	case !ok:
		return v
	}
	v.err = o.eachSymbol(table.off, table.size/o.pick(16, 24), func(s symbol) error {
		if !o.isFunction(s) {
			return nil
		}
		v.functions++
		at := o.address(s)
		if o.machine == elf.EM_ARM {
			at &^= 1 // Thumb
		}
		i := sort.Search(len(spans), func(i int) bool { return spans[i].end > at })
		if i < len(spans) && spans[i].begin <= at {
			return nil
		}
		name, err := names.at(uint64(s.name))
		if err != nil {
			return err
		}
		if s.size > 1 || !slices.Contains(goMarks, string(name)) {
			v.add(string(name), at, s.size)
		}
		return nil
	})
	if v.err == nil && v.functions == 0 && o.typ != Relocatable {
		v.err = fmt.Errorf("the symbol table names no function")
	}
	slices.Sort(v.startup)
	if v.err == nil && v.count == 0 {
		v.err = o.nameless(v, spans)
	}
	return v
}

// nameless looks for code that neither a unit nor a function of a start file
// accounts for: names of static and hidden functions can be left out of a link
// (-Wl,-x) or stripped.
func (o *object) nameless(v *cover, spans []span) error {
	list, err := o.uncovered(merge(append(slices.Clone(spans), v.starts...)))
	if err != nil || len(list) == 0 {
		return err
	}
	var size uint64
	for _, s := range list {
		size += s.end - s.begin
	}
	return fmt.Errorf("%d bytes of code (the first at %s) belong to no compilation unit", size, o.place(list[0].begin))
}

// place names an address, in a relocatable by section and offset.
func (o *object) place(addr uint64) string {
	for _, s := range o.sections {
		if o.typ == Relocatable && s.flags&elf.SHF_EXECINSTR != 0 && addr >= s.addr && addr-s.addr < s.size {
			return fmt.Sprintf("%s+%#x", s.name, addr-s.addr)
		}
	}
	return fmt.Sprintf("%#x", addr)
}

func (v *cover) add(name string, at, size uint64) {
	if (slices.Contains(startFiles, name) || strings.HasPrefix(name, "__x86.get_pc_thunk.")) && size <= maxStart {
		v.startup = append(v.startup, name)
		if size == 0 {
			size = startSize(name)
		}
		v.starts = append(v.starts, span{at, at + size})
		return
	}
	if v.count++; len(v.missing) < maxMissing {
		v.missing = append(v.missing, name)
	}
}

// startSize is the most that a function of a start file takes whose size is not
// in the symbol table, in bytes.
func startSize(name string) uint64 {
	if name == "frame_dummy" {
		return 16 // it calls register_tm_clones
	}
	return 128
}

// isFunction says that the symbol is a function that this file defines.
func (o *object) isFunction(s symbol) bool {
	if t := s.typ(); t != elf.STT_FUNC && t != elf.STT_GNU_IFUNC {
		return false
	}
	i := uint64(s.section)
	return i != 0 && i < uint64(len(o.sections)) && o.sections[i].flags&elf.SHF_EXECINSTR != 0
}

// allSpans returns the addresses of all units, sorted and merged. What does
// not begin in code is left out: sections that the linker dropped are given
// such addresses.
func (o *object) allSpans() ([]span, error) {
	r := o.newReader("")
	defer r.close()
	var list []span
	var err error
	for _, u := range o.units.list {
		if u.intermediate {
			continue
		}
		if list, err = r.spans(u, list); err != nil {
			return nil, err
		}
	}
	list = slices.DeleteFunc(list, func(s span) bool { return !o.inCode(s.begin) })
	return merge(list), nil
}

// merge sorts extents and joins those that touch.
func merge(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return cmp.Compare(a.begin, b.begin) })
	merged := list[:0]
	for _, s := range list {
		if n := len(merged); n > 0 && s.begin <= merged[n-1].end {
			merged[n-1].end = max(merged[n-1].end, s.end)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

func (o *object) inCode(addr uint64) bool {
	return slices.ContainsFunc(o.sections, func(s section) bool {
		return s.flags&elf.SHF_EXECINSTR != 0 && addr >= s.addr && addr-s.addr < s.size
	})
}
