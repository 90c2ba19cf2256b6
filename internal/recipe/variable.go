package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/json"
)

// variable is a variable block as it was read.
type variable struct {
	ty        cty.Type // DynamicPseudoType: anything
	fallback  *cty.Value
	allowed   []cty.Value
	allowedAt hcl.Range
}

// variable reads the block of a variable. Its parts are constant: functions
// may be called, names may not be used.
func (ld *loader) variable(m *module, n *node) *variable {
	if n.spec != nil {
		return n.spec
	}
	v := &variable{ty: cty.DynamicPseudoType}
	n.spec = v
	if a := n.body.Attributes["type"]; a != nil {
		ty, diags := typeexpr.TypeConstraint(a.Expr)
		ld.add(diags...)
		if !diags.HasErrors() {
			v.ty = ty
		}
	}
	if a := n.body.Attributes["description"]; a != nil {
		if d, ok := ld.constant(m, a); ok && d.Type() != cty.String {
			ld.add(problem(a.Expr.Range(), "Wrong type", "The description of a variable is a string."))
		}
	}
	if a := n.body.Attributes["default"]; a != nil {
		d, ok := ld.constant(m, a)
		if n.body.Attributes["type"] == nil && ok {
			v.ty = plainType(d)
		}
		d = ld.convertTo(n.name, a.Expr.Range(), d, v.ty)
		v.fallback = &d
	}
	ld.allowed(m, n, v)
	return v
}

// plainType is the type that a default gives its variable: that of a primitive,
// else anything.
func plainType(v cty.Value) cty.Type {
	if !v.IsNull() && v.Type().IsPrimitiveType() {
		return v.Type()
	}
	return cty.DynamicPseudoType
}

func (ld *loader) allowed(m *module, n *node, v *variable) {
	a := n.body.Attributes["allowed"]
	if a == nil {
		return
	}
	v.allowedAt = a.Expr.Range()
	list, ok := ld.constant(m, a)
	if !ok {
		return
	}
	if list.IsNull() || !isSequence(list.Type()) || list.LengthInt() == 0 {
		ld.add(problem(v.allowedAt, "Wrong type", "allowed is a list of the values that the variable may have."))
		return
	}
	for it := list.ElementIterator(); it.Next(); {
		_, e := it.Element()
		v.allowed = append(v.allowed, ld.convertTo("allowed", v.allowedAt, e, v.ty))
	}
	if v.fallback != nil {
		ld.checkAllowed(n, v, *v.fallback, n.body.Attributes["default"].Expr.Range())
	}
}

func isSequence(ty cty.Type) bool {
	return ty.IsTupleType() || ty.IsListType() || ty.IsSetType()
}

// checkAllowed reports a value that the variable may not have.
func (ld *loader) checkAllowed(n *node, v *variable, val cty.Value, at hcl.Range) {
	if len(v.allowed) == 0 || !val.IsWhollyKnown() {
		return
	}
	var names []string
	for _, a := range v.allowed {
		if !a.IsWhollyKnown() || a.RawEquals(val) {
			return
		}
		names = append(names, text(a))
	}
	ld.add(problem(at, "Value not allowed", "%s is %q; allowed are %s.%s", n.name, text(val), oneOf(names), didYouMean(text(val), names)))
}

// text shows a value in a diagnostic and in Recipe.Variables: a string as it
// is, anything else as JSON.
func text(v cty.Value) string {
	if !v.IsNull() && v.IsWhollyKnown() && v.Type() == cty.String {
		return v.AsString()
	}
	b, err := json.Marshal(v, v.Type())
	if err != nil {
		return v.Type().FriendlyName()
	}
	return string(b)
}

// variableValue gives the value of a variable: from the command line, from the
// module block, or its default.
func (ld *loader) variableValue(m *module, n *node, name string) cty.Value {
	v := ld.variable(m, n)
	if in, ok := m.inputs[name]; ok {
		at := in.attr.Expr.Range()
		val := ld.convertTo(n.name, at, in.env.value(in.attr.Expr), v.ty)
		ld.checkAllowed(n, v, val, at)
		return val
	}
	if given, ok := ld.vars[name]; ok && m.parent == nil {
		val := ld.parseVar(n, v, name, given)
		ld.checkAllowed(n, v, val, n.allowedRange())
		return val
	}
	if v.fallback != nil {
		return *v.fallback
	}
	if m.parent == nil {
		ld.add(problem(n.at, "Variable without value", "The variable has no default: give it a value, --var %s=….", name))
	}
	return cty.DynamicVal
}

// allowedRange is where a value from the command line is refused.
func (n *node) allowedRange() hcl.Range {
	if n.spec.allowedAt.Filename != "" {
		return n.spec.allowedAt
	}
	return n.at
}

// parseVar converts the text of --var: a variable that is a string, number or
// boolean takes it as it is, any other takes it as an expression.
func (ld *loader) parseVar(n *node, v *variable, name, given string) cty.Value {
	if v.ty == cty.DynamicPseudoType && (v.fallback == nil || v.fallback.IsNull()) {
		return cty.StringVal(given)
	}
	if v.ty.IsPrimitiveType() {
		val, err := convert.Convert(cty.StringVal(given), v.ty)
		if err != nil {
			ld.add(problem(n.at, "Wrong type", "--var %s=%s: %s.", name, given, err))
			return cty.DynamicVal
		}
		return val
	}
	src := []byte(given)
	shown := "--var " + name
	ld.files[shown] = &hcl.File{Bytes: src}
	tokens, _ := hclsyntax.LexExpression(src, shown, hcl.InitialPos)
	if d := tooDeep(tokens); d != nil {
		ld.add(d)
		return cty.DynamicVal
	}
	expr, diags := hclsyntax.ParseExpression(src, shown, hcl.InitialPos)
	if !diags.HasErrors() {
		var val cty.Value
		val, diags = expr.Value(nil)
		if !diags.HasErrors() {
			return ld.convertTo(n.name, expr.Range(), val, v.ty)
		}
	}
	ld.add(diags...)
	return cty.DynamicVal
}

// checkVars refuses values for variables that do not exist.
func (ld *loader) checkVars(m *module) {
	for _, name := range sortedKeys(ld.vars) {
		if m.variables[name] == nil {
			ld.add(problem(hcl.Range{}, "Unknown variable", "--var %s=…: the recipe declares no variable %q.%s",
				name, name, didYouMean(name, sortedKeys(m.variables))))
		}
	}
}

// constant evaluates an expression in which no names may be used.
func (ld *loader) constant(m *module, a *hclsyntax.Attribute) (cty.Value, bool) {
	for _, t := range a.Expr.Variables() {
		ld.add(problem(t.SourceRange(), "Not constant", "%s must be constant; it cannot refer to %s. Compute it in a locals block.", a.Name, t.RootName()))
		return cty.DynamicVal, false
	}
	v := env{ld: ld, mod: m}.value(a.Expr)
	return v, v.IsWhollyKnown()
}

// convertTo converts a value to the type it should have, or says why not.
func (ld *loader) convertTo(what string, at hcl.Range, v cty.Value, ty cty.Type) cty.Value {
	out, err := convert.Convert(v, ty)
	if err != nil {
		ld.add(problem(at, "Wrong type", "%s must be %s: %s.", what, typeName(ty), reason(err)))
		return cty.DynamicVal
	}
	return out
}

// reason adds the place inside a value to the error of a conversion.
func reason(err error) string {
	pe, ok := err.(cty.PathError)
	if !ok || len(pe.Path) == 0 {
		return err.Error()
	}
	var at strings.Builder
	for _, step := range pe.Path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			fmt.Fprintf(&at, ".%s", s.Name)
		case cty.IndexStep:
			fmt.Fprintf(&at, "[%s]", text(s.Key))
		}
	}
	return fmt.Sprintf("%s: %s", at.String(), pe.Error())
}

// typeName describes a type in the words of the language.
func typeName(ty cty.Type) string {
	switch name := typeexpr.TypeString(ty); {
	case ty == cty.Bool:
		return "true or false"
	case ty.IsPrimitiveType(), slices.Contains([]string{"any"}, name):
		return "a " + name
	case ty.Equals(cty.List(cty.String)):
		return "a list of strings"
	case ty.Equals(cty.Map(cty.String)):
		return "an object whose values are strings"
	default:
		return name
	}
}
