package explain

import (
	"cmp"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"slices"
)

// outside compares the bytes that belong to no section and no header: padding,
// and what was appended. It is asked last, because padding follows from sizes.
func (d *drill) outside(ctx context.Context, p pair) error {
	l, r := d.left.gaps(), d.right.gaps()
	tailLeft, tailRight := l[len(l)-1], r[len(r)-1]
	gaps := []matched{{name: "after the end", pair: pair{section(p.left, tailLeft), section(p.right, tailRight)}}}
	if l, r = l[:len(l)-1], r[:len(r)-1]; slices.Equal(l, r) {
		for _, g := range l {
			gaps = append(gaps, matched{name: fmt.Sprintf("outside of sections at 0x%x", g.from), pair: pair{section(p.left, g), section(p.right, g)}})
		}
	}
	for _, g := range gaps {
		e, err := compare(ctx, g.pair)
		if err != nil {
			return err
		}
		if e.equal() {
			continue
		}
		found, err := explainBytes(ctx, place{path: []string{g.name}}, g.pair, e, d.opt)
		if err != nil {
			return err
		}
		d.add(found...)
	}
	if len(d.all) > 0 {
		return nil
	}
	e, err := compare(ctx, p) // only a header field that this does not list
	if err != nil {
		return err
	}
	found, err := explainBytes(ctx, place{path: []string{"ELF header"}}, p, e, d.opt)
	d.add(found...)
	return err
}

func section(c Content, s span) Content { return io.NewSectionReader(c, s.from, s.size()) }

// gaps are the bytes between sections, ascending; the last one, maybe empty, is
// what follows the last section and header.
func (o *object) gaps() []span {
	header, program, entry := int64(64), int64(56), int64(64)
	if o.file.Class == elf.ELFCLASS32 {
		header, program, entry = 52, 32, 40
	}
	used := []span{{0, header}, {header, header + program*int64(len(o.file.Progs))}, o.sectionTable(entry)}
	for _, s := range o.file.Sections {
		if s.Type != elf.SHT_NOBITS {
			used = append(used, span{int64(s.Offset), int64(s.Offset + s.FileSize)})
		}
	}
	slices.SortFunc(used, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var gaps []span
	at := int64(0)
	for _, u := range used {
		if u.from > at {
			gaps = append(gaps, span{at, u.from})
		}
		at = max(at, u.to)
	}
	at = min(at, o.content.Size())
	return append(gaps, span{at, o.content.Size()})
}

// sectionTable is where the section headers are, which debug/elf does not tell.
func (o *object) sectionTable(entry int64) span {
	at, size := int64(0x28), int64(8)
	if o.file.Class == elf.ELFCLASS32 {
		at, size = 0x20, 4
	}
	b, err := readSpan(o.content, span{at, at + size})
	if err != nil {
		return span{}
	}
	off := o.file.ByteOrder.Uint32(b)
	from := int64(off)
	if size == 8 {
		from = int64(o.file.ByteOrder.Uint64(b))
	}
	if from < 0 || from > o.content.Size() {
		return span{}
	}
	return span{from, from + entry*int64(len(o.file.Sections))}
}
