package python

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
		in.doubts++
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
	if s, ok := v.(string); ok && isASCII(s) {
		return in.byteOf(s, i)
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

// byteOf is the item of a string in which each character is a byte.
func (in *Interp) byteOf(s string, i Value) (Value, error) {
	n, ok := number(i).(int64)
	if !ok {
		return nil, in.raise("TypeError", "indices must be integers, not '%s'", typeName(i))
	}
	if n < 0 {
		n += int64(len(s))
	}
	if n < 0 || n >= int64(len(s)) {
		return nil, in.raise("IndexError", "str index out of range")
	}
	return s[n : n+1], nil
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// sequenceOf is the items of a list, tuple or string.
func sequenceOf(v Value) (items []Value, unordered, ok bool) {
	switch v := v.(type) {
	case *List:
		return v.Items, v.Unordered, true
	case *Tuple:
		return v.Items, false, true
	case string:
		items = make([]Value, 0, len(v))
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
	if s, ok := v.(string); ok && parts[2] == nil && isASCII(s) {
		n := int64(len(s))
		lo, hi := sliceEnd(parts[0], n, 0, 0, n), sliceEnd(parts[1], n, n, 0, n)
		return s[lo:max(lo, hi)], nil
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

// sliceEnd is an end of a slice of n items: none when it is not given.
func sliceEnd(v Value, n, none, low, high int64) int64 {
	i, ok := v.(int64)
	if !ok {
		return none
	}
	if i < 0 {
		i += n
	}
	return min(max(i, low), high)
}

func (in *Interp) cut(items []Value, parts [3]Value) ([]Value, error) {
	n := int64(len(items))
	step := int64(1)
	if p, ok := parts[2].(int64); ok {
		if step = p; p == 0 {
			return nil, in.raise("ValueError", "slice step cannot be zero")
		}
	}
	var out []Value
	if step > 0 {
		lo, hi := sliceEnd(parts[0], n, 0, 0, n), sliceEnd(parts[1], n, n, 0, n)
		for i := lo; i < hi && i >= lo; i += step {
			out = append(out, items[i])
		}
		return out, nil
	}
	lo, hi := sliceEnd(parts[0], n, n-1, -1, n-1), sliceEnd(parts[1], n, -1, -1, n-1)
	for i := lo; i > hi && i <= lo; i += step {
		out = append(out, items[i])
	}
	return out, nil
}
