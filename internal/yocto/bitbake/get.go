package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// expanded is what reading a variable gives.
type expanded struct {
	raw     string // overrides, appends and prepends applied
	text    string // expanded, removals applied
	set     bool
	unknown []Unknown
	removed []operation  // removals that took something away
	boxed   python.Value // text, once Python asked for it

	overridden bool // it depends on OVERRIDES
}

// refersToItself is why a variable cannot be expanded by BitBake either.
const refersToItself = "the variable refers to itself"

// get reads a variable as d.getVar(name) does.
func (d *Data) get(name string) expanded { return *d.getSymbol(d.symbol(name)) }

// getSymbol is get. What it gives is not changed.
func (d *Data) getSymbol(s *symbol) *expanded {
	d.touchSymbol(s)
	if e := d.remembered(s); e != nil {
		return e
	}
	if slices.Contains(d.reading, reading{symbol: s}) {
		return &expanded{unknown: d.unknown(s.name, refersToItself)}
	}
	if len(d.reading) > d.env.limits.Depth {
		return &expanded{unknown: d.unknown(s.name, "references are nested too deep")}
	}
	outer, changes := d.overridden, d.changes
	d.overridden = false
	d.reading = append(d.reading, reading{symbol: s})
	e, removes := d.read(s, false)
	if e.set {
		text, unknown := d.expand(e.raw, "")
		e.text, e.unknown = text, mergeUnknown(e.unknown, unknown)
		d.applyRemoves(e, removes)
		d.applyFilter(s.name, e)
	}
	d.reading = d.reading[:len(d.reading)-1]
	e.overridden = d.overridden
	d.overridden = d.overridden || outer
	d.remember(s, e, changes)
	return e
}

// remembered is what a variable was expanded to, nil when that is not certain
// to be the same now.
func (d *Data) remembered(s *symbol) *expanded {
	k := d.memo.find(s)
	if k == nil || k.value == nil {
		return nil
	}
	if k.value.overridden {
		d.overridden = true
		if !d.resolved && !d.resolving {
			d.resolve()
			if k = d.memo.find(s); k == nil {
				return nil
			}
		}
	}
	return k.value
}

// getRaw reads a variable as d.getVar(name, False) does.
func (d *Data) getRaw(name string) expanded {
	e, _ := d.read(d.symbol(name), false)
	e.text = e.raw
	return *e
}

// parsingOf is the value that the operators see: no overrides, no weak
// default.
func (d *Data) parsingOf(s *symbol) (string, bool, []Unknown) {
	d.touchSymbol(s)
	v := d.at(s).variable
	if v == nil || !v.set {
		return "", false, nil
	}
	return v.value, true, v.taint()
}

// read applies overrides, appends and prepends, and gives the removals that
// are to be applied after expansion.
func (d *Data) read(s *symbol, noWeak bool) (e *expanded, removes []operation) {
	d.touchSymbol(s)
	e = d.room.values.take()
	for _, t := range d.prefixes {
		if strings.HasPrefix(s.name, t.prefix) {
			e.unknown = mergeUnknown(e.unknown, t.why)
		}
	}
	if text, ok := d.env.forced[s.name]; ok {
		e.raw, e.set, e.unknown = text, true, nil
		return e, nil
	}
	c := d.at(s)
	v := c.variable
	if len(c.variants) > 0 {
		d.lookAtOverrides(s, e)
		if match := d.match(c.variants); match != nil && len(d.reading) <= d.env.limits.Depth {
			d.reading = append(d.reading, reading{s, true})
			sub := d.getSymbol(match)
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
	e.unknown = mergeUnknown(e.unknown, v.taint())
	for _, wanted := range []op{":append", ":prepend"} {
		d.applyOperations(s, e, wanted)
	}
	for _, o := range v.operations {
		if o.op == ":remove" && d.holds(s, e, o) {
			removes = append(removes, o)
		}
	}
	return e, removes
}

// applyOperations applies the appends, or the prepends.
func (d *Data) applyOperations(s *symbol, e *expanded, wanted op) {
	for _, o := range d.at(s).variable.operations {
		if o.op != wanted {
			continue
		}
		e.set = e.set || d.env.old // in old releases even when it is not active
		switch {
		case !d.holds(s, e, o):
			continue
		case wanted == ":append":
			e.raw += o.text
		default:
			e.raw = o.text + e.raw
		}
		e.set = true
		e.unknown = mergeUnknown(e.unknown, o.unknown)
	}
}

// holds is whether all overrides of an operation are active.
func (d *Data) holds(s *symbol, e *expanded, o operation) bool {
	if o.overrides == "" {
		return true
	}
	d.lookAtOverrides(s, e)
	return d.isActive(o.overrides)
}

// lookAtOverrides prepares for asking which overrides of a variable are
// active.
func (d *Data) lookAtOverrides(s *symbol, e *expanded) {
	d.overridden = true
	d.resolve()
	d.memo.looked.add(s)
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
// come last in OVERRIDES. It is nil when none does.
func (d *Data) match(list []*variant) *symbol {
	type candidate struct {
		over string
		name *symbol
	}
	var active []candidate
	put := func(over string, name *symbol) {
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
			put(v.overrides, v.symbol)
		}
	}
	var won *symbol
	sep := d.env.separator()
	for again := len(active) > 0; again; {
		again = false
		for _, o := range d.overrides {
			for _, a := range slices.Clone(active) {
				at := slices.IndexFunc(active, func(x candidate) bool { return x.over == a.over })
				switch {
				case at < 0:
				case strings.HasSuffix(a.over, sep+o):
					name := active[at].name
					active = slices.Delete(active, at, at+1)
					put(strings.ReplaceAll(a.over, sep+o, ""), name)
					again = true
				case a.over == o:
					won = active[at].name
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
	return d.flagOf(d.symbol(name), key)
}

func (d *Data) flagOf(s *symbol, key string) (value string, set bool, unknown []Unknown) {
	d.touchSymbol(s)
	v := d.at(s).variable
	if v == nil {
		return "", false, nil
	}
	i := 0
	if len(v.flags) > manyFlags {
		if i = d.flagged.find(d, v, key); i < 0 {
			return "", false, mergeUnknown(nil, v.flagless())
		}
	}
	for ; i < len(v.flags); i++ {
		f := &v.flags[i]
		if f.name == key && (!f.weak || !set) {
			value, set, unknown = f.value, true, f.unknown()
			if !f.weak {
				break
			}
		}
	}
	return value, set, mergeUnknown(unknown, v.flagless())
}

// manyFlags is how many flags are looked through one by one at most.
const manyFlags = 32

// flagIndex finds the flags of a variable that has many, as SRC_URI has of a
// recipe with hundreds of crates. It holds until a variable is written.
type flagIndex struct {
	variable *variable
	flags    int
	writes   int
	first    map[string]int // flag → the first of that name
}

func (x *flagIndex) find(d *Data, v *variable, key string) int {
	if x.variable != v || x.writes != d.writes || x.flags != len(v.flags) {
		*x = flagIndex{v, len(v.flags), d.writes, make(map[string]int, len(v.flags))}
		for i := len(v.flags) - 1; i >= 0; i-- {
			x.first[v.flags[i].name] = i
		}
	}
	if i, ok := x.first[key]; ok {
		return i
	}
	return -1
}

// getFlagExpanded reads a flag and expands it.
func (d *Data) getFlagExpanded(name, key string) expanded {
	return d.flagExpanded(d.symbol(name), key)
}

func (d *Data) flagExpanded(s *symbol, key string) expanded {
	raw, set, unknown := d.flagOf(s, key)
	if !set {
		return expanded{unknown: unknown}
	}
	text, more := d.expand(raw, "")
	return expanded{raw: raw, text: text, set: true, unknown: mergeUnknown(unknown, more)}
}

func (d *Data) unknown(expression, reason string) []Unknown {
	return []Unknown{{Place: d.placeOf(), Expression: expression, Reason: reason}}
}
