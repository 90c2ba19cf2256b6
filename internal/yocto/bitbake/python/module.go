package python

import "strings"

// LoadModule executes the top level of a module and gives its names. A
// statement that fails leaves its names unknown. What the module holds cannot
// be changed afterwards: recipes share it.
func (in *Interp) LoadModule(name string, body []Stmt) *Module {
	s := newRoot(Prepare(body), nil)
	for _, st := range body {
		if _, err := in.stmt(st, s); err != nil {
			in.doubt([]Stmt{st}, s, in.unknown("module %s: %v", name, err))
		}
	}
	s.frozen = true
	names := s.all()
	for _, v := range names {
		freeze(v)
	}
	return &Module{Name: name, Members: func(id string) (Value, bool) {
		v, ok := names[id]
		return v, ok
	}}
}

func freeze(v Value) {
	switch v := v.(type) {
	case *List:
		if v.frozen {
			return
		}
		v.frozen = true
		for _, x := range v.Items {
			freeze(x)
		}
	case *Dict:
		if v.frozen {
			return
		}
		v.frozen = true
		for _, x := range v.values {
			freeze(x)
		}
	case *Set:
		v.dict.frozen = true
	case *Object:
		if v.frozen {
			return
		}
		v.frozen = true
		for _, x := range v.Attrs {
			freeze(x)
		}
	case *ClassValue:
		if v.frozen {
			return
		}
		v.frozen = true
		for _, x := range v.members {
			freeze(x)
		}
	case *Tuple:
		for _, x := range v.Items {
			freeze(x)
		}
	}
}

func isFrozen(v Value) bool {
	switch v := v.(type) {
	case *List:
		return v.frozen
	case *Dict:
		return v.frozen
	case *Set:
		return v.dict.frozen
	case *Object:
		return v.frozen
	case *ClassValue:
		return v.frozen
	}
	return false
}

// ParseModule parses the text of a module, each statement of the top level by
// itself: one that is not read is left out, and the names it would define are
// unknown. The texts of those are unread.
func ParseModule(src string) (body []Stmt, unread []string) {
	for _, part := range topLevel(src) {
		if list, err := ParseBody(part); err == nil {
			body = append(body, list...)
		} else {
			unread = append(unread, part)
		}
	}
	return body, unread
}

// topLevel cuts text before the lines that begin a statement of the top level.
func topLevel(src string) []string {
	var parts []string
	start, quote := 0, ""
	lines := strings.SplitAfter(src, "\n")
	at := 0
	depth, decorated := 0, false
	for _, line := range lines {
		begins := quote == "" && depth == 0 && line != "" && !strings.ContainsAny(line[:1], " \t\r\n#)]}") && !continues(line)
		if begins {
			if at > start && !decorated {
				parts = append(parts, src[start:at])
				start = at
			}
			decorated = line[0] == '@'
		}
		quote, depth = scanLine(line, quote, depth)
		at += len(line)
	}
	return append(parts, src[start:])
}

func continues(line string) bool {
	for _, w := range []string{"else:", "else ", "elif ", "except:", "except ", "finally:"} {
		if strings.HasPrefix(line, w) {
			return true
		}
	}
	return false
}

// scanLine follows strings of three quotes and brackets over a line.
func scanLine(line, quote string, depth int) (string, int) {
	for i := 0; i < len(line); i++ {
		if quote != "" {
			if line[i] == '\\' {
				i++
			} else if strings.HasPrefix(line[i:], quote) {
				i += len(quote) - 1
				quote = ""
			}
			continue
		}
		switch c := line[i]; c {
		case '#':
			return quote, depth
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		case '"', '\'':
			quote = string(c)
			if strings.HasPrefix(line[i:], quote+quote+quote) {
				quote += quote + quote
				i += 2
			}
		}
	}
	if len(quote) == 1 && !strings.HasSuffix(line, "\\\n") {
		quote = ""
	}
	return quote, depth
}
