package python

import (
	"fmt"
)

// Host is what evaluation asks of its surroundings.
type Host interface {
	// Lookup finds a name that is neither local nor a built-in.
	Lookup(name *Name) (Value, bool)
	// Import finds a module, or a member of one, by its full name.
	Import(path string) (Value, bool)
	// Doubt says that statements may or may not run; resolve finds what an
	// expression of names and attributes in them means. The functions that
	// they may call are told of in further calls.
	Doubt(body []Stmt, resolve func(Expr) Value, why *Unknown)
	// Escaped says that a function nobody knows was given values of the host.
	Escaped(name string, args []Value, why *Unknown)
	// Known says whether the host itself tells, in Doubt, what a call by that
	// name changes.
	Known(name string) bool
	// Assigned says that the attribute of a value that is not known was
	// assigned; the value may be nil.
	Assigned(target *Attr, of Value)
	// Tampered says that something was changed that all code shares.
	Tampered(what string)
}

// Exception is a Python exception that was raised.
type Exception struct {
	Type    string // dotted name
	Message string
	Args    []Value
	Line    int
}

func (e *Exception) Error() string {
	if e.Message == "" {
		return e.Type
	}
	return e.Type + ": " + e.Message
}

// Interp evaluates code for a host.
type Interp struct {
	Host  Host
	Steps int // left; evaluation beyond is unknown
	Depth int // of calls and nesting that is left
	Size  int // of a string or a list at most

	stack  []Value  // arguments of methods that are being called
	room   [8]Value // for the first of them
	line   int
	top    int // line of the outermost function
	calls  int // functions that are being called
	doubts int // times that something unknown was met
}

// Line is the line of the statement that was executed last, within the text
// that was given to Run.
func (in *Interp) Line() int { return in.top }

func (in *Interp) at(line int) {
	if in.line = line; in.calls == 0 {
		in.top = line
	}
}

// Eval evaluates an expression with some local names.
func (in *Interp) Eval(c *Code, names ...Local) (Value, error) {
	in.stack = in.room[:0]
	return in.eval(c.X, newRoot(c, names))
}

// Run executes statements with some local names. It is unknown when it cannot
// be told how far they run.
func (in *Interp) Run(c *Code, names ...Local) (Value, error) {
	in.stack = in.room[:0]
	return in.callBody(c.Body, newRoot(c, names))
}

// Define gives the function that a def makes, with names it can see.
func Define(d *Def) *Func {
	return &Func{Name: d.Name, params: d.Params, body: d.Body, layout: d.layout, Def: d}
}

// unknown is seldom called: it stays out of what calls it often.
//
//go:noinline
func (in *Interp) unknown(format string, args ...any) *Unknown {
	in.doubts++
	return &Unknown{Reason: fmt.Sprintf(format, args...)}
}

func (in *Interp) raise(typ, format string, args ...any) error {
	return &Exception{Type: typ, Message: fmt.Sprintf(format, args...), Line: in.line}
}

// exhausted counts a step.
func (in *Interp) exhausted() *Unknown {
	if in.Steps--; in.Steps < 0 {
		return in.unknown("evaluation takes too many steps")
	}
	return nil
}

// enter goes one level deeper.
func (in *Interp) enter() *Unknown {
	if in.Depth--; in.Depth < 0 {
		return in.unknown("evaluation is nested too deep")
	}
	return nil
}

func (in *Interp) leave() { in.Depth++ }
