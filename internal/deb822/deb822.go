// Package deb822 reads the control format of Debian's Release, Packages and
// Sources files: stanzas of "Name: value" fields, separated by empty lines
// (Debian Policy §5.1).
//
// It is stricter than the policy allows a reader to be where two readers
// could disagree about what a text says: a line of blanks inside a stanza, a
// field that stands twice, a carriage return or a NUL byte is an error.
package deb822

import (
	"fmt"
	"strings"
)

// Field is one field of a stanza. The value of a field of several lines keeps
// its newlines and the blanks that begin the lines after the first.
type Field struct{ Name, Value string }

// Stanza is the fields of one stanza in the order of the text.
type Stanza []Field

// Get returns the value of a field, or "" when it is not there.
func (s Stanza) Get(name string) string {
	for _, f := range s {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Scanner reads a text stanza by stanza. Names and values are parts of the
// text and are not copied.
type Scanner struct {
	rest   string
	line   int // lines taken
	first  int // number of the first line that was taken last
	stanza Stanza
	err    error
}

// NewScanner returns a scanner over text.
func NewScanner(text string) *Scanner { return &Scanner{rest: text} }

// Next reads the next stanza. It returns false at the end or at an error.
func (s *Scanner) Next() bool {
	s.stanza = s.stanza[:0]
	for s.err == nil && s.rest != "" {
		line := s.take()
		switch {
		case line == "" && len(s.stanza) > 0:
			return true
		case line == "":
		case s.err == nil:
			s.field(line)
		}
	}
	return s.err == nil && len(s.stanza) > 0
}

// Stanza returns the stanza that Next read. It is overwritten by the next Next.
func (s *Scanner) Stanza() Stanza { return s.stanza }

// Err returns what ended the text before its end.
func (s *Scanner) Err() error { return s.err }

// take cuts the next line, with its continuation lines, off the text.
func (s *Scanner) take() string {
	end, lines := 0, 0
	for {
		n := strings.IndexByte(s.rest[end:], '\n')
		if n < 0 {
			n = len(s.rest) - end
		}
		if lines > 0 && strings.Trim(s.rest[end:end+n], " \t") == "" {
			s.fail(s.line+lines+1, "a line of blanks")
		}
		end += n
		lines++
		if end+1 >= len(s.rest) || (s.rest[end+1] != ' ' && s.rest[end+1] != '\t') || n == 0 && lines == 1 {
			break
		}
		end++
	}
	line := s.rest[:end]
	s.rest = s.rest[min(end+1, len(s.rest)):]
	s.first = s.line + 1
	s.line += lines
	return line
}

func (s *Scanner) fail(line int, format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf("line %d: %s", line, fmt.Sprintf(format, args...))
	}
}

func (s *Scanner) field(line string) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !validName(name) {
		first, _, _ := strings.Cut(line, "\n")
		s.fail(s.first, "%q is not a field", first[:min(len(first), 60)])
		return
	}
	if strings.ContainsAny(value, "\r\x00") {
		s.fail(s.first, "a control character in field %s", name)
		return
	}
	for _, f := range s.stanza {
		if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
			s.fail(s.first, "field %s stands twice in one stanza", name)
			return
		}
	}
	s.stanza = append(s.stanza, Field{name, strings.Trim(value, " \t")})
}

func validName(name string) bool {
	if name == "" || name[0] == '-' || name[0] == '#' {
		return false
	}
	for i := range len(name) {
		if name[i] <= ' ' || name[i] > '~' {
			return false
		}
	}
	return true
}
