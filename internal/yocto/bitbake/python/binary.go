package python

import (
	"math"
	"math/bits"
	"strings"
)

// binary evaluates an arithmetic operator.
func (in *Interp) binary(o string, a, b Value) (Value, error) {
	if u := spoiledBy(a); u != nil {
		return u, nil
	}
	if s, ok := a.(string); ok && o == "%" {
		return in.percent(s, b)
	}
	if u := spoiledBy(b); u != nil {
		return u, nil
	}
	switch x := a.(type) {
	case string:
		if v, ok := in.stringOp(o, x, b); ok {
			return v, nil
		}
	case *List:
		if v, ok := in.listOp(o, x, b); ok {
			return v, nil
		}
	case *Tuple:
		if y, ok := b.(*Tuple); ok && o == "+" {
			return &Tuple{append(append([]Value{}, x.Items...), y.Items...)}, nil
		}
	case *Set:
		if y, ok := b.(*Set); ok {
			if v := setOp(o, x, y); v != nil {
				return v, nil
			}
		}
	case *Dict:
		if _, ok := b.(*Dict); ok && o == "|" {
			return in.unknown("a union of dicts"), nil
		}
	}
	switch x := number(a).(type) {
	case int64:
		switch y := number(b).(type) {
		case int64:
			return in.intOp(o, x, y)
		case float64:
			return in.floatOp(o, float64(x), y)
		case string, *List:
			if o == "*" {
				return in.binary(o, y, x)
			}
		}
	case float64:
		switch y := number(b).(type) {
		case int64:
			return in.floatOp(o, x, float64(y))
		case float64:
			return in.floatOp(o, x, y)
		}
	}
	if _, ok := a.(Attrer); ok {
		return in.unknown("an operator on a value that is not known"), nil
	}
	return nil, in.raise("TypeError", "unsupported operand type(s) for %s: '%s' and '%s'", o, typeName(a), typeName(b))
}

func (in *Interp) stringOp(o, a string, b Value) (Value, bool) {
	switch o {
	case "+":
		if y, ok := b.(string); ok {
			if len(a)+len(y) > in.Size {
				return in.unknown("a value is too long"), true
			}
			return a + y, true
		}
	case "*":
		if n, ok := number(b).(int64); ok {
			n = max(n, 0)
			if n > 0 && int64(len(a)) > int64(in.Size)/n {
				return in.unknown("a value is too long"), true
			}
			return strings.Repeat(a, int(n)), true
		}
	}
	return nil, false
}

func (in *Interp) listOp(o string, a *List, b Value) (Value, bool) {
	switch o {
	case "+":
		if y, ok := b.(*List); ok {
			if len(a.Items)+len(y.Items) > in.Size/16 {
				return in.unknown("a list is too long"), true
			}
			return &List{Items: append(append([]Value{}, a.Items...), y.Items...), Unordered: a.Unordered || y.Unordered}, true
		}
	case "*":
		if n, ok := number(b).(int64); ok {
			n = max(n, 0)
			if n > 0 && int64(len(a.Items)) > int64(in.Size/16)/n {
				return in.unknown("a list is too long"), true
			}
			out := &List{Unordered: a.Unordered}
			for range n {
				out.Items = append(out.Items, a.Items...)
			}
			return out, true
		}
	}
	return nil, false
}

func setOp(o string, a, b *Set) Value {
	var items []Value
	add := func(from *Set, keep func(Value) bool) {
		for _, k := range from.dict.keys {
			if keep(k) {
				items = append(items, k)
			}
		}
	}
	switch o {
	case "&":
		add(a, b.has)
	case "|":
		add(a, func(Value) bool { return true })
		add(b, func(v Value) bool { return !a.has(v) })
	case "-":
		add(a, func(v Value) bool { return !b.has(v) })
	case "^":
		add(a, func(v Value) bool { return !b.has(v) })
		add(b, func(v Value) bool { return !a.has(v) })
	default:
		return nil
	}
	s, _ := newSet(items)
	return s
}

func (in *Interp) intOp(o string, a, b int64) (Value, error) {
	switch o {
	case "+":
		if c := a + b; (c > a) == (b > 0) {
			return c, nil
		}
	case "-":
		if c := a - b; (c < a) == (b > 0) {
			return c, nil
		}
	case "*":
		hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
		if hi == 0 && lo < 1<<63 && a != math.MinInt64 && b != math.MinInt64 {
			return a * b, nil
		}
	case "/":
		if b != 0 {
			return float64(a) / float64(b), nil
		}
		return nil, in.raise("ZeroDivisionError", "division by zero")
	case "//", "%":
		return in.divide(o, a, b)
	case "**":
		return in.power(a, b)
	case "<<":
		if b >= 0 && b < 62 && max(a, -a) < 1<<(62-b) {
			return a << b, nil
		}
	case ">>":
		if b >= 0 {
			return a >> min(b, 63), nil
		}
	case "&":
		return a & b, nil
	case "|":
		return a | b, nil
	case "^":
		return a ^ b, nil
	}
	return in.unknown("a number that is too large"), nil
}

func (in *Interp) divide(o string, a, b int64) (Value, error) {
	if b == 0 {
		return nil, in.raise("ZeroDivisionError", "integer division or modulo by zero")
	}
	if a == math.MinInt64 {
		return in.unknown("a number that is too large"), nil
	}
	q, r := a/b, a%b
	if r != 0 && (r < 0) != (b < 0) {
		q, r = q-1, r+b
	}
	if o == "//" {
		return q, nil
	}
	return r, nil
}

func (in *Interp) power(a, b int64) (Value, error) {
	if b < 0 {
		return math.Pow(float64(a), float64(b)), nil
	}
	p := math.Pow(float64(a), float64(b))
	if math.Abs(p) > 1<<52 {
		return in.unknown("a number that is too large"), nil
	}
	return int64(p), nil
}

func (in *Interp) floatOp(o string, a, b float64) (Value, error) {
	switch o {
	case "+":
		return a + b, nil
	case "-":
		return a - b, nil
	case "*":
		return a * b, nil
	case "/":
		if b == 0 {
			return nil, in.raise("ZeroDivisionError", "float division by zero")
		}
		return a / b, nil
	}
	return in.unknown("an operator on floating point numbers"), nil
}
