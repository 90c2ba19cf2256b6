package recipe

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// decoder reads the attributes of one body in one environment. Its methods
// report what is wrong and then give a zero value.
type decoder struct {
	env
	kind string // of shapes
	what string // `package "xen"`
	at   hcl.Range
	body *hclsyntax.Body
}

// item is a string of a list, and where it stands.
type item struct {
	text string
	at   hcl.Range
}

func (d decoder) add(diag *hcl.Diagnostic) { d.ld.add(diag) }

// inner decodes a nested block.
func (d decoder) inner(b *hclsyntax.Block) decoder {
	return decoder{d.env, d.kind + "." + b.Type, b.Type + " of " + d.what, b.DefRange(), b.Body}
}

// nested returns the decoder of the nested block of a type, if there is one.
func (d decoder) nested(kind string) (decoder, bool) {
	if list := blocksOf(d.body, kind); len(list) > 0 {
		return d.inner(list[0]), true
	}
	return decoder{}, false
}

// raw evaluates an attribute; false if it is absent or failed. An optional
// attribute that is null is absent.
func (d decoder) raw(name string) (cty.Value, hclsyntax.Expression, bool) {
	a := d.body.Attributes[name]
	if a == nil {
		return cty.NilVal, nil, false
	}
	v := d.value(a.Expr)
	if v.IsNull() {
		if slices.Contains(shapes[d.kind].required, name) {
			d.add(problem(a.Expr.Range(), "Missing value", "%s needs a value for %s; this is null.", sentence(d.what), name))
		}
		return cty.NilVal, nil, false
	}
	d.ld.incomplete = d.ld.incomplete || !v.IsWhollyKnown()
	return v, a.Expr, v.IsKnown()
}

// get evaluates an attribute and converts it; false if there is no whole value.
func (d decoder) get(name string, ty cty.Type) (cty.Value, hcl.Range, bool) {
	v, expr, ok := d.raw(name)
	if !ok {
		return cty.NilVal, hcl.Range{}, false
	}
	out, err := convert.Convert(v, ty)
	if err != nil {
		d.add(problem(expr.Range(), "Wrong type", "%s must be %s: %s.", name, typeName(ty), reason(err)))
		return cty.NilVal, hcl.Range{}, false
	}
	return out, expr.Range(), out.IsWhollyKnown()
}

// str reads a string attribute without control characters.
func (d decoder) str(name, fallback string) (string, hcl.Range, bool) {
	v, at, ok := d.get(name, cty.String)
	if !ok {
		return fallback, hcl.Range{}, false
	}
	s := v.AsString()
	if strings.ContainsFunc(s, isControl) {
		d.add(problem(at, "Invalid value", "%s contains control characters.", name))
		return fallback, hcl.Range{}, false
	}
	return s, at, true
}

func (d decoder) boolean(name string) bool {
	v, _, ok := d.get(name, cty.Bool)
	return ok && v.True()
}

// integer reads a whole number within bounds.
func (d decoder) integer(name string, fallback, low, high int64) int64 {
	v, at, ok := d.get(name, cty.Number)
	if !ok {
		return fallback
	}
	i, accuracy := v.AsBigFloat().Int64()
	if accuracy != big.Exact || i < low || i > high {
		d.add(problem(at, "Value out of range", "%s is a whole number from %d to %d.", name, low, high))
		return fallback
	}
	return i
}

// enum reads a word out of a list.
func (d decoder) enum(name, fallback string, words []string) string {
	s, at, ok := d.str(name, fallback)
	if ok {
		d.word(name, item{s, at}, words)
	}
	return s
}

func (d decoder) word(name string, it item, words []string) bool {
	for _, w := range words {
		if w == it.text {
			return true
		}
	}
	d.add(problem(it.at, "Unknown value", "%s has no value %q; there are %s.%s", name, it.text, oneOf(words), didYouMean(it.text, words)))
	return false
}

// elements evaluates a list and gives each element with its place: that of the
// element if the list is written out, else that of the whole expression.
func (d decoder) elements(name string, each func(cty.Value, hcl.Range)) (n int, ok bool) {
	v, expr, ok := d.raw(name)
	if !ok {
		return 0, false
	}
	if !isSequence(v.Type()) {
		d.add(problem(expr.Range(), "Wrong type", "%s is a list: write %s = […].", name, name))
		return 0, false
	}
	written, _ := expr.(*hclsyntax.TupleConsExpr)
	if v.Type().IsSetType() && !v.IsWhollyKnown() {
		return 0, false
	}
	for it := v.ElementIterator(); it.Next(); n++ {
		_, e := it.Element()
		at := expr.Range()
		if written != nil {
			at = written.Exprs[n].Range()
		}
		each(e, at)
	}
	return n, true
}

// strings reads a list of different strings that are not empty; known is false
// if some of it is missing.
func (d decoder) strings(name string, needed bool) []item {
	var list []item
	seen := map[string]bool{}
	n, ok := d.elements(name, func(v cty.Value, at hcl.Range) {
		s, err := convert.Convert(v, cty.String)
		switch {
		case err != nil || s.IsNull():
			d.add(problem(at, "Wrong type", "%s is a list of strings.", name))
		case !s.IsKnown():
		case s.AsString() == "" || strings.ContainsFunc(s.AsString(), isControl):
			d.add(problem(at, "Invalid value", "A string in %s is empty or contains control characters.", name))
		case seen[s.AsString()]:
			d.add(problem(at, "Duplicate value", "%q stands in %s twice.", s.AsString(), name))
		default:
			seen[s.AsString()] = true
			list = append(list, item{s.AsString(), at})
		}
	})
	d.notEmpty(name, needed && ok && n == 0)
	return list
}

func (d decoder) notEmpty(name string, empty bool) {
	if empty {
		d.add(problem(d.body.Attributes[name].Expr.Range(), "Empty list", "%s of %s needs at least one element.", name, d.what))
	}
}

// texts gives the strings of items.
func texts(items []item) []string {
	var list []string
	for _, i := range items {
		list = append(list, i.text)
	}
	return list
}

// found is a reference of an attribute, and where it stands.
type found struct {
	*ref
	at hcl.Range
}

// reference reads an attribute that names one block.
func (d decoder) reference(name, kind string) (Address, bool) {
	v, expr, ok := d.raw(name)
	if !ok {
		return "", false
	}
	r, ok := d.asRef(name, kind, v, expr.Range())
	if !ok {
		return "", false
	}
	return r.addr, true
}

func (d decoder) asRef(name, kind string, v cty.Value, at hcl.Range) (*ref, bool) {
	if !v.IsWhollyKnown() {
		return nil, false
	}
	r, ok := asRef(v)
	switch {
	case ok && r.kind == kind:
		return r, true
	case ok:
		d.add(problem(at, "Wrong kind of block", "%s refers to a %s; %s is a %s.", name, kind, r.addr, r.kind))
	case isInstances(v):
		d.add(problem(at, "Which instance?", "This block has for_each: name one instance, as in %s.NAME[\"%s\"], or write values(…) where a list is wanted.", kind, firstKey(v)))
	default:
		d.add(problem(at, "Wrong type", "%s refers to a %s, written %s.NAME.", name, kind, kind))
	}
	return nil, false
}

// isInstances says whether a value is a block with for_each.
func isInstances(v cty.Value) bool {
	if v.IsNull() || !v.Type().IsObjectType() || v.LengthInt() == 0 {
		return false
	}
	for _, e := range v.AsValueMap() {
		if _, ok := asRef(e); !ok {
			return false
		}
	}
	return true
}

func firstKey(v cty.Value) string { return sortedKeys(v.AsValueMap())[0] }

// references reads a list of different blocks.
func (d decoder) references(name, kind string, needed bool) []found {
	var list []found
	seen := map[Address]bool{}
	n, ok := d.elements(name, func(v cty.Value, at hcl.Range) {
		r, ok := d.asRef(name, kind, v, at)
		if !ok {
			return
		}
		if seen[r.addr] {
			d.add(problem(at, "Duplicate value", "%s stands in %s twice.", r.addr, name))
			return
		}
		seen[r.addr] = true
		list = append(list, found{r, at})
	})
	d.notEmpty(name, needed && ok && n == 0)
	return list
}

// checkNames refuses blocks of one list that would share a directory.
func (d decoder) checkNames(name string, list []found) {
	by := map[string]Address{}
	for _, r := range list {
		if first, ok := by[r.name]; ok {
			d.add(problem(r.at, "Same name", "%s and %s in %s would share the directory %q in the sandbox. Rename one.", first, r.addr, name, r.name))
		}
		by[r.name] = r.addr
	}
}

func addresses(list []found) []Address {
	var out []Address
	for _, r := range list {
		out = append(out, r.addr)
	}
	return out
}

var sizeText = regexp.MustCompile(`^([0-9]{1,15})(B|KiB|MiB|GiB|TiB)$`)

var sizeUnits = map[string]int64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

const maxSize = 1 << 50

// size reads a number of bytes: a number, or a string such as "64MiB".
func (d decoder) size(name string, fallback int64) int64 {
	v, expr, ok := d.raw(name)
	if !ok {
		return fallback
	}
	if v.Type() == cty.Number {
		return d.integer(name, fallback, 0, maxSize)
	}
	if v.Type() == cty.String {
		if m := sizeText.FindStringSubmatch(v.AsString()); m != nil {
			n, err := strconv.ParseInt(m[1], 10, 64)
			if unit := sizeUnits[m[2]]; err == nil && n <= maxSize/unit {
				return n * unit
			}
		}
	}
	d.add(problem(expr.Range(), "Invalid size", "%s is a number of bytes or a string such as \"64MiB\", with a unit of B, KiB, MiB, GiB or TiB.", name))
	return fallback
}

const maxDuration = 24 * time.Hour

// duration reads a string such as "120s".
func (d decoder) duration(name string, fallback time.Duration) time.Duration {
	v, expr, ok := d.raw(name)
	if !ok {
		return fallback
	}
	if v.Type() == cty.String {
		if t, err := time.ParseDuration(v.AsString()); err == nil && t > 0 && t <= maxDuration {
			return t
		}
	}
	d.add(problem(expr.Range(), "Invalid duration", "%s is a string such as \"120s\" or \"2m30s\", more than 0 and at most %s.", name, fmt.Sprintf("%dh", int(maxDuration.Hours()))))
	return fallback
}
