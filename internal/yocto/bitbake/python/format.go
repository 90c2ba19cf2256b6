package python

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// percent is the % operator of a string.
func (in *Interp) percent(f string, arg Value) (Value, error) {
	if u := unknownIn(arg); u != nil {
		return u, nil
	}
	args := []Value{arg}
	if t, ok := arg.(*Tuple); ok {
		args = t.Items
	}
	dict, _ := arg.(*Dict)
	return in.percentOf(f, args, dict)
}

// percentTuple is X % (Y, Z) of a string X: the tuple is not made. The format
// is that of a literal, or nil.
func (in *Interp) percentTuple(f string, format []string, x *Sequence, s *scope) (Value, error) {
	if u := in.exhausted(); u != nil {
		return u, nil
	}
	if u := in.enter(); u != nil {
		in.leave()
		return u, nil
	}
	base := len(in.stack)
	v, err := in.percentItems(f, format, x, s)
	in.stack = in.stack[:base]
	in.leave()
	return v, err
}

// percentItems is percentTuple with the items on the stack, where it leaves
// them.
func (in *Interp) percentItems(f string, format []string, x *Sequence, s *scope) (Value, error) {
	base := len(in.stack)
	for _, item := range x.Items {
		v, err := in.eval(item, s)
		if err != nil {
			return nil, err
		}
		in.stack = append(in.stack, v)
	}
	args := in.stack[base:len(in.stack):len(in.stack)]
	if u := unknownAmong(args); u != nil {
		return u, nil
	}
	if text, ok := fill(format, args, in.Size); ok {
		return text, nil
	}
	return in.percentOf(f, args, nil)
}

// plainFormat cuts a format at its verbs when all of them are %s, else it is
// nil.
func plainFormat(f string) []string {
	parts := strings.Split(f, "%s")
	for _, p := range parts {
		if strings.Contains(p, "%") {
			return nil
		}
	}
	return parts
}

// fill puts texts between those of a plain format. It is false when others than
// just texts are to be formatted, or too many bytes are.
func fill(format []string, args []Value, most int) (string, bool) {
	if len(format) != len(args)+1 {
		return "", false
	}
	size := len(format[0])
	for i, v := range args {
		s, ok := v.(string)
		if !ok {
			return "", false
		}
		size += len(s) + len(format[i+1])
	}
	if size > most {
		return "", false
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteString(format[0])
	for i, v := range args {
		b.WriteString(v.(string))
		b.WriteString(format[i+1])
	}
	return b.String(), true
}

// percentOf formats arguments, or those of a dict by their names.
func (in *Interp) percentOf(f string, args []Value, dict *Dict) (Value, error) {
	var b strings.Builder
	b.Grow(len(f) + 32)
	used := 0
	for i := 0; i < len(f); i++ {
		if n := strings.IndexByte(f[i:], '%'); n != 0 {
			if n < 0 {
				n = len(f) - i
			}
			b.WriteString(f[i : i+n])
			i += n - 1
			continue
		}
		spec, verb, key, end := cutVerb(f, i+1)
		if verb == 0 {
			return nil, in.raise("ValueError", "incomplete format")
		}
		i = end
		if verb == '%' {
			b.WriteByte('%')
			continue
		}
		var v Value
		switch {
		case key != "" && dict != nil:
			x, ok := dict.get(key)
			if !ok {
				return nil, in.raise("KeyError", "'%s'", key)
			}
			v = x
		case used < len(args):
			v = args[used]
			used++
		default:
			return nil, in.raise("TypeError", "not enough arguments for format string")
		}
		text, ok := verbText(spec, verb, v)
		if !ok {
			return in.unknown("a format that is not read: %%%s%c of %s", spec, verb, typeName(v)), nil
		}
		if b.Len()+len(text) > in.Size {
			return in.unknown("a value is too long"), nil
		}
		b.WriteString(text)
	}
	if used < len(args) && dict == nil {
		return nil, in.raise("TypeError", "not all arguments converted during string formatting")
	}
	return b.String(), nil
}

// cutVerb reads what follows a %: (key), flags and width, the verb.
func cutVerb(f string, i int) (spec string, verb byte, key string, end int) {
	if i < len(f) && f[i] == '(' {
		n := strings.IndexByte(f[i:], ')')
		if n < 0 {
			return "", 0, "", 0
		}
		key, i = f[i+1:i+n], i+n+1
	}
	start := i
	for i < len(f) && strings.IndexByte("0123456789.-+ #", f[i]) >= 0 {
		i++
	}
	if i >= len(f) {
		return "", 0, "", 0
	}
	return f[start:i], f[i], key, i
}

func verbText(spec string, verb byte, v Value) (string, bool) {
	if len(spec) > 4 {
		return "", false
	}
	switch verb {
	case 's', 'r':
		text, ok := Str(v)
		if verb == 'r' {
			text, ok = Repr(v)
		}
		if !ok || strings.ContainsAny(spec, "+ #.") {
			return "", false
		}
		if spec == "" {
			return text, true
		}
		return fmt.Sprintf("%"+strings.TrimLeft(spec, "0")+"s", text), true
	case 'd', 'i', 'x', 'X', 'o':
		if verb == 'i' {
			verb = 'd'
		}
		n, ok := number(v).(int64)
		if !ok || strings.ContainsAny(spec, "#.") {
			return "", false
		}
		return fmt.Sprintf("%"+spec+string(verb), n), true
	case 'f':
		switch n := number(v).(type) {
		case int64:
			return fmt.Sprintf("%"+spec+"f", float64(n)), true
		case float64:
			return fmt.Sprintf("%"+spec+"f", n), true
		}
	case 'c':
		s, ok := v.(string)
		return s, ok && spec == "" && utf8.RuneCountInString(s) == 1
	}
	return "", false
}

// formatValue is format(v, spec) after conversion.
func formatValue(v Value, conv byte, spec string) (string, bool) {
	var text string
	var ok bool
	switch conv {
	case 0, 's':
		text, ok = Str(v)
	case 'r':
		text, ok = Repr(v)
	}
	if !ok || spec == "" {
		return text, ok
	}
	if n, isInt := number(v).(int64); isInt && conv == 0 {
		last := spec[len(spec)-1]
		if strings.IndexByte("dxXo", last) >= 0 {
			spec = spec[:len(spec)-1]
		} else {
			last = 'd'
		}
		if _, err := strconv.Atoi(spec); spec != "" && (err != nil || len(spec) > 3) {
			return "", false
		}
		return fmt.Sprintf("%"+spec+string(last), n), true
	}
	align := "<"
	if strings.IndexByte("<>", spec[0]) >= 0 {
		align, spec = spec[:1], spec[1:]
	}
	spec = strings.TrimSuffix(spec, "s")
	n, err := strconv.Atoi(spec)
	if spec != "" && err != nil || n > 999 {
		return "", false
	}
	if pad := strings.Repeat(" ", max(n-utf8.RuneCountInString(text), 0)); align == "<" {
		return text + pad, true
	} else {
		return pad + text, true
	}
}

// strFormat is str.format.
func (in *Interp) strFormat(f string, args []Value, kw map[string]Value) (Value, error) {
	var b strings.Builder
	auto := 0
	for i := 0; i < len(f); i++ {
		switch {
		case strings.HasPrefix(f[i:], "{{"), strings.HasPrefix(f[i:], "}}"):
			b.WriteByte(f[i])
			i++
		case f[i] == '{':
			end := strings.IndexByte(f[i:], '}')
			if end < 0 {
				return nil, in.raise("ValueError", "expected '}' before end of string")
			}
			name, rest := cutField(f[i+1 : i+end])
			i += end
			v, ok := field(name, &auto, args, kw)
			if !ok {
				return in.unknown("a format field that is not read: %s", name), nil
			}
			if u := unknownIn(v); u != nil {
				return u, nil
			}
			var conv byte
			if strings.HasPrefix(rest, "!") && len(rest) > 1 {
				conv, rest = rest[1], rest[2:]
			}
			text, ok := formatValue(v, conv, strings.TrimPrefix(rest, ":"))
			if !ok {
				return in.unknown("a format that is not read: %s", rest), nil
			}
			b.WriteString(text)
		default:
			b.WriteByte(f[i])
		}
		if b.Len() > in.Size {
			return in.unknown("a value is too long"), nil
		}
	}
	return b.String(), nil
}

func field(name string, auto *int, args []Value, kw map[string]Value) (Value, bool) {
	if name == "" {
		name = strconv.Itoa(*auto)
		*auto++
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n < 0 || n >= len(args) {
			return nil, false
		}
		return args[n], true
	}
	v, ok := kw[name]
	return v, ok
}
