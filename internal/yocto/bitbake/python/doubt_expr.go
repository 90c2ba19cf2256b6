package python

import "slices"

func (r *doubter) exprs(list []Expr, kept bool) {
	for _, x := range list {
		r.expr(x, kept)
	}
}

// expr goes through an expression. kept is whether its value gets another
// name: from there on it may be changed where it is not seen.
func (r *doubter) expr(x Expr, kept bool) {
	switch x := x.(type) {
	case *Name:
		r.path(x, kept)
	case *Attr:
		switch v, base := r.peek(x), r.peek(x.X); v.(type) {
		case nil:
			r.expr(x.X, true)
		case *Unknown:
			if isMutable(base) {
				r.lose(base)
			}
			r.path(x, kept)
		default:
			r.path(x, kept)
		}
	case *Index:
		r.items(x.X)
		r.expr(x.I, false)
	case *Call:
		r.call(x)
	case *Logic:
		r.expr(x.X, kept)
		r.expr(x.Y, kept)
	case *Ternary:
		r.expr(x.Cond, false)
		r.expr(x.Then, kept)
		r.expr(x.Else, kept)
	case *Lambda:
		f := &Func{Name: "lambda", params: x.Params, result: x.Body, env: r.scope}
		r.follow(f, nil)
	default:
		r.parts(x)
	}
}

// parts goes through what an expression is made of that makes a new value.
func (r *doubter) parts(x Expr) {
	switch x := x.(type) {
	case *Format:
		for _, p := range x.Parts {
			r.expr(p.X, false)
		}
	case *Slice:
		r.exprs([]Expr{x.Lo, x.Hi, x.Step}, false)
	case *Star:
		r.items(x.X)
	case *Unary:
		r.expr(x.X, false)
	case *Binary:
		r.items(x.X)
		r.items(x.Y)
	case *Compare:
		r.expr(x.X, false)
		r.exprs(x.Ys, false)
	case *Sequence:
		r.exprs(x.Items, true)
	case *Mapping:
		r.exprs(x.Keys, true)
		r.exprs(x.Values, true)
	case *Comprehension:
		r.comprehension(x)
	}
}

func (r *doubter) comprehension(x *Comprehension) {
	saved := r.unit
	r.scope = newScope(r.scope)
	r.outer = false
	for _, c := range x.Clauses {
		r.items(c.Iter)
		names := map[string]bool{}
		targetNames(c.Target, names)
		for n := range names {
			r.scope.put(n, &Unknown{Reason: r.why.Reason, Cause: r.why.Cause})
		}
		r.exprs(c.Conds, false)
	}
	r.exprs([]Expr{x.Key, x.Item}, true)
	r.unit = saved
}

// items goes through an expression whose items are had.
func (r *doubter) items(x Expr) {
	v := r.peek(x)
	r.expr(x, v != nil && !isFlat(v))
}

// path goes through a name, or an attribute of one, that is not called.
func (r *doubter) path(x Expr, kept bool) {
	switch v := r.peek(x).(type) {
	case *List, *Dict, *Set, *Tuple:
		if kept {
			r.lose(v)
		}
	case *Func, *ClassValue, *Object, *Builtin:
		r.lose(v)
	case *Unknown:
		if kept && v.Reaches {
			r.in.Host.Escaped("", nil, r.why)
		}
	case Reacher:
		if kept && v.Reaches() {
			r.in.Host.Escaped("", nil, r.why)
		}
	}
}

func (r *doubter) call(c *Call) {
	f := r.peek(c.Func)
	switch f := f.(type) {
	case *Func:
		if values, ok := r.bind(f, c); ok {
			r.follow(f, values)
			return
		}
		r.follow(f, nil)
	case *ClassValue:
		r.followClass(f)
	case *Builtin:
		r.builtin(f, c)
		return
	default:
		r.callee(c.Func)
		r.strange(c)
		return
	}
	r.arguments(c, true)
}

// strange goes through the arguments of a function that is not known.
func (r *doubter) strange(c *Call) {
	name := CallName(c.Func)
	known := r.in.Host.Known(name)
	if u, ok := r.peek(c.Func).(*Unknown); ok && (u.Shared || u.Reaches && !known && !inspects(c.Func)) {
		r.in.Host.Escaped(name, nil, r.of(u))
	}
	each := func(x Expr) {
		v := r.peek(x)
		if h, ok := v.(Reacher); ok && h.Reaches() {
			if !known {
				r.in.Host.Escaped(name, []Value{v}, r.why)
			}
			return
		}
		r.expr(x, true)
	}
	for _, x := range c.Args {
		each(x)
	}
	for _, k := range c.Keywords {
		each(k.Value)
	}
}

// callee goes through what is called when that is not known.
func (r *doubter) callee(x Expr) {
	a, ok := x.(*Attr)
	if !ok {
		r.expr(x, true)
		return
	}
	base := r.peek(a.X)
	_, module := base.(*Module)
	if _, host := base.(Reacher); host || module || r.in.Host.Known(CallName(x)) {
		return // told to the host, which knows what its methods do
	}
	if _, unknown := base.(*Unknown); (base == nil || unknown) && inspects(x) {
		r.expr(a.X, false)
		return
	}
	r.expr(a.X, true)
}

// inspects is whether a call is that of a method of texts or containers which
// changes nothing. Objects that have one of that name were followed when they
// were handed on.
func inspects(x Expr) bool {
	a, ok := x.(*Attr)
	if !ok || mutators[a.Name] {
		return false
	}
	return stringMethods[a.Name] != nil || listMethods[a.Name] != nil || dictMethods[a.Name] != nil || setMethods[a.Name] != nil
}

// builtin goes through the call of a function that is known.
func (r *doubter) builtin(f *Builtin, c *Call) {
	pure := builtins[f.Name] == Value(f)
	if f.Self != nil {
		if mutators[f.Name] || !isFlat(f.Self) {
			r.lose(f.Self)
		}
		_, reaches := f.Self.(Reacher)
		pure = !mutators[f.Name] && !reaches
	}
	if f.Self == nil && !pure { // of the host: what it does with d is known
		for _, x := range c.Args {
			if _, host := r.peek(x).(Reacher); !host {
				r.expr(x, true)
			}
		}
		for _, k := range c.Keywords {
			r.expr(k.Value, true)
		}
		return
	}
	if !pure || f.Name == "getattr" || slices.ContainsFunc(c.Args, isStar) {
		r.arguments(c, true)
		return
	}
	for _, x := range c.Args {
		r.items(x)
	}
	for _, k := range c.Keywords {
		r.expr(k.Value, true)
	}
}

func (r *doubter) arguments(c *Call, kept bool) {
	r.exprs(c.Args, kept)
	for _, k := range c.Keywords {
		r.expr(k.Value, kept)
	}
}

// bind finds what the parameters of a function stand for in a call; false when
// that cannot be told. What is no name, or an attribute of one, is not known.
func (r *doubter) bind(f *Func, c *Call) (map[string]Value, bool) {
	params := f.params
	if f.self != nil && len(params) > 0 {
		params = params[1:]
	}
	star := slices.IndexFunc(params, func(p Param) bool { return p.Star != "" })
	rest := star >= 0
	if rest {
		params = params[:star]
	}
	if slices.ContainsFunc(c.Args, isStar) || len(c.Args) > len(params) && !rest {
		return nil, false
	}
	values := map[string]Value{}
	give := func(name string, x Expr) {
		if v := r.peek(x); v != nil {
			values[name] = v
			return
		}
		r.expr(x, true)
	}
	for i, x := range c.Args {
		if i >= len(params) {
			r.expr(x, true)
			continue
		}
		give(params[i].Name, x)
	}
	for _, k := range c.Keywords {
		if k.Name == "" {
			return nil, false
		}
		give(k.Name, k.Value)
	}
	return values, true
}
