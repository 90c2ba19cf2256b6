package python

import "strings"

// Walk calls f for every statement and expression below the statements,
// parents first. When f is false, the children are left out.
func Walk(body []Stmt, f func(node any) bool) {
	for _, st := range body {
		walk(st, f)
	}
}

func walkAll[T any](list []T, f func(any) bool) {
	for _, x := range list {
		walk(any(x), f)
	}
}

func walk(node any, f func(any) bool) {
	if node == nil || !f(node) {
		return
	}
	switch n := node.(type) {
	case *ExprStmt:
		walk(n.X, f)
	case *Assign:
		walk(n.Value, f)
		walkAll(n.Targets, f)
	case *AugAssign:
		walkAll([]Expr{n.Target, n.Value}, f)
	case *If:
		walk(n.Cond, f)
		walkAll(n.Body, f)
		walkAll(n.Else, f)
	case *For:
		walkAll([]Expr{n.Target, n.Iter}, f)
		walkAll(n.Body, f)
		walkAll(n.Else, f)
	case *While:
		walk(n.Cond, f)
		walkAll(n.Body, f)
		walkAll(n.Else, f)
	case *Return:
		walk(n.X, f)
	case *Raise:
		walk(n.X, f)
	case *Def:
		walkAll(n.Body, f)
	case *Class:
		walkAll(n.Body, f)
	case *Try:
		walkAll(n.Body, f)
		for _, h := range n.Handlers {
			walk(h.Type, f)
			walkAll(h.Body, f)
		}
		walkAll(n.Else, f)
		walkAll(n.Finally, f)
	case *With:
		walkAll(n.Items, f)
		walkAll(n.Names, f)
		walkAll(n.Body, f)
	case *Delete:
		walkAll(n.Targets, f)
	case *Assert:
		walk(n.X, f)
	default:
		walkExpr(node, f)
	}
}

func walkExpr(node any, f func(any) bool) {
	switch n := node.(type) {
	case *Format:
		for _, p := range n.Parts {
			walk(p.X, f)
		}
	case *Attr:
		walk(n.X, f)
	case *Index:
		walkAll([]Expr{n.X, n.I}, f)
	case *Slice:
		walkAll([]Expr{n.Lo, n.Hi, n.Step}, f)
	case *Call:
		walk(n.Func, f)
		walkAll(n.Args, f)
		for _, k := range n.Keywords {
			walk(k.Value, f)
		}
	case *Star:
		walk(n.X, f)
	case *Unary:
		walk(n.X, f)
	case *Binary:
		walkAll([]Expr{n.X, n.Y}, f)
	case *Logic:
		walkAll([]Expr{n.X, n.Y}, f)
	case *Compare:
		walk(n.X, f)
		walkAll(n.Ys, f)
	case *Ternary:
		walkAll([]Expr{n.Cond, n.Then, n.Else}, f)
	case *Sequence:
		walkAll(n.Items, f)
	case *Mapping:
		walkAll(n.Keys, f)
		walkAll(n.Values, f)
	case *Comprehension:
		walkAll([]Expr{n.Key, n.Item}, f)
		for _, c := range n.Clauses {
			walkAll([]Expr{c.Target, c.Iter}, f)
			walkAll(c.Conds, f)
		}
	case *Lambda:
		walk(n.Body, f)
	}
}

// Assigned lists the names that statements assign, those of nested functions
// left out.
func Assigned(body []Stmt) map[string]bool {
	names := map[string]bool{}
	Walk(body, func(node any) bool {
		switch n := node.(type) {
		case *Assign:
			for _, t := range n.Targets {
				targetNames(t, names)
			}
		case *AugAssign:
			targetNames(n.Target, names)
		case *For:
			targetNames(n.Target, names)
		case *With:
			for _, t := range n.Names {
				targetNames(t, names)
			}
		case *Import:
			for _, name := range n.Names {
				names[name] = true
			}
		case *Delete:
			for _, t := range n.Targets {
				targetNames(t, names)
			}
		case *Try:
			for _, h := range n.Handlers {
				names[h.Name] = true
			}
		case *Def:
			names[n.Name] = true
			return false
		case *Class:
			names[n.Name] = true
			return false
		}
		return true
	})
	return names
}

func targetNames(x Expr, names map[string]bool) {
	switch x := x.(type) {
	case *Name:
		names[x.ID] = true
	case *Sequence:
		for _, i := range x.Items {
			targetNames(i, names)
		}
	case *Star:
		targetNames(x.X, names)
	}
}

// ChangesItems says whether a method of that name changes a container.
func ChangesItems(method string) bool { return mutators[method] || isSpecial(method) }

// isSpecial is whether Python itself gives a meaning to a name: __code__.
func isSpecial(name string) bool {
	return strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// mutators are the methods that change a list, dict or set.
var mutators = map[string]bool{"append": true, "extend": true, "insert": true, "remove": true, "pop": true, "clear": true, "sort": true, "reverse": true,
	"add": true, "discard": true, "update": true, "setdefault": true, "popitem": true, "difference_update": true, "intersection_update": true,
	"symmetric_difference_update": true}
