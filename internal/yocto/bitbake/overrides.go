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
	if d.memo = d.overrideMemo; !d.memo.used {
		d.overrideVar = nil
		d.overrideVar.add(d.symbol("OVERRIDES"))
	}
	d.settle()
	d.overrideMemo = d.memo
	d.resolving, d.resolved, d.reading = false, true, reading
	switch d.memo = kept; {
	case changes != d.changes:
		d.forgetAll()
	case !slices.Equal(overrides, d.overrides) || !slices.Equal(doubt, d.overrideDoubt):
		d.changes++
		d.forgetOverridden()
	}
}

func (d *Data) settle() {
	d.setActive(nil)
	before := d.readOverrides()
	for range 5 {
		d.setActive(before)
		after := d.readOverrides()
		if slices.Equal(before, after) {
			return
		}
		before = after
	}
	d.setActive(before)
	d.tainted = mergeUnknown(d.tainted, d.unknown("OVERRIDES", "the overrides depend on each other and never settle"))
}

func (d *Data) readOverrides() []string {
	d.forgetOverridden()
	e := d.get("OVERRIDES")
	d.overrideDoubt = e.unknown
	return strings.Split(e.text, ":")
}

func (d *Data) setActive(list []string) {
	d.overrides = list
	d.active = make(map[string]bool, len(list))
	for _, o := range list {
		d.active[o] = true
	}
}

// overridesUnknown is why the list of active overrides is not certain.
func (d *Data) overridesUnknown() []Unknown {
	if d.resolving {
		return nil
	}
	return d.overrideDoubt
}
