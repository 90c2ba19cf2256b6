package python

import "slices"

// call evaluates a call.
func (in *Interp) call(c *Call, s *scope) (Value, error) {
	var f callee
	if err := in.callee(c.Func, s, &f); err != nil {
		return nil, err
	}
	if !c.stars && f.borrows() {
		base := len(in.stack)
		v, err := in.callWithStack(&f, c, s)
		in.stack = in.stack[:base]
		return v, err
	}
	args, unordered, err := in.items(c.Args, s)
	if err != nil {
		return nil, err
	}
	kw, u, err := in.keywords(c, s)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	if unordered && len(args) > 1 {
		u := in.unknown("arguments whose order nobody promises")
		in.escape(CallName(c.Func), args, kw, u)
		return u, nil
	}
	switch {
	case f.method != nil:
		return in.callMethod(f.method, f.value, f.name, args, kw)
	case f.host != nil:
		return f.host.Call(in, f.value, nil, args, kw)
	}
	return in.applyTo(f.value, c.Func, args, kw)
}

func isStar(x Expr) bool { _, star := x.(*Star); return star }

// callWithStack calls what keeps nothing of the slice of its arguments with
// those that lie on the stack of the interpreter, and leaves them there.
func (in *Interp) callWithStack(f *callee, c *Call, s *scope) (Value, error) {
	if n := len(c.literals); n > 0 && in.Steps >= n {
		switch {
		case f.method != nil:
			in.Steps -= n
			return in.callMethod(f.method, f.value, f.name, c.literals, nil)
		case f.host != nil:
			in.Steps -= n
			return f.host.Call(in, f.value, c.site(), c.literals, nil)
		}
	}
	base := len(in.stack)
	for _, x := range c.Args {
		v, err := in.eval(x, s)
		if err != nil {
			return nil, err
		}
		in.stack = append(in.stack, v)
	}
	args := in.stack[base:len(in.stack):len(in.stack)]
	kw, u, err := in.keywords(c, s)
	switch {
	case err != nil:
		return nil, err
	case u != nil:
		return u, nil
	case f.method != nil:
		return in.callMethod(f.method, f.value, f.name, args, kw)
	case f.host != nil:
		return f.host.Call(in, f.value, c.site(), args, kw)
	}
	return in.applyTo(f.value, c.Func, args, kw)
}

// keywords evaluates the named arguments of a call; they are unknown when it
// cannot be told what their names are.
func (in *Interp) keywords(c *Call, s *scope) (map[string]Value, *Unknown, error) {
	if len(c.Keywords) == 0 {
		return nil, nil, nil
	}
	kw := map[string]Value{}
	for _, k := range c.Keywords {
		v, err := in.eval(k.Value, s)
		if err != nil {
			return nil, nil, err
		}
		if k.Name != "" {
			kw[k.Name] = v
			continue
		}
		d, ok := v.(*Dict)
		if !ok {
			return nil, in.unknown("** of a value that is not known"), nil
		}
		for _, key := range d.keys {
			name, _ := key.(string)
			kw[name], _ = d.get(key)
		}
	}
	return kw, nil, nil
}

// CallName is the dotted name of what is called, for messages.
func CallName(x Expr) string {
	switch x := x.(type) {
	case *Name:
		return x.ID
	case *Attr:
		if base := CallName(x.X); base != "" {
			return base + "." + x.Name
		}
		return "." + x.Name
	}
	return ""
}

// Apply calls a function.
func (in *Interp) Apply(f Value, args []Value, kw map[string]Value) (Value, error) {
	return in.apply(f, "", args, kw)
}

// applyTo calls what an expression gave.
func (in *Interp) applyTo(f Value, x Expr, args []Value, kw map[string]Value) (Value, error) {
	switch f := f.(type) {
	case *Func:
		return in.callFunc(f, args, kw)
	case *Builtin:
		if f.Raw || unknownArgument(args, kw) == nil {
			return f.Fn(in, args, kw)
		}
	}
	return in.apply(f, CallName(x), args, kw)
}

func (in *Interp) apply(f Value, name string, args []Value, kw map[string]Value) (Value, error) {
	switch f := f.(type) {
	case *Builtin:
		if !f.Raw {
			if u := unknownArgument(args, kw); u != nil {
				return u, nil
			}
		}
		return f.Fn(in, args, kw)
	case *Func:
		return in.callFunc(f, args, kw)
	case *ClassValue:
		return in.construct(f, args, kw)
	case *exceptionType:
		e := &Exception{Type: f.name, Args: args, Line: in.line}
		if len(args) > 0 {
			e.Message, _ = Str(args[0])
		}
		return e, nil
	case *Unknown:
		in.doubts++ // it may raise
		in.escape(name, args, kw, f)
		return f.result(name), nil
	case nil, bool, string, int64, float64, *List, *Dict, *Tuple, *Set:
		return nil, in.raise("TypeError", "'%s' object is not callable", typeName(f))
	}
	u := in.unknown("the function %s is not known", name)
	in.escape(name, args, kw, u)
	return u, nil
}

// escape tells the host of values that went to code nobody knows.
func (in *Interp) escape(name string, args []Value, kw map[string]Value, u *Unknown) {
	all := slices.Clone(args)
	for _, v := range kw {
		all = append(all, v)
	}
	in.Host.Escaped(name, all, u)
	if !in.Host.Known(name) {
		in.lose(all, u)
	}
}

func unknownArgument(args []Value, kw map[string]Value) *Unknown {
	for _, a := range args {
		if u, ok := a.(*Unknown); ok {
			return u
		}
	}
	if kw == nil {
		return nil
	}
	for _, a := range kw {
		if u, ok := a.(*Unknown); ok {
			return u
		}
	}
	return nil
}
