package python

import (
	"slices"
	"strconv"
	"strings"
)

func (p *parser) arguments(c *Call) {
	defer func() {
		c.stars = slices.ContainsFunc(c.Args, isStar)
		if len(c.Args) > 0 && len(c.Keywords) == 0 {
			_, c.literal = c.Args[0].(*Const)
			c.literals = literals(c.Args)
		}
	}()
	for !p.accept(")") {
		switch t := p.peek(); {
		case p.accept("**"):
			c.Keywords = append(c.Keywords, Keyword{"", p.expr()})
		case t.kind == tokName && p.tokens[p.pos+1].kind == tokOp && p.tokens[p.pos+1].text == "=":
			p.pos += 2
			c.Keywords = append(c.Keywords, Keyword{t.text, p.expr()})
		default:
			x := p.starred()
			if p.is("for") {
				x = &Comprehension{Kind: '(', Item: x, Clauses: p.clauses()}
			}
			c.Args = append(c.Args, x)
		}
		if !p.is(")") {
			p.expect(",")
		}
	}
}

func (p *parser) subscript() Expr {
	var parts [3]Expr
	n, slice := 0, false
	for n < 3 {
		if !p.is(":") && !p.is("]") {
			parts[n] = p.exprList()
		}
		if !p.accept(":") {
			break
		}
		slice = true
		n++
	}
	if !slice {
		if parts[0] == nil {
			p.fail("an index is expected")
		}
		return parts[0]
	}
	return &Slice{parts[0], parts[1], parts[2]}
}

func (p *parser) clauses() []Clause {
	var list []Clause
	for p.accept("for") {
		c := Clause{Target: p.targets()}
		p.expect("in")
		c.Iter = p.or()
		for p.accept("if") {
			c.Conds = append(c.Conds, p.or())
		}
		list = append(list, c)
	}
	return list
}

// targets parses what a for assigns to: an expression that ends at "in".
func (p *parser) targets() Expr {
	one := func() Expr {
		if p.accept("*") {
			return &Star{p.postfix(p.atom())}
		}
		return p.postfix(p.atom())
	}
	x := one()
	if !p.is(",") {
		return x
	}
	items := []Expr{x}
	for p.accept(",") {
		if p.is("in") {
			break
		}
		items = append(items, one())
	}
	return &Sequence{'(', items}
}

func (p *parser) atom() Expr {
	p.enter()
	defer func() { p.depth-- }()
	t := p.next()
	switch t.kind {
	case tokName:
		return p.name(t)
	case tokNumber:
		return p.number(t)
	case tokString, tokFormat:
		p.pos--
		return p.strings()
	case tokOp:
		switch t.text {
		case "(":
			return p.parenthesis()
		case "[":
			return p.list()
		case "{":
			return p.braces()
		case "...":
			return &Const{nil}
		}
	}
	if t.kind == tokEOF {
		p.fail("the expression ends too early")
	}
	p.pos--
	p.fail("%q is not expected here", t.text)
	return nil
}

func (p *parser) name(t token) Expr {
	switch t.text {
	case "True":
		return &Const{true}
	case "False":
		return &Const{false}
	case "None":
		return &Const{nil}
	}
	if slices.Contains(keywords, t.text) {
		p.pos--
		p.fail("%q is not expected here", t.text)
	}
	return &Name{ID: t.text}
}

func (p *parser) number(t token) Expr {
	text := strings.ReplaceAll(t.text, "_", "")
	if i, err := strconv.ParseInt(text, 0, 64); err == nil && (len(text) == 1 || text[0] != '0' || !isDigit(text[1])) {
		return &Const{i}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		return &Const{f}
	}
	p.pos--
	p.fail("a number that is not read: %s", t.text)
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// strings joins the literals that follow each other.
func (p *parser) strings() Expr {
	var parts []FormatPart
	format := false
	for {
		t := p.peek()
		switch t.kind {
		case tokString:
			parts = append(parts, FormatPart{Text: t.text})
		case tokFormat:
			format = true
			parts = append(parts, p.format(t)...)
		default:
			if format {
				return &Format{parts}
			}
			var b strings.Builder
			for _, s := range parts {
				b.WriteString(s.Text)
			}
			return &Const{b.String()}
		}
		p.pos++
	}
}

func (p *parser) parenthesis() Expr {
	if p.accept(")") {
		return &Sequence{Kind: '('}
	}
	if p.is("yield") {
		p.fail("yield is not read")
	}
	x := p.starred()
	if p.is("for") {
		c := &Comprehension{Kind: '(', Item: x, Clauses: p.clauses()}
		p.expect(")")
		return c
	}
	if p.is(",") {
		items := []Expr{x}
		for p.accept(",") {
			if p.is(")") {
				break
			}
			items = append(items, p.starred())
		}
		x = tuple(items)
	}
	p.expect(")")
	return x
}

// tuple makes a tuple of literals once; nothing can change it.
func tuple(items []Expr) Expr {
	if values := literals(items); values != nil {
		return &Const{&Tuple{values}}
	}
	return &Sequence{'(', items}
}

// literals are the values of expressions that are all literals, or nil.
func literals(items []Expr) []Value {
	values := make([]Value, len(items))
	for i, x := range items {
		c, ok := x.(*Const)
		if !ok {
			return nil
		}
		values[i] = c.Value
	}
	return values
}

func (p *parser) list() Expr {
	s := &Sequence{Kind: '['}
	for !p.accept("]") {
		s.Items = append(s.Items, p.starred())
		if p.is("for") && len(s.Items) == 1 {
			c := &Comprehension{Kind: '[', Item: s.Items[0], Clauses: p.clauses()}
			p.expect("]")
			return c
		}
		if !p.is("]") {
			p.expect(",")
		}
	}
	return s
}

// literalDict is the dict that a mapping of literals makes, nil for other ones.
// It is shared by all who evaluate the mapping, until they change it.
func literalDict(m *Mapping) *Dict {
	d := NewDict()
	for i, k := range m.Keys {
		key, ok := k.(*Const)
		value, literal := m.Values[i].(*Const)
		if !ok || !literal || !d.put(key.Value, value.Value) {
			return nil
		}
	}
	d.shared = true
	return d
}

func (p *parser) braces() Expr {
	m, s := &Mapping{}, &Sequence{Kind: '{'}
	for !p.accept("}") {
		if p.accept("**") {
			m.Keys, m.Values = append(m.Keys, nil), append(m.Values, p.binary(2))
		} else if x := p.starred(); p.accept(":") {
			m.Keys, m.Values = append(m.Keys, x), append(m.Values, p.expr())
		} else {
			s.Items = append(s.Items, x)
		}
		if p.is("for") && len(s.Items)+len(m.Keys) == 1 {
			c := &Comprehension{Kind: '{'}
			if len(s.Items) == 1 {
				c.Item = s.Items[0]
			} else {
				c.Kind, c.Key, c.Item = ':', m.Keys[0], m.Values[0]
			}
			c.Clauses = p.clauses()
			p.expect("}")
			return c
		}
		if !p.is("}") {
			p.expect(",")
		}
	}
	switch {
	case len(s.Items) == 0:
		m.literal = literalDict(m)
		return m
	case len(m.Keys) > 0:
		p.fail("a dict and a set in one")
	}
	return s
}
