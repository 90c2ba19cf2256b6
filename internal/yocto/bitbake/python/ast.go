package python

import "sync/atomic"

// Expr is an expression, Stmt a statement.
type (
	Expr any
	Stmt any
)

type (
	// Name is a reference by name.
	Name struct {
		spot     // where its value is looked for first, when the code is prepared
		ID       string
		prepared bool
		more     []spot // where it is looked for next
		own      Value  // the built-in function of that name
		note     atomic.Value
	}
	// Const is a literal.
	Const struct{ Value Value }
	// Format is an f-string.
	Format struct{ Parts []FormatPart }
	// Attr is X.Name.
	Attr struct {
		X       Expr
		Name    string
		methods *methods     // of that name
		of      atomic.Value // *memberNote
		note    atomic.Value
	}
	// Index is X[I].
	Index struct{ X, I Expr }
	// Slice is the lo:hi:step of an Index; parts may be nil.
	Slice struct{ Lo, Hi, Step Expr }
	// Call is Func(Args, Keywords).
	Call struct {
		Func     Expr
		Args     []Expr
		Keywords []Keyword
		Line     int
		stars    bool    // some of Args are *X
		literal  bool    // the first of Args is one, and none has a name
		literals []Value // Args, when all are and none has a name
		note     atomic.Value
	}
	// Keyword is NAME=Value in a call; the name is empty for **Value.
	Keyword struct {
		Name  string
		Value Expr
	}
	// Star is *X.
	Star struct{ X Expr }
	// Unary is "-", "+", "~" or "not".
	Unary struct {
		Op string
		X  Expr
	}
	// Binary is an arithmetic operator.
	Binary struct {
		Op     string
		X, Y   Expr
		format []string // what X is made of when it only has %s: the texts around them
	}
	// Logic is "and" or "or".
	Logic struct {
		Op   string
		X, Y Expr
	}
	// Compare is X op Y op Z …
	Compare struct {
		X   Expr
		Ops []string
		Ys  []Expr
	}
	// Ternary is Then if Cond else Else.
	Ternary struct{ Cond, Then, Else Expr }
	// Sequence is a list "[", a tuple "(" or a set "{".
	Sequence struct {
		Kind  byte
		Items []Expr
	}
	// Mapping is a dict; a nil key stands for **value.
	Mapping struct {
		Keys, Values []Expr
		literal      *Dict // what it makes, when all of them are literals
	}
	// Comprehension builds a list "[", a generator "(", a set "{" or a dict ":".
	Comprehension struct {
		Kind    byte
		Key     Expr // dict only
		Item    Expr
		Clauses []Clause
		layout  *layout
	}
	// Clause is for Target in Iter if Conds.
	Clause struct {
		Target, Iter Expr
		Conds        []Expr
	}
	// Lambda is lambda Params: Body.
	Lambda struct {
		Params []Param
		Body   Expr
		layout *layout
	}
)

// FormatPart is text, or an expression with conversion and format.
type FormatPart struct {
	Text string
	X    Expr
	Conv byte
	Spec string
}

// Param is a parameter. Star is "", "*" or "**".
type Param struct {
	Name    string
	Default Expr
	Star    string
	slot    int
}

type (
	// ExprStmt is an expression for its effect.
	ExprStmt struct {
		X    Expr
		Line int
	}
	// Assign is A = B = Value.
	Assign struct {
		Targets []Expr
		Value   Expr
		Line    int
	}
	// AugAssign is Target Op= Value.
	AugAssign struct {
		Target Expr
		Op     string
		Value  Expr
		Line   int
	}
	// If is if Cond: Body else: Else.
	If struct {
		Cond       Expr
		Body, Else []Stmt
		Line       int
	}
	// For is for Target in Iter: Body else: Else.
	For struct {
		Target, Iter Expr
		Body, Else   []Stmt
		Line         int
	}
	// While is while Cond: Body else: Else.
	While struct {
		Cond       Expr
		Body, Else []Stmt
		Line       int
	}
	// Return is return X.
	Return struct {
		X    Expr
		Line int
	}
	// Raise is raise X.
	Raise struct {
		X    Expr
		Line int
	}
	// Jump is "pass", "break" or "continue".
	Jump struct{ Word string }
	// Def is a function.
	Def struct {
		Name       string
		Params     []Param
		Body       []Stmt
		Decorators []Expr
		Line       int
		layout     *layout
	}
	// Class is a class.
	Class struct {
		Name   string
		Bases  []Expr
		Body   []Stmt
		Line   int
		layout *layout
	}
	// Try is try: Body except …: else: finally:.
	Try struct {
		Body, Else, Finally []Stmt
		Handlers            []Handler
		Line                int
	}
	// Handler is except Type as Name: Body.
	Handler struct {
		Type Expr
		Name string
		Body []Stmt
	}
	// With is with Items: Body.
	With struct {
		Items []Expr
		Names []Expr
		Body  []Stmt
		Line  int
	}
	// Import binds names to modules: Names[i] is what Paths[i] is called here.
	Import struct {
		Paths, Names []string
		Line         int
	}
	// Delete is del Targets.
	Delete struct {
		Targets []Expr
		Line    int
	}
	// Scope is global or nonlocal.
	Scope struct {
		Word  string
		Names []string
	}
	// Assert is assert X.
	Assert struct {
		X    Expr
		Line int
	}
)

// site is the call when its first argument is a literal, and none has a name.
func (c *Call) site() *Call {
	if c.literal {
		return c
	}
	return nil
}

// Note is what the host noted of the call, nil for nothing. It may be asked
// from several goroutines.
func (c *Call) Note() any { return c.note.Load() }

// SetNote notes a value, always one of the same type.
func (c *Call) SetNote(v any) { c.note.Store(v) }

// Note is what the host noted of the name.
func (x *Name) Note() any { return x.note.Load() }

// SetNote notes a value, always one of the same type.
func (x *Name) SetNote(v any) { x.note.Store(v) }

// Note is what the host noted of the attribute.
func (a *Attr) Note() any { return a.note.Load() }

// SetNote notes a value, always one of the same type.
func (a *Attr) SetNote(v any) { a.note.Store(v) }

// memberNote is a module with the member that an attribute is of it.
type memberNote struct {
	of     *Module
	member Value
}

// member finds a member of a module. The last one is remembered.
func (a *Attr) member(m *Module) (Value, bool) {
	if n, ok := a.of.Load().(*memberNote); ok && n.of == m {
		return n.member, true
	}
	v, ok := m.Member(a.Name)
	if ok {
		a.of.Store(&memberNote{m, v})
	}
	return v, ok
}
