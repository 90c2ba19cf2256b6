package explain

import (
	"context"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"strings"
)

// maxDebug is how much of each section of DWARF is read.
const maxDebug = 128 << 20

// unit is what a compilation unit says of its origin.
type unit struct{ name, dir, producer string }

// debug explains sections of DWARF (version 2 to 5): what the units say of
// their origin, texts, and of the rest how much differs.
func (d *drill) debug(ctx context.Context) error {
	var changed []*matched
	for i := range d.sections {
		if m := &d.sections[i]; m.changed() && m.isDebug() {
			changed = append(changed, m)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	before := len(d.all)
	d.units()
	for _, m := range changed {
		look := d.texts
		if strings.HasSuffix(m.name, "_str") {
			look = d.plain
		}
		if err := look(ctx, m); err != nil {
			return err
		}
	}
	explained := len(d.all) > before
	for _, m := range changed {
		if strings.HasSuffix(m.name, "_str") {
			continue
		}
		d.table(m)
		if explained {
			d.all[len(d.all)-1].Detail += "; see what is said of the units and texts"
		}
	}
	return nil
}

// units compares DW_AT_comp_dir, DW_AT_name and DW_AT_producer of all units.
func (d *drill) units() {
	l, r := d.left.units(), d.right.units()
	if len(l) != len(r) || len(l) == 0 {
		if len(l) != len(r) && len(l) > 0 && len(r) > 0 {
			d.add(Difference{Path: []string{".debug_info"}, Kind: Section, Left: plural(len(l), "unit"), Right: plural(len(r), "unit"), Detail: "the number of compilation units differs"})
		}
		return
	}
	attributes := []struct {
		name string
		of   func(unit) string
	}{{"DW_AT_comp_dir", func(u unit) string { return u.dir }}, {"DW_AT_name", func(u unit) string { return u.name }},
		{"DW_AT_producer", func(u unit) string { return u.producer }}}
	for _, a := range attributes {
		d.add(compareAttribute(a.name, l, r, a.of, d.opt)...)
	}
}

// compareAttribute puts equal pairs of values together.
func compareAttribute(name string, l, r []unit, of func(unit) string, opt Options) []Difference {
	count := map[[2]string]int{}
	var seen [][2]string
	for i := range l {
		p := [2]string{of(l[i]), of(r[i])}
		if p[0] == p[1] {
			continue
		}
		if count[p]++; count[p] == 1 {
			seen = append(seen, p)
		}
	}
	var all []Difference
	for _, p := range seen[:min(len(seen), 20)] {
		x := Difference{Path: []string{".debug_info", name}, Kind: Field, Left: shorten(p[0], 0), Right: shorten(p[1], 0)}
		x.Cause = opt.Hints.valueCause(Difference{Left: p[0], Right: p[1]})
		if x.Cause == "" && name == "DW_AT_comp_dir" && strings.HasPrefix(p[0], "/") && strings.HasPrefix(p[1], "/") {
			x.Cause = BuildPath
		}
		what := strings.TrimPrefix(name, "DW_AT_")
		x.Detail = fmt.Sprintf("%s %s against %s, in %s", what, x.Left, x.Right, plural(count[p], "unit"))
		all = append(all, x)
	}
	if n := len(seen) - 20; n > 0 {
		all = append(all, Difference{Path: []string{".debug_info", name}, Kind: Field, Detail: plural(n, "more pair") + " of values"})
	}
	return all
}

// units lists the compilation units in the order of .debug_info; none when
// DWARF is missing, damaged or too large.
func (o *object) units() []unit {
	data, info := o.dwarf()
	if data == nil {
		return nil
	}
	var all []unit
	r := data.Reader()
	for _, at := range unitOffsets(info, o.file.ByteOrder) {
		r.Seek(at)
		e, err := r.Next()
		if err != nil {
			return nil
		}
		if e == nil || e.Tag != dwarf.TagCompileUnit && e.Tag != dwarf.TagPartialUnit && e.Tag != dwarf.TagSkeletonUnit {
			continue
		}
		text := func(a dwarf.Attr) string { s, _ := e.Val(a).(string); return s }
		all = append(all, unit{text(dwarf.AttrName), text(dwarf.AttrCompDir), text(dwarf.AttrProducer)})
	}
	return all
}

// dwarf reads what the units need. Relocatable files need their relocations,
// which debug/elf applies, reading all.
func (o *object) dwarf() (*dwarf.Data, []byte) {
	read := func(name string) []byte {
		s := o.file.Section("." + name)
		if s == nil {
			return nil
		}
		if c := o.bytesOf(s); c.Size() <= maxDebug {
			b, _ := readSpan(c, span{0, c.Size()})
			return b
		}
		return nil
	}
	info := read("debug_info")
	if info == nil {
		return nil, nil
	}
	if o.file.Type == elf.ET_REL {
		if o.content.Size() > maxDebug || !o.unpacksTo(maxDebug) {
			return nil, nil
		}
		data, err := o.file.DWARF()
		if err != nil {
			return nil, nil
		}
		return data, info
	}
	data, err := dwarf.New(read("debug_abbrev"), nil, nil, info, nil, nil, nil, read("debug_str"))
	if err != nil {
		return nil, nil
	}
	for _, name := range []string{"debug_line_str", "debug_str_offsets", "debug_addr"} {
		if b := read(name); b != nil && data.AddSection("."+name, b) != nil {
			return nil, nil
		}
	}
	return data, info
}

// unpacksTo says whether all sections of the object are together no larger than
// that when they are unpacked, by what their headers say. Those of the old GNU
// form say nothing.
func (o *object) unpacksTo(most uint64) bool {
	sum := uint64(0)
	for _, s := range o.file.Sections {
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		if s.Size > most || strings.HasPrefix(s.Name, ".zdebug") {
			return false
		}
		sum += s.Size
	}
	return sum <= most
}

// unitOffsets finds the first entry of each unit (DWARF 5, 7.5.1).
func unitOffsets(info []byte, order binary.ByteOrder) []dwarf.Offset {
	var all []dwarf.Offset
	for at := uint64(0); at+12 < uint64(len(info)); {
		b := info[at:]
		length, head, word := uint64(order.Uint32(b)), uint64(4), uint64(4)
		if length == 0xffffffff {
			length, head, word = order.Uint64(b[4:]), 12, 8
		}
		end := at + head + length
		if length < 8 || end < at || end > uint64(len(info)) {
			return all
		}
		size := head + 2 + word + 1
		if version := order.Uint16(b[head:]); version >= 5 {
			size = head + 2 + 1 + 1 + word
			switch kind := b[head+2]; kind {
			case 4, 5: // skeleton and split units have an identifier
				size += 8
			case 2, 6: // type units have a signature and an offset
				size += 8 + word
			}
		}
		if at+size < end {
			all = append(all, dwarf.Offset(at+size))
		}
		at = end
	}
	return all
}
