package explain

import (
	"context"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// follows are sections of tables that the linker makes of the others.
var follows = []string{".eh_frame", ".eh_frame_hdr", ".gnu.hash", ".hash", ".gnu.version", ".gnu.version_r", ".gnu.version_d", ".got", ".got.plt",
	".orc_unwind", ".orc_unwind_ip", ".orc_header", "__ex_table", "__ksymtab", "__ksymtab_gpl", ".symtab_shndx", ".gopclntab", ".relr.dyn", ".gcc_except_table"}

func (m *matched) isTable() bool {
	switch m.left.Type {
	case elf.SHT_RELA, elf.SHT_REL, elf.SHT_HASH, elf.SHT_GNU_HASH, elf.SHT_GNU_VERSYM, elf.SHT_GNU_VERNEED, elf.SHT_GNU_VERDEF, elf.SHT_GROUP, elf.SHT_SYMTAB_SHNDX:
		return true
	}
	return slices.Contains(follows, m.name)
}

func (m *matched) isCode() bool { return m.left.Flags&elf.SHF_EXECINSTR != 0 }

func (m *matched) isDebug() bool {
	return strings.HasPrefix(m.name, ".debug_") || strings.HasPrefix(m.name, ".zdebug_")
}

// other says whether a section has an explainer of its own.
func (m *matched) other() bool {
	switch m.left.Type {
	case elf.SHT_NOTE, elf.SHT_SYMTAB, elf.SHT_DYNSYM, elf.SHT_STRTAB:
		return m.left.Type == m.right.Type || m.left.Type != elf.SHT_NOTE
	}
	return m.isTable() || m.isCode() || m.isDebug()
}

// data explains sections that hold data: texts in them, and which symbols.
func (d *drill) data(ctx context.Context) error {
	for i := range d.sections {
		m := &d.sections[i]
		if !m.changed() || m.other() {
			continue
		}
		switch {
		case m.left.Type == elf.SHT_DYNAMIC:
			before := len(d.all)
			d.listing([]string{m.name}, dynamicLines(d.left), dynamicLines(d.right), "the dynamic section differs")
			if len(d.all) == before {
				d.table(m)
			}
		case m.name == ".gnu_debuglink":
			d.add(Difference{Path: []string{m.name}, Kind: Section, Detail: "the checksum of the separate debug file: follows from that file"})
		default:
			if err := d.plain(ctx, m); err != nil {
				return err
			}
		}
	}
	return nil
}

// plain explains a section as bytes, with the symbols that it differs in.
func (d *drill) plain(ctx context.Context, m *matched) error {
	all, err := explainBytes(ctx, place{name: m.name, base: m.left.Addr, path: []string{m.name}}, m.pair, m.extent, d.opt)
	if err != nil {
		return err
	}
	names, whole := d.symbolsIn(m)
	for i := range all {
		if len(names) > 0 {
			all[i].Detail += ", in " + strings.Join(names, ", ")
		}
		if whole && len(names) == 1 && names[0] == "system_certificate_list" {
			all[i].Cause = SigningKey
		}
		if m.name == ".comment" && all[i].Cause == "" {
			all[i].Detail = "versions of compilers: " + all[i].Detail
		}
	}
	d.add(all...)
	return nil
}

// symbolsIn names up to three symbols of data that the differences are in.
// whole says that there are no others.
func (d *drill) symbolsIn(m *matched) (names []string, whole bool) {
	if m.left.Flags&elf.SHF_ALLOC == 0 || m.left.Size != m.right.Size {
		return nil, false
	}
	table, index := d.left.table(), d.left.index(m.left)
	whole = !m.more
	for _, s := range m.ranges {
		sym, ok := table.at(index, m.left.Addr+uint64(s.from))
		switch name := printable(sym.name); {
		case !ok:
			whole = false
		case slices.Contains(names, name):
		case len(names) == 3:
			return names, false
		default:
			names = append(names, name)
		}
	}
	return names, whole
}

// tables says of sections that the linker makes only how much differs.
func (d *drill) tables(ctx context.Context) error {
	for i := range d.sections {
		m := &d.sections[i]
		if !m.changed() || !m.isTable() || m.isCode() || m.isDebug() {
			continue
		}
		if err := d.texts(ctx, m); err != nil {
			return err
		}
		d.table(m)
	}
	return nil
}

// texts names the texts in a table whose cause is known, such as the paths in
// .gopclntab and .debug_line.
func (d *drill) texts(ctx context.Context, m *matched) error {
	all, err := explainBytes(ctx, place{name: m.name, base: m.left.Addr, path: []string{m.name}}, m.pair, m.extent, d.opt)
	for _, x := range all {
		if x.Cause != "" {
			d.add(x)
		}
	}
	return err
}

func (d *drill) table(m *matched) {
	x := Difference{Path: []string{m.name}, Kind: Section, Left: plural(m.sizes[0], "byte"), Right: plural(m.sizes[1], "byte")}
	x.Detail = fmt.Sprintf("differs from %s on", place{base: m.left.Addr}.at(m.prefix))
	if m.sizes[0] == m.sizes[1] {
		x.Detail = fmt.Sprintf("%d of %s differ", m.differing, plural(m.sizes[0], "byte"))
	}
	if d.moved {
		x.Detail += "; it holds addresses or offsets, and some sections moved"
	}
	d.add(x)
}
