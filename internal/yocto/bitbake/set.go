package bitbake

import (
	"slices"
	"strings"
)

// setVar gives a variable a value. While parsing, operations and overriding
// names stay; python's d.setVar discards those that are active.
func (d *Data) setVar(name, value string, parsing bool, unknown []Unknown) {
	d.setSymbol(d.symbol(name), value, parsing, unknown)
}

func (d *Data) setSymbol(s *symbol, value string, parsing bool, unknown []Unknown) {
	if s.base != nil {
		d.operate(s.base, operation{s.op, value, s.overrides, unknown})
		return
	}
	v := d.ownSymbol(s)
	if !parsing {
		v.operations = nil
		d.dropActive(s)
	}
	d.addVariants(s)
	v.value, v.set, v.function = value, true, nil
	v.setTaint(unknown)
	if !parsing { // what is active was looked at since
		d.changedSymbol(s)
	}
}

// dropActive deletes the names that override this one now.
func (d *Data) dropActive(s *symbol) {
	list := d.at(s).variants
	if list == nil {
		return
	}
	d.resolve()
	for _, x := range slices.Clone(list) {
		if d.isActive(x.overrides) {
			d.delSymbol(x.symbol)
		}
	}
	d.change(s).variants = nil
}

func (d *Data) addOperation(base string, x operation) { d.operate(d.symbol(base), x) }

func (d *Data) operate(base *symbol, x operation) {
	v := d.ownSymbol(base)
	v.operations = append(slices.Clip(v.operations), x)
	d.addVariants(base)
}

func (d *Data) delVar(name string) { d.delSymbol(d.symbol(name)) }

func (d *Data) delSymbol(s *symbol) {
	d.changedSymbol(s)
	if c := d.at(s); c.variable != nil || c.variants != nil {
		c = d.change(s)
		c.variable, c.variants = nil, nil
	}
	d.removeVariants(s)
}

// setWeak is the operator ??=.
func (d *Data) setWeak(name, value string, unknown []Unknown) {
	d.setWeakSymbol(d.symbol(name), value, unknown)
}

func (d *Data) setWeakSymbol(s *symbol, value string, unknown []Unknown) {
	v := d.ownSymbol(s)
	v.weak, v.hasWeak = value, true
	if len(unknown) > 0 && !v.set {
		v.setTaint(unknown)
	}
	d.addVariants(s)
}

func (d *Data) setFlag(name, key, value string, weak bool, unknown []Unknown) {
	d.setFlagOf(d.symbol(name), key, value, weak, unknown)
}

func (d *Data) setFlagOf(s *symbol, key, value string, weak bool, unknown []Unknown) {
	if d.records(s, key) {
		return
	}
	f := flag{name: key, value: value, weak: weak}
	if unknown != nil {
		f.doubt = &doubt{flags: unknown}
	}
	d.ownSymbol(s).setFlag(f)
}

// setFlag sets a flag of a variable that may be changed.
func (v *variable) setFlag(f flag) {
	for i := range v.flags {
		if v.flags[i].name == f.name && v.flags[i].weak == f.weak {
			v.flags[i] = f
			return
		}
	}
	v.flags = append(v.flags, f)
}

// records is whether BitBake keeps the value of a variable, or what is done to
// it, in a flag of that name: "_content", "_defaultval_flag_x", ":append". Who
// writes one changes the variable in a way that is not followed.
func (d *Data) records(s *symbol, key string) bool {
	if key == "" || key[0] != '_' && key[0] != ':' {
		return false
	}
	why := d.unknown(s.name+flagSuffix(key), "the flag is one in which BitBake keeps the variable itself")
	d.taintVar(s.name, why)
	d.taintFlags(s.name, why)
	if key != "_content" { // it may outlast the next assignment
		d.taintPrefix(s.name, why)
	}
	return true
}

func (d *Data) delFlag(name, key string) {
	if !d.records(d.symbol(name), key) {
		d.own(name).delFlag(key)
	}
}

// delFlag deletes a flag of a variable that may be changed. A weak one that no
// other covers stays.
func (v *variable) delFlag(key string) {
	if slices.ContainsFunc(v.flags, func(f flag) bool { return f.name == key && !f.weak }) {
		v.flags = slices.DeleteFunc(v.flags, func(f flag) bool { return f.name == key })
	}
}

// rename moves a variable with its operations and what overrides it.
func (d *Data) rename(key, newKey string) {
	if k := d.known(key); k != nil {
		d.renameSymbol(k, d.symbol(newKey))
	} else if d.normal(key) != d.normal(newKey) { // there is nothing to move
		d.changes++
		d.writes++
		d.addVariants(d.symbol(newKey))
	}
}

func (d *Data) renameSymbol(key, newKey *symbol) {
	if key == newKey {
		return
	}
	v := d.at(key).variable
	set := false
	switch {
	case v == nil:
	case v.plain() && newKey.base == nil && !newKey.opaque && !newKey.braced && d.at(newKey).variable == nil:
		set = true
		d.change(newKey).variable = v
		d.changedSymbol(newKey)
		d.addVariants(newKey)
	default:
		set = d.moveVariable(*v, newKey)
	}
	d.renameVariants(key, newKey)
	if !set {
		d.addVariants(newKey)
	}
	d.moveHistory(key, newKey)
	d.delSymbol(key)
}

// plain is whether a variable has a value and maybe operations, and nothing else
// that stays behind when it is renamed.
func (v *variable) plain() bool {
	return v.set && !v.hasWeak && len(v.flags) == 0 && v.function == nil && v.doubt == nil
}

// moveVariable gives a name the value and the operations of another variable,
// and says whether it had a value.
func (d *Data) moveVariable(old variable, newKey *symbol) bool {
	value, set := old.content()
	if set {
		d.setSymbol(newKey, value, true, old.taint())
	}
	n := d.at(newKey).variable
	if !set || n == nil || n.owner != d.mark {
		n = d.ownSymbol(newKey)
	}
	n.operations = append(slices.Clip(n.operations), old.operations...)
	return set
}

func (d *Data) renameVariants(key, newKey *symbol) {
	list := d.at(key).variants
	if list == nil {
		return
	}
	list = slices.Clone(list)
	renamed := make([]*variant, 0, len(list))
	for _, x := range list {
		s := d.symbol(strings.ReplaceAll(x.symbol.name, key.name, newKey.name))
		d.varied.add(s)
		renamed = append(renamed, d.newVariant(s, x.overrides))
	}
	c := d.change(newKey)
	c.variants, c.ownVariants = slices.Clone(renamed), true
	d.changedSymbol(newKey)
	for i, x := range list {
		d.renameSymbol(x.symbol, renamed[i].symbol)
	}
}

// content is the value, or the weak default when there is none.
func (v *variable) content() (string, bool) {
	if v.set {
		return v.value, true
	}
	return v.weak, v.hasWeak
}

// sortBraced sorts the names that contain references.
func (d *Data) sortBraced() {
	byName := func(a, b *symbol) int { return strings.Compare(a.name, b.name) }
	sorted := 0 // those of the configuration are
	for sorted+1 < len(d.braced) && byName(d.braced[sorted], d.braced[sorted+1]) <= 0 {
		sorted++
	}
	sorted = min(sorted+1, len(d.braced))
	first, rest := d.braced[:sorted], slices.Clone(d.braced[sorted:])
	slices.SortFunc(rest, byName)
	all := make([]*symbol, 0, len(d.braced))
	for len(first) > 0 && len(rest) > 0 {
		if byName(first[0], rest[0]) <= 0 {
			all, first = append(all, first[0]), first[1:]
		} else {
			all, rest = append(all, rest[0]), rest[1:]
		}
	}
	d.braced = slices.Compact(append(append(all, first...), rest...))
}

// expandKeys renames the variables whose names hold references.
func (d *Data) expandKeys() {
	d.sortBraced()
	type pair struct{ old, new *symbol }
	var todo []pair
	for _, k := range d.braced {
		c := d.at(k)
		if (c.variable == nil || c.variable.empty()) && !d.anyActive(c.variants) {
			continue
		}
		text, unknown := d.expand(k.name, "")
		if text == k.name {
			continue
		}
		if len(unknown) > 0 {
			d.taintVar(text, unknown)
		}
		todo = append(todo, pair{k, d.symbol(text)})
	}
	for _, t := range todo {
		d.renameSymbol(t.old, t.new)
	}
}

// anyActive is whether one of the variants replaces the variable now.
func (d *Data) anyActive(list []*variant) bool {
	if len(list) > 0 {
		d.resolve()
	}
	return slices.ContainsFunc(list, func(v *variant) bool { return d.isActive(v.overrides) })
}

func (v *variable) empty() bool {
	return !v.set && !v.hasWeak && len(v.flags) == 0 && len(v.operations) == 0
}

// taintVar says that code which cannot be followed may have changed a variable
// and its flags.
func (d *Data) taintVar(name string, why []Unknown) {
	s := d.symbol(name)
	if s.base != nil {
		s = s.base
	}
	v := d.ownSymbol(s)
	v.setTaint(mergeUnknown(v.taint(), why))
}

// taintFlags says the same of the flags alone.
func (d *Data) taintFlags(name string, why []Unknown) {
	v := d.own(name)
	v.doubt = &doubt{v.taint(), mergeUnknown(v.flagless(), why)}
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
