package python

import (
	"maps"
	"strings"
	"sync"
	"sync/atomic"
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
	once      bool     // an iterator: it is gone through once, and has neither length nor text
	spoiled   *Unknown // what the list holds cannot be told any more
	frozen    bool     // of a module: cannot be changed
}

// Tuple is a Python tuple.
type Tuple struct{ Items []Value }

// Dict is a Python dict; it keeps the order of insertion.
type Dict struct {
	keys      []Value
	values    []Value     // as many as keys; none of a set
	index     map[key]int // where a key is, when there are many
	unordered bool
	spoiled   *Unknown
	frozen    bool
	shared    bool // with the literal that made it: copied before it is changed
}

// Set is a Python set. Its order says nothing.
type Set struct{ dict Dict }

// Unknown is a value that nobody can tell. Cause is the host's.
type Unknown struct {
	Reason string
	Cause  any
	// Reaches is set when the value may be one that changes what the host keeps.
	Reaches bool
	// Shared is set when the value may be one of a module.
	Shared bool
}

// reaching is the same for a value that may change what the host keeps.
func (u *Unknown) reaching() *Unknown {
	if u.Reaches {
		return u
	}
	v := *u
	v.Reaches = true
	return &v
}

// result is what a call gives: most functions of modules make a value that is
// nobody else's.
func (u *Unknown) result(name string) *Unknown {
	if !u.Shared || strings.Contains(name, "import") || strings.Contains(name, "__") || strings.HasPrefix(name, "bb.fetch") {
		return u
	}
	v := *u
	v.Shared = false
	return &v
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
	Self Value // of a method
	Fn   func(in *Interp, args []Value, kw map[string]Value) (Value, error)
}

// Module is a name space: "os", "bb.utils". It may be used from several
// goroutines, and must not be copied.
type Module struct {
	Name string
	// Members finds a member. It may be asked again for the same, and its answer is
	// always the same.
	Members func(name string) (Value, bool)
	mu      sync.Mutex
	known   atomic.Pointer[map[string]Value] // of members that are there; replaced, never changed
}

// Member finds a member.
func (m *Module) Member(name string) (Value, bool) {
	if known := m.known.Load(); known != nil {
		if v, ok := (*known)[name]; ok {
			return v, true
		}
	}
	v, ok := m.Members(name)
	if ok {
		m.learn(name, v)
	}
	return v, ok
}

// learn keeps a member, unless there are so many that copying them all would
// take long.
func (m *Module) learn(name string, v Value) {
	const most = 100
	m.mu.Lock()
	defer m.mu.Unlock()
	known := map[string]Value{name: v}
	if old := m.known.Load(); old != nil {
		if len(*old) >= most {
			return
		}
		maps.Copy(known, *old)
	}
	m.known.Store(&known)
}

// Func is a function written in Python.
type Func struct {
	Name   string
	params []Param
	body   []Stmt
	result Expr // of a lambda
	layout *layout
	// defaults are the values of the parameters, where they were computed when
	// the function was made.
	defaults []Value
	env      *scope
	self     Value
	Def      *Def
}

// ClassValue is a class written in Python, Object one of its values.
type ClassValue struct {
	Name    string
	members map[string]Value
	bases   []*ClassValue
	env     *scope
	frozen  bool
}

// Object is an instance of a class.
type Object struct {
	Class   *ClassValue
	Attrs   map[string]Value
	spoiled *Unknown
	frozen  bool
}

// Truth is the value as a condition. It is false, false for a value that is
// neither true nor false.
func Truth(v Value) (truth, known bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		return v != "", true
	}
	if spoiledBy(v) != nil {
		return false, false
	}
	switch v := v.(type) {
	case nil:
		return false, true
	case int64:
		return v != 0, true
	case float64:
		return v != 0, true
	case *List:
		return v.once || len(v.Items) > 0, true
	case *Tuple:
		return len(v.Items) > 0, true
	case *Dict:
		return len(v.keys) > 0, true
	case *Set:
		return len(v.dict.keys) > 0, true
	}
	return true, true
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
	case *Object:
		return v.spoiled
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
	case *Object:
		if Reaches(v) {
			u = u.reaching()
		}
		v.spoiled = u
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
	return unknownAmong(items)
}

// unknownAmong finds an unknown value among some or, one level down, in their
// items.
func unknownAmong(items []Value) *Unknown {
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
