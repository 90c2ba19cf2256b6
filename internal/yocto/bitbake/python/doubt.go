package python

// mostUnits is how many functions are followed from one place that is in doubt.
const mostUnits = 200

// Doubt says that statements may or may not run, with some local names: what
// they would change is unknown from here on.
func (in *Interp) Doubt(body []Stmt, u *Unknown, names ...Local) {
	in.doubt(body, newOthers(names), u)
}

// doubt says that statements may or may not run, or run several times. The
// names that they assign are unknown from here on, and so is every value that
// they, or the functions that they may call, could change.
func (in *Interp) doubt(body []Stmt, s *scope, u *Unknown) {
	if len(body) == 0 {
		return
	}
	in.doubts++
	r := &doubter{in: in, why: u, seen: map[unitKey]bool{}}
	r.pending = append(r.pending, unit{body: body, scope: s, outer: true})
	r.run()
}

// run goes through all code that is pending.
func (r *doubter) run() {
	for len(r.pending) > 0 {
		r.unit = r.pending[0]
		r.pending = r.pending[1:]
		r.in.Host.Doubt(r.body, r.peek, r.why)
		r.stmts(r.body)
	}
}

// Lose says that code which may or may not run got values.
func (in *Interp) Lose(values []Value, u *Unknown) { in.lose(values, u) }

// lose says that code nobody knows got values: it may change them, and call
// the functions in them.
func (in *Interp) lose(values []Value, u *Unknown) {
	if len(values) == 0 {
		return
	}
	r := &doubter{in: in, why: u, seen: map[unitKey]bool{}}
	for _, v := range values {
		r.change(v)
	}
	r.run()
}

// doubter goes through code that may or may not run.
type doubter struct {
	in      *Interp
	why     *Unknown
	pending []unit
	seen    map[unitKey]bool
	unit    // that it goes through
}

// unit is code that may run, and where its names are found.
type unit struct {
	body  []Stmt
	scope *scope
	outer bool // the code in doubt itself, which assigns names of its scope
}

// unitKey tells the calls of a function apart by what they are given.
type unitKey struct {
	body  *Stmt
	given string
}

// peek finds what an expression of names and attributes means, without
// calling anything.
func (r *doubter) peek(x Expr) Value { return r.in.peek(x, r.scope) }

// peek is what an expression of names and attributes means, without calling
// anything; nil when that cannot be told.
func (in *Interp) peek(x Expr, s *scope) Value {
	switch x := x.(type) {
	case *Const:
		return x.Value
	case *Name:
		if v, ok := s.find(x.ID); ok {
			return v
		}
		if v, ok := builtins[x.ID]; ok {
			return v
		}
		if v, err := in.hostName(x); err == nil {
			return v
		}
	case *Attr:
		if base := in.peek(x.X, s); base != nil {
			if v, err := in.attribute(base, x.Name); err == nil {
				return v
			}
		}
	}
	return nil
}

// follow goes through a function that may be called. The values are what its
// parameters stand for; nil: it cannot be told how it is called.
func (r *doubter) follow(f *Func, values map[string]Value) {
	body := f.body
	if body == nil {
		body = []Stmt{&Return{X: f.result}}
	}
	if len(body) == 0 {
		return
	}
	key := unitKey{body: &body[0]}
	if f.body == nil {
		key = unitKey{given: "lambda " + address(f.result)}
	}
	s := newScope(f.env)
	for name := range Assigned(body) {
		s.put(name, &Unknown{Reason: r.why.Reason, Cause: r.why.Cause})
	}
	for i, p := range f.params {
		if _, constant := p.Default.(*Const); p.Default != nil && !constant {
			r.expr(p.Default, true)
		}
		v, given := values[p.Name]
		switch {
		case i == 0 && f.self != nil:
			v = f.self
		case !given:
			v = &Unknown{Reason: r.why.Reason, Cause: r.why.Cause, Reaches: values == nil}
			key.given += "?"
		}
		key.given += address(v) + " "
		s.put(p.Name, v)
	}
	if r.seen[key] {
		return
	}
	if len(r.seen) >= mostUnits {
		r.in.Host.Escaped("", nil, r.why)
		return
	}
	r.seen[key] = true
	r.pending = append(r.pending, unit{body: body, scope: s})
}

// lose makes a value, and what can be had from it, unknown; functions in it
// may be called.
func (r *doubter) lose(v Value) {
	if Reaches(v) {
		r.in.Host.Escaped("", nil, r.why)
	}
	r.change(v)
}

// change is lose for code that changes none of what the host keeps.
func (r *doubter) change(v Value) {
	if !isMutable(v) && !holdsCode(v) {
		return
	}
	eachValue(v, func(x Value) bool {
		switch x := x.(type) {
		case *Func:
			r.follow(x, nil)
		case *ClassValue:
			r.followClass(x)
		case *Object:
			r.followClass(x.Class)
		}
		return true
	})
	if !Spoil(v, r.why) {
		r.in.Host.Tampered("a value of a module")
	}
}

func holdsCode(v Value) bool {
	return Holds(v, func(v Value) bool {
		switch v.(type) {
		case *Func, *ClassValue:
			return true
		}
		return false
	})
}

// followClass goes through the methods of a class, which may be called.
func (r *doubter) followClass(c *ClassValue) {
	for _, name := range sortedKeys(c.members) {
		if f, ok := c.members[name].(*Func); ok {
			r.follow(f, nil)
		}
	}
	for _, b := range c.bases {
		r.followClass(b)
	}
}
