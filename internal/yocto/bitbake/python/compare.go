package python

import (
	"strings"
)

func (in *Interp) compare(x *Compare, s *scope) (Value, error) {
	a, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	for i, o := range x.Ops {
		b, err := in.eval(x.Ys[i], s)
		if err != nil {
			return nil, err
		}
		r, err := in.compareTwo(o, a, b)
		if err != nil {
			return nil, err
		}
		if truth, known := Truth(r); !known || !truth {
			return r, nil
		}
		a = b
	}
	return true, nil
}

func (in *Interp) compareTwo(o string, a, b Value) (Value, error) {
	if u, ok := a.(*Unknown); ok {
		return u, nil
	}
	if u := spoiledBy(b); u != nil {
		return u, nil
	}
	switch o {
	case "is", "is not":
		same := identical(a, b)
		switch a.(type) {
		case nil, bool:
		default:
			if b != nil {
				if _, isString := a.(string); isString {
					return in.unknown("whether two strings are the same object"), nil
				}
			}
		}
		return same == (o == "is"), nil
	case "==", "!=":
		same, known := equal(a, b)
		if !known {
			return in.unknown("a comparison with a value that is not known"), nil
		}
		return same == (o == "=="), nil
	case "in", "not in":
		r, err := in.contains(b, a)
		if found, ok := r.(bool); ok && o == "not in" {
			r = !found
		}
		return r, err
	}
	return in.order(o, a, b)
}

// contains is item in container.
func (in *Interp) contains(container, item Value) (Value, error) {
	switch c := container.(type) {
	case string:
		s, ok := item.(string)
		if !ok {
			return nil, in.raise("TypeError", "'in <string>' requires string as left operand, not %s", typeName(item))
		}
		return strings.Contains(c, s), nil
	case *Dict:
		_, ok := c.get(item)
		return ok, nil
	case *Set:
		return c.has(item), nil
	case *List:
		if c.once {
			return in.unknown("membership in an iterator"), nil
		}
		return in.among(c.Items, item), nil
	case *Tuple:
		return in.among(c.Items, item), nil
	case nil, bool, int64, float64:
		return nil, in.raise("TypeError", "argument of type '%s' is not iterable", typeName(container))
	}
	return in.unknown("membership in a value that is not known"), nil
}

func (in *Interp) among(items []Value, item Value) Value {
	var doubt *Unknown
	for _, x := range items {
		if u, ok := x.(*Unknown); ok {
			doubt = u
			continue
		}
		if same, known := equal(x, item); known && same {
			return true
		}
	}
	if doubt != nil {
		return doubt
	}
	return false
}

func (in *Interp) order(o string, a, b Value) (Value, error) {
	if x, ok := a.(*Set); ok {
		if y, ok := b.(*Set); ok {
			switch o {
			case "<=":
				return subset(x, y), nil
			case ">=":
				return subset(y, x), nil
			case "<":
				return subset(x, y) && !subset(y, x), nil
			}
			return subset(y, x) && !subset(x, y), nil
		}
	}
	c, ok := cmp(a, b)
	if !ok {
		if unknownIn(a) != nil || unknownIn(b) != nil {
			return in.unknown("a comparison with a value that is not known"), nil
		}
		return nil, in.raise("TypeError", "'%s' not supported between instances of '%s' and '%s'", o, typeName(a), typeName(b))
	}
	switch o {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

// cmp orders two values of the same kind.
func cmp(a, b Value) (int, bool) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
	case *Tuple:
		if c := compareLead(x, b); c != 0 {
			return c, true
		}
	}
	return newBound().cmp(a, b)
}

// compareLead orders tuples that begin with different texts. It is 0 for
// others.
func compareLead(x *Tuple, b Value) int {
	y, ok := b.(*Tuple)
	if !ok || len(x.Items) == 0 || len(y.Items) == 0 {
		return 0
	}
	s, ok := x.Items[0].(string)
	t, both := y.Items[0].(string)
	if !ok || !both {
		return 0
	}
	return strings.Compare(s, t)
}

func (w *bound) cmp(a, b Value) (int, bool) {
	defer w.back()
	if !w.step() {
		return 0, false
	}
	a, b = number(a), number(b)
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
	case int64:
		switch y := b.(type) {
		case int64:
			return threeWay(x < y, x > y), true
		case float64:
			return threeWay(float64(x) < y, float64(x) > y), true
		}
	case float64:
		switch y := b.(type) {
		case int64:
			return threeWay(x < float64(y), x > float64(y)), true
		case float64:
			return threeWay(x < y, x > y), true
		}
	case *Tuple:
		if y, ok := b.(*Tuple); ok {
			return w.cmpItems(x.Items, y.Items)
		}
	case *List:
		if y, ok := b.(*List); ok {
			return w.cmpItems(x.Items, y.Items)
		}
	}
	return 0, false
}

func threeWay(less, more bool) int {
	switch {
	case less:
		return -1
	case more:
		return 1
	}
	return 0
}

func (w *bound) cmpItems(a, b []Value) (int, bool) {
	for i := 0; i < len(a) && i < len(b); i++ {
		if same, known := w.equal(a[i], b[i]); known && same {
			continue
		}
		return w.cmp(a[i], b[i])
	}
	return threeWay(len(a) < len(b), len(a) > len(b)), true
}
