package python

import "strings"

// statement parses one line: one compound statement, or simple ones with
// semicolons between them.
func (p *parser) statement() []Stmt {
	p.enter()
	defer func() { p.depth-- }()
	t := p.peek()
	if t.kind == tokName {
		switch t.text {
		case "if":
			p.pos++
			return []Stmt{p.ifStmt(t.line)}
		case "for":
			p.pos++
			return []Stmt{p.forStmt(t.line)}
		case "while":
			p.pos++
			s := &While{Cond: p.expr(), Line: t.line}
			s.Body, s.Else = p.block(), p.elseBlock()
			return []Stmt{s}
		case "def":
			p.pos++
			return []Stmt{p.defStmt(t.line, nil)}
		case "class":
			p.pos++
			return []Stmt{p.classStmt(t.line)}
		case "try":
			p.pos++
			return []Stmt{p.tryStmt(t.line)}
		case "with":
			p.pos++
			return []Stmt{p.withStmt(t.line)}
		case "async":
			p.fail("async is not read")
		}
	}
	if p.is("@") {
		return []Stmt{p.decorated()}
	}
	var list []Stmt
	for {
		list = append(list, p.simple())
		if !p.accept(";") {
			break
		}
		if p.peek().kind == tokNewline {
			break
		}
	}
	if k := p.peek().kind; k != tokNewline && k != tokEOF {
		p.fail("%q is not expected here", p.peek().text)
	}
	p.next()
	return list
}

func (p *parser) block() []Stmt {
	p.expect(":")
	if p.peek().kind != tokNewline {
		return p.statement()
	}
	for p.peek().kind == tokNewline {
		p.pos++
	}
	if p.peek().kind != tokIndent {
		p.fail("an indented block is expected")
	}
	p.pos++
	var body []Stmt
	for p.peek().kind != tokDedent && p.peek().kind != tokEOF {
		if p.peek().kind == tokNewline {
			p.pos++
			continue
		}
		if p.peek().kind == tokIndent {
			p.fail("the indentation is not expected")
		}
		body = append(body, p.statement()...)
	}
	p.next()
	return body
}

func (p *parser) elseBlock() []Stmt {
	if p.accept("else") {
		return p.block()
	}
	return nil
}

func (p *parser) ifStmt(line int) Stmt {
	s := &If{Cond: p.expr(), Line: line}
	s.Body = p.block()
	if t := p.peek(); p.accept("elif") {
		p.enter()
		defer func() { p.depth-- }()
		s.Else = []Stmt{p.ifStmt(t.line)}
	} else {
		s.Else = p.elseBlock()
	}
	return s
}

func (p *parser) forStmt(line int) Stmt {
	s := &For{Target: p.targets(), Line: line}
	p.expect("in")
	s.Iter = p.exprList()
	s.Body, s.Else = p.block(), p.elseBlock()
	return s
}

func (p *parser) ident() string {
	t := p.next()
	if t.kind != tokName {
		p.fail("a name is expected, not %q", t.text)
	}
	return t.text
}

func (p *parser) decorated() Stmt {
	var list []Expr
	for p.accept("@") {
		list = append(list, p.expr())
		for p.peek().kind == tokNewline {
			p.pos++
		}
	}
	t := p.peek()
	if !p.accept("def") {
		p.fail("a def is expected after a decorator")
	}
	return p.defStmt(t.line, list)
}

func (p *parser) defStmt(line int, decorators []Expr) Stmt {
	s := &Def{Name: p.ident(), Line: line, Decorators: decorators}
	p.expect("(")
	s.Params = p.params(")")
	if p.accept("->") {
		p.expr()
	}
	s.Body = p.block()
	return s
}

// params parses parameters up to the closing word.
func (p *parser) params(end string) []Param {
	var list []Param
	for !p.accept(end) {
		q := Param{}
		switch {
		case p.accept("**"):
			q.Star = "**"
		case p.accept("*"):
			q.Star = "*"
		}
		if !(q.Star == "*" && p.is(",")) && !p.accept("/") {
			q.Name = p.ident()
			if end == ")" && p.accept(":") {
				p.expr()
			}
			if p.accept("=") {
				q.Default = p.expr()
			}
			list = append(list, q)
		} else if q.Star == "*" {
			list = append(list, q)
		}
		if !p.is(end) {
			p.expect(",")
		}
	}
	return list
}

func (p *parser) classStmt(line int) Stmt {
	s := &Class{Name: p.ident(), Line: line}
	if p.accept("(") {
		c := &Call{}
		p.arguments(c)
		s.Bases = c.Args
	}
	s.Body = p.block()
	return s
}

func (p *parser) tryStmt(line int) Stmt {
	s := &Try{Line: line, Body: p.block()}
	for p.accept("except") {
		h := Handler{}
		if !p.is(":") {
			h.Type = p.exprList()
			if p.accept("as") {
				h.Name = p.ident()
			}
		}
		h.Body = p.block()
		s.Handlers = append(s.Handlers, h)
	}
	s.Else = p.elseBlock()
	if p.accept("finally") {
		s.Finally = p.block()
	}
	return s
}

func (p *parser) withStmt(line int) Stmt {
	s := &With{Line: line}
	for {
		s.Items = append(s.Items, p.expr())
		var name Expr
		if p.accept("as") {
			name = p.targets()
		}
		s.Names = append(s.Names, name)
		if !p.accept(",") {
			break
		}
	}
	s.Body = p.block()
	return s
}

func (p *parser) simple() Stmt {
	t := p.peek()
	if t.kind == tokName {
		switch t.text {
		case "pass", "break", "continue":
			p.pos++
			return &Jump{t.text}
		case "return":
			p.pos++
			s := &Return{Line: t.line}
			if k := p.peek().kind; k != tokNewline && k != tokEOF && !p.is(";") {
				s.X = p.exprList()
			}
			return s
		case "raise":
			return p.raise()
		case "import", "from":
			return p.imports()
		case "del":
			p.pos++
			return &Delete{flatten(p.exprList()), t.line}
		case "global", "nonlocal":
			p.pos++
			s := &Scope{Word: t.text, Names: []string{p.ident()}}
			for p.accept(",") {
				s.Names = append(s.Names, p.ident())
			}
			return s
		case "assert":
			p.pos++
			s := &Assert{p.expr(), t.line}
			if p.accept(",") {
				p.expr()
			}
			return s
		case "yield", "await":
			p.fail("%s is not read", t.text)
		}
	}
	return p.exprStmt(t.line)
}

func flatten(x Expr) []Expr {
	if s, ok := x.(*Sequence); ok && s.Kind == '(' {
		return s.Items
	}
	return []Expr{x}
}

func (p *parser) raise() Stmt {
	s := &Raise{Line: p.next().line}
	if k := p.peek().kind; k != tokNewline && k != tokEOF && !p.is(";") {
		s.X = p.expr()
		if p.accept("from") {
			p.expr()
		}
	}
	return s
}

func (p *parser) exprStmt(line int) Stmt {
	x := p.exprList()
	if p.accept(":") { // annotation
		p.expr()
		if !p.is("=") {
			return &Jump{"pass"}
		}
	}
	if t := p.peek(); t.kind == tokOp && len(t.text) > 1 && strings.HasSuffix(t.text, "=") && precedence[strings.TrimSuffix(t.text, "=")] > 0 {
		p.pos++
		return &AugAssign{x, strings.TrimSuffix(t.text, "="), p.exprList(), line}
	}
	if !p.is("=") {
		return &ExprStmt{x, line}
	}
	s := &Assign{Targets: []Expr{x}, Line: line}
	for p.accept("=") {
		s.Targets = append(s.Targets, p.exprList())
	}
	last := len(s.Targets) - 1
	s.Value, s.Targets = s.Targets[last], s.Targets[:last]
	return s
}

func (p *parser) dotted() string {
	name := p.ident()
	for p.accept(".") {
		name += "." + p.ident()
	}
	return name
}

func (p *parser) imports() Stmt {
	t := p.next()
	s := &Import{Line: t.line}
	if t.text == "import" {
		for {
			path := p.dotted()
			name := ""
			if p.accept("as") {
				name = p.ident()
			} else {
				name, _, _ = strings.Cut(path, ".")
				path = name
			}
			s.Paths, s.Names = append(s.Paths, path), append(s.Names, name)
			if !p.accept(",") {
				return s
			}
		}
	}
	if p.is(".") {
		p.fail("a relative import is not read")
	}
	from := p.dotted()
	p.expect("import")
	if p.accept("*") {
		p.fail("an import of everything is not read")
	}
	paren := p.accept("(")
	for {
		path := p.ident()
		name := path
		if p.accept("as") {
			name = p.ident()
		}
		s.Paths, s.Names = append(s.Paths, from+"."+path), append(s.Names, name)
		if !p.accept(",") || paren && p.is(")") {
			break
		}
	}
	if paren {
		p.expect(")")
	}
	return s
}
