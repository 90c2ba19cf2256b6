package bitbake

import "sync/atomic"

// A kind says which statement of the language a statement is.
type kind uint8

const (
	kindAssign kind = iota
	kindInclude
	kindRequire
	kindIncludeAll
	kindInherit
	kindInheritDefer
	kindExport
	kindUnset
	kindUnsetFlag
	kindFunction // shell or python function in braces
	kindDef      // def of python at the top level
	kindExportFunctions
	kindAddTask
	kindDelTask
	kindAddHandler
	kindAddFragments
	kindPyLib
	kindRefused // a line that cannot be parsed; name is the variable it seems to be about
)

// An op is an assignment operator, as written.
type op string

const (
	opSet       op = "="
	opDefault   op = "?="
	opWeak      op = "??="
	opImmediate op = ":="
	opAppend    op = "+="
	opPrepend   op = "=+"
	opPostDot   op = ".="
	opPreDot    op = "=."
)

// statement is one statement of a file. Statements are shared by every recipe
// that reads the file and are never changed after parsing.
type statement struct {
	kind     kind
	op       op
	export   bool
	oldStyle bool // of an assignment: the name has an operator of old releases
	python   bool
	fakeroot bool
	line     int32
	file     *source
	name     string // variable, function, or the words after the keyword
	flag     string
	title    string // of an assignment: the name, with the flag
	text     string // value, or body
	before   string // addtask
	after    string // addtask
	known    *known // of files that several recipes read
}

// known are the symbols of a statement, which are looked for once when all
// recipes share them.
type known struct{ variable, history atomic.Pointer[symbol] }

// symbolsOf is the symbol of what a statement assigns or defines, and the one
// under which that is recorded.
func (d *Data) symbolsOf(st *statement) (variable, history *symbol) {
	if k := st.known; k != nil {
		s, h := k.variable.Load(), k.history.Load()
		if s != nil && h != nil && d.names.shares(s) && d.names.shares(h) {
			return s, h
		}
	}
	title := st.title
	if title == "" {
		title = st.name
	}
	variable, history = d.symbol(st.name), d.symbol(title).history
	if k := st.known; k != nil && d.names.shares(variable) && d.names.shares(history) {
		k.variable.Store(variable)
		k.history.Store(history)
	}
	return variable, history
}

func (s *statement) place() Place { return Place{File: s.file.name, Line: int(s.line)} }

// source is a file that was read and parsed.
type source struct {
	path       string // absolute
	name       string // as places name it
	class      string // name of the class, for a .bbclass
	statements []*statement
	errors     []*SyntaxError
	old        bool // uses the operators _append, _prepend, _remove
}
