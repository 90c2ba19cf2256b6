package python

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// hash is equal for equal values; false for what cannot be a key.
func hash(v Value) (key, bool) {
	if s, ok := v.(string); ok && (s == "" || s[0] != 0) {
		return key(s), true
	}
	text, ok := newBound().hash(v)
	return key("\x00" + text), ok
}

// key is what equal values share: a text itself, but for those that begin with
// a zero byte; a zero byte and what tells them apart for others.
type key string

func (w *bound) hash(v Value) (string, bool) {
	defer w.back()
	if !w.step() {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "n", true
	case bool:
		if v {
			return "i1", true
		}
		return "i0", true
	case int64:
		return "i" + strconv.FormatInt(v, 10), true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return "i" + strconv.FormatInt(int64(v), 10), true
		}
		return "f" + strconv.FormatFloat(v, 'g', -1, 64), true
	case string:
		return "s" + v, true
	case *Tuple:
		var b strings.Builder
		b.WriteString("t")
		for _, x := range v.Items {
			h, ok := w.hash(x)
			if !ok || b.Len() > 1<<20 {
				return "", false
			}
			fmt.Fprintf(&b, "%d:%s", len(h), h)
		}
		return b.String(), true
	}
	return "", false
}

// bound stops a walk through values that contain each other or themselves.
type bound struct{ depth, left int }

func newBound() *bound { return &bound{depth: 50, left: 100000} }

// step is false when the walk has gone far enough.
func (b *bound) step() bool {
	b.left--
	b.depth--
	return b.left >= 0 && b.depth >= 0
}

func (b *bound) back() { b.depth++ }

// equal compares two values; known is false when an unknown part decides, or
// when they are nested too deep.
func equal(a, b Value) (same, known bool) {
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return x == y, true
		}
	}
	return newBound().equal(a, b)
}

func (w *bound) equal(a, b Value) (same, known bool) {
	defer w.back()
	if !w.step() || unknownIn(a) != nil || unknownIn(b) != nil {
		return false, false
	}
	switch a := a.(type) {
	case *List:
		if b, ok := b.(*List); ok {
			if (a.Unordered || b.Unordered) && len(a.Items) > 1 && len(a.Items) == len(b.Items) {
				return false, false
			}
			return w.equalItems(a.Items, b.Items)
		}
		return false, true
	case *Tuple:
		if b, ok := b.(*Tuple); ok {
			return w.equalItems(a.Items, b.Items)
		}
		return false, true
	case *Dict:
		if b, ok := b.(*Dict); ok {
			return w.equalDicts(a, b)
		}
		return false, true
	case *Set:
		if b, ok := b.(*Set); ok {
			return len(a.dict.keys) == len(b.dict.keys) && subset(a, b), true
		}
		return false, true
	}
	if ha, ok := hash(a); ok {
		hb, ok := hash(b)
		return ok && ha == hb, true
	}
	if _, ok := a.(*Builtin); ok {
		return false, false
	}
	return identical(a, b), true
}

// identical is whether two values are the same object. Values of the host that
// cannot be compared are not.
func identical(a, b Value) bool {
	if a == nil || b == nil {
		return a == b
	}
	if !reflect.TypeOf(a).Comparable() || !reflect.TypeOf(b).Comparable() {
		return false
	}
	return a == b
}

func (w *bound) equalDicts(a, b *Dict) (same, known bool) {
	if len(a.keys) != len(b.keys) {
		return false, true
	}
	for _, k := range a.keys {
		x, _ := a.get(k)
		y, has := b.get(k)
		if !has {
			return false, true
		}
		if same, known := w.equal(x, y); !known || !same {
			return false, known
		}
	}
	return true, true
}

func (w *bound) equalItems(a, b []Value) (same, known bool) {
	if len(a) != len(b) {
		return false, true
	}
	for i := range a {
		if same, known := w.equal(a[i], b[i]); !known || !same {
			return false, known
		}
	}
	return true, true
}

func subset(a, b *Set) bool {
	for _, k := range a.dict.keys {
		if !b.has(k) {
			return false
		}
	}
	return true
}
