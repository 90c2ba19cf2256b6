package python

import "sync"

// methods are those of one name, by the types that have it.
type methods struct{ text, list, dict, set, tuple methodFunc }

// of is the method of a built-in value, nil when it has none.
func (m *methods) of(v Value) methodFunc {
	if m == nil {
		return nil
	}
	switch v.(type) {
	case string:
		return m.text
	case *List:
		return m.list
	case *Dict:
		return m.dict
	case *Set:
		return m.set
	case *Tuple:
		return m.tuple
	}
	return nil
}

// methodTable finds methods by their names.
var methodTable = sync.OnceValue(func() map[string]*methods {
	all := map[string]*methods{}
	add := func(table map[string]methodFunc, of func(*methods) *methodFunc) {
		for name, f := range table {
			if all[name] == nil {
				all[name] = &methods{}
			}
			*of(all[name]) = f
		}
	}
	add(stringMethods, func(m *methods) *methodFunc { return &m.text })
	add(listMethods, func(m *methods) *methodFunc { return &m.list })
	add(dictMethods, func(m *methods) *methodFunc { return &m.dict })
	add(setMethods, func(m *methods) *methodFunc { return &m.set })
	add(tupleMethods, func(m *methods) *methodFunc { return &m.tuple })
	return all
})

// callee is what is called: a value, or, with a name, a method of the value.
type callee struct {
	value  Value
	name   string
	method methodFunc
	host   Method // of value
}

// borrows is whether what is called keeps nothing of the slice that its
// arguments are in.
func (f *callee) borrows() bool {
	if f.method != nil || f.host != nil {
		return true
	}
	switch v := f.value.(type) {
	case *Func:
		for i := range v.params {
			if v.params[i].Star == "*" {
				return false
			}
		}
		return true
	case *Builtin:
		return true
	}
	return false
}

// callee evaluates what is called. A method is not made a value of its own.
func (in *Interp) callee(x Expr, s *scope, f *callee) (err error) {
	a, ok := x.(*Attr)
	if !ok {
		f.value, err = in.eval(x, s)
		return err
	}
	if u := in.exhausted(); u != nil {
		f.value = u
		return nil
	}
	if u := in.enter(); u != nil {
		f.value = u
	} else {
		err = in.methodOf(a, s, f)
	}
	in.leave()
	return err
}

// methodOf evaluates the attribute that is called.
func (in *Interp) methodOf(a *Attr, s *scope, f *callee) error {
	v, err := in.eval(a.X, s)
	if err != nil {
		return err
	}
	if m := a.methods.of(v); m != nil {
		f.value, f.name, f.method = v, a.Name, m
		return nil
	}
	if h, ok := v.(Methoder); ok {
		if m := h.Method(a); m != nil {
			f.value, f.name, f.host = v, a.Name, m
			return nil
		}
	}
	f.value, err = in.attributeOf(a, v)
	in.unknownMethod(v, f.value)
	return err
}

// attributeOf is the attribute of a value.
func (in *Interp) attributeOf(a *Attr, v Value) (Value, error) {
	if m, ok := v.(*Module); ok {
		if member, ok := a.member(m); ok {
			return member, nil
		}
	}
	return in.attribute(v, a.Name)
}

// unknownMethod loses a container of which a method is had that is not known.
func (in *Interp) unknownMethod(v, method Value) {
	if u, ok := method.(*Unknown); ok && isMutable(v) && spoiledBy(v) == nil {
		in.lose([]Value{v}, u)
	}
}
