package prove

import (
	"cmp"
	"fmt"
	"slices"
)

const (
	maxUnits      = 1 << 17
	maxAbbrevRead = 256 << 20 // bytes of declarations read in one file
)

// units are the compilation units of a file.
type units struct {
	list []*unit
	err  error // why there may be more
	none bool  // the file has no debug information
	// intermediate is how many of the units are of code that link-time
	// optimisation is to generate.
	intermediate int

	producers map[producerKey]*producer // taken apart
}

// have says that one of the units is of this kind.
func (us *units) have(c compiler) bool {
	return slices.ContainsFunc(us.list, func(u *unit) bool { return us.producer(u).compiler == c })
}

// reader holds what is shared while the units of a file are read.
type reader struct {
	f        *elfFile
	prefix   string // ".gnu.debuglto_" in an object that LTO is to link
	opened   map[string]*content
	missing  map[string]error
	sections map[string]int // index by name
	patched  map[string]*patches
	listed   int // ranges read
}

// readUnits reads the units once; units that were read before damage stay.
func (o *object) readUnits() *units {
	if o.units != nil {
		return o.units
	}
	o.units = &units{}
	o.vendors = o.readVendors()
	switch {
	case o.opt.SkipUnits:
		o.units.err = fmt.Errorf("debug information was not read")
	case o.sectionErr != nil:
		o.units.err = o.sectionErr
	default:
		o.units.none = true
		o.scanUnits("", ".zdebug_info")
		if o.typ == Relocatable && o.units.err == nil {
			o.scanIntermediate()
		}
	}
	return o.units
}

// scanIntermediate reads the units of intermediate code. An object that was
// compiled twice, for both kinds of links, has each of its units twice.
func (o *object) scanIntermediate() {
	us := o.units
	compiled := us.list
	us.list = nil
	o.scanUnits(".gnu.debuglto_", "")
	us.intermediate = len(us.list)
	for _, u := range us.list {
		u.intermediate = true
		if !slices.ContainsFunc(compiled, func(c *unit) bool { return c.name == u.name && c.producer == u.producer }) {
			compiled = append(compiled, u)
		}
	}
	us.list = compiled
}

func (o *object) scanUnits(prefix, old string) {
	r := o.newReader(prefix)
	defer r.close()
	for i := range o.sections {
		s := &o.sections[i]
		if s.name != prefix+".debug_info" && (old == "" || s.name != old) || s.size == 0 {
			continue
		}
		o.units.none = false
		list, err := r.scan(i)
		o.units.list = append(o.units.list, list...)
		if err != nil {
			o.units.err = err
			return
		}
	}
}

func (o *object) newReader(prefix string) *reader {
	return &reader{f: o.elfFile, prefix: prefix, opened: map[string]*content{}, missing: map[string]error{}, sections: map[string]int{}, patched: map[string]*patches{}}
}

// open returns a section by its name without prefix, nil when it is missing.
func (r *reader) open(name string) (*content, error) {
	if c, ok := r.opened[name]; ok {
		return c, nil
	}
	if err, ok := r.missing[name]; ok {
		return nil, err
	}
	c, err := r.find(name)
	if err != nil {
		r.missing[name] = err
		return nil, err
	}
	r.opened[name] = c
	return c, nil
}

func (r *reader) find(name string) (*content, error) {
	for i := range r.f.sections {
		s := &r.f.sections[i]
		if s.name == r.prefix+name || s.name == ".z"+name[1:] {
			r.sections[name] = i
			return r.f.open(s, 4<<10)
		}
	}
	return nil, fmt.Errorf("there is no %s", r.prefix+name)
}

func (r *reader) close() {
	for _, c := range r.opened {
		c.close()
	}
}

// scan reads the units of the .debug_info with this index, in four passes
// that each go through their section forwards: headers, declarations, first
// entries, strings.
func (r *reader) scan(index int) ([]*unit, error) {
	info, err := r.f.open(&r.f.sections[index], 1<<10)
	if err != nil {
		return nil, err
	}
	defer info.close()
	list, damage := r.headers(info, index)
	if err := r.declarations(list); err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(u *unit) bool { return !u.isCompilation() })
	read, err := r.entries(info, index, list)
	if damage == nil {
		damage = err
	}
	list = list[:read]
	r.strings(list)
	return list, damage
}

func (r *reader) headers(info *content, index int) ([]*unit, error) {
	rel, err := r.f.relocsFor(index)
	if err != nil {
		return nil, err
	}
	c := &cursor{content: info, order: r.f.order, end: info.size}
	var list []*unit
	for n := 0; c.off < c.end; n++ {
		if n == maxUnits {
			return list, fmt.Errorf("more than %d units", maxUnits)
		}
		u, ok, err := readHeader(c, rel)
		if err != nil {
			return list, err
		}
		if ok {
			list = append(list, u)
		}
	}
	return list, nil
}

func (r *reader) declarations(list []*unit) error {
	if len(list) == 0 {
		return nil
	}
	table, err := r.open(".debug_abbrev")
	if err != nil {
		return err
	}
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b *unit) int {
		return cmp.Or(cmp.Compare(a.abbrevs, b.abbrevs), cmp.Compare(a.code, b.code))
	})
	budget := uint64(maxAbbrevRead)
	var last *unit
	for _, u := range order {
		if last != nil && last.abbrevs == u.abbrevs && last.code == u.code {
			u.layout = last.layout
			continue
		}
		c := &cursor{content: table, order: r.f.order, off: u.abbrevs, end: table.size}
		a, err := readAbbrev(c, u.code)
		if err != nil {
			return err
		}
		if used := c.off - u.abbrevs; used > budget {
			return fmt.Errorf(".debug_abbrev: more than %d bytes of declarations", maxAbbrevRead)
		} else {
			budget -= used
		}
		u.layout, last = &a, u
	}
	return nil
}

// entries reads the first entry of each unit and returns how many it could.
func (r *reader) entries(info *content, index int, list []*unit) (int, error) {
	rel, err := r.f.relocsFor(index)
	if err != nil {
		return 0, err
	}
	for i, u := range list {
		c := &cursor{content: info, order: r.f.order}
		if err := u.readEntry(c, rel); err != nil {
			return i, err
		}
	}
	return len(list), nil
}
