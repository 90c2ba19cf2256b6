package python

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// Value is nil (None), bool, int64, float64, string, *List, *Tuple, *Dict,
// *Set, a function, or what the host made.
type Value any

// List is a Python list.
type List struct {
	Items []Value
	// Unordered is set on lists made of sets: Python promises no order, so
	// what depends on it is unknown.
	Unordered bool
	spoiled   *Unknown // what the list holds cannot be told any more
	frozen    bool     // of a module: cannot be changed
}

// Tuple is a Python tuple.
type Tuple struct{ Items []Value }

// Dict is a Python dict; it keeps the order of insertion.
type Dict struct {
	keys      []Value
	values    map[string]Value
	unordered bool
	spoiled   *Unknown
	frozen    bool
}

// Set is a Python set. Its order says nothing.
type Set struct{ dict Dict }

// Unknown is a value that nobody can tell. Cause is the host's.
type Unknown struct {
	Reason string
	Cause  any
}

// Classer is a value of the host that isinstance can ask.
type Classer interface {
	IsInstance(of Value) (is, known bool)
}

// Attrer is a value of the host with attributes and methods.
type Attrer interface {
	Attr(name string) (Value, bool)
}

// Builtin is a function of the host. Unless it takes unknown arguments itself
// (Raw), a call with one is unknown.
type Builtin struct {
	Name string
	Raw  bool
	Fn   func(in *Interp, args []Value, kw map[string]Value) (Value, error)
}

// Module is a name space: "os", "bb.utils".
type Module struct {
	Name    string
	Members func(name string) (Value, bool)
}

// Func is a function written in Python.
type Func struct {
	Name   string
	params []Param
	body   []Stmt
	result Expr // of a lambda
	env    *scope
	self   Value
	Def    *Def
}

// ClassValue is a class written in Python, Object one of its values.
type ClassValue struct {
	Name    string
	members map[string]Value
	bases   []*ClassValue
	env     *scope
}

// Object is an instance of a class.
type Object struct {
	Class *ClassValue
	Attrs map[string]Value
}

// NewDict makes an empty dict.
func NewDict() *Dict { return &Dict{values: map[string]Value{}} }

// Put sets a key that is a string.
func (d *Dict) Put(key string, v Value) { d.put(key, v) }

func (d *Dict) put(key, v Value) bool {
	h, ok := hash(key)
	if !ok {
		return false
	}
	if _, has := d.values[h]; !has {
		d.keys = append(d.keys, key)
	}
	d.values[h] = v
	return true
}

func (d *Dict) get(key Value) (Value, bool) {
	h, ok := hash(key)
	if !ok {
		return nil, false
	}
	v, ok := d.values[h]
	return v, ok
}

func (d *Dict) delete(key Value) bool {
	h, _ := hash(key)
	if _, ok := d.values[h]; !ok {
		return false
	}
	delete(d.values, h)
	for i, k := range d.keys {
		if g, _ := hash(k); g == h {
			d.keys = append(d.keys[:i:i], d.keys[i+1:]...)
			break
		}
	}
	return true
}

func newSet(items []Value) (*Set, bool) {
	s := &Set{*NewDict()}
	for _, x := range items {
		if !s.dict.put(x, nil) {
			return nil, false
		}
	}
	return s, true
}

func (s *Set) has(v Value) bool { _, ok := s.dict.get(v); return ok }

// hash is equal for equal values; false for what cannot be a key.
func hash(v Value) (string, bool) { return newBound().hash(v) }

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

// Truth is the value as a condition. It is false, false for a value that is
// neither true nor false.
func Truth(v Value) (truth, known bool) {
	if spoiledBy(v) != nil {
		return false, false
	}
	switch v := v.(type) {
	case nil:
		return false, true
	case bool:
		return v, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case string:
		return v != "", true
	case *List:
		return len(v.Items) > 0, true
	case *Tuple:
		return len(v.Items) > 0, true
	case *Dict:
		return len(v.keys) > 0, true
	case *Set:
		return len(v.dict.keys) > 0, true
	}
	return true, true
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
func equal(a, b Value) (same, known bool) { return newBound().equal(a, b) }

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

// spoiledBy is why a value, as a whole, is not known.
func spoiledBy(v Value) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *List:
		return v.spoiled
	case *Dict:
		return v.spoiled
	case *Set:
		return v.dict.spoiled
	}
	return nil
}

// spoil makes what a container holds unknown.
func spoil(v Value, u *Unknown) {
	if isFrozen(v) {
		return
	}
	switch v := v.(type) {
	case *List:
		v.spoiled = u
	case *Dict:
		v.spoiled = u
	case *Set:
		v.dict.spoiled = u
	}
}

// unknownIn finds an unknown value in v or, one level down, in its items.
func unknownIn(v Value) *Unknown {
	if u := spoiledBy(v); u != nil {
		return u
	}
	var items []Value
	switch v := v.(type) {
	case *List:
		items = v.Items
	case *Tuple:
		items = v.Items
	case *Dict:
		for _, x := range v.values {
			if u, ok := x.(*Unknown); ok {
				return u
			}
		}
	}
	for _, x := range items {
		switch x := x.(type) {
		case *Unknown:
			return x
		case *Tuple, *List:
			if u := shallowUnknown(x); u != nil {
				return u
			}
		}
	}
	return nil
}

func shallowUnknown(v Value) *Unknown {
	items := []Value(nil)
	switch v := v.(type) {
	case *List:
		items = v.Items
	case *Tuple:
		items = v.Items
	}
	for _, x := range items {
		if u, ok := x.(*Unknown); ok {
			return u
		}
	}
	return nil
}

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
		if v.Unordered && len(v.Items) > 1 {
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

// Texts lists the items of a list, tuple or set that are all texts.
func Texts(v Value) ([]string, bool) {
	if spoiledBy(v) != nil {
		return nil, false
	}
	var items []Value
	switch v := v.(type) {
	case *List:
		items = v.Items
	case *Tuple:
		items = v.Items
	case *Set:
		items = v.dict.keys
	}
	out := make([]string, len(items))
	for i, x := range items {
		s, ok := x.(string)
		if !ok {
			return nil, false
		}
		out[i] = s
	}
	return out, true
}
