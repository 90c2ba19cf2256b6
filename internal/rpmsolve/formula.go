package rpmsolve

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dombuild/dombuild/internal/rpm"
)

// literal is a variable, or its negation: the number of the variable, counted
// from 1, with a sign.
type literal int

// clause is literals of which one must be true.
type clause []literal

// maxClauses bounds what one dependency may expand to.
const maxClauses = 4096

var errComplex = errors.New("the dependency is too complex")

// cnf turns an expression, or its negation, into clauses. Set gives the
// literals of the packages that satisfy a part which asks for one package.
//
// The operators mean what they mean to libsolv: "a if b" is a, or not b;
// "a if b else c" is that, and c or b; "a unless b" is a and not b; "a unless b
// else c" is a and not b, or b and c.
func cnf(e rpm.Expr, positive bool, set func(rpm.Expr) ([]literal, error)) ([]clause, error) {
	sub := func(a rpm.Expr, p bool) func() ([]clause, error) {
		return func() ([]clause, error) { return cnf(a, p == positive, set) }
	}
	switch e.Op {
	case rpm.Leaf, rpm.With, rpm.Without:
		list, err := set(e)
		if err != nil || positive {
			return []clause{list}, err
		}
		none := []clause{}
		for _, l := range list {
			none = append(none, clause{-l})
		}
		return none, nil
	case rpm.And, rpm.Or:
		var parts []func() ([]clause, error)
		for _, a := range e.Args {
			parts = append(parts, sub(a, true))
		}
		return combine((e.Op == rpm.And) == positive, parts...)
	case rpm.If:
		first := func() ([]clause, error) { return combine(!positive, sub(e.Args[0], true), sub(e.Args[1], false)) }
		if len(e.Args) < 3 {
			return first()
		}
		return combine(positive, first, func() ([]clause, error) {
			return combine(!positive, sub(e.Args[2], true), sub(e.Args[1], true))
		})
	case rpm.Unless:
		first := func() ([]clause, error) { return combine(positive, sub(e.Args[0], true), sub(e.Args[1], false)) }
		if len(e.Args) < 3 {
			return first()
		}
		return combine(!positive, first, func() ([]clause, error) {
			return combine(positive, sub(e.Args[1], true), sub(e.Args[2], true))
		})
	}
	return nil, fmt.Errorf("the operator %q is not known", e.Op)
}

// combine conjoins or disjoins parts.
func combine(and bool, parts ...func() ([]clause, error)) ([]clause, error) {
	var out []clause
	for i, part := range parts {
		list, err := part()
		if err != nil {
			return nil, err
		}
		switch {
		case and || i == 0:
			out = append(out, list...)
		default:
			if len(out)*len(list) > maxClauses {
				return nil, errComplex
			}
			var product []clause
			for _, a := range out {
				for _, b := range list {
					product = append(product, append(slices.Clone(a), b...))
				}
			}
			out = product
		}
		if len(out) > maxClauses {
			return nil, errComplex
		}
	}
	return out, nil
}

// satisfiers returns the packages that satisfy an expression which asks for
// one package: a relation, or relations joined by with, without and or.
func (u *Universe) satisfiers(e rpm.Expr) ([]int, error) {
	if e.Op == rpm.Leaf {
		return u.providers(e.Relation), nil
	}
	var out []int
	for i, a := range e.Args {
		list, err := u.satisfiers(a)
		if err != nil {
			return nil, err
		}
		switch {
		case i == 0:
			out = list
		case e.Op == rpm.With:
			out = slices.DeleteFunc(slices.Clone(out), func(p int) bool { return !slices.Contains(list, p) })
		case e.Op == rpm.Without:
			out = slices.DeleteFunc(slices.Clone(out), func(p int) bool { return slices.Contains(list, p) })
		case e.Op == rpm.Or:
			out = append(slices.Clone(out), list...)
			slices.Sort(out)
			out = slices.Compact(out)
		default:
			return nil, fmt.Errorf("%q cannot stand in an operand of with or without", e.Op)
		}
	}
	return out, nil
}
