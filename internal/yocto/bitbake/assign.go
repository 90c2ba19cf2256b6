package bitbake

import "strings"

// operators in the order in which they are tried.
var operators = []op{opImmediate, opWeak, opDefault, opAppend, opPrepend, opPreDot, opPostDot, opSet}

// parseAssignment reads [export] NAME[FLAG] OP "VALUE". When it is false the
// column and the text say where and why.
func parseAssignment(st *statement, s string) (ok bool, column int, problem string) {
	rest := s
	if r, cut := strings.CutPrefix(s, "export"); cut && r != "" && isSpace(r[0]) {
		rest = strings.TrimLeft(r, spaces)
		st.export = true
	}
	start := len(s) - len(rest)
	for i := 0; i <= len(rest); i++ {
		if i < len(rest) && strings.IndexByte("[:?+=. \t\v\f", rest[i]) >= 0 {
			good, why := parseAfterName(st, rest[i:])
			if good {
				st.name = rest[:i]
				return true, 0, ""
			}
			if why != "" {
				return false, start + i + 1, why
			}
		}
		if i == len(rest) || !isNameByte(rest[i]) {
			st.export = false
			return false, start + i + 1, "the line cannot be parsed"
		}
	}
	return false, 1, "the line cannot be parsed"
}

// parseAfterName reads [FLAG] OP "VALUE". The reason is given when it is an
// assignment, but a wrong one.
func parseAfterName(st *statement, s string) (ok bool, why string) {
	flag := ""
	if s[0] == '[' {
		i := 1
		for i < len(s) && isFlagByte(s[i]) {
			i++
		}
		if i == 1 || i == len(s) || s[i] != ']' || s[1] == '@' || s[1] == '/' {
			return false, ""
		}
		flag, s = s[1:i], s[i+1:]
	}
	s = strings.TrimLeft(s, spaces)
	for _, o := range operators {
		rest, found := strings.CutPrefix(s, string(o))
		if !found {
			continue
		}
		value, good := quoted(strings.TrimLeft(rest, spaces))
		if !good {
			return false, "the value is not in quotes"
		}
		st.kind, st.op, st.flag, st.text = kindAssign, o, flag, value
		return true, ""
	}
	return false, ""
}

// quoted takes the quotes off. Three quotes of the same kind are refused, as
// BitBake does: it cannot tell where the value ends.
func quoted(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' && s[0] != '\'' || s[len(s)-1] != s[0] {
		return "", false
	}
	if strings.Count(s, s[:1]) == 3 {
		return "", false
	}
	return s[1 : len(s)-1], true
}
