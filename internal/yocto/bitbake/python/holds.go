package python

// Reacher is a value of the host that tells whether who has it can change
// what the host keeps.
type Reacher interface {
	Reaches() bool
}

// Reaches says whether who has a value can change what the host keeps: it is
// such a value of the host, or one can be had from it.
func Reaches(v Value) bool {
	return Holds(v, func(v Value) bool {
		switch v := v.(type) {
		case Reacher:
			return v.Reaches()
		case *Unknown:
			return v.Reaches
		}
		return false
	})
}

// Holds says whether a value, or one that can be had from it, is one of a kind.
func Holds(v Value, is func(Value) bool) bool {
	found := false
	eachValue(v, func(v Value) bool {
		found = found || is(v)
		return !found
	})
	return found
}

// eachValue calls f for a value and for what can be had from it: items of
// containers, attributes, and what a method belongs to. When f is false, what
// can be had from the value is left out.
func eachValue(v Value, f func(Value) bool) { (&visitor{f: f}).visit(v) }

type visitor struct {
	f    func(Value) bool
	seen map[Value]bool // pointers
}

func (w *visitor) visit(v Value) {
	switch v.(type) {
	case *List, *Tuple, *Dict, *Set, *Object, *Func, *Builtin, *ClassValue:
		if w.seen[v] {
			return
		}
		if w.seen == nil {
			w.seen = map[Value]bool{}
		}
		w.seen[v] = true
	}
	if !w.f(v) {
		return
	}
	switch v := v.(type) {
	case *List:
		w.all(v.Items)
	case *Tuple:
		w.all(v.Items)
	case *Dict:
		w.all(v.keys)
		for _, x := range v.values {
			w.visit(x)
		}
	case *Object:
		for _, x := range v.Attrs {
			w.visit(x)
		}
	case *Func:
		if v.self != nil {
			w.visit(v.self)
		}
	case *Builtin:
		if v.Self != nil {
			w.visit(v.Self)
		}
	}
}

func (w *visitor) all(items []Value) {
	for _, x := range items {
		switch x.(type) {
		case nil, string, bool, int64, float64:
			continue
		}
		w.visit(x)
	}
}

// isMutable is whether code that has a value can change it or something that
// can be had from it.
func isMutable(v Value) bool {
	return Holds(v, func(v Value) bool {
		switch v.(type) {
		case *List, *Dict, *Set, *Object:
			return true
		}
		return false
	})
}

// isFlat is whether nothing that can be had from a value can be changed, but
// for the value itself.
func isFlat(v Value) bool {
	flat := true
	eachValue(v, func(x Value) bool {
		switch x.(type) {
		case nil, string, bool, int64, float64:
		default:
			flat = flat && x == v
		}
		return flat
	})
	_, object := v.(*Object)
	return flat && !object
}

// Spoil says that code which cannot be followed may have changed a value and
// whatever can be had from it. It is false when that is shared with others.
func Spoil(v Value, u *Unknown) bool {
	own := true
	eachValue(v, func(x Value) bool {
		if isFrozen(x) {
			own = false
			return true
		}
		spoil(x, u)
		return true
	})
	return own
}
