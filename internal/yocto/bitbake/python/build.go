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
		more, free, err := in.iterate(v)
		if err != nil {
			return nil, false, err
		}
		if u, ok := more.(*Unknown); ok {
			return []Value{u}, false, nil
		}
		items = append(items, more.([]Value)...)
		unordered = unordered || free
	}
	return items, unordered, nil
}

// iterate lists what a for goes through: []Value, or *Unknown. Unordered is
// whether Python promises no order.
func (in *Interp) iterate(v Value) (items any, unordered bool, err error) {
	if u := spoiledBy(v); u != nil {
		return u, false, nil
	}
	switch v := v.(type) {
	case *List:
		return v.Items, v.Unordered && len(v.Items) > 1, nil
	case *Tuple:
		return v.Items, false, nil
	case *Dict:
		return v.keys, v.unordered && len(v.keys) > 1, nil
	case *Set:
		return v.dict.keys, len(v.dict.keys) > 1, nil
	case string:
		if len(v) > in.Size {
			return in.unknown("a value is too long"), false, nil
		}
		list := make([]Value, 0, len(v))
		for _, r := range v {
			list = append(list, string(r))
		}
		return list, false, nil
	case nil, bool, int64, float64:
		return nil, false, in.raise("TypeError", "'%s' object is not iterable", typeName(v))
	}
	return in.unknown("iteration over a value that is not known"), false, nil
}

func (in *Interp) mapping(x *Mapping, s *scope) (Value, error) {
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
	if err := in.clause(x, 0, newScope(s), c); err != nil {
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
	return &List{Items: c.items, Unordered: c.unordered}, nil
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
	items, unordered, err := in.iterate(v)
	if err != nil {
		return err
	}
	if u, ok := items.(*Unknown); ok {
		in.doubt([]Stmt{&ExprStmt{X: x.Item}}, s, u)
		c.unknown = u
		return nil
	}
	c.unordered = c.unordered || unordered
	for _, item := range items.([]Value) {
		if err := in.assign(cl.Target, item, s); err != nil {
			return err
		}
		if ok, err := in.allTrue(cl.Conds, s, c); err != nil {
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

func (in *Interp) allTrue(conds []Expr, s *scope, c *collector) (bool, error) {
	for _, e := range conds {
		v, err := in.eval(e, s)
		if err != nil {
			return false, err
		}
		truth, known := Truth(v)
		if !known {
			c.unknown = spoiledBy(v)
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

// index evaluates X[I].
func (in *Interp) index(x *Index, s *scope) (Value, error) {
	v, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	if sl, ok := x.I.(*Slice); ok {
		return in.slice(v, sl, s)
	}
	i, err := in.eval(x.I, s)
	if err != nil {
		return nil, err
	}
	return in.item(v, i)
}

func (in *Interp) item(v, i Value) (Value, error) {
	if u := spoiledBy(v); u != nil {
		return u, nil
	}
	if u, ok := i.(*Unknown); ok {
		return u, nil
	}
	if d, ok := v.(*Dict); ok {
		if x, ok := d.get(i); ok {
			return x, nil
		}
		r, _ := Repr(i)
		return nil, in.raise("KeyError", "%s", r)
	}
	seq, unordered, ok := sequenceOf(v)
	if !ok {
		if _, host := v.(Attrer); host {
			return in.unknown("an item of a value that is not known"), nil
		}
		return nil, in.raise("TypeError", "'%s' object is not subscriptable", typeName(v))
	}
	n, ok := number(i).(int64)
	if !ok {
		return nil, in.raise("TypeError", "indices must be integers, not '%s'", typeName(i))
	}
	if n < 0 {
		n += int64(len(seq))
	}
	if n < 0 || n >= int64(len(seq)) {
		return nil, in.raise("IndexError", "%s index out of range", typeName(v))
	}
	if unordered && len(seq) > 1 {
		return in.unknown("an item of a list whose order nobody promises"), nil
	}
	return seq[n], nil
}

// sequenceOf is the items of a list, tuple or string.
func sequenceOf(v Value) (items []Value, unordered, ok bool) {
	switch v := v.(type) {
	case *List:
		return v.Items, v.Unordered, true
	case *Tuple:
		return v.Items, false, true
	case string:
		for _, r := range v {
			items = append(items, string(r))
		}
		return items, false, true
	}
	return nil, false, false
}

func (in *Interp) slice(v Value, sl *Slice, s *scope) (Value, error) {
	var parts [3]Value
	for i, e := range []Expr{sl.Lo, sl.Hi, sl.Step} {
		if e == nil {
			continue
		}
		p, err := in.eval(e, s)
		if err != nil {
			return nil, err
		}
		if u, ok := p.(*Unknown); ok {
			return u, nil
		}
		parts[i] = number(p)
		if _, ok := parts[i].(int64); parts[i] != nil && !ok {
			return nil, in.raise("TypeError", "slice indices must be integers or None")
		}
	}
	if u := spoiledBy(v); u != nil {
		return u, nil
	}
	items, unordered, ok := sequenceOf(v)
	if !ok {
		return nil, in.raise("TypeError", "'%s' object is not subscriptable", typeName(v))
	}
	if unordered && len(items) > 1 {
		return in.unknown("a part of a list whose order nobody promises"), nil
	}
	cut, err := in.cut(items, parts)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case string:
		return joinRunes(cut), nil
	case *Tuple:
		return &Tuple{cut}, nil
	}
	return &List{Items: cut}, nil
}

func joinRunes(items []Value) string {
	b := make([]byte, 0, len(items))
	for _, x := range items {
		b = append(b, x.(string)...)
	}
	return string(b)
}

func (in *Interp) cut(items []Value, parts [3]Value) ([]Value, error) {
	n := int64(len(items))
	step := int64(1)
	if p, ok := parts[2].(int64); ok {
		if step = p; p == 0 {
			return nil, in.raise("ValueError", "slice step cannot be zero")
		}
	}
	bound := func(v Value, none, low, high int64) int64 {
		i, ok := v.(int64)
		if !ok {
			return none
		}
		if i < 0 {
			i += n
		}
		return min(max(i, low), high)
	}
	var out []Value
	if step > 0 {
		lo, hi := bound(parts[0], 0, 0, n), bound(parts[1], n, 0, n)
		for i := lo; i < hi && i >= lo; i += step {
			out = append(out, items[i])
		}
		return out, nil
	}
	lo, hi := bound(parts[0], n-1, -1, n-1), bound(parts[1], -1, -1, n-1)
	for i := lo; i > hi && i <= lo; i += step {
		out = append(out, items[i])
	}
	return out, nil
}
