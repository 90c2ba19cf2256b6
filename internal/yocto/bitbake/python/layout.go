package python

import "slices"

// Code is statements, or an expression, whose names were given places: it can
// be evaluated, by several goroutines at a time.
type Code struct {
	Body   []Stmt
	X      Expr
	layout *layout
}

// Prepare makes code of statements, which belong to it from now on.
func Prepare(body []Stmt) *Code {
	c := &Code{Body: body, layout: &layout{}}
	r := resolver{&static{layout: c.layout}}
	r.declare(body)
	r.stmts(body)
	return c
}

// PrepareExpr makes code of an expression, which belongs to it from now on.
func PrepareExpr(x Expr) *Code {
	c := &Code{X: x, layout: &layout{}}
	r := resolver{&static{layout: c.layout}}
	r.expr(x)
	return c
}

// layout is the names for which a scope has slots.
type layout struct {
	names []string
	slots map[string]int // instead of looking through them, when there are many
}

// few is how many names are looked through at most.
const few = 12

// slot is where a scope has the value of a name, or -1.
func (l *layout) slot(name string) int {
	if l.slots == nil {
		return slices.Index(l.names, name)
	}
	if at, ok := l.slots[name]; ok {
		return at
	}
	return -1
}

func (l *layout) add(name string) int {
	if at := l.slot(name); at >= 0 {
		return at
	}
	at := len(l.names)
	l.names = append(l.names, name)
	switch {
	case l.slots != nil:
		l.slots[name] = at
	case len(l.names) > few:
		l.slots = make(map[string]int, 2*few)
		for i, n := range l.names {
			l.slots[n] = i
		}
	}
	return at
}

// spot is where the value of a name may be: in a slot of a scope that lies so
// many outwards.
type spot struct{ up, slot int }

func (x *Name) add(p spot) {
	if !x.prepared {
		x.spot, x.prepared = p, true
		return
	}
	x.more = append(x.more, p)
}

// static is a scope as far as the text of the code tells of it.
type static struct {
	layout *layout
	outer  *static
}

// resolver gives the names in code their spots. The outermost scope has slots
// for all names that are used within it, as the host may give them values.
type resolver struct{ *static }

// within resolves code that has a scope of its own.
func (r *resolver) within(l *layout, f func()) {
	outer := r.static
	r.static = &static{l, outer}
	f()
	r.static = outer
}

// name finds the spots of a name, the innermost first.
func (r *resolver) name(x *Name) {
	x.own = builtins[x.ID]
	up := 0
	for s := r.static; s != nil; s = s.outer {
		at := s.layout.slot(x.ID)
		if at < 0 && s.outer == nil {
			at = s.layout.add(x.ID)
		}
		if at >= 0 {
			x.add(spot{up, at})
		}
		up++
	}
}

// declare makes slots for the names that statements may give values to, those
// of nested functions left out.
func (r *resolver) declare(body []Stmt) {
	Walk(body, func(node any) bool {
		switch n := node.(type) {
		case *Assign:
			r.targets(n.Targets)
		case *AugAssign:
			r.target(n.Target)
		case *For:
			r.target(n.Target)
		case *With:
			r.targets(n.Names)
		case *Import:
			for _, name := range n.Names {
				r.layout.add(name)
			}
		case *Delete:
			r.targets(n.Targets)
		case *Try:
			for _, h := range n.Handlers {
				if h.Name != "" {
					r.layout.add(h.Name)
				}
			}
		case *Scope:
			for _, name := range n.Names {
				r.layout.add(name)
			}
		case *Def:
			r.layout.add(n.Name)
			return false
		case *Class:
			r.layout.add(n.Name)
			return false
		case *Lambda, *Comprehension:
			return false
		}
		return true
	})
}

func (r *resolver) targets(list []Expr) {
	for _, x := range list {
		r.target(x)
	}
}

// target makes slots for what is assigned. The name of a container gets one
// too: it is unknown after an assignment to an item that is not known.
func (r *resolver) target(x Expr) {
	switch x := x.(type) {
	case *Name:
		r.layout.add(x.ID)
	case *Sequence:
		r.targets(x.Items)
	case *Star:
		r.target(x.X)
	case *Index:
		if n, ok := x.X.(*Name); ok {
			r.layout.add(n.ID)
		}
	}
}

func (r *resolver) stmts(body []Stmt) { Walk(body, r.node) }

func (r *resolver) expr(x Expr) { r.stmts([]Stmt{&ExprStmt{X: x}}) }

func (r *resolver) exprs(list []Expr) {
	for _, x := range list {
		r.expr(x)
	}
}

// node resolves what has names of its own; it is true for other nodes, whose
// parts are to be resolved one by one.
func (r *resolver) node(node any) bool {
	switch n := node.(type) {
	case *Name:
		r.name(n)
	case *Def:
		r.exprs(n.Decorators)
		n.layout = &layout{}
		r.function(n.Params, n.layout, func() {
			r.declare(n.Body)
			r.stmts(n.Body)
		})
		return false
	case *Lambda:
		n.layout = &layout{}
		r.function(n.Params, n.layout, func() { r.expr(n.Body) })
		return false
	case *Class:
		r.exprs(n.Bases)
		n.layout = &layout{}
		r.within(n.layout, func() {
			r.declare(n.Body)
			r.stmts(n.Body)
		})
		return false
	case *Comprehension:
		n.layout = &layout{}
		r.within(n.layout, func() { r.comprehension(n) })
		return false
	}
	return true
}

// function resolves a function: its first slots are those of its parameters,
// whose defaults are computed outside of it.
func (r *resolver) function(params []Param, l *layout, body func()) {
	for _, p := range params {
		r.expr(p.Default)
	}
	r.within(l, func() {
		for i := range params {
			params[i].slot = r.layout.add(params[i].Name)
		}
		body()
	})
}

func (r *resolver) comprehension(x *Comprehension) {
	for _, c := range x.Clauses {
		r.target(c.Target)
	}
	for _, c := range x.Clauses {
		r.exprs([]Expr{c.Target, c.Iter})
		r.exprs(c.Conds)
	}
	r.exprs([]Expr{x.Key, x.Item})
}
