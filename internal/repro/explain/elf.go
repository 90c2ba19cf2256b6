package explain

import (
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"io"
	"slices"
	"strings"
)

// isELF wants a whole identification, e_ident.
func isELF(b []byte) bool { return len(b) >= elf.EI_NIDENT && string(b[:4]) == elf.ELFMAG }

// object is one side's ELF file.
type object struct {
	content  Content
	file     *elf.File
	symbols  *symbolTable             // nil until asked for
	unpacked map[*elf.Section]Content // compressed sections
	size     uint64                   // of these
}

// openObject reads the headers. ok is false for what only begins like ELF, has a
// section outside the file, or sections that lie above each other: the same
// bytes would be looked at for each of them.
func openObject(c Content) (*object, bool) {
	f, err := elf.NewFile(c)
	if err != nil {
		return nil, false
	}
	sum, size := uint64(0), uint64(c.Size())
	for _, s := range f.Sections {
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		if s.Offset > size || s.FileSize > size-s.Offset {
			return nil, false
		}
		if sum += s.FileSize; sum > 2*size {
			return nil, false
		}
	}
	return &object{content: c, file: f, unpacked: map[*elf.Section]Content{}}, true
}

// How much of compressed sections is unpacked to compare them.
const (
	maxSection  = 64 << 20  // of one
	maxUnpacked = 128 << 20 // of all of an object
)

// bytesOf is what a section holds, unpacked where that is possible within the limits.
func (o *object) bytesOf(s *elf.Section) Content {
	if s.Type == elf.SHT_NOBITS {
		return strings.NewReader("")
	}
	if c := o.unpacked[s]; c != nil {
		return c
	}
	if s.Flags&elf.SHF_COMPRESSED != 0 && s.Size <= min(maxSection, maxUnpacked-o.size) {
		b := make([]byte, s.Size)
		if _, err := io.ReadFull(s.Open(), b); err == nil {
			o.size += s.Size
			o.unpacked[s] = bytes.NewReader(b)
			return o.unpacked[s]
		}
	}
	return io.NewSectionReader(o.content, int64(s.Offset), int64(s.FileSize))
}

// matched is a section of both sides.
type matched struct {
	name        string
	left, right *elf.Section
	pair
	extent
}

// changed says whether what the section holds differs.
func (m matched) changed() bool { return !m.equal() }

// drill is the comparison of two ELF files.
type drill struct {
	left, right *object
	opt         Options
	sections    []matched
	all         []Difference
	moved       bool // a section that is loaded has another size or address
}

// explainELF says which parts of two ELF files differ, and how. ok is false
// when a side is damaged: it is explained as bytes then.
func explainELF(ctx context.Context, p pair, opt Options) (all []Difference, ok bool, err error) {
	left, okLeft := openObject(p.left)
	right, okRight := openObject(p.right)
	if !okLeft || !okRight {
		return nil, false, nil
	}
	d := &drill{left: left, right: right, opt: opt}
	d.headers()
	d.pairSections()
	for i := range d.sections {
		m := &d.sections[i]
		if m.extent, err = compare(ctx, m.pair); err != nil {
			return nil, true, fmt.Errorf("section %s: %w", m.name, err)
		}
		if err := d.packing(ctx, m); err != nil {
			return nil, true, err
		}
		d.moved = d.moved || m.left.Flags&elf.SHF_ALLOC != 0 && (m.left.Size != m.right.Size || m.left.Addr != m.right.Addr)
	}
	for _, step := range []func(context.Context) error{d.notes, d.code, d.debug, d.data, d.symbolTables, d.tables} {
		if err := step(ctx); err != nil {
			return nil, true, err
		}
	}
	d.sectionHeaders()
	if err := d.outside(ctx, p); err != nil {
		return nil, true, err
	}
	return d.all, true, d.markBuildID(ctx, p)
}

// packing finds compressed sections that hold the same, compressed to other bytes.
func (d *drill) packing(ctx context.Context, m *matched) error {
	if m.changed() || (m.left.Flags|m.right.Flags)&elf.SHF_COMPRESSED == 0 {
		return nil
	}
	raw := func(o *object, s *elf.Section) Content {
		return io.NewSectionReader(o.content, int64(s.Offset), int64(s.FileSize))
	}
	e, err := compare(ctx, pair{raw(d.left, m.left), raw(d.right, m.right)})
	if err == nil && !e.equal() {
		d.add(Difference{Path: []string{m.name}, Kind: Layout, Cause: Compression, Left: plural(e.sizes[0], "byte"), Right: plural(e.sizes[1], "byte"),
			Detail: "the section holds the same, compressed to other bytes"})
	}
	return err
}

func (d *drill) add(all ...Difference) { d.all = append(d.all, all...) }

// pairSections pairs sections by name; of those with one name the first with
// the first. Names that gcc makes of a random seed are paired without it.
func (d *drill) pairSections() {
	rights := map[string][]*elf.Section{}
	for _, s := range d.right.file.Sections {
		rights[sectionKey(s.Name)] = append(rights[sectionKey(s.Name)], s)
	}
	var renamed []Line
	for _, l := range d.left.file.Sections {
		key := sectionKey(l.Name)
		if len(rights[key]) == 0 {
			d.add(Difference{Path: []string{printable(l.Name)}, Kind: OnlyLeft, Detail: "a section of " + plural(int64(l.FileSize), "byte")})
			continue
		}
		r := rights[key][0]
		rights[key] = rights[key][1:]
		if l.Name != r.Name {
			renamed = append(renamed, Line{Left, printable(l.Name)}, Line{Right, printable(r.Name)})
		}
		d.sections = append(d.sections, matched{name: printable(l.Name), left: l, right: r, pair: pair{d.left.bytesOf(l), d.right.bytesOf(r)}})
	}
	for _, r := range d.right.file.Sections {
		if key := sectionKey(r.Name); slices.Contains(rights[key], r) {
			d.add(Difference{Path: []string{printable(r.Name)}, Kind: OnlyRight, Detail: "a section of " + plural(int64(r.FileSize), "byte")})
		}
	}
	if len(renamed) > 0 {
		d.add(Difference{Path: []string{renamed[0].Text}, Kind: Section, Cause: Random, Left: renamed[0].Text, Right: renamed[1].Text, Lines: renamed,
			Detail: plural(len(renamed)/2, "section") + " of link time optimisation named by a random seed"})
	}
}

func sectionKey(name string) string {
	return ltoPattern.ReplaceAllStringFunc(name, func(s string) string { return s[:strings.LastIndexByte(s, '.')] })
}

// headers compares what the ELF header and the program headers say.
func (d *drill) headers() {
	list := func(o *object) []string {
		f, h := o.file, o.file.FileHeader
		lines := []string{o.flags(), "class " + h.Class.String(), "data " + h.Data.String(), "OS ABI " + h.OSABI.String(), fmt.Sprintf("ABI version %d", h.ABIVersion),
			"type " + h.Type.String(), "machine " + h.Machine.String(), fmt.Sprintf("entry 0x%x", h.Entry)}
		for _, p := range f.Progs {
			lines = append(lines, fmt.Sprintf("segment %s %s address 0x%x physical 0x%x file size 0x%x memory size 0x%x align 0x%x", p.Type, p.Flags, p.Vaddr, p.Paddr, p.Filesz, p.Memsz, p.Align))
		}
		return lines
	}
	d.listing([]string{"ELF header"}, list(d.left), list(d.right), "the ELF header or the segments differ")
}

// flags is e_flags, which debug/elf does not tell.
func (o *object) flags() string {
	at := int64(0x30)
	if o.file.Class == elf.ELFCLASS32 {
		at = 0x24
	}
	b, err := readSpan(o.content, span{at, at + 4})
	if err != nil {
		return ""
	}
	return fmt.Sprintf("flags 0x%x", o.file.ByteOrder.Uint32(b))
}

// sectionHeaders lists sections that changed more than what they hold.
func (d *drill) sectionHeaders() {
	var l, r []string
	line := func(s *elf.Section) string {
		return fmt.Sprintf("%s %s %s address 0x%x size 0x%x align 0x%x link %d info %d entry size %d", sectionKey(printable(s.Name)), s.Type, s.Flags, s.Addr,
			s.FileSize, s.Addralign, s.Link, s.Info, s.Entsize)
	}
	resized, moved := 0, 0
	for _, m := range d.sections {
		l, r = append(l, line(m.left)), append(r, line(m.right))
		switch {
		case m.left.FileSize != m.right.FileSize || m.left.Size != m.right.Size:
			resized++
		case m.left.Addr != m.right.Addr:
			moved++
		}
	}
	d.listing([]string{"section headers"}, l, r, fmt.Sprintf("%s with another size, %d moved", plural(resized, "section"), moved))
}

// listing adds the unified view of two lists, if they differ.
func (d *drill) listing(path []string, l, r []string, detail string) {
	if slices.Equal(l, r) {
		return
	}
	w := window{lines: [2][]string{l, r}}
	d.add(Difference{Path: path, Kind: Section, Detail: detail, Lines: d.view(w)})
}

func (d *drill) view(w window) []Line {
	for i := range w.lines {
		for j := range w.lines[i] {
			w.lines[i][j] += "\n"
		}
	}
	return w.view(d.opt)
}
