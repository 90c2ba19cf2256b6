package python

import (
	"slices"
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
		return in.name(x, s)
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
		return in.operator(x, s)
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
		f, err := in.makeFunc(&Func{Name: "lambda", params: x.Params, result: x.Body, layout: x.layout}, s)
		return f, err
	}
	return in.unknown("an expression that is not read here"), nil
}

// operator evaluates an arithmetic operator.
func (in *Interp) operator(x *Binary, s *scope) (Value, error) {
	if left, ok := x.X.(*Binary); ok && x.Op == "+" && left.Op == "+" {
		return in.sum(x, s)
	}
	return in.operation(x, s)
}

// operation evaluates the operands one after the other, then the operator.
func (in *Interp) operation(x *Binary, s *scope) (Value, error) {
	a, err := in.eval(x.X, s)
	if err != nil {
		return nil, err
	}
	if f, ok := a.(string); ok && x.Op == "%" {
		if t, ok := x.Y.(*Sequence); ok && t.Kind == '(' && !slices.ContainsFunc(t.Items, isStar) {
			return in.percentTuple(f, x.format, t, s)
		}
	}
	b, err := in.eval(x.Y, s)
	if err != nil {
		return nil, err
	}
	return in.binary(x.Op, a, b)
}

// sum evaluates A + B + C …: texts that follow each other are joined once.
func (in *Interp) sum(x *Binary, s *scope) (Value, error) {
	var room [8]*Binary
	sums, first := append(room[:0], x), x.X
	for b, ok := first.(*Binary); ok && b.Op == "+"; b, ok = first.(*Binary) {
		sums, first = append(sums, b), b.X
	}
	inner := len(sums) - 1 // those but x itself, which was counted
	if in.Steps <= inner || in.Depth <= inner {
		return in.operation(x, s)
	}
	in.Steps -= inner
	depth := in.Depth
	defer func() { in.Depth = depth }()
	in.Depth = depth - inner
	v, err := in.eval(first, s)
	if err != nil {
		return nil, err
	}
	var space [8]string
	texts, size := space[:0], 0 // v and more, or nothing
	for i := inner; i >= 0; i-- {
		in.Depth = depth - i
		w, err := in.eval(sums[i].Y, s)
		if err != nil {
			return nil, err
		}
		right, ok := w.(string)
		if left, isText := v.(string); ok && isText && len(texts) == 0 {
			texts, size = append(texts, left), len(left)
		}
		if ok && len(texts) > 0 && size+len(right) <= in.Size {
			texts, size = append(texts, right), size+len(right)
			continue
		}
		if len(texts) > 0 {
			v, texts = strings.Join(texts, ""), texts[:0]
		}
		if v, err = in.binary("+", v, w); err != nil {
			return nil, err
		}
	}
	if len(texts) > 0 {
		return strings.Join(texts, ""), nil
	}
	return v, nil
}

func (in *Interp) name(x *Name, s *scope) (Value, error) {
	if v, ok := s.look(x); ok {
		return v, nil
	}
	if x.own != nil {
		return x.own, nil
	}
	return in.hostName(x)
}

// hostName is a name that is neither local nor a built-in.
func (in *Interp) hostName(x *Name) (Value, error) {
	if v, ok := in.Host.Lookup(x); ok {
		return v, nil
	}
	if exceptionTypes[x.ID] {
		return &exceptionType{x.ID}, nil
	}
	return in.unknown("the name %s is not known", x.ID), nil
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
