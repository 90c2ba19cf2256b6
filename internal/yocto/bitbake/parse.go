package bitbake

import "strings"

// statement parses one statement of a recipe or a class.
func (p *recipeParser) statement(n int, s string) {
	if st, ok := parseFunctionStart(s); ok {
		st.line, st.file = int32(n), p.src
		p.open = st
		return
	}
	if name, ok := parseDef(s); ok {
		p.open = statement{kind: kindDef, name: name, python: true, line: int32(n)}
		p.inDef = true
		p.body = append(p.body, s)
		return
	}
	st := statement{line: int32(n)}
	word, rest := keyword(s)
	switch {
	case rest == "":
		parseLine(p.src, n, s)
		return
	case word == "EXPORT_FUNCTIONS":
		st.kind, st.name, st.text = kindExportFunctions, rest, p.src.class
	case word == "addtask":
		parseAddTask(&st, rest)
	case word == "deltask":
		st.kind, st.name = kindDelTask, beforeComment(rest)
	case word == "addhandler":
		st.kind, st.name = kindAddHandler, rest
	case word == "inherit":
		st.kind, st.name = kindInherit, rest
	case word == "inherit_defer":
		st.kind, st.name = kindInheritDefer, rest
	default:
		parseLine(p.src, n, s)
		return
	}
	p.src.add(st)
}

// keyword cuts s after its first word, when white space and more follow.
func keyword(s string) (word, rest string) {
	i := strings.IndexAny(s, spaces)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], spaces)
}

func beforeComment(s string) string {
	if i := strings.IndexByte(s, '#'); i >= 0 {
		return s[:i]
	}
	return s
}

// parseAddTask reads "a b before c after d".
func parseAddTask(st *statement, rest string) {
	rest = beforeComment(rest)
	st.kind = kindAddTask
	st.name, _, _ = strings.Cut(rest, " before ")
	st.name, _, _ = strings.Cut(st.name, " after ")
	for _, part := range strings.Split(rest, " before ") {
		if _, after, ok := strings.Cut(part, " after "); ok {
			st.after += strings.ReplaceAll(after, " after ", " ")
		}
	}
	for _, part := range strings.Split(rest, " after ") {
		if _, before, ok := strings.Cut(part, " before "); ok {
			st.before += strings.ReplaceAll(before, " before ", " ")
		}
	}
}

// parseFunctionStart reads the line that opens a function in braces:
// "[python] [fakeroot] [name] () {".
func parseFunctionStart(s string) (statement, bool) {
	st := statement{kind: kindFunction}
	if !strings.HasSuffix(s, "{") {
		return st, false
	}
	for {
		if r, ok := strings.CutPrefix(s, "python"); ok && r != "" && (r[0] == '(' || isSpace(r[0])) {
			st.python, s = true, strings.TrimLeft(r, spaces)
		} else if r, ok := strings.CutPrefix(s, "fakeroot"); ok && r != "" && isSpace(r[0]) {
			st.fakeroot, s = true, strings.TrimLeft(r, spaces)
		} else {
			break
		}
	}
	i := 0
	for i < len(s) && isFunctionByte(s[i]) {
		i++
	}
	st.name = s[:i]
	for _, want := range []string{"(", ")", "{"} {
		s = strings.TrimLeft(s[i:], spaces)
		if !strings.HasPrefix(s, want) {
			return st, false
		}
		i = 1
	}
	if s != "{" {
		return st, false
	}
	if st.name == "" {
		st.python = true
	}
	return st, true
}

func isSpace(c byte) bool { return strings.IndexByte(spaces, c) >= 0 }

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}

func isFunctionByte(c byte) bool { return isWord(c) || strings.IndexByte(".-+{}$:", c) >= 0 }

// isNameByte: bytes of the name of a variable in an assignment.
func isNameByte(c byte) bool {
	return c < 0x80 && isWord(c) || strings.IndexByte("-+.${}/~:", c) >= 0
}

// isFlagByte: bytes of the name of a flag; @ and / do not begin one.
func isFlagByte(c byte) bool { return c < 0x80 && isWord(c) || strings.IndexByte("-+.@/", c) >= 0 }

// parseDef reads "def name…:".
func parseDef(s string) (string, bool) {
	word, rest := keyword(s)
	if word != "def" || rest == "" || !strings.Contains(rest, ":") {
		return "", false
	}
	i := 0
	for i < len(rest) && isWord(rest[i]) {
		i++
	}
	return rest[:i], i > 0
}

// parseLine parses the statements that configuration files and recipes share.
func parseLine(src *source, n int, s string) {
	st := statement{line: int32(n)}
	if ok, column, problem := parseAssignment(&st, s); ok {
		if st.name == "" {
			src.refuse(n, 1, "an assignment without the name of a variable", `write NAME = "value"`)
			return
		}
		src.old = src.old || hasOldOperator(st.name)
		src.add(st)
		return
	} else if !parseKeyword(&st, s) {
		src.refuse(n, column, problem+": "+excerpt(s), `write NAME = "value" with the value in quotes, one statement a line, or continue the line with a backslash`)
		st.kind, st.name, st.text, st.flag = kindRefused, leadingName(s), s, ""
	}
	src.add(st)
}

// leadingName is the name with which a line begins.
func leadingName(s string) string {
	if r, ok := strings.CutPrefix(s, "export"); ok && r != "" && isSpace(r[0]) {
		s = strings.TrimLeft(r, spaces)
	}
	i := 0
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	return strings.TrimRight(s[:i], "+.:")
}

func hasOldOperator(name string) bool {
	return strings.Contains(name, "_append") || strings.Contains(name, "_prepend") || strings.Contains(name, "_remove")
}

func excerpt(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func parseKeyword(st *statement, s string) bool {
	word, rest := keyword(s)
	if rest == "" {
		return false
	}
	st.name = rest
	switch word {
	case "include":
		st.kind = kindInclude
	case "require":
		st.kind = kindRequire
	case "include_all":
		st.kind = kindIncludeAll
	case "export":
		st.kind = kindExport
		return isName(rest)
	case "unset":
		return parseUnset(st, rest)
	case "addfragments":
		st.kind = kindAddFragments
		return len(strings.Fields(rest)) >= 4
	case "addpylib":
		st.kind = kindPyLib
		return len(strings.Fields(rest)) >= 2
	default:
		return false
	}
	return true
}

func parseUnset(st *statement, rest string) bool {
	st.kind = kindUnset
	name, flag, ok := strings.Cut(rest, "[")
	if !ok {
		return isName(rest)
	}
	st.kind, st.name = kindUnsetFlag, name
	st.flag = strings.TrimSuffix(flag, "]")
	return isName(name) && len(st.flag)+1 == len(flag)
}

func isName(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return s != ""
}
