package prove

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

const (
	maxMacroDepth = 32
	maxMacros     = 1 << 26 // entries read in one file
)

// Entries of .debug_macro, DWARF 5 section 7.23; version 4 is the GNU
// extension that became it.
const (
	macroDefine     = 0x01
	macroUndef      = 0x02
	macroStartFile  = 0x03
	macroEndFile    = 0x04
	macroDefineStrp = 0x05
	macroUndefStrp  = 0x06
	macroImport     = 0x07
	macroDefineSup  = 0x08
	macroUndefSup   = 0x09
	macroImportSup  = 0x0a
	macroDefineStrx = 0x0b
	macroUndefStrx  = 0x0c
)

// Macros of _FORTIFY_SOURCE. glibc's features.h defines the second by the
// first and by whether the compiler optimises.
const (
	macroSource = "_FORTIFY_SOURCE"
	macroLevel  = "__USE_FORTIFY_LEVEL"
)

// fortified is what the macros of a unit came to at its end.
type fortified struct {
	source, level       int
	hasSource, hasLevel bool
}

func (f *fortified) merge(later fortified) {
	if later.hasSource {
		f.source, f.hasSource = later.source, true
	}
	if later.hasLevel {
		f.level, f.hasLevel = later.level, true
	}
}

// set takes a definition such as "__USE_FORTIFY_LEVEL 2".
func (f *fortified) set(definition string) {
	name, text, _ := strings.Cut(definition, " ")
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		n = 0
	}
	switch name {
	case macroSource:
		f.source, f.hasSource = n, true
	case macroLevel:
		f.level, f.hasLevel = n, true
	}
}

// macros reads the macros of units. Of the many strings of a unit only those
// about _FORTIFY_SOURCE are of interest; they are looked up once for the file.
type macros struct {
	*reader
	table *content
	known map[uint64]string    // definitions, by their offset in .debug_str
	done  map[uint64]fortified // by offset in .debug_macro
	count int
}

func (r *reader) newMacros(table *content) (*macros, error) {
	m := &macros{reader: r, table: table, known: map[uint64]string{}, done: map[uint64]fortified{}}
	text, err := r.open(".debug_str")
	if err != nil {
		return m, nil // all strings are in place
	}
	const piece, longest = 128 << 10, 128
	for off := uint64(0); off < text.size; off += piece {
		b, err := text.peek(off, piece+longest)
		if err != nil {
			return nil, err
		}
		for _, name := range []string{macroSource, macroLevel} {
			for i := 0; i < len(b); {
				n := bytes.Index(b[i:], []byte(name))
				if n < 0 {
					break
				}
				end := bytes.IndexByte(b[i+n:], 0)
				if end >= 0 && end < longest {
					m.known[off+uint64(i+n)] = string(b[i+n : i+n+end])
				}
				i += n + len(name)
			}
		}
	}
	return m, nil
}

// unit returns what the macros at an offset come to.
func (m *macros) unit(off uint64, depth int) (fortified, error) {
	if f, ok := m.done[off]; ok {
		return f, nil
	}
	if depth > maxMacroDepth {
		return fortified{}, errors.New(".debug_macro: imports are too deep")
	}
	var f fortified
	c := &cursor{content: m.table, order: m.f.order, off: off, end: m.table.size}
	wide, err := macroHeader(c)
	if err != nil {
		return f, err
	}
	for {
		def, imported, end := m.entry(c, wide, nil)
		switch {
		case c.err != nil:
			return f, c.err
		case end:
			m.done[off] = f
			return f, nil
		case def != "":
			f.set(def)
		case imported != 0:
			inner, err := m.unit(imported, depth+1)
			if err != nil {
				return f, err
			}
			f.merge(inner)
		}
	}
}

// macroHeader reads the header and says whether offsets have 8 bytes.
func macroHeader(c *cursor) (wide bool, err error) {
	version, flags := c.uint(2), c.uint(1)
	if c.err == nil && version != 4 && version != 5 {
		return false, fmt.Errorf(".debug_macro is of version %d, which is unknown", version)
	}
	wide = flags&1 != 0
	if flags&2 != 0 {
		c.skip(offsetSize(wide)) // into .debug_line
	}
	if flags&4 != 0 {
		return false, errors.New(".debug_macro: entries of a vendor are unknown")
	}
	return wide, c.err
}

// entry reads one entry. It returns a definition that is of interest, or the
// offset of what is imported, or that the end is reached.
func (m *macros) entry(c *cursor, wide bool, rel *relocs) (definition string, imported uint64, end bool) {
	if m.count++; m.count > maxMacros {
		c.fail(fmt.Errorf("more than %d macros", maxMacros))
		return "", 0, true
	}
	size := offsetSize(wide)
	offset := func() uint64 {
		at := c.off
		n, err := rel.apply(at, c.uint(size))
		if err != nil {
			c.fail(err)
		}
		return n
	}
	switch kind := c.uint(1); kind {
	case 0:
		return "", 0, true
	case macroDefine:
		c.uleb()
		if text := c.cstring(); isFortify(text) {
			return text, 0, false
		}
	case macroUndef:
		c.uleb()
		c.cstring()
	case macroStartFile:
		c.uleb()
		c.uleb()
	case macroEndFile:
	case macroDefineStrp:
		c.uleb()
		return m.known[offset()], 0, false
	case macroUndefStrp:
		c.uleb()
		offset()
	case macroImport:
		return "", offset(), false
	case macroDefineSup, macroUndefSup:
		c.uleb()
		c.skip(size)
	case macroImportSup:
		c.skip(size)
	case macroDefineStrx, macroUndefStrx:
		c.fail(errors.New("macros by index are not read"))
	default:
		c.fail(fmt.Errorf("entry %#x is unknown", kind))
	}
	return "", 0, false
}

func isFortify(text string) bool {
	return strings.HasPrefix(text, macroSource+" ") || strings.HasPrefix(text, macroLevel+" ")
}

// macroLevels returns what the macros of each unit come to; units without
// macros are not in it.
func (o *object) macroLevels() (map[*unit]fortified, error) {
	if !slices.ContainsFunc(o.units.list, func(u *unit) bool { return u.macros.set }) {
		return nil, nil
	}
	r := o.newReader("")
	defer r.close()
	if o.typ == Relocatable {
		return r.relocatableMacros(o.units.list)
	}
	table, err := r.open(".debug_macro")
	if err != nil {
		return nil, err
	}
	m, err := r.newMacros(table)
	if err != nil {
		return nil, err
	}
	levels := map[*unit]fortified{}
	for _, u := range o.units.list {
		if u.macros.set {
			if levels[u], err = m.unit(u.macros.n, 0); err != nil {
				return nil, err
			}
		}
	}
	return levels, nil
}

// relocatableMacros reads all macros of an object with one unit. They are in
// many sections of the same name, which import one another; as all of them
// belong to the unit it is enough to read each, and definitions that disagree
// are an error.
func (r *reader) relocatableMacros(list []*unit) (map[*unit]fortified, error) {
	if len(list) != 1 {
		return nil, errors.New("the macros of several units in one object are not told apart")
	}
	m, err := r.newMacros(nil)
	if err != nil {
		return nil, err
	}
	var all fortified
	for i := range r.f.sections {
		s := &r.f.sections[i]
		if s.name != ".debug_macro" || s.size == 0 {
			continue
		}
		f, err := m.section(i)
		if err != nil {
			return nil, err
		}
		if f.hasLevel && all.hasLevel && f.level != all.level || f.hasSource && all.hasSource && f.source != all.source {
			return nil, errors.New("definitions of _FORTIFY_SOURCE disagree")
		}
		all.merge(f)
	}
	return map[*unit]fortified{list[0]: all}, nil
}

// section reads all macros of the section with this index.
func (m *macros) section(index int) (fortified, error) {
	var f fortified
	table, err := m.f.open(&m.f.sections[index], 4<<10)
	if err != nil {
		return f, err
	}
	defer table.close()
	rel, err := m.f.relocsFor(index)
	if err != nil {
		return f, err
	}
	c := &cursor{content: table, order: m.f.order, end: table.size}
	for c.off < c.end {
		wide, err := macroHeader(c)
		if err != nil {
			return f, err
		}
		for end := false; !end; {
			var def string
			if def, _, end = m.entry(c, wide, rel); c.err != nil {
				return f, c.err
			}
			if def != "" {
				f.set(def)
			}
		}
	}
	return f, nil
}
