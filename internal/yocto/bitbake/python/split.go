package python

import (
	"strings"
	"unicode/utf8"
)

func splitLines(s string) *List {
	l := &List{}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	if s == "" {
		return l
	}
	for _, x := range strings.Split(strings.TrimSuffix(s, "\n"), "\n") {
		l.Items = append(l.Items, x)
	}
	return l
}

func splitMethod(right bool) methodFunc {
	return func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
		most := int64(-1)
		var sep Value
		if len(args) > 0 {
			sep = args[0]
		} else if v, ok := kw["sep"]; ok {
			sep = v
		}
		if v, ok := kw["maxsplit"]; ok {
			args = append([]Value{sep}, v)
		}
		if len(args) > 1 {
			n, ok := args[1].(int64)
			if !ok {
				return nil, in.raise("TypeError", "an integer is required")
			}
			most = n
		}
		if text := self.(string); sep == nil && most < 0 && isASCII(text) {
			return words(text), nil
		}
		if sep == nil {
			return listOf(splitSpace(self.(string), most, right)), nil
		}
		s, ok := sep.(string)
		if !ok {
			return nil, in.raise("TypeError", "must be str or None, not %s", typeName(sep))
		}
		if s == "" {
			return nil, in.raise("ValueError", "empty separator")
		}
		return listOf(splitOn(self.(string), s, most, right)), nil
	}
}

func listOf(items []string) *List {
	l := &List{Items: make([]Value, len(items))}
	for i, s := range items {
		l.Items[i] = s
	}
	return l
}

// isBlank says which bytes of ASCII are white space.
var isBlank = [utf8.RuneSelf]bool{' ': true, '\t': true, '\n': true, '\r': true, '\v': true, '\f': true, 0x1c: true, 0x1d: true, 0x1e: true, 0x1f: true}

// words are the words of a text in ASCII between white space.
func words(s string) *List {
	n, before := 0, true
	for i := 0; i < len(s); i++ {
		blank := isBlank[s[i]]
		if before && !blank {
			n++
		}
		before = blank
	}
	l := &List{Items: make([]Value, 0, n)}
	for i := 0; i < len(s); i++ {
		start := i
		for i < len(s) && !isBlank[s[i]] {
			i++
		}
		if i > start {
			l.Items = append(l.Items, s[start:i])
		}
	}
	return l
}

func splitSpace(s string, most int64, right bool) []string {
	if most < 0 {
		return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(whiteSpace, r) })
	}
	var out []string
	if right {
		s = strings.TrimRight(s, whiteSpace)
		for ; s != "" && most > 0; most-- {
			i := strings.LastIndexAny(s, whiteSpace)
			if i < 0 {
				break
			}
			out = append([]string{strings.TrimLeft(s[i:], whiteSpace)}, out...)
			s = strings.TrimRight(s[:i], whiteSpace)
		}
		if s != "" {
			out = append([]string{s}, out...)
		}
		return out
	}
	s = strings.TrimLeft(s, whiteSpace)
	for ; s != "" && most > 0; most-- {
		i := strings.IndexAny(s, whiteSpace)
		if i < 0 {
			break
		}
		out = append(out, s[:i])
		s = strings.TrimLeft(s[i:], whiteSpace)
	}
	if s != "" {
		out = append(out, s)
	}
	return out
}

func splitOn(s, sep string, most int64, right bool) []string {
	if most < 0 {
		return strings.Split(s, sep)
	}
	if !right {
		return strings.SplitN(s, sep, int(min(most, 1<<30))+1)
	}
	var out []string
	for ; most > 0; most-- {
		i := strings.LastIndex(s, sep)
		if i < 0 {
			break
		}
		out = append([]string{s[i+len(sep):]}, out...)
		s = s[:i]
	}
	return append([]string{s}, out...)
}
