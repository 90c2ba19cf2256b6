package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// env is where an expression stands: its module and, in a block with for_each,
// the instance.
type env struct {
	ld   *loader
	mod  *module
	each cty.Value // object of key and value, or cty.NilVal
}

// scope is the tree of names that an expression mentions; leaves are values.
type scope map[string]any

func (s scope) set(v cty.Value, path ...string) {
	for _, name := range path[:len(path)-1] {
		sub, ok := s[name].(scope)
		if !ok {
			if s[name] != nil {
				return // unknown as a whole
			}
			sub = scope{}
			s[name] = sub
		}
		s = sub
	}
	s[path[len(path)-1]] = v
}

func (s scope) values() map[string]cty.Value {
	out := make(map[string]cty.Value, len(s))
	for name, v := range s {
		if sub, ok := v.(scope); ok {
			out[name] = cty.ObjectVal(sub.values())
		} else {
			out[name] = v.(cty.Value)
		}
	}
	return out
}

// value evaluates an expression. What fails is reported and becomes unknown.
func (e env) value(expr hclsyntax.Expression) cty.Value {
	if e.ld.exhausted {
		return cty.DynamicVal
	}
	names, ok := scope{}, true
	for _, t := range expr.Variables() {
		ok = e.bind(names, t) && ok
	}
	if !ok {
		return cty.DynamicVal
	}
	v, diags := e.ld.evaluate(expr, &hcl.EvalContext{Variables: names.values(), Functions: e.mod.functions})
	e.ld.add(diags...)
	if diags.HasErrors() {
		return cty.DynamicVal
	}
	return v
}

// evaluate runs an expression within the budget.
func (ld *loader) evaluate(expr hclsyntax.Expression, ctx *hcl.EvalContext) (v cty.Value, diags hcl.Diagnostics) {
	defer func() {
		if r := recover(); r == errExhausted {
			ld.exhausted = true
			v, diags = cty.DynamicVal, hcl.Diagnostics{problem(expr.Range(), "Too much data",
				"Evaluating this expression exceeds what a recipe may produce (%d MiB in all). Make lists and texts smaller.", meterBudget>>20)}
		} else if r != nil {
			panic(r)
		}
	}()
	v, diags = expr.Value(ctx)
	ld.meter.charge(v)
	return v, diags
}

// bind finds the value of a traversal's name. It returns false if the
// expression cannot be evaluated.
func (e env) bind(names scope, t hcl.Traversal) bool {
	root := t.RootName()
	switch {
	case root == "var" || root == "local":
		e.bindNode(names, t)
		return true
	case root == "each":
		return e.bindEach(names, t)
	case root == "module":
		return e.bindModule(names, t)
	case slices.Contains(kinds, root):
		return e.bindBlock(names, e.mod, t, nil)
	default:
		names.set(cty.DynamicVal, root)
		e.ld.add(e.unknownRoot(t))
		return true
	}
}

func (e env) unknownRoot(t hcl.Traversal) *hcl.Diagnostic {
	root := t.RootName()
	known := append([]string{"var", "local", "each", "module"}, kinds...)
	detail := fmt.Sprintf("There is nothing called %q here.", root)
	switch hint := didYouMean(root, known); {
	case len(t) == 1:
		detail += fmt.Sprintf(" To mean the word itself, quote it: %q.", root)
		for _, kind := range kinds {
			if e.mod.blocks[kind][root] != nil {
				detail = fmt.Sprintf("A %s is referred to as %s.%s.", kind, kind, root)
				break
			}
		}
	case hint != "":
		detail += hint
	default:
		detail += fmt.Sprintf(" References begin with %s.", oneOf(known))
	}
	return problem(t.SourceRange(), "Unknown reference", "%s", detail)
}

// step gives the name at a position of a traversal: package.xen or package["xen"].
func step(t hcl.Traversal, i int) (string, hcl.Range, bool) {
	if i >= len(t) {
		return "", hcl.Range{}, false
	}
	switch s := t[i].(type) {
	case hcl.TraverseAttr:
		return s.Name, s.SrcRange, true
	case hcl.TraverseIndex:
		if s.Key.Type() == cty.String {
			return s.Key.AsString(), s.SrcRange, true
		}
	}
	return "", hcl.Range{}, false
}

// incomplete reports a reference that stops too early.
func (e env) incomplete(t hcl.Traversal, form string) {
	e.ld.add(problem(t.SourceRange(), "Incomplete reference", "A reference of this kind is written %s.", form))
}

func (e env) bindNode(names scope, t hcl.Traversal) {
	root := t.RootName()
	name, at, ok := step(t, 1)
	if !ok {
		names.set(cty.DynamicVal, root)
		e.incomplete(t, root+".NAME")
		return
	}
	nodes := e.mod.locals
	if root == "var" {
		nodes = e.mod.variables
	}
	n := nodes[name]
	if n == nil {
		names.set(cty.DynamicVal, root, name)
		what := map[string]string{"var": "variable", "local": "local"}[root]
		e.ld.add(problem(joined(t[0].SourceRange(), at), "Unknown reference", "There is no %s %q in %s.%s", what, name, e.mod.shown(), didYouMean(name, sortedKeys(nodes))))
		return
	}
	names.set(e.ld.force(e.mod, n, name), root, name)
}

func joined(a, b hcl.Range) hcl.Range { return hcl.RangeBetween(a, b) }

func (e env) bindEach(names scope, t hcl.Traversal) bool {
	if e.each == cty.NilVal {
		names.set(cty.DynamicVal, "each")
		e.ld.add(problem(t.SourceRange(), "each without for_each", "each.key and each.value exist only in a block that has the attribute for_each."))
		return true
	}
	name, _, ok := step(t, 1)
	if !ok || name != "key" && name != "value" {
		e.ld.add(problem(t.SourceRange(), "Unknown reference", "each has the attributes key and value."))
		return false
	}
	names.set(e.each, "each")
	return true
}

func (e env) bindModule(names scope, t hcl.Traversal) bool {
	path := []string{"module"}
	m := e.mod
	for i := 0; ; i += 2 { // module.a.module.b.package.x
		name, at, ok := step(t, i+1)
		if !ok {
			e.incomplete(t, "module.NAME.package.NAME")
			return false
		}
		path = append(path, name)
		m, ok = e.ld.child(m, name, joined(t[i].SourceRange(), at))
		if !ok || m.broken {
			names.set(cty.DynamicVal, path...)
			return true
		}
		kind, at, ok := step(t, i+2)
		if !ok {
			e.incomplete(t, "module.NAME.package.NAME")
			return false
		}
		if kind != "module" {
			if !slices.Contains(kinds, kind) {
				e.ld.add(problem(at, "Unknown reference", "A module has no %q; its blocks are referred to as module.%s.KIND.NAME, where KIND is one of %s.%s",
					kind, name, oneOf(kinds), didYouMean(kind, kinds)))
				return false
			}
			return e.bindBlock(names, m, t[i+2:], path)
		}
		path = append(path, kind)
	}
}

// bindBlock binds a reference to a block of a module; t begins with its kind,
// path is what stands before.
func (e env) bindBlock(names scope, m *module, t hcl.Traversal, path []string) bool {
	kind, kindAt, ok := step(t, 0)
	if !ok {
		kind, kindAt = t.RootName(), t[0].SourceRange()
	}
	name, at, ok := step(t, 1)
	if !ok {
		e.incomplete(t, kind+".NAME")
		return false
	}
	path = append(slices.Clone(path), kind, name)
	b := m.blocks[kind][name]
	if b == nil {
		names.set(cty.DynamicVal, path...)
		e.ld.add(problem(joined(kindAt, at), "Unknown reference", "There is no %s %q in %s.%s", kind, name, m.shown(), e.suggestBlock(m, kind, name)))
		return true
	}
	instances := e.ld.expand(b)
	if b.unknown {
		names.set(cty.DynamicVal, path...)
		return true
	}
	names.set(b.ref(instances), path...)
	return e.checkSteps(b, instances, t[2:])
}

func (e env) suggestBlock(m *module, kind, name string) string {
	if hint := didYouMean(name, sortedKeys(m.blocks[kind])); hint != "" {
		return hint
	}
	for _, other := range kinds {
		if m.blocks[other][name] != nil {
			return fmt.Sprintf(" There is a %s of that name: %s.%s.", other, other, name)
		}
	}
	return ""
}

// ref is the value of a reference to a block: an object by key if it has for_each.
func (b *block) ref(instances []instance) cty.Value {
	if !b.each {
		return instances[0].ref(b.kind)
	}
	if b.byKey != cty.NilVal {
		return b.byKey
	}
	byKey := make(map[string]cty.Value, len(instances))
	for _, i := range instances {
		byKey[i.key] = i.ref(b.kind)
	}
	b.byKey = cty.ObjectVal(byKey)
	return b.byKey
}

// checkSteps checks what follows the name of a block: the key of an instance,
// then name or address.
func (e env) checkSteps(b *block, instances []instance, rest hcl.Traversal) bool {
	if b.each && len(rest) > 0 {
		key, at, ok := step(rest, 0)
		if !ok {
			return true
		}
		var keys []string
		for _, i := range instances {
			keys = append(keys, i.key)
		}
		if !slices.Contains(keys, key) {
			e.ld.add(problem(at, "Unknown instance", "for_each of %s gives no instance %q.%s", b.address(), key, didYouMean(key, keys)))
			return false
		}
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return true
	}
	name, at, ok := step(rest, 0)
	if ok && slices.Contains(refAttrs, name) {
		return true
	}
	if _, index := rest[0].(hcl.TraverseIndex); index {
		e.ld.add(problem(rest[0].SourceRange(), "Unknown instance", "%s has no for_each, so it has no instances: write %s.", b.address(), b.address()))
	} else {
		e.ld.add(problem(at, "Unknown attribute", "Of a %s only %s can be read.%s", b.kind, strings.Join(refAttrs, " and "), didYouMean(name, refAttrs)))
	}
	return false
}
