package prove

import (
	"cmp"
	"errors"
	"slices"
)

// want is a string to be read for a unit.
type want struct {
	section string
	off     uint64
	put     *string
	u       *unit
}

// strings reads the names and producers of units. A unit whose producer
// cannot be read keeps the reason.
func (r *reader) strings(list []*unit) {
	var direct, indexed []want
	ask := func(u *unit, v value, put *string) {
		if !v.set {
			if put == &u.producer {
				u.problem = "it has no producer"
				if u.split {
					u.problem = "its debug information is in another file (.dwo)"
				}
			}
			return
		}
		if v.form == formString {
			*put = v.text
			return
		}
		section, off, err := u.stringOf(v)
		w := want{section, off, put, u}
		switch {
		case err != nil:
			w.fail(err)
		case section == ".debug_str_offsets":
			indexed = append(indexed, w)
		default:
			direct = append(direct, w)
		}
	}
	for _, u := range list {
		ask(u, u.nameAt, &u.name)
		ask(u, u.producerAt, &u.producer)
	}
	r.texts(append(direct, r.offsets(indexed)...))
}

// fail notes why a producer is missing; a name may be.
func (w want) fail(err error) {
	if w.put == &w.u.producer {
		w.u.problem = err.Error()
	}
}

// offsets turns places in .debug_str_offsets into places in .debug_str.
func (r *reader) offsets(list []want) []want {
	if len(list) == 0 {
		return nil
	}
	table, err := r.open(".debug_str_offsets")
	var rel *relocs
	if err == nil {
		rel, err = r.f.relocsFor(r.sections[".debug_str_offsets"])
	}
	slices.SortStableFunc(list, func(a, b want) int { return cmp.Compare(a.off, b.off) })
	var found []want
	for _, w := range list {
		if err != nil {
			w.fail(err)
			continue
		}
		c := &cursor{content: table, order: r.f.order, off: w.off, end: table.size}
		n := c.uint(offsetSize(w.u.wide))
		if c.err == nil {
			n, c.err = rel.apply(w.off, n)
		}
		if c.err != nil {
			w.fail(c.err)
			continue
		}
		w.section, w.off = ".debug_str", n
		found = append(found, w)
	}
	return found
}

// texts reads strings; equal ones are held once.
func (r *reader) texts(list []want) {
	slices.SortStableFunc(list, func(a, b want) int {
		return cmp.Or(cmp.Compare(a.section, b.section), cmp.Compare(a.off, b.off))
	})
	for i, w := range list {
		if i > 0 && list[i-1].section == w.section && list[i-1].off == w.off {
			*w.put = *list[i-1].put
			if *w.put == "" {
				w.fail(errors.New("its text could not be read"))
			}
			continue
		}
		table, err := r.open(w.section)
		if err != nil {
			w.fail(err)
			continue
		}
		c := &cursor{content: table, order: r.f.order, off: w.off, end: table.size}
		*w.put = c.cstring()
		if c.err != nil {
			w.fail(c.err)
		}
	}
}
