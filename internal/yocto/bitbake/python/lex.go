package python

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
	"unique"
)

// SyntaxError is text that the package does not read, because it is not
// Python or because it is a part of Python that metadata does not use.
type SyntaxError struct {
	Line int // from 1, within the text
	Text string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

type tokenKind uint8

const (
	tokEOF tokenKind = iota
	tokName
	tokNumber
	tokString
	tokFormat
	tokOp
	tokNewline
	tokIndent
	tokDedent
)

type token struct {
	kind tokenKind
	text string
	line int
}

const maxTokens = 1 << 20

type lexer struct {
	src     string
	pos     int
	line    int
	depth   int // of brackets
	indents []int
	tokens  []token
	lines   bool // statements: new lines and indentation count
}

// lex cuts text into tokens. Indentation counts when the text is statements.
func lex(src string, statements bool) (tokens []token, err error) {
	l := &lexer{src: src, line: 1, indents: []int{0}, lines: statements}
	for l.pos <= len(l.src) {
		if len(l.tokens) > maxTokens {
			return nil, &SyntaxError{l.line, "the code is too long"}
		}
		done, err := l.next()
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
	}
	if l.lines {
		l.emit(tokNewline, "")
		for range l.indents[1:] {
			l.emit(tokDedent, "")
		}
	}
	l.emit(tokEOF, "")
	return l.tokens, nil
}

func (l *lexer) emit(k tokenKind, s string) { l.tokens = append(l.tokens, token{k, s, l.line}) }

func (l *lexer) fail(format string, args ...any) error {
	return &SyntaxError{l.line, fmt.Sprintf(format, args...)}
}

// next reads one token, or white space.
func (l *lexer) next() (done bool, err error) {
	if l.lines && l.depth == 0 && (l.pos == 0 || l.src[l.pos-1] == '\n') && !l.continued() {
		if err := l.indentation(); err != nil {
			return false, err
		}
	}
	if l.pos >= len(l.src) {
		return true, nil
	}
	c := l.src[l.pos]
	switch {
	case c == '\n':
		if l.lines && l.depth == 0 {
			l.emit(tokNewline, "")
		}
		l.pos++
		l.line++
	case c == ' ' || c == '\t' || c == '\r' || c == '\f':
		l.pos++
	case c == '\\' && l.pos+1 < len(l.src) && l.src[l.pos+1] == '\n':
		l.pos += 2
		l.line++
	case c == '#':
		for l.pos < len(l.src) && l.src[l.pos] != '\n' {
			l.pos++
		}
	case c >= '0' && c <= '9' || c == '.' && l.pos+1 < len(l.src) && l.src[l.pos+1] >= '0' && l.src[l.pos+1] <= '9':
		l.number()
	case c == '"' || c == '\'':
		return false, l.str("")
	default:
		return false, l.word()
	}
	return false, nil
}

// continued is whether the line before ended in a backslash.
func (l *lexer) continued() bool {
	return l.pos >= 2 && l.src[l.pos-1] == '\n' && l.src[l.pos-2] == '\\'
}

// indentation compares the indentation of a line with the one before.
func (l *lexer) indentation() error {
	for {
		width, p := 0, l.pos
		for p < len(l.src) && (l.src[p] == ' ' || l.src[p] == '\t' || l.src[p] == '\f') {
			if width++; l.src[p] == '\t' {
				width = (width + 7) / 8 * 8
			}
			p++
		}
		if p < len(l.src) && l.src[p] == '#' {
			for p < len(l.src) && l.src[p] != '\n' {
				p++
			}
		}
		if p < len(l.src) && (l.src[p] == '\n' || l.src[p] == '\r') {
			if l.src[p] == '\n' {
				l.line++
			}
			l.pos = p + 1
			continue
		}
		l.pos = p
		if p >= len(l.src) {
			return nil
		}
		return l.indent(width)
	}
}

func (l *lexer) indent(width int) error {
	top := l.indents[len(l.indents)-1]
	if width > top {
		if len(l.indents) > 100 {
			return l.fail("the code is nested too deep")
		}
		l.indents = append(l.indents, width)
		l.emit(tokIndent, "")
		return nil
	}
	for width < l.indents[len(l.indents)-1] {
		l.indents = l.indents[:len(l.indents)-1]
		l.emit(tokDedent, "")
	}
	if width != l.indents[len(l.indents)-1] {
		return l.fail("the indentation matches no line before")
	}
	return nil
}

func (l *lexer) number() {
	start := l.pos
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		sign := (c == '+' || c == '-') && strings.ContainsRune("eE", rune(l.src[l.pos-1])) && !strings.HasPrefix(l.src[start:], "0x")
		if !isIdent(rune(c)) && c != '.' && !sign {
			break
		}
		l.pos++
	}
	l.emit(tokNumber, l.src[start:l.pos])
}

func isIdent(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

var operators = []string{"**=", "//=", ">>=", "<<=", "...", "->", ":=", "**", "//", ">>", "<<", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
	"+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "="}

// word reads a name, a string with a prefix, or an operator.
func (l *lexer) word() error {
	start := l.pos
	for l.pos < len(l.src) {
		if c := l.src[l.pos]; c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' {
			l.pos++
			continue
		}
		r, n := utf8.DecodeRuneInString(l.src[l.pos:])
		if !isIdent(r) {
			break
		}
		l.pos += n
	}
	if word := l.src[start:l.pos]; word != "" {
		if l.pos < len(l.src) && (l.src[l.pos] == '"' || l.src[l.pos] == '\'') {
			if p := strings.ToLower(word); len(p) <= 2 && strings.Trim(p, "rbfu") == "" {
				return l.str(p)
			}
		}
		l.emit(tokName, unique.Make(word).Value()) // names that are the same are compared quickly
		return nil
	}
	for _, o := range operators {
		if !strings.HasPrefix(l.src[l.pos:], o) {
			continue
		}
		switch o {
		case "(", "[", "{":
			l.depth++
		case ")", "]", "}":
			l.depth = max(l.depth-1, 0)
		}
		l.pos += len(o)
		l.emit(tokOp, o)
		return nil
	}
	return l.fail("a character that is no Python: %q", excerpt(l.src[l.pos:]))
}

// str reads a string literal; its prefix was read.
func (l *lexer) str(prefix string) error {
	q := l.src[l.pos : l.pos+1]
	if strings.HasPrefix(l.src[l.pos:], q+q+q) {
		q = q + q + q
	}
	l.pos += len(q)
	start := l.pos
	for {
		if l.pos >= len(l.src) {
			return l.fail("a string that does not end")
		}
		if strings.HasPrefix(l.src[l.pos:], q) {
			break
		}
		switch l.src[l.pos] {
		case '\\':
			l.pos++
			if l.pos < len(l.src) && l.src[l.pos] == '\n' {
				l.line++
			}
		case '\n':
			if len(q) == 1 {
				return l.fail("a string that does not end")
			}
			l.line++
		}
		l.pos++
	}
	text := l.src[start:l.pos]
	l.pos += len(q)
	if strings.Contains(prefix, "b") {
		return l.fail("bytes are not read")
	}
	raw := strings.Contains(prefix, "r")
	if strings.Contains(prefix, "f") {
		if raw {
			text = "r" + text
		} else {
			text = "e" + text
		}
		l.emit(tokFormat, text)
		return nil
	}
	if !raw {
		var err error
		if text, err = unescape(text); err != nil {
			return l.fail("%v", err)
		}
	}
	l.emit(tokString, text)
	return nil
}

func excerpt(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i]
	}
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
