package explain

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// note is one entry of a section of notes (ELF specification, "Note Section").
type note struct {
	owner string
	kind  uint32
	desc  []byte
}

const (
	maxNotes     = 1 << 20 // how much of a section of notes is read
	noteBuildID  = 3       // NT_GNU_BUILD_ID
	noteProperty = 5       // NT_GNU_PROPERTY_TYPE_0
	noteGoID     = 4       // of the owner "Go"
	notePackage  = 0xcafe1a7e
)

// readNotes stops at the first entry that is damaged: rest is what it did not
// understand.
func readNotes(o *object, b []byte, align int) (notes []note, rest []byte) {
	if align != 8 {
		align = 4
	}
	order := o.file.ByteOrder
	for len(b) >= 12 {
		name, desc := uint64(order.Uint32(b)), uint64(order.Uint32(b[4:]))
		nameEnd := 12 + name
		from := (nameEnd + uint64(align) - 1) &^ (uint64(align) - 1)
		to := from + desc
		if to > uint64(len(b)) {
			return notes, b
		}
		notes = append(notes, note{strings.TrimRight(string(b[12:nameEnd]), "\x00"), order.Uint32(b[8:]), b[from:to]})
		next := (to + uint64(align) - 1) &^ (uint64(align) - 1)
		b = b[min(next, uint64(len(b))):]
	}
	return notes, b
}

func (n note) isBuildID() bool {
	return n.owner == "GNU" && n.kind == noteBuildID || n.owner == "Go" && n.kind == noteGoID
}

// String is one line for people.
func (n note) String() string {
	switch {
	case n.owner == "GNU" && n.kind == noteBuildID:
		return fmt.Sprintf("GNU build-id %x", n.desc)
	case n.owner == "Go" && n.kind == noteGoID, n.kind == notePackage:
		return fmt.Sprintf("%s %s", printable(n.owner), shorten(string(bytes.TrimRight(n.desc, "\x00")), 0))
	case n.owner == "GNU" && n.kind == noteProperty:
		return fmt.Sprintf("GNU property % x", n.desc)
	}
	return fmt.Sprintf("%s type 0x%x: % x", printable(n.owner), n.kind, n.desc[:min(len(n.desc), 64)])
}

// notes explains sections of notes, and first of all the build-id.
func (d *drill) notes(ctx context.Context) error {
	for i := range d.sections {
		m := &d.sections[i]
		if !m.changed() || m.left.Type != elf.SHT_NOTE || m.right.Type != elf.SHT_NOTE {
			continue
		}
		l, restLeft, err := m.notesOf(d.left, m.pair.left, m.left)
		if err != nil {
			return err
		}
		r, restRight, err := m.notesOf(d.right, m.pair.right, m.right)
		if err != nil {
			return err
		}
		if !bytes.Equal(restLeft, restRight) || slices.EqualFunc(l, r, func(a, b note) bool { return a.String() == b.String() }) {
			if err := d.plain(ctx, m); err != nil {
				return err
			}
			continue
		}
		if i, ok := onlyBuildIDs(l, r); ok {
			d.add(Difference{Path: []string{m.name}, Kind: Section, Cause: BuildID, Left: l[i].String(), Right: r[i].String(), Detail: followsDetail})
			continue
		}
		d.listing([]string{m.name}, noteLines(l), noteLines(r), "notes differ")
	}
	return nil
}

// onlyBuildIDs says whether two lists of notes differ in build-ids only, and
// where first.
func onlyBuildIDs(l, r []note) (first int, ok bool) {
	if len(l) != len(r) {
		return 0, false
	}
	first = -1
	for i := range l {
		switch {
		case l[i].String() == r[i].String():
		case !l[i].isBuildID() || !r[i].isBuildID():
			return 0, false
		case first < 0:
			first = i
		}
	}
	return first, first >= 0
}

func (m *matched) notesOf(o *object, c Content, s *elf.Section) ([]note, []byte, error) {
	b, err := readSpan(c, span{0, min(c.Size(), maxNotes)})
	if err != nil {
		return nil, nil, err
	}
	notes, rest := readNotes(o, b, int(s.Addralign))
	return notes, rest, nil
}

func noteLines(notes []note) []string {
	var lines []string
	for _, n := range notes {
		lines = append(lines, n.String())
	}
	return lines
}

const followsDetail = "build-id: follows from the other differences"

// markBuildID says so when nothing but the build-id differs, not a byte
// outside of its section.
func (d *drill) markBuildID(ctx context.Context, p pair) error {
	if len(d.all) == 0 || !every(d.all, func(x Difference) bool { return x.Cause == BuildID }) {
		return nil
	}
	e, err := compare(ctx, p)
	if err != nil || e.sizes[0] != e.sizes[1] || e.more || !every(e.ranges, d.inNotes) {
		return err
	}
	for i := range d.all {
		d.all[i].Detail = "build-id only: what it was made of is not in the file any more, or the linker was told a random one"
	}
	return nil
}

func (d *drill) inNotes(s span) bool {
	return slices.ContainsFunc(d.sections, func(m matched) bool {
		return m.changed() && m.left.Type == elf.SHT_NOTE && int64(m.left.Offset) <= s.from && s.to <= int64(m.left.Offset+m.left.FileSize)
	})
}

// dynamicLines lists the dynamic section, names in place of offsets.
func dynamicLines(o *object) []string {
	var lines []string
	for _, tag := range []elf.DynTag{elf.DT_NEEDED, elf.DT_SONAME, elf.DT_RPATH, elf.DT_RUNPATH} {
		names, err := o.file.DynString(tag)
		if err != nil {
			continue
		}
		for _, n := range names {
			lines = append(lines, tag.String()+" "+printable(n))
		}
	}
	for _, tag := range []elf.DynTag{elf.DT_FLAGS, elf.DT_FLAGS_1, elf.DT_TEXTREL, elf.DT_BIND_NOW, elf.DT_RELASZ, elf.DT_RELACOUNT, elf.DT_PLTRELSZ, elf.DT_VERNEEDNUM} {
		values, err := o.file.DynValue(tag)
		if err != nil {
			continue
		}
		for _, v := range values {
			lines = append(lines, fmt.Sprintf("%s 0x%x", tag, v))
		}
	}
	return lines
}
