package explain

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

const (
	maxCode      = 1 << 20  // how much code of an object is disassembled
	maxFunction  = 64 << 10 // how much of one function
	maxFunctions = 8        // how many are shown
	codeAround   = 64       // how much is decoded before a place that no symbol names
)

// function is the same function of both sides.
type function struct {
	name        string
	left, right symbol
}

// codeReport counts what became of the functions of a section.
type codeReport struct {
	changed []string // names, in the order of addresses
	shifted int      // only addresses in them differ
	skipped int      // differ, but were not disassembled
	onlyOne [2][]string
}

// code explains sections that hold code.
func (d *drill) code(ctx context.Context) error {
	budget := maxCode
	for i := range d.sections {
		m := &d.sections[i]
		if !m.changed() || !m.isCode() {
			continue
		}
		if err := d.codeSection(ctx, m, &budget); err != nil {
			return err
		}
	}
	return nil
}

func (d *drill) codeSection(ctx context.Context, m *matched, budget *int) error {
	functions, report := d.functions(m)
	summary := len(d.all)
	d.add(Difference{})
	for _, f := range functions {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := d.function(m, f, &report, budget); err != nil {
			return err
		}
	}
	if len(report.changed)+report.shifted+report.skipped+len(report.onlyOne[0])+len(report.onlyOne[1]) == 0 {
		d.all = d.all[:summary]
		err := d.namelessCode(ctx, m)
		if n := len(functions); err == nil && n > 0 && m.left.Size != m.right.Size {
			d.all[summary].Detail += "; all functions are the same, if moved"
		}
		return err
	}
	d.all[summary] = Difference{Path: []string{m.name}, Kind: Section, Detail: report.String(), Lines: report.lines()}
	return nil
}

// functions are those that may differ: by address where both sides have the
// same symbols, else by name.
func (d *drill) functions(m *matched) ([]function, codeReport) {
	l := d.left.table().bySection[d.left.index(m.left)]
	r := l
	if !d.sameSymbols() {
		r = d.right.table().bySection[d.right.index(m.right)]
	}
	if m.left.Size == m.right.Size && m.left.Addr == m.right.Addr && !m.more && (d.sameSymbols() || slices.Equal(l, r)) {
		return d.touched(m), codeReport{}
	}
	return byName(l, r)
}

// sameSymbols says whether both sides have byte for byte the same symbols.
func (d *drill) sameSymbols() bool {
	tables := 0
	for i := range d.sections {
		m := &d.sections[i]
		if m.left.Type != elf.SHT_SYMTAB && m.left.Type != elf.SHT_DYNSYM && m.left.Type != elf.SHT_STRTAB {
			continue
		}
		tables++
		if m.changed() {
			return false
		}
	}
	return tables > 0 && len(d.left.file.Sections) == len(d.right.file.Sections)
}

// touched are the functions that the ranges lie in.
func (d *drill) touched(m *matched) []function {
	var all []function
	table, index := d.left.table(), d.left.index(m.left)
	for _, s := range m.ranges {
		sym, ok := table.at(index, m.left.Addr+uint64(s.from))
		if n := len(all); ok && (n == 0 || all[n-1].left != sym) {
			all = append(all, function{sym.name, sym, sym})
		}
	}
	return all
}

// byName pairs functions; of those with one name the first with the first.
func byName(l, r []symbol) ([]function, codeReport) {
	rights := map[string][]symbol{}
	for _, s := range r {
		rights[s.name] = append(rights[s.name], s)
	}
	var all []function
	var report codeReport
	for _, s := range l {
		if list := rights[s.name]; len(list) > 0 {
			all = append(all, function{s.name, s, list[0]})
			rights[s.name] = list[1:]
			continue
		}
		report.onlyOne[0] = append(report.onlyOne[0], printable(s.name))
	}
	for _, s := range r {
		if list := rights[s.name]; len(list) > 0 && list[0] == s {
			report.onlyOne[1] = append(report.onlyOne[1], printable(s.name))
			rights[s.name] = list[1:]
		}
	}
	return all, report
}

// codeOf reads a function, up to the limit; nothing when it is outside of its section.
func codeOf(c Content, s *elf.Section, f symbol) ([]byte, error) {
	if f.addr < s.Addr || f.addr-s.Addr > uint64(c.Size()) {
		return nil, nil
	}
	from := int64(f.addr - s.Addr)
	return readSpan(c, span{from, from + int64(min(f.size, maxFunction, uint64(c.Size()-from)))})
}

func (d *drill) function(m *matched, f function, report *codeReport, budget *int) error {
	l, err := codeOf(m.pair.left, m.left, f.left)
	if err != nil {
		return err
	}
	r, err := codeOf(m.pair.right, m.right, f.right)
	if err != nil {
		return err
	}
	if f.left.size == f.right.size && bytes.Equal(l, r) {
		return nil
	}
	if *budget -= len(l) + len(r); *budget < 0 {
		report.skipped++
		return nil
	}
	left := d.left.decode(m.left, l, f.left.addr)
	right := d.right.decode(m.right, r, f.right.addr)
	if left == nil || right == nil {
		report.changed = append(report.changed, printable(f.name))
		return nil
	}
	if slices.Equal(keys(left), keys(right)) {
		report.shifted++
		return nil
	}
	report.changed = append(report.changed, printable(f.name))
	if len(report.changed) > maxFunctions {
		return nil
	}
	at := firstDifferent(keys(left), keys(right))
	x := Difference{Path: []string{m.name, printable(f.name)}, Kind: Symbol, Lines: codeView(left, right, d.opt.Lines),
		Detail: fmt.Sprintf("the code of %s differs", printable(f.name))}
	if at < len(left) && at < len(right) {
		x.Left, x.Right = left[at].text, right[at].text
		x.Detail += fmt.Sprintf(" from 0x%x on", left[at].addr)
	}
	d.add(x)
	return nil
}

func firstDifferent(l, r []string) int {
	n := 0
	for n < len(l) && n < len(r) && l[n] == r[n] {
		n++
	}
	return n
}

// codeView is a unified view of instructions, of the first few places.
func codeView(l, r []instruction, limit int) []Line {
	all := hunks(align(keys(l), keys(r)), len(l))
	var lines []Line
	show := func(s Side, list []instruction) {
		for _, i := range list {
			if len(lines) <= limit {
				lines = append(lines, Line{s, fmt.Sprintf("%x:  %s", i.addr, i.text)})
			}
		}
	}
	for _, h := range all[:min(len(all), 4)] {
		if h.leftFrom < len(l) {
			lines = append(lines, Line{Place, fmt.Sprintf("0x%x", l[h.leftFrom].addr)})
		}
		at := h.leftFrom
		for _, e := range h.edits {
			show(Both, l[at:e.leftFrom])
			show(Left, l[e.leftFrom:e.leftTo])
			show(Right, r[e.rightFrom:e.rightTo])
			at = e.leftTo
		}
		show(Both, l[at:h.leftTo])
	}
	return lines
}

// namelessCode shows what no function explains: code without symbols, padding.
func (d *drill) namelessCode(ctx context.Context, m *matched) error {
	if m.sizes[0] == m.sizes[1] && m.left.Addr == m.right.Addr {
		s := span{max(0, m.prefix-codeAround), min(m.sizes[0], m.prefix+codeAround)}
		whole := symbol{addr: m.left.Addr + uint64(s.from), size: uint64(s.size())}
		l, err := codeOf(m.pair.left, m.left, whole)
		if err != nil {
			return err
		}
		r, err := codeOf(m.pair.right, m.right, whole)
		if err != nil {
			return err
		}
		left, right := d.left.decode(m.left, l, whole.addr), d.right.decode(m.right, r, whole.addr)
		if left != nil && right != nil && m.differing > 0 {
			d.add(Difference{Path: []string{m.name}, Kind: Section, Lines: codeView(left, right, d.opt.Lines),
				Detail: fmt.Sprintf("%d of %s of code differ, first at %s; no symbol names the place", m.differing, plural(m.sizes[0], "byte"), place{base: m.left.Addr}.at(m.prefix))})
			return nil
		}
	}
	return d.plain(ctx, m)
}

func (r codeReport) String() string {
	var parts []string
	some := func(list []string) string {
		s := strings.Join(list[:min(len(list), 5)], ", ")
		if len(list) > 5 {
			s += ", …"
		}
		return s
	}
	if n := len(r.changed); n > 0 {
		parts = append(parts, fmt.Sprintf("the code of %s differs: %s", plural(n, "function"), some(r.changed)))
	}
	if r.shifted > 0 {
		parts = append(parts, fmt.Sprintf("in %s only addresses differ", plural(r.shifted, "function")))
	}
	for i, side := range []string{"left", "right"} {
		if n := len(r.onlyOne[i]); n > 0 {
			parts = append(parts, fmt.Sprintf("%s only on the %s: %s", plural(n, "function"), side, some(r.onlyOne[i])))
		}
	}
	if r.skipped > 0 {
		parts = append(parts, plural(r.skipped, "more function")+" differ and were not disassembled")
	}
	return strings.Join(parts, "; ")
}

// lines names all functions that differ.
func (r codeReport) lines() []Line {
	var lines []Line
	for _, n := range r.changed {
		lines = append(lines, Line{Place, n})
	}
	for i, side := range []Side{Left, Right} {
		for _, n := range r.onlyOne[i] {
			lines = append(lines, Line{side, n})
		}
	}
	return lines
}
