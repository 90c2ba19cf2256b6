package python

import (
	"fmt"
	"slices"
)

const maxNesting = 100

type parser struct {
	tokens []token
	pos    int
	depth  int
}

// failure carries a SyntaxError out of the parser.
type failure struct{ err *SyntaxError }

func (p *parser) fail(format string, args ...any) {
	panic(failure{&SyntaxError{p.peek().line, fmt.Sprintf(format, args...)}})
}

func rescue(err *error) {
	if r := recover(); r != nil {
		f, ok := r.(failure)
		if !ok {
			panic(r)
		}
		*err = f.err
	}
}

// ParseExpr parses an expression.
func ParseExpr(src string) (x Expr, err error) {
	tokens, err := lex(src, false)
	if err != nil {
		return nil, err
	}
	defer rescue(&err)
	p := &parser{tokens: tokens}
	x = p.exprList()
	if p.peek().kind != tokEOF {
		p.fail("%q is not expected here", p.peek().text)
	}
	return x, nil
}

// ParseBody parses statements. All of them may be indented.
func ParseBody(src string) (body []Stmt, err error) {
	tokens, err := lex(src, true)
	if err != nil {
		return nil, err
	}
	defer rescue(&err)
	p := &parser{tokens: tokens}
	for p.peek().kind != tokEOF {
		if k := p.peek().kind; k == tokIndent || k == tokDedent || k == tokNewline {
			p.pos++
			continue
		}
		body = append(body, p.statement()...)
	}
	return body, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokEOF {
		p.pos++
	}
	return t
}

func (p *parser) is(text string) bool {
	t := p.peek()
	return t.text == text && (t.kind == tokOp || t.kind == tokName)
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.pos++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail("%q is expected before %q", text, p.peek().text)
	}
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxNesting {
		p.fail("the expression is nested too deep")
	}
}

var keywords = []string{"and", "or", "not", "in", "is", "if", "else", "elif", "for", "while", "return", "raise", "pass", "break", "continue", "def", "class",
	"try", "except", "finally", "with", "import", "from", "del", "global", "nonlocal", "assert", "lambda", "yield", "await", "async", "as"}

// exprList parses expressions with commas between them: a tuple when there is
// a comma.
func (p *parser) exprList() Expr {
	x := p.starred()
	if !p.is(",") {
		return x
	}
	items := []Expr{x}
	for p.accept(",") {
		if p.endsList() {
			break
		}
		items = append(items, p.starred())
	}
	return &Sequence{'(', items}
}

func (p *parser) endsList() bool {
	t := p.peek()
	if t.kind == tokEOF || t.kind == tokNewline {
		return true
	}
	return t.kind == tokOp && slices.Contains([]string{")", "]", "}", "=", ":", ";"}, t.text) || p.is("in")
}

func (p *parser) starred() Expr {
	if p.accept("*") {
		return &Star{p.binary(2)}
	}
	return p.expr()
}

// expr parses one expression, with ternaries and lambdas.
func (p *parser) expr() Expr {
	p.enter()
	defer func() { p.depth-- }()
	if p.accept("lambda") {
		params := p.params(":")
		return &Lambda{Params: params, Body: p.expr()}
	}
	x := p.or()
	if p.accept("if") {
		cond := p.or()
		p.expect("else")
		return &Ternary{cond, x, p.expr()}
	}
	if p.is(":=") {
		p.fail("an assignment within an expression is not read")
	}
	return x
}

func (p *parser) or() Expr {
	x := p.and()
	for p.accept("or") {
		x = &Logic{"or", x, p.and()}
	}
	return x
}

func (p *parser) and() Expr {
	x := p.not()
	for p.accept("and") {
		x = &Logic{"and", x, p.not()}
	}
	return x
}

func (p *parser) not() Expr {
	if p.accept("not") {
		p.enter()
		defer func() { p.depth-- }()
		return &Unary{"not", p.not()}
	}
	return p.comparison()
}

func (p *parser) comparison() Expr {
	x := p.binary(2)
	var c *Compare
	for {
		o := p.comparisonOp()
		if o == "" {
			break
		}
		if c == nil {
			c = &Compare{X: x}
		}
		c.Ops = append(c.Ops, o)
		c.Ys = append(c.Ys, p.binary(2))
	}
	if c != nil {
		return c
	}
	return x
}

func (p *parser) comparisonOp() string {
	for _, o := range []string{"==", "!=", "<=", ">=", "<", ">", "in"} {
		if p.accept(o) {
			return o
		}
	}
	if p.accept("is") {
		if p.accept("not") {
			return "is not"
		}
		return "is"
	}
	if p.is("not") && p.tokens[p.pos+1].text == "in" {
		p.pos += 2
		return "not in"
	}
	return ""
}

var precedence = map[string]int{"|": 2, "^": 3, "&": 4, "<<": 5, ">>": 5, "+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, "@": 7}

func (p *parser) binary(level int) Expr {
	x := p.unary()
	for {
		t := p.peek()
		l, ok := precedence[t.text]
		if t.kind != tokOp || !ok || l < level {
			return x
		}
		p.pos++
		x = operator(t.text, x, p.binary(l+1))
	}
}

// operator makes an expression of an operator.
func operator(o string, x, y Expr) *Binary {
	b := &Binary{Op: o, X: x, Y: y}
	if c, ok := x.(*Const); ok && o == "%" {
		if f, ok := c.Value.(string); ok {
			b.format = plainFormat(f)
		}
	}
	return b
}

func (p *parser) unary() Expr {
	for _, o := range []string{"-", "+", "~"} {
		if p.accept(o) {
			p.enter()
			defer func() { p.depth-- }()
			return &Unary{o, p.unary()}
		}
	}
	x := p.postfix(p.atom())
	if p.accept("**") {
		p.enter()
		defer func() { p.depth-- }()
		return &Binary{Op: "**", X: x, Y: p.unary()}
	}
	return x
}

func (p *parser) postfix(x Expr) Expr {
	for range maxTokens {
		line := p.peek().line
		switch {
		case p.accept("."):
			t := p.next()
			if t.kind != tokName {
				p.fail("a name is expected after the dot")
			}
			x = &Attr{X: x, Name: t.text, methods: methodTable()[t.text]}
		case p.accept("("):
			c := &Call{Func: x, Line: line}
			p.arguments(c)
			x = c
		case p.accept("["):
			x = &Index{x, p.subscript()}
			p.expect("]")
		default:
			return x
		}
	}
	return x
}
