package python

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Str is str(v); false when nobody can tell it.
func Str(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case *Exception:
		return v.Message, true
	}
	return Repr(v)
}

// Repr is repr(v).
func Repr(v Value) (string, bool) { return newBound().repr(v) }

func (w *bound) repr(v Value) (string, bool) {
	defer w.back()
	if !w.step() {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "None", true
	case bool:
		if v {
			return "True", true
		}
		return "False", true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return reprFloat(v), true
	case string:
		return reprString(v)
	case *List:
		if v.once || v.Unordered && len(v.Items) > 1 {
			return "", false
		}
		return w.reprItems("[", v.Items, "]")
	case *Tuple:
		if len(v.Items) == 1 {
			return w.reprItems("(", v.Items, ",)")
		}
		return w.reprItems("(", v.Items, ")")
	case *Dict:
		return w.reprDict(v)
	case *Set:
		if len(v.dict.keys) == 0 {
			return "set()", true
		}
		if len(v.dict.keys) == 1 {
			return w.reprItems("{", v.dict.keys, "}")
		}
	}
	return "", false
}

func reprFloat(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e16 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

func reprString(s string) (string, bool) {
	q := "'"
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = `"`
	}
	var b strings.Builder
	b.WriteString(q)
	for _, r := range s {
		switch {
		case r == '\\' || string(r) == q:
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f || r > 0x7f && !unicode.IsPrint(r):
			return "", false
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + q, true
}

func (w *bound) reprItems(open string, items []Value, end string) (string, bool) {
	var b strings.Builder
	b.WriteString(open)
	for i, x := range items {
		if i > 0 {
			b.WriteString(", ")
		}
		s, ok := w.repr(x)
		if !ok {
			return "", false
		}
		if b.Len()+len(s) > 1<<24 {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String() + end, true
}

func (w *bound) reprDict(d *Dict) (string, bool) {
	if d.unordered && len(d.keys) > 1 {
		return "", false
	}
	var b strings.Builder
	b.WriteString("{")
	for i, k := range d.keys {
		if i > 0 {
			b.WriteString(", ")
		}
		x, _ := d.get(k)
		ks, ok1 := w.repr(k)
		vs, ok2 := w.repr(x)
		if !ok1 || !ok2 {
			return "", false
		}
		b.WriteString(ks + ": " + vs)
	}
	return b.String() + "}", true
}

// typeName is the name of a value's type, for messages.
func typeName(v Value) string {
	switch v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "float"
	case string:
		return "str"
	case *List:
		return "list"
	case *Tuple:
		return "tuple"
	case *Dict:
		return "dict"
	case *Set:
		return "set"
	case *Func, *Builtin:
		return "function"
	}
	return "object"
}
