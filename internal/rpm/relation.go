package rpm

import (
	"errors"
	"fmt"
	"strings"
)

// Sense is how a version is meant; 0 is any version.
type Sense uint8

// The bits of a Sense.
const (
	Less Sense = 1 << iota
	Greater
	Equal
)

var senses = map[string]Sense{"<": Less, "<=": Less | Equal, "=": Equal, "==": Equal, ">=": Greater | Equal, ">": Greater,
	"=<": Less | Equal, "=>": Greater | Equal}

// ParseSense reads the word that metadata have for a sense: LT, LE, EQ, GE, GT.
func ParseSense(s string) (Sense, error) {
	switch s {
	case "":
		return 0, nil
	case "LT":
		return Less, nil
	case "LE":
		return Less | Equal, nil
	case "EQ":
		return Equal, nil
	case "GE":
		return Greater | Equal, nil
	case "GT":
		return Greater, nil
	}
	return 0, fmt.Errorf("%q is no comparison of versions", s)
}

func (s Sense) String() string {
	switch s {
	case Less:
		return "<"
	case Less | Equal:
		return "<="
	case Equal:
		return "="
	case Greater | Equal:
		return ">="
	case Greater:
		return ">"
	}
	return ""
}

// Relation is a name and the versions of it that are meant. In what a package
// provides it says which versions are there.
type Relation struct {
	Name  string
	Sense Sense
	EVR   EVR
}

func (r Relation) String() string {
	if r.Sense == 0 {
		return r.Name
	}
	return r.Name + " " + r.Sense.String() + " " + r.EVR.String()
}

// Meets reports whether something provided satisfies r: whether there is a
// version that both mean. A side without a version means every version, and a
// version without a release means each of its releases.
func (r Relation) Meets(provided Relation) bool {
	if r.Name != provided.Name {
		return false
	}
	return r.meetsVersion(provided.Sense, provided.EVR)
}

func (r Relation) meetsVersion(sense Sense, v EVR) bool {
	if r.Sense == 0 || sense == 0 || r.Sense&sense&(Less|Greater) != 0 {
		return true
	}
	c := cmpEV(v, r.EVR)
	if c == 0 && (v.Release == "") != (r.EVR.Release == "") {
		if v.Release == "" {
			return sense&Equal != 0
		}
		return r.Sense&Equal != 0
	}
	if c == 0 {
		c = CompareVersions(v.Release, r.EVR.Release)
	}
	switch {
	case c < 0:
		return r.Sense&Less != 0 || sense&Greater != 0
	case c > 0:
		return r.Sense&Greater != 0 || sense&Less != 0
	}
	return r.Sense&sense&Equal != 0
}

func cmpEV(v, w EVR) int {
	v.Release, w.Release = "", ""
	return v.Compare(w)
}

// Op is how the operands of an expression are combined.
type Op string

// The operators of boolean dependencies (RPM documentation, Boolean
// Dependencies). If and Unless have a third operand when there is an else.
const (
	Leaf    Op = "" // a relation
	And     Op = "and"
	Or      Op = "or"
	If      Op = "if"
	Unless  Op = "unless"
	With    Op = "with"
	Without Op = "without"
)

// Expr is a boolean dependency.
type Expr struct {
	Op       Op
	Relation Relation // of a Leaf
	Args     []Expr
}

func (e Expr) String() string {
	if e.Op == Leaf {
		return e.Relation.String()
	}
	var s strings.Builder
	for i, a := range e.Args {
		switch {
		case i == 2 && (e.Op == If || e.Op == Unless):
			s.WriteString(" else ")
		case i > 0:
			s.WriteString(" " + string(e.Op) + " ")
		}
		s.WriteString(a.String())
	}
	return "(" + s.String() + ")"
}

// IsRich reports whether the name of a dependency is a boolean expression.
func IsRich(name string) bool { return strings.HasPrefix(name, "(") }

// Limits of an expression.
const (
	maxDepth    = 32
	maxOperands = 4096
)

// ParseRich reads a boolean dependency, such as "(a >= 2 if (b or c) else d)".
func ParseRich(text string) (Expr, error) {
	p := &richParser{rest: text}
	e, err := p.expr(0)
	if err == nil && strings.TrimLeft(p.rest, spaces) != "" {
		err = errors.New("text follows its end")
	}
	if err != nil {
		return Expr{}, fmt.Errorf("reading the dependency %q: %w", clip(text), err)
	}
	return e, nil
}

func clip(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

type richParser struct {
	rest     string
	operands int
}

const spaces = " \t\n\r\v\f"

// expr reads an expression in parentheses.
func (p *richParser) expr(depth int) (Expr, error) {
	if depth > maxDepth {
		return Expr{}, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	if !begins(p.rest, '(') {
		return Expr{}, errors.New("it does not begin with a parenthesis")
	}
	p.rest = p.rest[1:]
	first, err := p.operand(depth)
	if err != nil {
		return Expr{}, err
	}
	e := Expr{Args: []Expr{first}}
	for {
		p.skip()
		if begins(p.rest, ')') {
			p.rest = p.rest[1:]
			return e.finish()
		}
		if err := p.operator(&e); err != nil {
			return Expr{}, err
		}
		next, err := p.operand(depth)
		if err != nil {
			return Expr{}, err
		}
		e.Args = append(e.Args, next)
	}
}

// finish takes the parentheses of a single operand away.
func (e Expr) finish() (Expr, error) {
	if len(e.Args) == 1 {
		return e.Args[0], nil
	}
	return e, nil
}

// operator reads the word between two operands.
func (p *richParser) operator(e *Expr) error {
	word, rest := cutWord(p.rest)
	op, n := Op(word), len(e.Args)
	conditional := e.Op == If || e.Op == Unless
	switch {
	case word == "else" && conditional && n == 2:
	case n == 1 && (op == And || op == Or || op == If || op == Unless || op == With || op == Without):
		e.Op = op
	case op == e.Op && (op == And || op == Or || op == With):
	case word == "":
		return errors.New("a parenthesis is not closed")
	default:
		return fmt.Errorf("%q cannot stand after %q", clip(word), e.Op)
	}
	p.rest = rest
	return nil
}

func (p *richParser) skip() { p.rest = strings.TrimLeft(p.rest, spaces) }

func (p *richParser) operand(depth int) (Expr, error) {
	if p.operands++; p.operands > maxOperands {
		return Expr{}, fmt.Errorf("it has more than %d operands", maxOperands)
	}
	p.skip()
	if begins(p.rest, '(') {
		return p.expr(depth + 1)
	}
	name, rest := cutWord(p.rest)
	if name == "" {
		return Expr{}, errors.New("an operand is missing")
	}
	e := Expr{Relation: Relation{Name: name}}
	p.rest = rest
	p.skip()
	word, rest := cutWord(p.rest)
	sense, ok := senses[word]
	if !ok {
		return e, nil
	}
	p.rest = rest
	p.skip()
	text, rest := cutWord(p.rest)
	v, err := ParseEVR(text)
	if err != nil {
		return e, err
	}
	p.rest = rest
	e.Relation.Sense, e.Relation.EVR = sense, v
	return e, nil
}

// cutWord cuts at white space or at the parenthesis that closes what the word
// stands in: a name such as pkgconfig(zlib) has parentheses of its own.
func cutWord(s string) (word, rest string) {
	open := 0
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(spaces, c) >= 0:
			return s[:i], s[i:]
		case c == '(':
			open++
		case c == ')':
			if open--; open < 0 {
				return s[:i], s[i:]
			}
		}
	}
	return s, ""
}
