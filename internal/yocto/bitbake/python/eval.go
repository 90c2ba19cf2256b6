package python

import (
	"strings"
)

// eval evaluates an expression. The error is an *Exception.
func (in *Interp) eval(x Expr, s *scope) (Value, error) {
	if u := in.exhausted(); u != nil {
		return u, nil
	}
	switch x := x.(type) {
	case *Const:
		return x.Value, nil
	case *Name:
		return in.name(x.ID, s)
	}
	if u := in.enter(); u != nil {
		in.leave()
		return u, nil
	}
	v, err := in.compound(x, s)
	in.leave()
	return v, err
}

// compound evaluates an expression that has parts.
func (in *Interp) compound(x Expr, s *scope) (Value, error) {
	switch x := x.(type) {
	case *Format:
		return in.format(x, s)
	case *Attr:
		return in.attr(x, s)
	case *Index:
		return in.index(x, s)
	case *Call:
		return in.call(x, s)
	case *Unary:
		return in.unary(x, s)
	case *Binary:
		a, err := in.eval(x.X, s)
		if err != nil {
			return nil, err
		}
		b, err := in.eval(x.Y, s)
		if err != nil {
			return nil, err
		}
		return in.binary(x.Op, a, b)
	case *Logic:
		return in.logic(x, s)
	case *Compare:
		return in.compare(x, s)
	case *Ternary:
		return in.ternary(x, s)
	case *Sequence:
		return in.sequence(x, s)
	case *Mapping:
		return in.mapping(x, s)
	case *Comprehension:
		return in.comprehension(x, s)
	case *Lambda:
		return &Func{Name: "lambda", params: x.Params, result: x.Body, env: s}, nil
	}
	return in.unknown("an expression that is not read here"), nil
}

func (in *Interp) name(id string, s *scope) (Value, error) {
	if v, ok := s.find(id); ok {
		return v, nil
	}
	if v, ok := builtins[id]; ok {
		return v, nil
	}
	if v, ok := in.Host.Lookup(id); ok {
		return v, nil
	}
	if exceptionTypes[id] {
		return &exceptionType{id}, nil
	}
	return in.unknown("the name %s is not known", id), nil
}

func (in *Interp) format(f *Format, s *scope) (Value, error) {
	var b strings.Builder
	for _, p := range f.Parts {
		b.WriteString(p.Text)
		if p.X == nil {
			continue
		}
		v, err := in.eval(p.X, s)
		if err != nil {
			return nil, err
		}
		if u := unknownIn(v); u != nil {
			return u, nil
		}
		text, ok := formatValue(v, p.Conv, p.Spec)
		if !ok {
			return in.unknown("a format that is not read: %c %s", p.Conv, p.Spec), nil
		}
		b.WriteString(text)
		if b.Len() > in.Size {
			return in.unknown("a value is too long"), nil
		}
	}
	return b.String(), nil
}

func (in *Interp) logic(x *Logic, s *scope) (Value, error) {
	a, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	truth, known := Truth(a)
	if !known {
		in.doubt([]Stmt{&ExprStmt{X: x.Y}}, s, spoiledBy(a))
		return spoiledBy(a), nil
	}
	if truth == (x.Op == "or") {
		return a, nil
	}
	return in.eval(x.Y, s)
}

func (in *Interp) ternary(x *Ternary, s *scope) (Value, error) {
	c, err := in.eval(x.Cond, s)
	if err != nil {
		return nil, err
	}
	truth, known := Truth(c)
	if !known {
		in.doubt([]Stmt{&ExprStmt{X: x.Then}, &ExprStmt{X: x.Else}}, s, spoiledBy(c))
		return spoiledBy(c), nil
	}
	if truth {
		return in.eval(x.Then, s)
	}
	return in.eval(x.Else, s)
}

func (in *Interp) unary(x *Unary, s *scope) (Value, error) {
	v, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	if u := spoiledBy(v); u != nil {
		return u, nil
	}
	if x.Op == "not" {
		truth, _ := Truth(v)
		return !truth, nil
	}
	switch n := number(v).(type) {
	case int64:
		switch x.Op {
		case "-":
			return -n, nil
		case "+":
			return n, nil
		case "~":
			return ^n, nil
		}
	case float64:
		if x.Op == "-" {
			return -n, nil
		}
		return n, nil
	}
	return nil, in.raise("TypeError", "bad operand type for unary %s: '%s'", x.Op, typeName(v))
}

// number makes an int of a bool.
func number(v Value) Value {
	if b, ok := v.(bool); ok {
		if b {
			return int64(1)
		}
		return int64(0)
	}
	return v
}

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
func cmp(a, b Value) (int, bool) { return newBound().cmp(a, b) }

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
