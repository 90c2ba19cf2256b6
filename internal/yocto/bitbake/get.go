package bitbake

import (
	"slices"
	"strings"
)

// expanded is what reading a variable gives.
type expanded struct {
	raw     string // overrides, appends and prepends applied
	text    string // expanded, removals applied
	set     bool
	unknown []Unknown
	removed []operation // removals that took something away

	overridden bool // it depends on OVERRIDES
}

// get reads a variable as d.getVar(name) does.
func (d *Data) get(name string) expanded {
	name = d.normal(name)
	d.touch(name)
	if e, ok := d.remembered(name); ok {
		return e
	}
	if slices.Contains(d.reading, name) {
		return expanded{unknown: d.unknown(name, "the variable refers to itself")}
	}
	if len(d.reading) > d.env.limits.Depth {
		return expanded{unknown: d.unknown(name, "references are nested too deep")}
	}
	outer, changes := d.overridden, d.changes
	d.overridden = false
	d.reading = append(d.reading, name)
	e, removes := d.read(name, false)
	if e.set {
		text, unknown := d.expand(e.raw, name)
		e.text, e.unknown = text, mergeUnknown(e.unknown, unknown)
		d.applyRemoves(&e, removes)
		d.applyFilter(name, &e)
	}
	d.reading = d.reading[:len(d.reading)-1]
	e.overridden = d.overridden
	d.overridden = d.overridden || outer
	d.remember(name, e, changes)
	return e
}

// remembered is what a variable was expanded to, unless that is not certain
// to be the same now.
func (d *Data) remembered(name string) (expanded, bool) {
	e, ok := d.memo.values[name]
	if ok && e.overridden {
		d.overridden = true
		if !d.resolved && !d.resolving {
			d.resolve()
			e, ok = d.memo.values[name]
		}
	}
	if !ok {
		return expanded{}, false
	}
	return *e, true
}

// getRaw reads a variable as d.getVar(name, False) does.
func (d *Data) getRaw(name string) expanded {
	e, _ := d.read(d.normal(name), false)
	e.text = e.raw
	return e
}

// getParsing is the value that the operators see: no overrides, no weak
// default.
func (d *Data) getParsing(name string) (string, bool, []Unknown) {
	name = d.normal(name)
	d.touch(name)
	v := d.find(name)
	if v == nil || !v.set {
		return "", false, nil
	}
	return v.value, true, v.taint
}

// read applies overrides, appends and prepends, and gives the removals that
// are to be applied after expansion.
func (d *Data) read(name string, noWeak bool) (e expanded, removes []operation) {
	d.touch(name)
	if d.overrideVar != nil && d.resolving {
		d.overrideVar[name] = true
	}
	for _, t := range d.prefixes {
		if strings.HasPrefix(name, t.prefix) {
			e.unknown = mergeUnknown(e.unknown, t.why)
		}
	}
	if text, ok := d.env.forced[name]; ok {
		return expanded{raw: text, set: true}, nil
	}
	v := d.find(name)
	if list := d.variantsOf(name); len(list) > 0 {
		d.lookAtOverrides(&e)
		if match := d.match(list); match != "" && len(d.reading) <= d.env.limits.Depth {
			d.reading = append(d.reading, name+" ")
			sub := d.get(match)
			d.reading = d.reading[:len(d.reading)-1]
			e.raw, e.set = sub.raw, sub.set
			e.unknown = mergeUnknown(e.unknown, sub.unknown)
			removes = append(removes, sub.removed...)
		}
	}
	if v == nil {
		return e, removes
	}
	if !e.set {
		e.raw, e.set = v.value, v.set
		if !v.set && v.hasWeak && !noWeak {
			e.raw, e.set = v.weak, true
		}
	}
	e.unknown = mergeUnknown(e.unknown, v.taint)
	if d.env.old && len(v.appends)+len(v.prepends) > 0 {
		e.set = true // in old releases even when no operation is active
	}
	d.applyOperations(&e, v.appends, func(old, text string) string { return old + text })
	d.applyOperations(&e, v.prepends, func(old, text string) string { return text + old })
	for _, o := range v.removes {
		if d.holds(&e, o) {
			removes = append(removes, o)
		}
	}
	return e, removes
}

func (d *Data) applyOperations(e *expanded, list []operation, join func(old, text string) string) {
	for _, o := range list {
		if d.holds(e, o) {
			e.raw, e.set = join(e.raw, o.text), true
			e.unknown = mergeUnknown(e.unknown, o.unknown)
		}
	}
}

// holds is whether all overrides of an operation are active.
func (d *Data) holds(e *expanded, o operation) bool {
	if o.overrides == "" {
		return true
	}
	d.lookAtOverrides(e)
	return d.isActive(o.overrides)
}

// lookAtOverrides prepares for asking which overrides are active.
func (d *Data) lookAtOverrides(e *expanded) {
	d.overridden = true
	d.resolve()
	e.unknown = mergeUnknown(e.unknown, d.overridesUnknown())
}

func (d *Data) isActive(overrides string) bool {
	if d.active[overrides] {
		return true
	}
	sep := d.env.separator()
	if !strings.Contains(overrides, sep) {
		return false
	}
	for _, o := range strings.Split(overrides, sep) {
		if !d.active[o] {
			return false
		}
	}
	return true
}

// match is the name among the variants that wins: the one whose overrides
// come last in OVERRIDES.
func (d *Data) match(list []variant) string {
	type candidate struct{ over, name string }
	var active []candidate
	put := func(over, name string) {
		for i := range active {
			if active[i].over == over {
				active[i].name = name
				return
			}
		}
		active = append(active, candidate{over, name})
	}
	for _, v := range list {
		if d.isActive(v.overrides) {
			put(v.overrides, v.name)
		}
	}
	won, sep := "", d.env.separator()
	for again := len(active) > 0; again; {
		again = false
		for _, o := range d.overrides {
			for _, a := range slices.Clone(active) {
				at := slices.Index(active, a)
				switch {
				case at < 0:
				case strings.HasSuffix(a.over, sep+o):
					active = slices.Delete(active, at, at+1)
					put(strings.ReplaceAll(a.over, sep+o, ""), a.name)
					again = true
				case a.over == o:
					won = a.name
					active = slices.Delete(active, at, at+1)
				}
			}
		}
	}
	return won
}

// applyRemoves takes the words of the removals out of the expanded value.
func (d *Data) applyRemoves(e *expanded, removes []operation) {
	if e.text == "" || len(removes) == 0 {
		return
	}
	took := make([]bool, len(removes))
	gone := map[string][]int{}
	for i, r := range removes {
		words, unknown := d.expand(r.text, "")
		e.unknown = mergeUnknown(mergeUnknown(e.unknown, unknown), r.unknown)
		for _, w := range strings.Fields(words) {
			gone[w] = append(gone[w], i)
		}
	}
	var out strings.Builder
	eachWord(e.text, func(word, space string) {
		if by := gone[word]; by == nil {
			out.WriteString(word)
		} else {
			for _, i := range by {
				took[i] = true
			}
		}
		out.WriteString(space)
	})
	e.text = out.String()
	for i, r := range removes {
		if took[i] {
			e.removed = append(e.removed, r)
		}
	}
}

// eachWord calls f for each word with the one white space after it.
func eachWord(s string, f func(word, space string)) {
	start := 0
	for i := 0; i < len(s); i++ {
		if isSpace(s[i]) {
			f(s[start:i], s[i:i+1])
			start = i + 1
		}
	}
	f(s[start:], "")
}

// getFlag reads a flag without expanding it.
func (d *Data) getFlag(name, key string) (value string, set bool, unknown []Unknown) {
	name = d.normal(name)
	d.touch(name)
	v := d.find(name)
	if v == nil {
		return "", false, nil
	}
	for _, f := range v.flags {
		if f.name == key && (!f.weak || !set) {
			value, set, unknown = f.value, true, f.unknown
			if !f.weak {
				break
			}
		}
	}
	return value, set, mergeUnknown(unknown, v.flagless)
}

// getFlagExpanded reads a flag and expands it.
func (d *Data) getFlagExpanded(name, key string) expanded {
	raw, set, unknown := d.getFlag(name, key)
	if !set {
		return expanded{unknown: unknown}
	}
	text, more := d.expand(raw, name+"["+key+"]")
	return expanded{raw: raw, text: text, set: true, unknown: mergeUnknown(unknown, more)}
}

func (d *Data) unknown(expression, reason string) []Unknown {
	return []Unknown{{Place: d.placeOf(), Expression: expression, Reason: reason}}
}
