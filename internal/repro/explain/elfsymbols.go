package explain

import (
	"cmp"
	"context"
	"debug/elf"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// symbolTable is the symbols of one object by section and address. Addresses
// are those of the symbols: in a relocatable file, offsets in the section.
type symbolTable struct {
	bySection map[elf.SectionIndex][]symbol
	all       []elf.Symbol
}

// symbol is a function or object with its extent.
type symbol struct {
	name       string
	addr, size uint64
	code       bool
}

// maxSymbols is how many symbols of an object are looked at.
const maxSymbols = 2 << 20

// table reads the symbols: those of .symtab, else of .dynsym; none is no error.
func (o *object) table() *symbolTable {
	if o.symbols != nil {
		return o.symbols
	}
	all, err := o.file.Symbols()
	if err != nil || len(all) == 0 {
		all, _ = o.file.DynamicSymbols()
	}
	all = all[:min(len(all), maxSymbols)]
	t := &symbolTable{bySection: map[elf.SectionIndex][]symbol{}, all: all}
	for _, s := range all {
		kind := elf.ST_TYPE(s.Info)
		mapping := strings.HasPrefix(s.Name, "$") || strings.HasPrefix(s.Name, ".L") // of ARM, and of the assembler
		if s.Name == "" || mapping || kind > elf.STT_FUNC && kind != elf.STT_GNU_IFUNC || int(s.Section) >= len(o.file.Sections) {
			continue
		}
		t.bySection[s.Section] = append(t.bySection[s.Section], symbol{s.Name, s.Value, s.Size, kind == elf.STT_FUNC || kind == elf.STT_GNU_IFUNC})
	}
	for i, list := range t.bySection {
		t.bySection[i] = settle(list, o.file.Sections[i])
	}
	o.symbols = t
	return t
}

// settle sorts symbols, keeps one of each address, and gives those without a
// size all up to the next one.
func settle(list []symbol, s *elf.Section) []symbol {
	slices.SortStableFunc(list, func(a, b symbol) int {
		return cmp.Or(cmp.Compare(a.addr, b.addr), cmp.Compare(b.size, a.size), cmp.Compare(a.name, b.name))
	})
	list = slices.CompactFunc(list, func(a, b symbol) bool { return a.addr == b.addr })
	for i := range list {
		next := s.Addr + s.Size
		if i+1 < len(list) {
			next = list[i+1].addr
		}
		if list[i].size == 0 && next > list[i].addr {
			list[i].size = next - list[i].addr
		}
	}
	return list
}

// index finds a section's index, which its symbols name.
func (o *object) index(s *elf.Section) elf.SectionIndex {
	return elf.SectionIndex(slices.Index(o.file.Sections, s))
}

// at finds the symbol that holds an address of a section.
func (t *symbolTable) at(i elf.SectionIndex, addr uint64) (symbol, bool) {
	list := t.bySection[i]
	n := sort.Search(len(list), func(n int) bool { return list[n].addr > addr })
	if n == 0 || addr-list[n-1].addr >= max(list[n-1].size, 1) {
		return symbol{}, false
	}
	return list[n-1], true
}

// symbolTables compares symbols by name, where their sections differ.
func (d *drill) symbolTables(ctx context.Context) error {
	differ := false
	for i := range d.sections {
		m := &d.sections[i]
		if !m.changed() || m.left.Type != elf.SHT_SYMTAB && m.left.Type != elf.SHT_DYNSYM {
			continue
		}
		l, errLeft := symbolsOf(d.left, m.left)
		r, errRight := symbolsOf(d.right, m.right)
		if errLeft != nil || errRight != nil {
			if err := d.plain(ctx, m); err != nil {
				return err
			}
			continue
		}
		differ = true
		d.add(compareSymbols(m.name, l, r, d))
	}
	for i := range d.sections {
		m := &d.sections[i]
		switch {
		case !m.changed() || m.left.Type != elf.SHT_STRTAB:
		case differ:
			d.add(Difference{Path: []string{m.name}, Kind: Section, Detail: "names, of the symbols or sections that differ", Left: plural(m.sizes[0], "byte"), Right: plural(m.sizes[1], "byte")})
		default:
			if err := d.plain(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

func symbolsOf(o *object, s *elf.Section) ([]elf.Symbol, error) {
	if s.Type == elf.SHT_DYNSYM {
		return o.file.DynamicSymbols()
	}
	return o.file.Symbols()
}

// compareSymbols goes through both lists sorted by name.
func compareSymbols(name string, left, right []elf.Symbol, d *drill) Difference {
	by := func(a, b elf.Symbol) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Info, b.Info), cmp.Compare(a.Size, b.Size), cmp.Compare(a.Value, b.Value))
	}
	slices.SortStableFunc(left, by)
	slices.SortStableFunc(right, by)
	var added, removed, resized, moved, other int
	out := Difference{Path: []string{name}, Kind: Symbol}
	show := func(side Side, s elf.Symbol) {
		if len(out.Lines) <= d.opt.Lines {
			out.Lines = append(out.Lines, Line{side, fmt.Sprintf("%s %s 0x%x size %d", elf.ST_TYPE(s.Info), printable(s.Name), s.Value, s.Size)})
		}
	}
	for i, j := 0, 0; i < len(left) || j < len(right); {
		var order int
		switch {
		case i == len(left):
			order = 1
		case j == len(right):
			order = -1
		default:
			order = strings.Compare(left[i].Name, right[j].Name)
		}
		switch {
		case order < 0:
			removed++
			show(Left, left[i])
			i++
		case order > 0:
			added++
			show(Right, right[j])
			j++
		default:
			switch l, r := left[i], right[j]; {
			case l.Size != r.Size:
				resized++
				show(Left, l)
				show(Right, r)
			case l.Value != r.Value:
				moved++
			case l != r:
				other++
				show(Left, l)
				show(Right, r)
			}
			i, j = i+1, j+1
		}
	}
	out.Detail = fmt.Sprintf("symbols: %d removed, %d added, %d with another size, %d moved", removed, added, resized, moved)
	if added+removed+resized+moved+other == 0 {
		out.Kind, out.Detail = Order, "the same symbols in another order"
		out.Cause = Ordering
	}
	return out
}
