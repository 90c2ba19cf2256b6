package python

import (
	"slices"
)

func builtinList(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return &List{}, nil
	}
	items, unordered, u, err := in.iterate(args[0])
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	return &List{Items: slices.Clone(items), Unordered: unordered}, nil
}

func builtinTuple(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args, kw)
	if l, ok := v.(*List); ok {
		if l.Unordered {
			return in.unknown("a tuple of a set, whose order nobody promises"), nil
		}
		return &Tuple{l.Items}, nil
	}
	return v, err
}

func builtinSet(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) == 0 {
		return newEmptySet(), nil
	}
	if s, ok := args[0].(*Set); ok {
		return s.copy(), nil
	}
	return in.toSet(args[0])
}

func newEmptySet() *Set { s, _ := newSet(nil); return s }

func builtinDict(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	d := NewDict()
	if len(args) > 0 {
		if _, ok := args[0].(*Dict); ok {
			if _, err := dictMethods["update"](in, d, args[:1], nil); err != nil {
				return nil, err
			}
		} else if u, err := in.pairs(d, args[0]); u != nil || err != nil {
			return u, err
		}
	}
	for _, k := range sortedKeys(kw) {
		d.put(k, kw[k])
	}
	return d, nil
}

func (in *Interp) pairs(d *Dict, v Value) (Value, error) {
	items, unordered, u, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	d.unordered = unordered
	for _, x := range items {
		pair, _, ok := sequenceOf(x)
		if !ok || len(pair) != 2 || !d.put(pair[0], pair[1]) {
			return in.unknown("a dict of pairs that are not known"), nil
		}
	}
	return nil, nil
}

func builtinSorted(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.sorted(args0(args), kw)
}

// sorted sorts, by a key function when kw has one.
func (in *Interp) sorted(v Value, kw map[string]Value) (Value, error) {
	items, _, u, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	reverse, _ := Truth(kw["reverse"])
	if f := kw["key"]; f != nil {
		return in.sortedBy(f, v, slices.Clone(items), reverse)
	}
	list, comparable := slices.Clone(items), true
	slices.SortStableFunc(list, func(a, b Value) int {
		c, ok := cmp(a, b)
		comparable = comparable && ok
		if reverse {
			return -c
		}
		return c
	})
	if !comparable {
		return in.unsortable(items)
	}
	return &List{Items: list}, nil
}

// sortedBy sorts the items of a value by what a function makes of them.
func (in *Interp) sortedBy(f, of Value, items []Value, reverse bool) (Value, error) {
	keys, order := make([]Value, len(items)), make([]int, len(items))
	for i, x := range items {
		k, err := in.apply(f, "key", []Value{x}, nil)
		if err != nil {
			return nil, err
		}
		keys[i], order[i] = k, i
	}
	comparable, distinct := true, true
	slices.SortStableFunc(order, func(a, b int) int {
		c, ok := cmp(keys[a], keys[b])
		comparable = comparable && ok
		distinct = distinct && c != 0
		if reverse {
			return -c
		}
		return c
	})
	if !comparable {
		return in.unsortable(keys)
	}
	out := &List{Items: make([]Value, len(items))}
	for i, at := range order {
		out.Items[i] = items[at]
	}
	if _, isSet := of.(*Set); isSet && !distinct {
		out.Unordered = true
	}
	return out, nil
}

// unsortable is what comes of sorting by values that cannot all be compared.
func (in *Interp) unsortable(keys []Value) (Value, error) {
	if u := unknownIn(&List{Items: keys}); u != nil {
		return u, nil
	}
	return nil, in.raise("TypeError", "the items cannot be sorted")
}

func builtinReversed(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args, nil)
	if l, ok := v.(*List); ok {
		slices.Reverse(l.Items)
		l.once = true
	}
	return v, err
}

func builtinRange(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	n := []int64{0, 0, 1}
	for i, a := range args {
		v, ok := number(a).(int64)
		if !ok || i > 2 {
			return nil, in.raise("TypeError", "range() takes integers")
		}
		n[i] = v
	}
	if len(args) == 1 {
		n[0], n[1] = 0, n[0]
	}
	if n[2] == 0 {
		return nil, in.raise("ValueError", "range() arg 3 must not be zero")
	}
	out := &List{}
	for i := n[0]; n[2] > 0 && i < n[1] || n[2] < 0 && i > n[1]; i += n[2] {
		if len(out.Items) > in.Steps || len(out.Items) > in.Size/16 {
			return in.unknown("a range that is too long"), nil
		}
		out.Items = append(out.Items, i)
	}
	return out, nil
}

func builtinEnumerate(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	v, err := builtinList(in, args[:min(len(args), 1)], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	start := int64(0)
	if len(args) > 1 {
		start, _ = args[1].(int64)
	} else if n, ok := kw["start"].(int64); ok {
		start = n
	}
	if l.Unordered {
		return in.unknown("an enumeration of a set, whose order nobody promises"), nil
	}
	for i, x := range l.Items {
		l.Items[i] = &Tuple{[]Value{start + int64(i), x}}
	}
	l.once = true
	return l, nil
}

func builtinZip(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	out := &List{once: true}
	var lists []*List
	for _, a := range args {
		v, err := builtinList(in, []Value{a}, nil)
		l, ok := v.(*List)
		if !ok || l.Unordered {
			return in.unknown("a zip of values that are not known"), err
		}
		lists = append(lists, l)
	}
	for i := 0; len(lists) > 0; i++ {
		t := &Tuple{}
		for _, l := range lists {
			if i >= len(l.Items) {
				return out, nil
			}
			t.Items = append(t.Items, l.Items[i])
		}
		out.Items = append(out.Items, t)
	}
	return out, nil
}

func builtinMap(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 2 {
		return in.unknown("a map over several lists"), nil
	}
	v, err := builtinList(in, args[1:], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	for i, x := range l.Items {
		if l.Items[i], err = in.apply(args[0], "map", []Value{x}, nil); err != nil {
			return nil, err
		}
	}
	l.once = true
	return l, nil
}

func builtinFilter(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 2 {
		return nil, in.raise("TypeError", "filter expected 2 arguments")
	}
	v, err := builtinList(in, args[1:], nil)
	l, ok := v.(*List)
	if !ok {
		return v, err
	}
	out := &List{Unordered: l.Unordered, once: true}
	for _, x := range l.Items {
		keep := x
		if args[0] != nil {
			if keep, err = in.apply(args[0], "filter", []Value{x}, nil); err != nil {
				return nil, err
			}
		}
		truth, known := Truth(keep)
		if !known {
			return spoiledBy(keep), nil
		}
		if truth {
			out.Items = append(out.Items, x)
		}
	}
	return out, nil
}

// quantifier is any and all.
func (in *Interp) quantifier(v Value, stop bool) (Value, error) {
	items, _, u, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	var doubt Value
	for _, x := range items {
		truth, known := Truth(x)
		if !known {
			doubt = spoiledBy(x)
		} else if truth == stop {
			return stop, nil
		}
	}
	if doubt != nil {
		return doubt, nil
	}
	return !stop, nil
}

func builtinAny(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	return in.quantifier(args0(args), true)
}

func builtinAll(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	return in.quantifier(args0(args), false)
}

func (in *Interp) extreme(args []Value, kw map[string]Value, sign int) (Value, error) {
	if len(kw) > 0 {
		return in.unknown("min or max with a key"), nil
	}
	items := args
	if len(args) == 1 {
		list, _, u, err := in.iterate(args[0])
		if err != nil {
			return nil, err
		}
		if u != nil {
			return u, nil
		}
		items = list
	}
	if len(items) == 0 {
		return nil, in.raise("ValueError", "min() arg is an empty sequence")
	}
	best := items[0]
	for _, x := range items {
		c, ok := cmp(x, best)
		if !ok {
			return in.unknown("min or max of values that cannot be compared"), nil
		}
		if c*sign > 0 {
			best = x
		}
	}
	return best, nil
}

func builtinMin(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.extreme(args, kw, -1)
}

func builtinMax(in *Interp, args []Value, kw map[string]Value) (Value, error) {
	return in.extreme(args, kw, 1)
}

func builtinSum(in *Interp, args []Value, _ map[string]Value) (Value, error) {
	items, _, u, err := in.iterate(args0(args))
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	var total Value = int64(0)
	if len(args) > 1 {
		total = args[1]
	}
	for _, x := range items {
		if total, err = in.binary("+", total, x); err != nil {
			return nil, err
		}
	}
	return total, nil
}
