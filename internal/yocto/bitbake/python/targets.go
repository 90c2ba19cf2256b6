package python

import (
	"fmt"
)

func (in *Interp) augAssign(st *AugAssign, s *scope) error {
	a, err := in.eval(st.Target, s)
	if err != nil {
		return err
	}
	b, err := in.eval(st.Value, s)
	if err != nil {
		return err
	}
	if isFrozen(a) {
		in.Host.Tampered("a value of a module, by " + st.Op + "=")
	} else if l, ok := a.(*List); ok && st.Op == "+" {
		items, unordered, u, err := in.iterate(b)
		if err != nil {
			return err
		}
		if u != nil {
			return in.assign(st.Target, u, s)
		}
		l.Items = append(l.Items, items...)
		l.Unordered = l.Unordered || unordered
		return nil
	}
	v, err := in.binary(st.Op, a, b)
	if err != nil {
		return err
	}
	return in.assign(st.Target, inPlace(a, v), s)
}

// inPlace gives a container what an operation made of it: its other names mean
// the same.
func inPlace(a, v Value) Value {
	if u, ok := v.(*Unknown); ok {
		Spoil(a, u)
		return v
	}
	switch a := a.(type) {
	case *List:
		if l, ok := v.(*List); ok && !a.frozen {
			*a = *l
			return a
		}
	case *Set:
		if s, ok := v.(*Set); ok && !a.dict.frozen {
			*a = *s
			return a
		}
	case *Dict:
		if d, ok := v.(*Dict); ok && !a.frozen {
			*a = *d
			return a
		}
	}
	return v
}

// assign stores a value in a name, an item, an attribute or several of them.
func (in *Interp) assign(target Expr, v Value, s *scope) error {
	switch t := target.(type) {
	case *Name:
		s.setName(t, v)
		return nil
	case *Sequence:
		return in.unpack(t.Items, v, s)
	case *Index:
		return in.assignItem(t, v, s)
	case *Attr:
		x, err := in.eval(t.X, s)
		if err != nil {
			return err
		}
		in.assignAttribute(t, x, v)
		return nil
	}
	return in.raise("SyntaxError", "cannot assign to this")
}

func (in *Interp) assignAttribute(t *Attr, x, v Value) {
	if isFrozen(x) || isSpecial(t.Name) {
		in.Host.Tampered(CallName(t))
		return
	}
	switch x := x.(type) {
	case *Object:
		x.Attrs[t.Name] = v
	case *ClassValue:
		x.members[t.Name] = v
	case *Func: // its code stays what it is
	case nil, *Unknown:
		in.Host.Assigned(t, x)
	default:
		in.Host.Tampered(CallName(t))
	}
}

func (in *Interp) unpack(targets []Expr, v Value, s *scope) error {
	items, unordered, u, err := in.iterate(v)
	if err != nil {
		return err
	}
	if unordered {
		u = in.unknown("a set is unpacked, whose order nobody promises")
	}
	if u != nil {
		for _, t := range targets {
			if star, ok := t.(*Star); ok {
				t = star.X
			}
			if err := in.assign(t, u, s); err != nil {
				return err
			}
		}
		return nil
	}
	list := items
	for i, t := range targets {
		star, ok := t.(*Star)
		if ok {
			n := len(list) - (len(targets) - i - 1)
			if n < 0 {
				break
			}
			if err := in.assign(star.X, &List{Items: append([]Value{}, list[:n]...)}, s); err != nil {
				return err
			}
			list = list[n:]
			continue
		}
		if len(list) == 0 {
			return in.raise("ValueError", "not enough values to unpack")
		}
		if err := in.assign(t, list[0], s); err != nil {
			return err
		}
		list = list[1:]
	}
	if len(list) > 0 {
		return in.raise("ValueError", "too many values to unpack (expected %d)", len(targets))
	}
	return nil
}

func (in *Interp) assignItem(t *Index, v Value, s *scope) error {
	x, err := in.eval(t.X, s)
	if err != nil {
		return err
	}
	if _, ok := t.I.(*Slice); ok {
		return in.spoil(t.X, in.unknown("an assignment to a slice"), s)
	}
	i, err := in.eval(t.I, s)
	if err != nil {
		return err
	}
	if u, ok := i.(*Unknown); ok {
		if strange, ok := x.(*Unknown); ok {
			in.Host.Escaped(CallName(t.X)+".__setitem__", []Value{u, v}, strange)
		}
		return in.spoil(t.X, u, s)
	}
	if isFrozen(x) {
		in.Host.Tampered("an item of a module's value")
		return in.spoil(t.X, in.unknown("a value of a module is changed"), s)
	}
	switch x := x.(type) {
	case *Dict:
		if !x.put(i, v) {
			return in.raise("TypeError", "unhashable type: '%s'", typeName(i))
		}
	case *List:
		n, ok := number(i).(int64)
		if n < 0 {
			n += int64(len(x.Items))
		}
		if !ok || n < 0 || n >= int64(len(x.Items)) {
			return in.raise("IndexError", "list assignment index out of range")
		}
		x.Items[n] = v
	case *Unknown:
		in.Host.Escaped(CallName(t.X)+".__setitem__", []Value{i, v}, x)
	case Attrer:
		in.Host.Escaped("item assignment", []Value{x}, in.unknown("an assignment to an item"))
	}
	return nil
}

// spoil makes the name of a container unknown.
func (in *Interp) spoil(x Expr, u *Unknown, s *scope) error {
	if v := in.peek(x, s); isMutable(v) {
		Spoil(v, u)
	}
	if n, ok := x.(*Name); ok {
		s.set(n.ID, u)
	}
	return nil
}

func (in *Interp) delete(st *Delete, s *scope) error {
	for _, t := range st.Targets {
		switch t := t.(type) {
		case *Name:
			s.drop(t.ID)
		case *Attr:
			x, err := in.eval(t.X, s)
			if err != nil {
				return err
			}
			in.assignAttribute(t, x, in.unknown("an attribute that was deleted"))
		case *Index:
			x, err := in.eval(t.X, s)
			if err != nil {
				return err
			}
			i, err := in.eval(t.I, s)
			if err != nil {
				return err
			}
			if isFrozen(x) {
				in.Host.Tampered("an item of a module's value")
			}
			d, ok := x.(*Dict)
			if !ok || d.frozen {
				if err := in.spoil(t.X, in.unknown("a deletion of an item"), s); err != nil {
					return err
				}
				continue
			}
			if !d.delete(i) {
				return in.raise("KeyError", "%s", fmt.Sprint(i))
			}
		}
	}
	return nil
}
