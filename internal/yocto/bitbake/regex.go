package bitbake

import (
	"regexp"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// reMember: regular expressions, when Go's syntax means the same as Python's.
func reMember(name string) (python.Value, bool) {
	switch name {
	case "match", "search", "fullmatch":
		return builtin("re."+name, func(in *python.Interp, args []python.Value) (python.Value, error) {
			return reFind(in, name, args)
		}), true
	case "sub":
		return builtin("re.sub", func(in *python.Interp, args []python.Value) (python.Value, error) { return reSub(in, args) }), true
	case "split":
		return builtin("re.split", func(in *python.Interp, args []python.Value) (python.Value, error) { return reSplit(in, args) }), true
	case "compile":
		return builtin("re.compile", func(in *python.Interp, args []python.Value) (python.Value, error) {
			if p, ok := args0(args).(string); ok && len(args) == 1 {
				return pattern{p}, nil
			}
			return unknownValue("re.compile with flags"), nil
		}), true
	case "escape":
		return onTexts("re.escape", 1, func(a []string) python.Value { return regexEscape(a[0]) }), true
	}
	return nil, false
}

// regexEscape is re.escape.
func regexEscape(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("()[]{}?*+-|^$\\.&~# \t\n\r\v\f", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// pattern is a compiled expression.
type pattern struct{ text string }

// regexKey is an expression and the function of re that uses it.
type regexKey struct{ kind, text string }

// compile gives a translated expression; each is translated once.
func (e *environment) compile(kind, p string) *regexp.Regexp {
	if re, ok := e.regexps.Load(regexKey{kind, p}); ok {
		return re.(*regexp.Regexp)
	}
	whole := p
	switch kind {
	case "match":
		whole = `^(?:` + p + `)`
	case "fullmatch":
		whole = `^(?:` + p + `)$`
	}
	re := translate(whole)
	e.regexps.Store(regexKey{kind, p}, re)
	return re
}

// translate compiles an expression, nil when it may not mean the same.
func translate(p string) *regexp.Regexp {
	if strings.Contains(p, "(?") && !strings.Contains(p, "(?:") && !strings.Contains(p, "(?P<") || strings.Contains(p, `\Z`) {
		return nil
	}
	re, err := regexp.Compile(p)
	if err != nil {
		return nil
	}
	return re
}

func reFind(in *python.Interp, kind string, args []python.Value) (python.Value, error) {
	a, ok := textArgs(args[:min(len(args), 2)], 2)
	if !ok {
		if len(args) >= 2 && args[1] == nil {
			return nil, &python.Exception{Type: "TypeError", Message: "expected string or bytes-like object"}
		}
		return unknownValue("a search of what is no text"), nil
	}
	if len(args) > 2 && args[2] != python.Value(int64(0)) {
		return unknownValue("a regular expression with flags"), nil
	}
	env := environmentOf(in)
	re := env.compile(kind, a[0])
	if re == nil || strings.Contains(a[1], "\n") {
		return unknownValue("a regular expression that is not read here: " + a[0]), nil
	}
	if !env.matches(kind, a[0], a[1], re) {
		return nil, nil
	}
	return &matchValue{re: re, text: a[1]}, nil
}

// matchValue is a match. Where its groups are is found when one is asked for.
type matchValue struct {
	re   *regexp.Regexp
	text string
}

func (m *matchValue) groups() []int { return m.re.FindStringSubmatchIndex(m.text) }

func (m *matchValue) group(v python.Value) (python.Value, bool) {
	n := 0
	switch v := v.(type) {
	case nil:
	case int64:
		n = int(v)
	case string:
		n = m.re.SubexpIndex(v)
	default:
		return nil, false
	}
	at := m.groups()
	if n < 0 || 2*n+1 >= len(at) {
		return nil, false
	}
	if at[2*n] < 0 {
		return nil, true
	}
	return m.text[at[2*n]:at[2*n+1]], true
}

func reSub(in *python.Interp, args []python.Value) (python.Value, error) {
	a, ok := textArgs(args, 3)
	if !ok || len(a) > 3 || strings.Contains(a[2], "\n") || strings.ContainsAny(a[1], `\`) {
		return unknownValue("a substitution that is not read here"), nil
	}
	re := environmentOf(in).compile("", a[0])
	if re == nil || re.MatchString("") {
		return unknownValue("a regular expression that is not read here: " + a[0]), nil
	}
	return re.ReplaceAllLiteralString(a[2], a[1]), nil
}

func reSplit(in *python.Interp, args []python.Value) (python.Value, error) {
	a, ok := textArgs(args, 2)
	if !ok || len(a) > 2 {
		return unknownValue("a split that is not read here"), nil
	}
	env := environmentOf(in)
	re := env.compile("", a[0])
	if re == nil || env.matches("", a[0], "", re) {
		return unknownValue("a regular expression that is not read here: " + a[0]), nil
	}
	return &python.List{Items: env.split(a[0], a[1], re)}, nil
}

// Attr finds a method of a pattern.
func (p pattern) Attr(name string) (python.Value, bool) {
	f, ok := reMember(name)
	if !ok || name == "escape" || name == "compile" {
		return nil, false
	}
	return &python.Builtin{Name: "pattern." + name, Fn: func(in *python.Interp, args []python.Value, kw map[string]python.Value) (python.Value, error) {
		return in.Apply(f, append([]python.Value{p.text}, args...), kw)
	}}, true
}

// patternMethod is a function of re, as a method of a pattern.
type patternMethod struct {
	name string
	run  call
}

var patternMethods = sync.OnceValue(func() map[string]*patternMethod {
	all := map[string]*patternMethod{}
	for name, run := range map[string]call{"sub": reSub, "split": reSplit} {
		all[name] = &patternMethod{name, run}
	}
	for _, name := range []string{"match", "search", "fullmatch"} {
		all[name] = &patternMethod{name, func(in *python.Interp, args []python.Value) (python.Value, error) { return reFind(in, name, args) }}
	}
	return all
})

// Method finds a method of a pattern.
func (p pattern) Method(a *python.Attr) python.Method {
	if m := patternMethods()[a.Name]; m != nil {
		return m
	}
	return nil
}

// Call calls the method of a pattern.
func (m *patternMethod) Call(in *python.Interp, self python.Value, _ *python.Call, args []python.Value, kw map[string]python.Value) (python.Value, error) {
	for _, x := range args {
		if u, ok := x.(*python.Unknown); ok {
			return u, nil
		}
	}
	for _, x := range kw {
		if u, ok := x.(*python.Unknown); ok {
			return u, nil
		}
	}
	if len(kw) > 0 {
		return unknownValue("re." + m.name + " with named arguments"), nil
	}
	var room [4]python.Value
	return m.run(in, append(append(room[:0], self.(pattern).text), args...))
}

// Attr finds a method of a match.
func (m *matchValue) Attr(name string) (python.Value, bool) {
	switch name {
	case "group":
		return builtin("group", func(in *python.Interp, args []python.Value) (python.Value, error) {
			v, ok := m.group(args0(args))
			if !ok || len(args) > 1 {
				return unknownValue("a group that is not known"), nil
			}
			return v, nil
		}), true
	case "groups":
		return builtin("groups", func(in *python.Interp, args []python.Value) (python.Value, error) {
			t := &python.Tuple{}
			for i := 1; i <= m.re.NumSubexp(); i++ {
				v, _ := m.group(int64(i))
				t.Items = append(t.Items, v)
			}
			return t, nil
		}), true
	}
	return nil, false
}

// environmentOf is the environment of the code that runs.
func environmentOf(in *python.Interp) *environment {
	switch h := in.Host.(type) {
	case *host:
		return h.d.env
	case loader:
		return h.env
	}
	return &environment{}
}
