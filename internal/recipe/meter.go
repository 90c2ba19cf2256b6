package recipe

import (
	"errors"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// meter bounds the work of evaluating a recipe. Every value that an attribute,
// a local, a function, a template part or an iteration of a for expression
// produces is charged: 128 for each element, 1 for each byte of text, and the
// square of its length for a tuple, because finding the common type of its
// elements takes package cty quadratic time. When
// the budget is spent, evaluation ends with a diagnostic, at the same place on
// every machine.
type meter struct{ left int64 }

const (
	meterBudget = 1 << 27
	meterNode   = 128
	maxExponent = 4096 // binary, of a number that leaves an expression
)

// errExhausted is both the panic that leaves an evaluation and the error of a
// function that would exceed the budget.
var errExhausted = errors.New("the recipe produces too much data")

// charge takes the size of a value from the budget and panics with
// errExhausted when there is nothing left.
func (m *meter) charge(v cty.Value) {
	m.take(meterNode)
	if v.IsNull() || !v.IsKnown() {
		return
	}
	ty := v.Type()
	switch {
	case ty == cty.String:
		m.take(int64(len(v.AsString())))
	case ty == cty.Number:
		if exp := v.AsBigFloat().MantExp(nil); exp > maxExponent || exp < -maxExponent {
			panic(errExhausted) // its text has that many digits
		}
	case ty.IsTupleType() && ty.Length() > 1<<15:
		panic(errExhausted)
	case ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType():
		if ty.IsTupleType() {
			m.take(int64(ty.Length() * ty.Length()))
		}
		for it := v.ElementIterator(); it.Next(); {
			_, e := it.Element()
			m.charge(e)
		}
	}
}

func (m *meter) take(n int64) {
	if m.left -= n; m.left < 0 {
		panic(errExhausted)
	}
}

// metered charges for each evaluation of an expression. It embeds a
// parenthesis because the set of expressions is closed to other packages: to
// every walk it is one.
type metered struct {
	*hclsyntax.ParenthesesExpr
	meter *meter
}

func (e metered) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	v, diags := e.Expression.Value(ctx)
	e.meter.charge(v)
	return v, diags
}

func (m *meter) wrap(e hclsyntax.Expression) hclsyntax.Expression {
	if e == nil {
		return nil
	}
	return metered{&hclsyntax.ParenthesesExpr{Expression: e, SrcRange: e.Range()}, m}
}

// install puts the meter where text multiplies: into for expressions, splats
// and templates.
func (m *meter) install(n hclsyntax.Node) {
	_ = hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		switch e := n.(type) {
		case *hclsyntax.ForExpr:
			e.KeyExpr, e.ValExpr, e.CondExpr = m.wrap(e.KeyExpr), m.wrap(e.ValExpr), m.wrap(e.CondExpr)
		case *hclsyntax.SplatExpr:
			e.Each = m.wrap(e.Each)
		case *hclsyntax.TemplateExpr:
			for i := 0; i < len(e.Parts) && len(e.Parts) > 1; i++ {
				e.Parts[i] = m.wrap(e.Parts[i])
			}
		}
		return nil
	})
}
