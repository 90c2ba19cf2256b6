package wrapper

import (
	"github.com/opencontainers/go-digest"
)

// Kind is what a call did.
type Kind string

const (
	KindCompile     Kind = "compile"      // -c or -S of a language
	KindAssemble    Kind = "assemble"     // assembler sources only, by a driver or by as itself
	KindPreprocess  Kind = "preprocess"   // -E, -M
	KindSyntax      Kind = "syntax"       // -fsyntax-only
	KindLink        Kind = "link"         // a driver's call (its Outputs have no hash) or a linker's
	KindPartialLink Kind = "partial-link" // ld -r
	KindLTO         Kind = "lto"          // the compiler called by the linker's plugin, for what was compiled with -flto
	KindStrip       Kind = "strip"
	KindObjcopy     Kind = "objcopy"
	KindInternal    Kind = "internal" // a compiler proper by hand (clang -cc1), or a linker for another system: not changed
	KindQuery       Kind = "query"    // --version and the like: not changed, and how it ended is not known
)

var kinds = []Kind{KindCompile, KindAssemble, KindPreprocess, KindSyntax, KindLink, KindPartialLink, KindLTO, KindStrip, KindObjcopy, KindInternal, KindQuery}

// Role is what an input is to the call that reads it.
type Role string

const (
	RoleSource       Role = "source"              // C and other languages; not hashed
	RoleAssembler    Role = "assembler"           // hashed, unless it came through a pipe
	RoleGenerated    Role = "generated-assembler" // hashed; a compiler wrote it
	RolePreprocessed Role = "preprocessed"        // hashed
	RoleLinked       Role = "linked"              // named to a driver; the linker's own record has the hash
	RoleObject       Role = "object"              // relocatable ELF file or LLVM bitcode
	RoleArchive      Role = "archive"
	RoleShared       Role = "shared" // a shared object or PIE; not hashed, as it is no part of the output
	RoleExecutable   Role = "executable"
	RoleToolchain    Role = "toolchain" // of the build root; not hashed
	RoleOther        Role = "other"     // no ELF file: a linker script, data
	RoleAbsent       Role = "absent"    // gone when the call ended: the plugin's own temporary files
)

var roles = []Role{RoleSource, RoleAssembler, RoleGenerated, RolePreprocessed, RoleLinked, RoleObject, RoleArchive, RoleShared, RoleExecutable, RoleToolchain, RoleOther, RoleAbsent}

// Action is what became of an argument.
type Action int

const (
	Kept    Action = iota
	Removed        // by Arg.Rule
	Added          // by Arg.Rule
	File           // a response file, whose content follows as Nested arguments
)

// Arg is one argument, given or added.
type Arg struct {
	Text   string
	Action Action
	Nested bool   // it stood in a response file
	Rule   string // of a removed or added one; "optimise" and "-" are not rules
}

// Variable is one of a call's environment.
type Variable struct{ Name, Value string }

// Omission is an addition that was not made, for a condition that did not hold
// or a pattern that another argument matched.
type Omission struct{ Rule, Condition string }

// Object is a file's name and the hash of its content; Digest is "" if the
// content is not known.
type Object struct {
	Path    string
	Digest  digest.Digest
	Members []Object // of an archive
	Damaged bool     // an archive that could not be read to its end
}

// Input is a file that a call read.
type Input struct {
	Role Role
	Object
}

// Call is the record of one call.
type Call struct {
	ID      string // of the call, within its log
	Parent  string // ID of the driver that made this call, or ""
	Program string // path of the program that was called, links followed
	Name    string // its argv[0]
	Cwd     string
	Kind    Kind

	// Environment holds the variables, sorted, by which a driver runs other
	// programs or has other arguments than its command says. PATH stands for the
	// directory where gcc finds an as or ld that is not the toolchain's.
	Environment []Variable

	Excepted []string // rules that the recipe switched off for this call
	Omitted  []Omission
	Args     []Arg
	Inputs   []Input
	Outputs  []Object

	Exit   int // status; -1 for a query
	Signal int // that ended the program, or 0
}

// Given returns the arguments as they were given.
func (c *Call) Given() []string {
	return c.args(func(a Arg) bool { return !a.Nested && a.Action != Added })
}

// Expanded returns the arguments as they were given, with the content of
// response files in place of their names.
func (c *Call) Expanded() []string {
	return c.args(func(a Arg) bool { return a.Action == Kept || a.Action == Removed })
}

// Executed returns the arguments that the real program had, with the content of
// response files in place of their names.
func (c *Call) Executed() []string {
	return c.args(func(a Arg) bool { return a.Action == Kept || a.Action == Added })
}

func (c *Call) args(want func(Arg) bool) []string {
	var list []string
	for _, a := range c.Args {
		if want(a) {
			list = append(list, a.Text)
		}
	}
	return list
}

// OK says that the program ended with status 0.
func (c *Call) OK() bool { return c.Exit == 0 && c.Signal == 0 }

// Log is what a build's calls left, in the order in which they ended.
type Log struct {
	Calls []Call
}
