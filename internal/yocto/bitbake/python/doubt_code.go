package python

import (
	"fmt"
)

// address tells values apart.
func address(v any) string {
	switch v := v.(type) {
	case string, int64, float64, bool, nil, *Unknown:
		return "-"
	default:
		return fmt.Sprintf("%p", v)
	}
}

func (r *doubter) stmts(body []Stmt) {
	for _, st := range body {
		r.stmt(st)
	}
}

func (r *doubter) stmt(st Stmt) {
	switch st := st.(type) {
	case *ExprStmt:
		r.expr(st.X, false)
	case *Assign:
		r.expr(st.Value, true)
		r.targets(st.Targets)
	case *AugAssign:
		r.expr(st.Value, true)
		r.inPlace(st.Target)
		r.target(st.Target)
	case *If:
		r.expr(st.Cond, false)
		r.stmts(st.Body)
		r.stmts(st.Else)
	case *For:
		r.items(st.Iter)
		r.target(st.Target)
		r.stmts(st.Body)
		r.stmts(st.Else)
	case *While:
		r.expr(st.Cond, false)
		r.stmts(st.Body)
		r.stmts(st.Else)
	case *Return:
		r.expr(st.X, true)
	case *Raise:
		r.expr(st.X, true)
	case *Def:
		r.target(&Name{ID: st.Name})
		r.exprs(st.Decorators, true)
		f := Define(st)
		f.env = r.scope
		r.follow(f, nil)
	case *Class:
		r.target(&Name{ID: st.Name})
		r.exprs(st.Bases, true)
		r.nested(st.Body)
	case *Delete:
		for _, t := range st.Targets {
			r.target(t)
		}
	case *Assert:
		r.expr(st.X, false)
	case *Import:
		r.imports(st)
	case *Scope:
		r.shared(st)
	default:
		r.block(st)
	}
}

// imports gives names to modules, but for those that mean them already.
func (r *doubter) imports(st *Import) {
	for i, name := range st.Names {
		m, ok := r.in.Host.Import(st.Paths[i])
		if now, _ := r.scope.find(name); !ok || now != m {
			r.target(&Name{ID: name})
		}
	}
}

// block goes through the statements that hold others and are seldom used.
func (r *doubter) block(st Stmt) {
	switch st := st.(type) {
	case *Try:
		r.stmts(st.Body)
		for _, h := range st.Handlers {
			r.expr(h.Type, false)
			if h.Name != "" {
				r.target(&Name{ID: h.Name})
			}
			r.stmts(h.Body)
		}
		r.stmts(st.Else)
		r.stmts(st.Finally)
	case *With:
		r.exprs(st.Items, true)
		for _, t := range st.Names {
			if t != nil {
				r.target(t)
			}
		}
		r.stmts(st.Body)
	}
}

// nested goes through the body of a class, whose names are its own.
func (r *doubter) nested(body []Stmt) {
	saved := r.unit
	r.scope, r.outer = newScope(r.scope), false
	for name := range Assigned(body) {
		r.scope.put(name, r.why)
	}
	r.stmts(body)
	r.unit = saved
}

// shared are names of an outer function that a function assigns.
func (r *doubter) shared(st *Scope) {
	for _, name := range st.Names {
		for s := r.scope.parent; s != nil; s = s.parent {
			if v, ok := s.own(name); ok && !s.frozen {
				s.put(name, r.after(v))
			} else if ok {
				r.in.Host.Tampered("the name " + name + " of a module")
			}
		}
	}
}

// after is what a name stands for that stood for a value.
func (r *doubter) after(v Value) *Unknown {
	if Reaches(v) || holdsCode(v) {
		return r.why.reaching()
	}
	return r.why
}

// of is why the code is in doubt, with what is said of a value that is not known.
func (r *doubter) of(u *Unknown) *Unknown {
	return &Unknown{Reason: r.why.Reason, Cause: r.why.Cause, Reaches: u.Reaches, Shared: u.Shared}
}

func (r *doubter) targets(list []Expr) {
	for _, t := range list {
		r.target(t)
	}
}

// target is assigned or deleted.
func (r *doubter) target(x Expr) {
	switch x := x.(type) {
	case *Name:
		if !r.outer {
			return
		}
		v, _ := r.scope.find(x.ID)
		r.scope.set(x.ID, r.after(v))
		if own, _ := r.scope.own(x.ID); own == nil {
			r.scope.put(x.ID, r.after(v))
		}
	case *Sequence:
		r.targets(x.Items)
	case *Star:
		r.target(x.X)
	case *Index:
		r.expr(x.I, false)
		if u, ok := r.peek(x.X).(*Unknown); ok {
			r.in.Host.Escaped(CallName(x.X)+".__setitem__", []Value{r.peek(x.I)}, r.of(u))
		}
		r.inPlace(x.X)
	case *Attr:
		r.setAttribute(x)
	}
}

// inPlace is for an expression whose value is changed in place.
func (r *doubter) inPlace(x Expr) {
	switch v := r.peek(x).(type) {
	case nil:
		r.expr(x, true)
	case *List, *Dict, *Set, *Object, *Tuple:
		r.lose(v)
	case Reacher, *Unknown:
		r.expr(x, true)
	}
}

func (r *doubter) setAttribute(x *Attr) {
	base := r.peek(x.X)
	if isFrozen(base) || isSpecial(x.Name) {
		r.in.Host.Tampered(CallName(x))
		return
	}
	switch v := base.(type) {
	case *Object:
		if v.spoiled == nil {
			v.Attrs[x.Name] = r.after(v.Attrs[x.Name])
		}
	case *ClassValue:
		v.members[x.Name] = r.after(v.members[x.Name])
	case *Func:
	case nil, *Unknown:
		r.expr(x.X, true)
		r.in.Host.Assigned(x, v)
	default:
		r.in.Host.Tampered(CallName(x))
	}
}
