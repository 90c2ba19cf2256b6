package bitbake

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
