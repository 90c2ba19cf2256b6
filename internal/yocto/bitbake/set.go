package bitbake

import (
	"slices"
	"strings"
)

// setVar gives a variable a value. While parsing, operations and overriding
// names stay; python's d.setVar discards those that are active.
func (d *Data) setVar(name, value string, parsing bool, unknown []Unknown) {
	name = d.normal(name)
	if base, o, over, ok := d.split(name); ok {
		d.addOperation(base, o, operation{value, over, unknown})
		return
	}
	v := d.own(name)
	if !parsing {
		v.appends, v.prepends, v.removes = nil, nil, nil
		d.dropActive(name)
	}
	d.addVariants(name)
	v.value, v.set, v.taint, v.function = value, true, unknown, nil
	d.changed(name)
}

// dropActive deletes the names that override this one now.
func (d *Data) dropActive(name string) {
	list := d.variantsOf(name)
	if list == nil {
		return
	}
	d.resolve()
	for _, x := range slices.Clone(list) {
		if d.isActive(x.overrides) {
			d.delVar(x.name)
		}
	}
	d.variants[name] = nil
}

func (d *Data) addOperation(base string, o op, x operation) {
	v := d.own(base)
	switch o {
	case ":append":
		v.appends = append(slices.Clip(v.appends), x)
	case ":prepend":
		v.prepends = append(slices.Clip(v.prepends), x)
	default:
		v.removes = append(slices.Clip(v.removes), x)
	}
	d.changed(base)
	d.addVariants(base)
}

func (d *Data) delVar(name string) {
	name = d.normal(name)
	d.changed(name)
	d.vars[name] = deleted
	if d.variantsOf(name) != nil {
		d.variants[name] = nil
	}
	d.removeVariants(name)
}

// setWeak is the operator ??=.
func (d *Data) setWeak(name, value string, unknown []Unknown) {
	name = d.normal(name)
	v := d.own(name)
	v.weak, v.hasWeak = value, true
	if len(unknown) > 0 && !v.set {
		v.taint = unknown
	}
	d.addVariants(name)
}

func (d *Data) setFlag(name, key, value string, weak bool, unknown []Unknown) {
	v := d.own(d.normal(name))
	f := flag{key, value, weak, unknown}
	for i := range v.flags {
		if v.flags[i].name == key && v.flags[i].weak == weak {
			v.flags[i] = f
			return
		}
	}
	v.flags = append(v.flags, f)
}

func (d *Data) delFlag(name, key string) {
	v := d.own(d.normal(name))
	v.flags = slices.DeleteFunc(v.flags, func(f flag) bool { return f.name == key })
}

// rename moves a variable with its operations and what overrides it.
func (d *Data) rename(key, newKey string) {
	key, newKey = d.normal(key), d.normal(newKey)
	if key == newKey {
		return
	}
	v := d.find(key)
	set := false
	if v != nil {
		old := *v
		if value, ok := old.content(); ok {
			set = true
			d.setVar(newKey, value, true, old.taint)
		}
		n := d.own(newKey)
		n.appends = append(slices.Clip(n.appends), old.appends...)
		n.prepends = append(slices.Clip(n.prepends), old.prepends...)
		n.removes = append(slices.Clip(n.removes), old.removes...)
	}
	d.renameVariants(key, newKey)
	if !set {
		d.addVariants(newKey)
	}
	d.moveHistory(key, newKey)
	d.delVar(key)
}

func (d *Data) renameVariants(key, newKey string) {
	list := d.variantsOf(key)
	if list == nil {
		return
	}
	var renamed []variant
	for _, x := range list {
		renamed = append(renamed, variant{strings.ReplaceAll(x.name, key, newKey), x.overrides})
	}
	d.variants[newKey] = renamed
	d.changed(newKey)
	for _, x := range slices.Clone(list) {
		d.rename(x.name, strings.ReplaceAll(x.name, key, newKey))
	}
}

// content is the value, or the weak default when there is none.
func (v *variable) content() (string, bool) {
	if v.set {
		return v.value, true
	}
	return v.weak, v.hasWeak
}

// expandKeys renames the variables whose names hold references.
func (d *Data) expandKeys() {
	names := map[string]bool{}
	for p := d; p != nil; p = p.parent {
		for k := range p.braced {
			names[k] = true
		}
	}
	type pair struct{ old, new string }
	var todo []pair
	for k := range names {
		v := d.find(k)
		if v == nil || v.empty() && d.variantsOf(k) == nil {
			continue
		}
		text, unknown := d.expand(k, "")
		if text == k {
			continue
		}
		if len(unknown) > 0 {
			d.taintVar(text, unknown)
		}
		todo = append(todo, pair{k, text})
	}
	slices.SortFunc(todo, func(a, b pair) int { return strings.Compare(a.old, b.old) })
	for _, t := range todo {
		d.rename(t.old, t.new)
	}
}

func (v *variable) empty() bool {
	return !v.set && !v.hasWeak && len(v.flags) == 0 && len(v.appends) == 0 && len(v.prepends) == 0 && len(v.removes) == 0
}

// taintVar says that code which cannot be followed may have changed a variable
// and its flags.
func (d *Data) taintVar(name string, why []Unknown) {
	base, _, _, _ := d.split(d.normal(name))
	v := d.own(base)
	v.taint = mergeUnknown(v.taint, why)
}

// taintFlags says the same of the flags alone.
func (d *Data) taintFlags(name string, why []Unknown) {
	v := d.own(d.normal(name))
	v.flagless = mergeUnknown(v.flagless, why)
}

// mergeUnknown adds reasons that are not there yet. The first few suffice.
func mergeUnknown(a, b []Unknown) []Unknown {
	const most = 8
	for _, u := range b {
		if len(a) < most && !slices.Contains(a, u) {
			a = append(slices.Clip(a), u)
		}
	}
	return a
}
