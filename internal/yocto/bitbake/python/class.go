package python

// attr evaluates X.Name.
func (in *Interp) attr(x *Attr, s *scope) (Value, error) {
	v, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	m, err := in.attributeOf(x, v)
	in.unknownMethod(v, m)
	return m, err
}

func (in *Interp) attribute(v Value, name string) (Value, error) {
	switch v := v.(type) {
	case *Unknown:
		in.doubts++
		return v, nil
	case *Module:
		if m, ok := v.Member(name); ok {
			return m, nil
		}
		if exceptionTypes[v.Name+"."+name] {
			return &exceptionType{v.Name + "." + name}, nil
		}
		u := in.unknown("%s.%s is not known", v.Name, name)
		u.Shared = true
		return u, nil
	case Attrer:
		if m, ok := v.Attr(name); ok {
			return m, nil
		}
		return in.unknown("the attribute %s is not known", name), nil
	case *Object:
		if v.spoiled != nil {
			return v.spoiled, nil
		}
		return in.member(v, name)
	case *ClassValue:
		if m, ok := v.member(name); ok {
			return m, nil
		}
		return in.unknown("%s.%s is not known", v.Name, name), nil
	case *Builtin:
		if m := unbound(v, name); m != nil {
			return m, nil
		}
	case *Exception:
		if name == "args" {
			return &Tuple{v.Args}, nil
		}
	}
	if m := method(v, name); m != nil {
		return m, nil
	}
	if v == nil {
		return nil, in.raise("AttributeError", "'NoneType' object has no attribute '%s'", name)
	}
	return in.unknown("the method %s of %s is not known", name, typeName(v)), nil
}

// unbound is a method of a type: set.difference, str.lower.
func unbound(b *Builtin, name string) Value {
	switch b.Name {
	case "set", "str", "list", "dict":
		if b.Name == "str" && name == "maketrans" {
			return nil
		}
	default:
		return nil
	}
	return &Builtin{Name: b.Name + "." + name, Raw: true, Fn: func(in *Interp, args []Value, kw map[string]Value) (Value, error) {
		if len(args) == 0 {
			return nil, in.raise("TypeError", "unbound method %s.%s() needs an argument", b.Name, name)
		}
		if u := spoiledBy(args[0]); u != nil {
			return u, nil
		}
		m := method(args[0], name)
		if m == nil || typeName(args[0]) != b.Name {
			return in.unknown("%s.%s of this is not known", b.Name, name), nil
		}
		return in.apply(m, name, args[1:], kw)
	}}
}

// class evaluates a class statement: methods and plain attributes.
func (in *Interp) class(c *Class, s *scope) (Value, error) {
	k := &ClassValue{Name: c.Name, members: map[string]Value{}, env: s}
	for _, b := range c.Bases {
		if n, ok := b.(*Name); ok && n.ID == "object" {
			continue
		}
		v, err := in.eval(b, s)
		if err != nil {
			return nil, err
		}
		base, ok := v.(*ClassValue)
		if !ok {
			return in.unknown("a class on a base that is not known"), nil
		}
		k.bases = append(k.bases, base)
	}
	inner := newFrame(c.layout, s)
	if _, err := in.exec(c.Body, inner); err != nil {
		return nil, err
	}
	k.members = inner.all()
	return k, nil
}

func (c *ClassValue) member(name string) (Value, bool) {
	if v, ok := c.members[name]; ok {
		return v, true
	}
	for _, b := range c.bases {
		if v, ok := b.member(name); ok {
			return v, true
		}
	}
	return nil, false
}

func (in *Interp) member(o *Object, name string) (Value, error) {
	if v, ok := o.Attrs[name]; ok {
		return v, nil
	}
	v, ok := o.Class.member(name)
	if !ok && isSpecial(name) {
		return in.unknown("the attribute %s is not known", name).reaching(), nil
	}
	if !ok {
		return nil, in.raise("AttributeError", "'%s' object has no attribute '%s'", o.Class.Name, name)
	}
	if f, ok := v.(*Func); ok {
		if f.Def != nil && len(f.Def.Decorators) > 0 {
			return in.unknown("a method with a decorator"), nil
		}
		bound := *f
		bound.self = o
		return &bound, nil
	}
	return v, nil
}

func (in *Interp) construct(c *ClassValue, args []Value, kw map[string]Value) (Value, error) {
	o := &Object{Class: c, Attrs: map[string]Value{}}
	init, ok := c.member("__init__")
	if !ok {
		return o, nil
	}
	f, ok := init.(*Func)
	if !ok {
		return in.unknown("a class whose constructor is not known"), nil
	}
	bound := *f
	bound.self = o
	v, err := in.callFunc(&bound, args, kw)
	if u, bad := v.(*Unknown); bad {
		return u, err
	}
	return o, err
}
