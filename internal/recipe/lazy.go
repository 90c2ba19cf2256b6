package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// Limits on lazy evaluation.
const (
	maxChain     = 500  // values that depend on each other in a row
	maxInstances = 1000 // of one for_each
)

// frame is a value that is being evaluated.
type frame struct {
	name string
	at   hcl.Range
}

// begin marks a value as being evaluated; false if it already is, or if the
// chain becomes too long.
func (ld *loader) begin(s *state, name string, at hcl.Range) bool {
	if *s == running {
		ld.add(problem(at, "Dependency cycle", "%s. A value cannot depend on itself.", ld.cycle(name)))
		return false
	}
	if len(ld.stack) >= maxChain {
		ld.add(problem(at, "Too many steps", "More than %d values depend on each other in a row here.", maxChain))
		return false
	}
	*s = running
	ld.stack = append(ld.stack, frame{name, at})
	return true
}

func (ld *loader) end(s *state) {
	*s = done
	ld.stack = ld.stack[:len(ld.stack)-1]
}

// cycle shows the values from the first to the second evaluation of one.
func (ld *loader) cycle(name string) string {
	var chain []string
	for i := len(ld.stack) - 1; i >= 0; i-- {
		chain = append([]string{ld.stack[i].name}, chain...)
		if ld.stack[i].name == name {
			break
		}
	}
	return strings.Join(append(chain, name), " → ")
}

// force evaluates a variable or local once.
func (ld *loader) force(m *module, n *node, name string) cty.Value {
	if n.state == done {
		return n.value
	}
	if !ld.begin(&n.state, n.name, n.at) {
		return cty.DynamicVal
	}
	if n.expr != nil {
		n.value = env{ld: ld, mod: m}.value(n.expr)
	} else {
		n.value = ld.variableValue(m, n, name)
	}
	ld.end(&n.state)
	return n.value
}

// expand evaluates for_each of a block once.
func (ld *loader) expand(b *block) []instance {
	if b.state == done {
		return b.instances
	}
	if !ld.begin(&b.state, b.address(), b.at) {
		b.unknown = true
		return nil
	}
	a := b.body.Attributes["for_each"]
	if b.each = a != nil && b.kind != "distribution"; b.each {
		b.instances, b.unknown = ld.forEach(b, env{ld: ld, mod: b.mod}.value(a.Expr), a.Expr.Range())
	} else {
		b.instances = []instance{{addr: Address(b.address()), name: b.name}}
	}
	ld.end(&b.state)
	return b.instances
}

var validKey = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$`)

// forEach makes the instances of a block from the value of its for_each.
func (ld *loader) forEach(b *block, v cty.Value, at hcl.Range) (list []instance, unknown bool) {
	if !v.IsKnown() {
		return nil, true
	}
	ty := v.Type()
	switch {
	case v.IsNull() || !ty.IsSetType() && !ty.IsMapType() && !ty.IsObjectType():
		ld.add(problem(at, "Wrong type", "for_each takes a set of strings, an object or a map. Of a list make a set: toset([…])."))
		return nil, true
	case v.LengthInt() > maxInstances:
		ld.add(problem(at, "Too many instances", "for_each gives %d instances; at most %d are allowed.", v.LengthInt(), maxInstances))
		return nil, true
	}
	for it := v.ElementIterator(); it.Next(); {
		key, val := it.Element()
		if !key.IsKnown() {
			return nil, true
		}
		if key.IsNull() || key.Type() != cty.String || !validKey.MatchString(key.AsString()) {
			ld.add(problem(at, "Invalid key", "The keys of for_each become file names: strings of letters, digits and . _ + -, at most 64 characters; this one is %q.", text(key)))
			unknown = true
			continue
		}
		k := key.AsString()
		list = append(list, instance{
			addr: Address(fmt.Sprintf("%s[%q]", b.address(), k)),
			name: b.name + "-" + k,
			key:  k,
			each: cty.ObjectVal(map[string]cty.Value{"key": key, "value": val}),
		})
	}
	return list, unknown
}
