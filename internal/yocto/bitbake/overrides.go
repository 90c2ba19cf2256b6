package bitbake

import (
	"slices"
	"strings"
)

// resolve computes OVERRIDES to a fixpoint, as its parts may be overridden
// themselves.
func (d *Data) resolve() {
	if d.resolved || d.resolving {
		return
	}
	overrides, doubt := d.overrides, d.overrideDoubt
	reading, kept, changes := d.reading, d.memo, d.changes
	d.resolving, d.reading = true, nil
	if !d.bareMemo.used {
		d.overrideVar = nil
		d.overrideVar.add(d.symbol("OVERRIDES"))
	}
	d.settle()
	d.resolving, d.resolved, d.reading = false, true, reading
	switch d.memo = kept; {
	case changes != d.changes:
		d.forgetAll()
	case !slices.Equal(doubt, d.overrideDoubt):
		d.changes++
		d.memo.active = d.overrides
		d.forgetLooked(func(*symbol) bool { return true })
	case !slices.Equal(overrides, d.overrides):
		d.changes++
		d.retarget()
	}
}

// doubtOverrides is for a variable that is going to be deleted: BitBake goes on
// with the overrides that it has computed from it, until it computes them again.
func (d *Data) doubtOverrides(name string) {
	if s := d.known(name); s != nil && d.overrideVar.has(s) {
		d.taintAll(d.unknown(name, "OVERRIDES was computed from the variable, which is deleted"))
	}
}

// settle reads OVERRIDES without any override, then with what that gave.
func (d *Data) settle() {
	d.overrides, d.active, d.memo = nil, nil, d.bareMemo
	before := d.readOverrides()
	d.bareMemo, d.memo = d.memo, d.overrideMemo
	defer func() { d.overrideMemo = d.memo }()
	d.overrides, d.active = before.list, before.active
	for range 5 {
		d.retarget()
		after := d.readOverrides()
		if before.text == after.text {
			return
		}
		before = after
		d.overrides, d.active = before.list, before.active
	}
	d.tainted = mergeUnknown(d.tainted, d.unknown("OVERRIDES", "the overrides depend on each other and never settle"))
}

func (d *Data) readOverrides() *overrideSet {
	e := d.getSymbol(d.symbol("OVERRIDES"))
	d.overrideDoubt = e.unknown
	return d.overrideSets.of(e.text)
}

// overrideSet is what a value of OVERRIDES says. It is not changed.
type overrideSet struct {
	text   string
	list   []string
	active map[string]bool
}

// overrideSets are those of the values that OVERRIDES had last: a recipe goes
// to and fro between few.
type overrideSets struct {
	sets [4]*overrideSet
	next int // to be replaced
}

func (o *overrideSets) of(text string) *overrideSet {
	for _, s := range o.sets {
		if s != nil && s.text == text {
			return s
		}
	}
	s := &overrideSet{text: text, list: strings.Split(text, ":")}
	s.active = make(map[string]bool, len(s.list))
	for _, one := range s.list {
		s.active[one] = true
	}
	o.sets[o.next%len(o.sets)] = s
	o.next++
	return s
}

// retarget drops from the memo what may be different now that other overrides
// are active than those with regard to which it was computed.
func (d *Data) retarget() {
	old := d.memo.active
	if slices.Equal(old, d.overrides) {
		return
	}
	d.memo.active = d.overrides
	toggled, reordered := toggled(old, d.overrides)
	d.forgetLooked(func(s *symbol) bool { return reordered || d.depends(s, toggled) })
}

// forgetLooked drops what was computed from variables whose overrides were
// looked at.
func (d *Data) forgetLooked(changed func(*symbol) bool) {
	d.memo.looked.each(func(id int) {
		s := d.names.byID(id)
		if k := d.memo.find(s); k != nil && (k.value != nil || k.readers != nil) && changed(s) {
			d.memo.forget(s)
		}
	})
}

// toggled lists what is in one list only; reordered is whether the others come
// in another order.
func toggled(old, now []string) (list []string, reordered bool) {
	begin, end := 0, 0 // what both lists begin and end with
	for begin < min(len(old), len(now)) && old[begin] == now[begin] {
		begin++
	}
	for end < min(len(old), len(now))-begin && old[len(old)-1-end] == now[len(now)-1-end] {
		end++
	}
	var common, kept []string
	for _, o := range old[begin : len(old)-end] {
		if slices.Contains(now, o) {
			common = append(common, o)
		} else {
			list = append(list, o)
		}
	}
	for _, o := range now[begin : len(now)-end] {
		if slices.Contains(old, o) {
			kept = append(kept, o)
		} else {
			list = append(list, o)
		}
	}
	return list, !slices.Equal(common, kept)
}

// depends is whether the overrides of a variable, or of its operations, are
// among those, or are several, of which parts may be.
func (d *Data) depends(s *symbol, toggled []string) bool {
	c := d.at(s)
	among := func(overrides string) bool {
		return strings.Contains(overrides, d.env.separator()) || slices.Contains(toggled, overrides)
	}
	if slices.ContainsFunc(c.variants, func(v *variant) bool { return among(v.overrides) }) {
		return true
	}
	return c.variable != nil && slices.ContainsFunc(c.variable.operations, func(o operation) bool { return among(o.overrides) })
}

// overridesUnknown is why the list of active overrides is not certain.
func (d *Data) overridesUnknown() []Unknown {
	if d.resolving {
		return nil
	}
	return d.overrideDoubt
}
