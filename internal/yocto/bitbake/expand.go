package bitbake

import "strings"

// expand replaces the references in a text: ${NAME}, and ${@EXPRESSION}. What
// has no value stays as it is, as BitBake leaves it.
func (d *Data) expand(s, name string) (string, []Unknown) {
	if !strings.Contains(s, "${") {
		return s, nil
	}
	var unknown []Unknown
	var refused map[string]bool // expressions that cannot be evaluated
	for range d.env.limits.Depth {
		old := s
		s = d.expandNames(s, &unknown)
		s = d.expandExpressions(s, &refused, &unknown)
		if len(s) > d.env.limits.Length {
			return "", mergeUnknown(unknown, d.unknown(excerpt(old), "the value is too long"))
		}
		if s == old || !strings.Contains(s, "${") {
			return s, unknown
		}
	}
	return s, mergeUnknown(unknown, d.unknown(excerpt(s), "the value never stops expanding"))
}

func isReferenceByte(c byte) bool {
	return c < 0x80 && isWord(c) || strings.IndexByte("-+./~:", c) >= 0
}

// nextReference finds the first ${NAME} in s.
func nextReference(s string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(s[from:], "${")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		j := start + 2
		for j < len(s) && isReferenceByte(s[j]) {
			j++
		}
		if j > start+2 && j < len(s) && s[j] == '}' {
			return start, j + 1
		}
		from = start + 2
	}
}

func (d *Data) expandNames(s string, unknown *[]Unknown) string {
	start, end := nextReference(s)
	if start < 0 {
		return s
	}
	var out strings.Builder
	if start > 0 || end < len(s) {
		out.Grow(2 * len(s))
	}
	for start >= 0 {
		out.WriteString(s[:start])
		e := d.getSymbol(d.symbol(s[start+2 : end-1]))
		if start == 0 && end == len(s) && e.set && out.Len() == 0 {
			*unknown = mergeUnknown(*unknown, e.unknown)
			return e.text
		}
		*unknown = mergeUnknown(*unknown, e.unknown)
		if e.set {
			out.WriteString(e.text)
		} else {
			out.WriteString(s[start:end])
		}
		s = s[end:]
		if out.Len() > d.env.limits.Length {
			break
		}
		start, end = nextReference(s)
	}
	out.WriteString(s)
	return out.String()
}

// nextExpression finds the first ${@…} in s. It ends at the first brace that
// is none of a pair within it, before BitBake 2.4 at the first one; it does not
// go over the end of a line.
func (e *environment) nextExpression(s string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(s[from:], "${@")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		if end = expressionEnd(s, start+3, !e.release.before(204)); end > 0 {
			return start, end
		}
		from = start + 3
	}
}

// expressionEnd is where the regular expression (?:{.*?}|.)+?} ends that
// begins at i: items are pairs of braces or single bytes, as few as will do,
// then comes a brace. A pair is only taken when a brace is left after it, and
// where there are pairs.
func expressionEnd(s string, i int, pairs bool) int {
	line := s[i:]
	if n := strings.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	last := strings.LastIndexByte(line, '}')
	for at := 0; at <= last; {
		if at > 0 && line[at] == '}' {
			return i + at + 1
		}
		if pairs && line[at] == '{' {
			if n := at + strings.IndexByte(line[at:], '}'); n < last {
				at = n
			}
		}
		at++
	}
	return -1
}

func (d *Data) expandExpressions(s string, refused *map[string]bool, unknown *[]Unknown) string {
	start, end := d.env.nextExpression(s)
	if start < 0 {
		return s
	}
	var out strings.Builder
	for start >= 0 {
		out.WriteString(s[:start])
		whole := s[start:end]
		code := whole[3 : len(whole)-1]
		if at, _ := nextReference(code); at >= 0 || (*refused)[whole] {
			out.WriteString(whole)
		} else if text, why := d.evaluate(code); why == nil {
			if len(whole) == len(s) && out.Len() == 0 {
				return text
			}
			out.WriteString(text)
		} else {
			if *refused == nil {
				*refused = map[string]bool{}
			}
			(*refused)[whole] = true
			*unknown = mergeUnknown(*unknown, why)
			out.WriteString(whole)
		}
		s = s[end:]
		start, end = d.env.nextExpression(s)
	}
	out.WriteString(s)
	return out.String()
}
