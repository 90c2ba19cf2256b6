package bitbake

import (
	"bytes"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// parseSource parses the text of a file: the syntax of .conf files when its
// name ends so, the one of recipes and classes otherwise. A line that BitBake
// would refuse becomes an error of the source; the other lines are kept.
func parseSource(path, name string, text []byte) *source {
	src := &source{path: path, name: name}
	base := filepath.Base(path)
	if strings.HasSuffix(base, ".bbclass") {
		src.class = strings.TrimSuffix(base, ".bbclass")
	}
	if !utf8.Valid(text) {
		src.refuseBytes(text)
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	lines := splitLines(string(text))
	if strings.HasSuffix(base, ".conf") {
		parseConf(src, lines)
	} else {
		(&recipeParser{src: src}).parse(lines)
	}
	return src
}

// refuseBytes reports the first byte that is not UTF-8.
func (s *source) refuseBytes(text []byte) {
	line, column := 1, 1
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n <= 1 {
			break
		}
		if column++; r == '\n' {
			line, column = line+1, 1
		}
		text = text[n:]
	}
	s.refuse(line, column, "the file is not UTF-8 text", "BitBake reads metadata as UTF-8: convert the file, or take the binary file out of the layer's metadata")
}

// splitLines cuts text as Python reads lines: at \n, \r\n and \r. White space
// at the end of a line is no part of it.
func splitLines(text string) []string {
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	lines := strings.Split(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, spaces)
	}
	return lines
}

// spaces is what Python's str.strip takes for white space, as far as it is
// ASCII.
const spaces = " \t\n\r\v\f\x1c\x1d\x1e\x1f"

func (s *source) refuse(line, column int, text, remedy string) {
	const most = 100 // a binary file has as many errors as lines
	if len(s.errors) < most {
		s.errors = append(s.errors, &SyntaxError{Place: Place{File: s.name, Line: line}, Column: column, Text: text, Remedy: remedy})
	}
}

func (s *source) add(st statement) {
	st.file = s
	if st.kind == kindAssign {
		st.title, st.oldStyle = st.name+flagSuffix(st.flag), hasOldOperator(st.name)
	}
	if !isRecipe(s.path) {
		st.known = &known{}
	}
	s.statements = append(s.statements, &st)
}

// parseConf parses the lines of a .conf file.
func parseConf(src *source, lines []string) {
	for i := 0; i < len(lines); i++ {
		if strings.Trim(lines[i], spaces) == "" {
			continue
		}
		first := i + 1
		s, last, comment := joinConf(lines, i)
		i = last
		if comment {
			src.refuse(first, 1, "a comment that ends in a backslash runs into a line that is none", "take away the backslash, or put # before each line")
			continue
		}
		if s != "" && s[0] != '#' {
			parseLine(src, first, s)
		}
	}
}

// joinConf joins line i with those after it while it ends in a backslash, and
// says which is the last. It stops at a line that a comment runs into.
func joinConf(lines []string, i int) (s string, last int, comment bool) {
	var parts []string // not empty, without their backslash
	s = lines[i]
	for strings.HasSuffix(s, `\`) {
		next := ""
		if i+1 < len(lines) {
			i++
			next = lines[i]
		}
		start := s[0]
		if len(parts) > 0 {
			start = parts[0][0]
		}
		if start == '#' && (next == "" || next[0] != '#') {
			return "", i, true
		}
		if s = s[:len(s)-1]; s != "" {
			parts = append(parts, s)
		}
		s = next
		if s == "" && len(parts) > 0 { // the line before it may end in another
			s, parts = parts[len(parts)-1], parts[:len(parts)-1]
		}
	}
	if len(parts) == 0 {
		return s, i, false
	}
	return strings.Join(parts, "") + s, i, false
}

// recipeParser parses the lines of a recipe, an append, an include file or a
// class.
type recipeParser struct {
	src     *source
	first   int       // line where the statement being read begins
	residue []string  // lines before this one that ended in a backslash
	open    statement // function being read; its line is 0 when none is
	inDef   bool      // the function is a def
	body    []string
}

func (p *recipeParser) parse(lines []string) {
	for i, s := range lines {
		p.line(i+1, s)
	}
	switch {
	case p.inDef:
		p.closeFunction()
	case p.open.line > 0:
		p.src.refuse(int(p.open.line), 1, "the function "+functionTitle(p.open.name)+" is never closed", "close it with a line that is only }")
		p.closeFunction()
	}
	if len(p.residue) > 0 {
		p.src.refuse(p.first, 1, "the file ends within a statement", "take away the backslash at the end of the last line")
		p.src.add(statement{kind: kindRefused, line: int32(p.first), name: leadingName(p.residue[0]), text: p.residue[0]})
	}
}

func functionTitle(name string) string {
	if name == "" {
		return "python ()"
	}
	return name
}

func (p *recipeParser) closeFunction() {
	p.open.text = strings.Join(p.body, "\n")
	p.src.add(p.open)
	p.open, p.body, p.inDef = statement{}, nil, false
}

func (p *recipeParser) line(n int, s string) {
	if p.open.line > 0 && !p.inDef {
		if s == "}" {
			p.closeFunction()
		} else {
			p.body = append(p.body, s)
		}
		return
	}
	if p.inDef {
		if s == "" || s[0] == '#' || strings.IndexByte(spaces, s[0]) >= 0 {
			p.body = append(p.body, s)
			return
		}
		p.closeFunction()
	}
	if !p.join(n, &s) {
		return
	}
	if s == "" || s[0] == '#' {
		return
	}
	p.statement(p.first, s)
}

// join puts the lines before s that ended in a backslash before it; it is
// false while the statement goes on.
func (p *recipeParser) join(n int, s *string) bool {
	if len(p.residue) > 0 {
		comment := strings.HasPrefix(p.residue[0], "#")
		if here := strings.HasPrefix(*s, "#"); here != comment {
			p.src.refuse(n, 1, "a statement over several lines is a comment in part", "take the comment out of the statement, or put # before each of its lines")
			p.src.add(statement{kind: kindRefused, line: int32(p.first), name: leadingName(p.residue[0]), text: p.residue[0]})
			p.residue = nil
			return false
		}
	} else {
		p.first = n
	}
	if strings.HasSuffix(*s, `\`) {
		p.residue = append(p.residue, (*s)[:len(*s)-1])
		return false
	}
	if len(p.residue) > 0 {
		*s = strings.Join(p.residue, "") + *s
		p.residue = nil
	}
	return true
}
