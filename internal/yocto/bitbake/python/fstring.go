package python

import "strings"

// format parses the parts of an f-string: text, {expression!conversion:spec}.
func (p *parser) format(t token) []FormatPart {
	raw, s := t.text[0] == 'r', t.text[1:]
	var parts []FormatPart
	var text strings.Builder
	flush := func() {
		out := text.String()
		if !raw {
			var err error
			if out, err = unescape(out); err != nil {
				p.fail("%v", err)
			}
		}
		parts = append(parts, FormatPart{Text: out})
		text.Reset()
	}
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "{{"), strings.HasPrefix(s[i:], "}}"):
			text.WriteByte(s[i])
			i++
		case s[i] == '{':
			flush()
			end := replacementEnd(s, i+1)
			if end < 0 {
				p.fail("a brace of an f-string is not closed")
			}
			parts = append(parts, p.replacement(s[i+1:end]))
			i = end
		case s[i] == '}':
			p.fail("a single } in an f-string")
		default:
			text.WriteByte(s[i])
		}
	}
	flush()
	return parts
}

// replacementEnd finds the brace that closes a replacement field.
func replacementEnd(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '(', '[', '{':
			depth++
		case ')', ']':
			depth--
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		case '\'', '"':
			n := strings.IndexByte(s[i+1:], s[i])
			if n < 0 {
				return -1
			}
			i += n + 1
		}
	}
	return -1
}

func (p *parser) replacement(s string) FormatPart {
	part := FormatPart{}
	expr, rest := cutField(s)
	if strings.HasPrefix(rest, "!") && len(rest) > 1 {
		part.Conv, rest = rest[1], rest[2:]
	}
	if spec, ok := strings.CutPrefix(rest, ":"); ok {
		if strings.Contains(spec, "{") {
			p.fail("a format within a format is not read")
		}
		part.Spec = spec
	} else if rest != "" {
		p.fail("an f-string field that is not read: %s", s)
	}
	if strings.HasSuffix(strings.TrimSpace(expr), "=") {
		p.fail("the = of an f-string field is not read")
	}
	tokens, err := lex(expr, false)
	if err != nil {
		p.fail("%v", err)
	}
	sub := &parser{tokens: tokens, depth: p.depth + 1}
	part.X = sub.exprList()
	if sub.peek().kind != tokEOF {
		p.fail("an f-string field that is not read: %s", s)
	}
	return part
}

// cutField cuts a replacement field before "!r" or ":spec".
func cutField(s string) (expr, rest string) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(' || c == '[' || c == '{':
			depth++
		case c == ')' || c == ']' || c == '}':
			depth--
		case c == '\'' || c == '"':
			n := strings.IndexByte(s[i+1:], c)
			if n < 0 {
				return s, ""
			}
			i += n + 1
		case depth == 0 && c == ':' || depth == 0 && c == '!' && !strings.HasPrefix(s[i:], "!="):
			return s[:i], s[i:]
		}
	}
	return s, ""
}
