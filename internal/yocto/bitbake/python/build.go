package python

// sequence evaluates a list, tuple or set.
func (in *Interp) sequence(x *Sequence, s *scope) (Value, error) {
	items, unordered, err := in.items(x.Items, s)
	if err != nil {
		return nil, err
	}
	if len(items) == 1 {
		if u, ok := items[0].(*Unknown); ok && len(x.Items) == 1 {
			if _, star := x.Items[0].(*Star); star {
				return u, nil
			}
		}
	}
	switch x.Kind {
	case '[':
		return &List{Items: items, Unordered: unordered}, nil
	case '(':
		return &Tuple{items}, nil
	}
	return in.makeSet(items)
}

func (in *Interp) makeSet(items []Value) (Value, error) {
	for _, v := range items {
		if u, ok := v.(*Unknown); ok {
			return u, nil
		}
	}
	set, ok := newSet(items)
	if !ok {
		return nil, in.raise("TypeError", "unhashable type")
	}
	return set, nil
}

// items evaluates expressions of which some may be *X.
func (in *Interp) items(list []Expr, s *scope) (items []Value, unordered bool, err error) {
	if len(list) > 0 {
		items = make([]Value, 0, len(list))
	}
	for _, e := range list {
		star, ok := e.(*Star)
		if !ok {
			v, err := in.eval(e, s)
			if err != nil {
				return nil, false, err
			}
			items = append(items, v)
			continue
		}
		v, err := in.eval(star.X, s)
		if err != nil {
			return nil, false, err
		}
		more, free, u, err := in.iterate(v)
		if err != nil {
			return nil, false, err
		}
		if u != nil {
			return []Value{u}, false, nil
		}
		items = append(items, more...)
		unordered = unordered || free
	}
	return items, unordered, nil
}

// iterate lists what a for goes through, or says why that is not known.
// Unordered is whether Python promises no order.
func (in *Interp) iterate(v Value) (items []Value, unordered bool, u *Unknown, err error) {
	if u := spoiledBy(v); u != nil {
		return nil, false, u, nil
	}
	switch v := v.(type) {
	case *List:
		if v.once {
			if v.frozen {
				return nil, false, in.unknown("an iterator that all code shares"), nil
			}
			v.spoiled = &Unknown{Reason: "an iterator is used again"}
		}
		return v.Items, v.Unordered && len(v.Items) > 1, nil, nil
	case *Tuple:
		return v.Items, false, nil, nil
	case *Dict:
		return v.keys, v.unordered && len(v.keys) > 1, nil, nil
	case *Set:
		return v.dict.keys, len(v.dict.keys) > 1, nil, nil
	case string:
		if len(v) > in.Size {
			return nil, false, in.unknown("a value is too long"), nil
		}
		list := make([]Value, 0, len(v))
		for _, r := range v {
			list = append(list, string(r))
		}
		return list, false, nil, nil
	case nil, bool, int64, float64:
		return nil, false, nil, in.raise("TypeError", "'%s' object is not iterable", typeName(v))
	}
	return nil, false, in.unknown("iteration over a value that is not known"), nil
}

func (in *Interp) mapping(x *Mapping, s *scope) (Value, error) {
	if n := 2 * len(x.Keys); x.literal != nil && n > 0 && in.Steps > n {
		in.Steps -= n
		d := *x.literal
		return &d, nil
	}
	d := NewDict()
	for i, k := range x.Keys {
		v, err := in.eval(x.Values[i], s)
		if err != nil {
			return nil, err
		}
		if k == nil {
			other, ok := v.(*Dict)
			if !ok {
				return in.unknown("** of a value that is not known"), nil
			}
			for _, key := range other.keys {
				val, _ := other.get(key)
				d.put(key, val)
			}
			continue
		}
		key, err := in.eval(k, s)
		if err != nil {
			return nil, err
		}
		if u, ok := key.(*Unknown); ok {
			return u, nil
		}
		if !d.put(key, v) {
			return nil, in.raise("TypeError", "unhashable type: '%s'", typeName(key))
		}
	}
	return d, nil
}

// collector gathers what a comprehension yields.
type collector struct {
	items     []Value
	dict      *Dict
	unordered bool
	unknown   *Unknown
}

func (in *Interp) comprehension(x *Comprehension, s *scope) (Value, error) {
	c := &collector{}
	if x.Kind == ':' {
		c.dict = NewDict()
	}
	if err := in.clause(x, 0, newFrame(x.layout, s), c); err != nil {
		return nil, err
	}
	switch {
	case c.unknown != nil:
		return c.unknown, nil
	case x.Kind == ':':
		c.dict.unordered = c.unordered
		return c.dict, nil
	case x.Kind == '{':
		return in.makeSet(c.items)
	}
	return &List{Items: c.items, Unordered: c.unordered, once: x.Kind == '('}, nil
}

func (in *Interp) clause(x *Comprehension, n int, s *scope, c *collector) error {
	if n == len(x.Clauses) {
		return in.yield(x, s, c)
	}
	cl := x.Clauses[n]
	v, err := in.eval(cl.Iter, s)
	if err != nil {
		return err
	}
	items, unordered, u, err := in.iterate(v)
	if err != nil {
		return err
	}
	if u != nil {
		in.doubt([]Stmt{&ExprStmt{X: x}}, s, u)
		c.unknown = u
		return nil
	}
	c.unordered = c.unordered || unordered
	for _, item := range items {
		if err := in.assign(cl.Target, item, s); err != nil {
			return err
		}
		if ok, err := in.allTrue(x, cl.Conds, s, c); err != nil {
			return err
		} else if !ok {
			continue
		}
		if err := in.clause(x, n+1, s, c); err != nil {
			return err
		}
		if c.unknown != nil {
			return nil
		}
	}
	return nil
}

func (in *Interp) allTrue(x *Comprehension, conds []Expr, s *scope, c *collector) (bool, error) {
	for _, e := range conds {
		v, err := in.eval(e, s)
		if err != nil {
			return false, err
		}
		truth, known := Truth(v)
		if !known {
			c.unknown = spoiledBy(v)
			in.doubt([]Stmt{&ExprStmt{X: x}}, s, c.unknown)
			return true, nil
		}
		if !truth {
			return false, nil
		}
	}
	return true, nil
}

func (in *Interp) yield(x *Comprehension, s *scope, c *collector) error {
	if c.unknown != nil {
		return nil
	}
	v, err := in.eval(x.Item, s)
	if err != nil {
		return err
	}
	if len(c.items) > in.Size/16 {
		c.unknown = in.unknown("a list is too long")
		return nil
	}
	if x.Kind != ':' {
		c.items = append(c.items, v)
		return nil
	}
	k, err := in.eval(x.Key, s)
	if err != nil {
		return err
	}
	if u, ok := k.(*Unknown); ok {
		c.unknown = u
		return nil
	}
	if !c.dict.put(k, v) {
		return in.raise("TypeError", "unhashable type: '%s'", typeName(k))
	}
	return nil
}
