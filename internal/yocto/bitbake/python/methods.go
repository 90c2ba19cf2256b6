package python

import (
	"strings"
)

// methodFunc is a method of a built-in type.
type methodFunc func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error)

// takesUnknown are the methods that keep an unknown argument as an item.
var takesUnknown = map[string]bool{"append": true, "extend": true, "insert": true, "setdefault": true}

// Methoder is a value of the host whose methods need not be made values to be
// called.
type Methoder interface {
	// Method finds a method, nil when there is none.
	Method(a *Attr) Method
}

// Method is a method of values of the host. It keeps nothing of the slice of
// its arguments. The site is nil, or a call whose first argument is always the
// same literal.
type Method interface {
	Call(in *Interp, self Value, site *Call, args []Value, kw map[string]Value) (Value, error)
}

// methodOf finds a method of a built-in value.
func methodOf(v Value, name string) methodFunc {
	return methodTable()[name].of(v)
}

// method is a method of a built-in value, as a value.
func method(v Value, name string) Value {
	m := methodOf(v, name)
	if m == nil {
		return nil
	}
	return &Builtin{Name: name, Raw: true, Self: v, Fn: func(in *Interp, args []Value, kw map[string]Value) (Value, error) {
		return in.callMethod(m, v, name, args, kw)
	}}
}

// callMethod calls a method of a built-in value. With unknown arguments the
// result is unknown, and so is, after a method that changes it, the container.
func (in *Interp) callMethod(m methodFunc, v Value, name string, args []Value, kw map[string]Value) (Value, error) {
	u := spoiledBy(v)
	if a := unknownArgument(args, kw); u == nil && a != nil && !(takesUnknown[name] && (len(args) == 0 || Value(a) != args[0] || name == "append" || name == "extend")) {
		u = a
	}
	switch {
	case isFrozen(v) && mutators[name]:
		in.Host.Tampered("a value of a module, by " + name)
		return in.unknown("a value of a module is changed"), nil
	case u == nil:
		return m(in, v, args, kw)
	case mutators[name]:
		spoil(v, u)
	}
	return u, nil
}

// str takes the string that argument i is.
func (in *Interp) str(name string, args []Value, i int) (string, error) {
	if i < len(args) {
		if s, ok := args[i].(string); ok {
			return s, nil
		}
		return "", in.raise("TypeError", "%s() argument must be str, not %s", name, typeName(args[i]))
	}
	return "", in.raise("TypeError", "%s() takes more arguments", name)
}

func oneString(f func(s, arg string) Value) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		arg, err := in.str("method", args, 0)
		if err != nil {
			return nil, err
		}
		if len(args) > 1 {
			return in.unknown("a method with more arguments than are read here"), nil
		}
		return f(self.(string), arg), nil
	}
}

func noArgument(f func(s string) Value) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		if len(args) > 0 {
			return in.unknown("a method with more arguments than are read here"), nil
		}
		return f(self.(string)), nil
	}
}

// ofLetters is noArgument for what is only known of ASCII.
func ofLetters(f func(s string) Value) methodFunc {
	plain := noArgument(f)
	return func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
		if strings.ContainsFunc(self.(string), func(r rune) bool { return r >= 0x80 }) {
			return in.unknown("letters that are not ASCII"), nil
		}
		return plain(in, self, args, kw)
	}
}

func stripper(f func(s, cut string) string) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		cut := whiteSpace
		if len(args) > 0 && args[0] != nil {
			var err error
			if cut, err = in.str("strip", args, 0); err != nil {
				return nil, err
			}
		}
		return f(self.(string), cut), nil
	}
}

const whiteSpace = " \t\n\r\v\f\x1c\x1d\x1e\x1f\u0085\u00a0"

// affix is startswith and endswith: the argument is a string or a tuple.
func affix(has func(s, part string) bool) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		if len(args) != 1 {
			return in.unknown("startswith or endswith with a range"), nil
		}
		parts := []Value{args[0]}
		if t, ok := args[0].(*Tuple); ok {
			parts = t.Items
		}
		for i := range parts {
			s, err := in.str("startswith", parts, i)
			if err != nil {
				return nil, err
			}
			if has(self.(string), s) {
				return true, nil
			}
		}
		return false, nil
	}
}

var stringMethods map[string]methodFunc

// The table is filled here, as its functions refer to it.
func init() {
	stringMethods = map[string]methodFunc{
		"strip":      stripper(strings.Trim),
		"lstrip":     stripper(strings.TrimLeft),
		"rstrip":     stripper(strings.TrimRight),
		"startswith": affix(strings.HasPrefix),
		"endswith":   affix(strings.HasSuffix),
		"lower":      ofLetters(func(s string) Value { return strings.ToLower(s) }),
		"upper":      ofLetters(func(s string) Value { return strings.ToUpper(s) }),
		"isdigit":    ofLetters(func(s string) Value { return s != "" && strings.Trim(s, "0123456789") == "" }),
		"isnumeric":  ofLetters(func(s string) Value { return s != "" && strings.Trim(s, "0123456789") == "" }),
		"isspace":    ofLetters(func(s string) Value { return s != "" && strings.Trim(s, whiteSpace) == "" }),
		"isupper":    ofLetters(func(s string) Value { return strings.ToUpper(s) == s && strings.ToLower(s) != s }),
		"islower":    ofLetters(func(s string) Value { return strings.ToLower(s) == s && strings.ToUpper(s) != s }),
		"isalpha": ofLetters(func(s string) Value {
			return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz") == ""
		}),
		"capitalize": ofLetters(func(s string) Value {
			if s == "" {
				return s
			}
			return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
		}),
		"removeprefix": oneString(func(s, a string) Value { return strings.TrimPrefix(s, a) }),
		"removesuffix": oneString(func(s, a string) Value { return strings.TrimSuffix(s, a) }),
		"find":         oneString(func(s, a string) Value { return runeIndex(s, strings.Index(s, a)) }),
		"rfind":        oneString(func(s, a string) Value { return runeIndex(s, strings.LastIndex(s, a)) }),
		"count":        oneString(func(s, a string) Value { return int64(strings.Count(s, a)) }),
		"partition": oneString(func(s, a string) Value {
			if before, after, ok := strings.Cut(s, a); ok {
				return &Tuple{[]Value{before, a, after}}
			}
			return &Tuple{[]Value{s, "", ""}}
		}),
		"rpartition": oneString(func(s, a string) Value {
			if i := strings.LastIndex(s, a); i >= 0 {
				return &Tuple{[]Value{s[:i], a, s[i+len(a):]}}
			}
			return &Tuple{[]Value{"", "", s}}
		}),
		"index":      stringIndex,
		"split":      splitMethod(false),
		"rsplit":     splitMethod(true),
		"splitlines": noArgument(func(s string) Value { return splitLines(s) }),
		"join":       joinMethod,
		"replace":    replaceMethod,
		"format": func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
			return in.strFormat(self.(string), args, kw)
		},
		"zfill": zfill, "ljust": pad(true), "rjust": pad(false),
		"translate": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			d, ok := args0(args).(*Dict)
			if len(args) != 1 || !ok {
				return in.unknown("a translation"), nil
			}
			return translate(self.(string), d), nil
		},
	}
}

func runeIndex(s string, i int) Value {
	if i < 0 {
		return int64(-1)
	}
	return int64(len([]rune(s[:i])))
}

func stringIndex(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
	a, err := in.str("index", args, 0)
	if err != nil {
		return nil, err
	}
	i := strings.Index(self.(string), a)
	if i < 0 {
		return nil, in.raise("ValueError", "substring not found")
	}
	return runeIndex(self.(string), i), nil
}

func joinMethod(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
	if len(args) != 1 {
		return nil, in.raise("TypeError", "join() takes exactly one argument")
	}
	items, unordered, u, err := in.iterate(args[0])
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	sep, size := self.(string), 0
	for i, x := range items {
		if u, ok := x.(*Unknown); ok {
			return u, nil
		}
		s, ok := x.(string)
		if !ok {
			return nil, in.raise("TypeError", "sequence item %d: expected str instance, %s found", i, typeName(x))
		}
		if i > 0 {
			size += len(sep)
		}
		if size += len(s); size > in.Size {
			return in.unknown("a value is too long"), nil
		}
	}
	if unordered {
		return in.unknown("a text joined from a set, whose order nobody promises"), nil
	}
	if len(items) == 1 {
		return items[0], nil
	}
	return joinTexts(items, sep, size), nil
}

// joinTexts joins items that are all texts to one of that size.
func joinTexts(items []Value, sep string, size int) string {
	var b strings.Builder
	b.Grow(size)
	for i, x := range items {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(x.(string))
	}
	return b.String()
}

func replaceMethod(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
	old, err := in.str("replace", args, 0)
	if err != nil {
		return nil, err
	}
	with, err := in.str("replace", args, 1)
	if err != nil {
		return nil, err
	}
	n := -1
	if len(args) > 2 {
		m, ok := args[2].(int64)
		if !ok {
			return nil, in.raise("TypeError", "an integer is required")
		}
		n = int(max(min(m, 1<<30), -1))
	}
	s := self.(string)
	if len(s)+strings.Count(s, old)*len(with) > in.Size {
		return in.unknown("a value is too long"), nil
	}
	return strings.Replace(s, old, with, n), nil
}

func zfill(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
	s := self.(string)
	n, ok := args0(args).(int64)
	if !ok || n > 999 || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return in.unknown("zfill of this"), nil
	}
	return strings.Repeat("0", int(max(n-int64(len([]rune(s))), 0))) + s, nil
}

func args0(args []Value) Value {
	if len(args) > 0 {
		return args[0]
	}
	return nil
}

func pad(left bool) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		n, ok := args0(args).(int64)
		with := " "
		if len(args) > 1 {
			with, _ = args[1].(string)
		}
		if !ok || n > 9999 || len([]rune(with)) != 1 || len(args) > 2 {
			return in.unknown("a padding"), nil
		}
		s := self.(string)
		fill := strings.Repeat(with, int(max(n-int64(len([]rune(s))), 0)))
		if left {
			return s + fill, nil
		}
		return fill + s, nil
	}
}

// translate replaces characters by a table of str.maketrans.
func translate(s string, d *Dict) string {
	var b strings.Builder
	for _, r := range s {
		v, ok := d.get(int64(r))
		switch v := v.(type) {
		case int64:
			b.WriteRune(rune(v))
		case string:
			b.WriteString(v)
		default:
			if !ok {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}
