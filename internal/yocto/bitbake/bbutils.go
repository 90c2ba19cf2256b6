package bitbake

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

func bbUtilsMember(name string) (python.Value, bool) {
	full := "bb.utils." + name
	switch name {
	case "contains", "contains_any":
		return withData(full, 4, func(d *Data, a []python.Value) (python.Value, error) {
			return contains(d, a, name == "contains_any")
		}), true
	case "filter":
		return withData(full, 2, func(d *Data, a []python.Value) (python.Value, error) { return filterWords(d, a) }), true
	case "filter_string":
		return builtin(full, func(_ *python.Interp, a []python.Value) (python.Value, error) {
			text, ok := args0(a).(string)
			if !ok || len(a) != 2 {
				return unknownValue("bb.utils.filter_string with arguments that are not read here"), nil
			}
			return filterText(text, a[1]), nil
		}), true
	case "to_boolean":
		return builtin(full, toBoolean), true
	case "vercmp_string":
		return onTexts(full, 2, func(a []string) python.Value { return int64(compareVersions(a[0], a[1])) }), true
	case "vercmp_string_op":
		return onTexts(full, 3, func(a []string) python.Value { return versionOp(compareVersions(a[0], a[1]), a[2]) }), true
	case "explode_deps":
		return builtin(full, func(in *python.Interp, args []python.Value) (python.Value, error) {
			s, ok := args0(args).(string)
			if !ok {
				return nil, &python.Exception{Type: "AttributeError", Message: "explode_deps of no text"}
			}
			return textList(explodeDeps(s)), nil
		}), true
	case "explode_dep_versions2":
		return &python.Builtin{Name: full, Fn: explodeVersions}, true
	case "which":
		return builtin(full, func(in *python.Interp, args []python.Value) (python.Value, error) { return which(in, args), nil }), true
	}
	return nil, false
}

func textList(items []string) *python.List {
	l := &python.List{}
	for _, s := range items {
		l.Items = append(l.Items, s)
	}
	return l
}

// words are the words of a text, or the texts of a list.
func words(in python.Value) ([]string, bool) {
	switch v := in.(type) {
	case string:
		return strings.Fields(v), true
	case *python.List, *python.Tuple, *python.Set:
		return python.Texts(v)
	}
	return nil, false
}

// contains is bb.utils.contains: whether a variable holds all of the words,
// or any of them.
func contains(d *Data, a []python.Value, one bool) (python.Value, error) {
	name, ok := a[0].(string)
	word, single := a[1].(string)
	single = single && word != "" && !strings.ContainsFunc(word, unicode.IsSpace)
	var check []string
	good := single
	if !single {
		check, good = words(a[1])
	}
	if !ok || !good {
		return unknownValue("bb.utils.contains with arguments that are not read here"), nil
	}
	e := d.getSymbol(d.symbol(name))
	if len(e.unknown) > 0 {
		return d.value(*e, name), nil
	}
	if e.text == "" {
		return a[3], nil
	}
	has := func(w string) bool { return hasWord(e.text, w) }
	found := false
	switch {
	case single:
		found = has(word)
	case one:
		found = slices.ContainsFunc(check, has)
	default:
		found = !slices.ContainsFunc(check, func(w string) bool { return !has(w) })
	}
	if found {
		return a[2], nil
	}
	return a[3], nil
}

// hasWord is whether a text holds a word, between white space.
func hasWord(text, word string) bool {
	if word == "" || strings.ContainsFunc(word, unicode.IsSpace) {
		return false
	}
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		if startsWord(text[i+len(word):]) && endsWord(text[:i]) {
			return true
		}
		from = i + 1
	}
}

func startsWord(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || unicode.IsSpace(r)
}

func endsWord(before string) bool {
	r, _ := utf8.DecodeLastRuneInString(before)
	return before == "" || unicode.IsSpace(r)
}

func filterWords(d *Data, a []python.Value) (python.Value, error) {
	name, ok := a[0].(string)
	if !ok {
		return unknownValue("bb.utils.filter with arguments that are not read here"), nil
	}
	e := d.get(name)
	if len(e.unknown) > 0 {
		return d.value(e, name), nil
	}
	return filterText(e.text, a[1]), nil
}

// filterText keeps the words that are asked for, sorted.
func filterText(text string, wanted python.Value) python.Value {
	check, ok := words(wanted)
	if !ok {
		return unknownValue("bb.utils.filter with arguments that are not read here")
	}
	have := strings.Fields(text)
	check = slices.DeleteFunc(check, func(w string) bool { return !slices.Contains(have, w) })
	slices.Sort(check)
	return strings.Join(slices.Compact(check), " ")
}

func toBoolean(in *python.Interp, args []python.Value) (python.Value, error) {
	truth, _ := python.Truth(args0(args))
	if !truth {
		if len(args) > 1 {
			return args[1], nil
		}
		return nil, nil
	}
	switch v := args[0].(type) {
	case bool, int64:
		return true, nil
	case string:
		switch strings.ToLower(v) {
		case "y", "yes", "1", "true":
			return true, nil
		case "n", "no", "0", "false":
			return false, nil
		}
		return nil, &python.Exception{Type: "ValueError", Message: "Invalid value for to_boolean: " + v}
	}
	return unknownValue("to_boolean of this"), nil
}

// which finds a file in a list of directories, all of them in the layers.
func which(in *python.Interp, args []python.Value) python.Value {
	h, ok := in.Host.(*host)
	a, texts := textArgs(args, 2)
	if !ok || !texts || len(a) != 2 {
		return unknownValue("bb.utils.which with arguments that are not read here")
	}
	for dir := range strings.SplitSeq(a[0], ":") {
		v := h.exists("exists", dir+"/"+a[1])
		if v == true {
			return dir + "/" + a[1]
		}
		if v != false {
			return v
		}
	}
	return ""
}
