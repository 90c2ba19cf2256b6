package bitbake

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// loader is the host while modules are loaded: it knows other modules and no
// variables.
type loader struct {
	env     *environment
	loading []string
	file    string // of the module
	text    string // of the module
}

func (l loader) Lookup(name *python.Name) (python.Value, bool) {
	return l.env.module(name.ID, l.loading)
}

func (l loader) Import(path string) (python.Value, bool) { return l.env.importPath(path, l.loading) }

func (l loader) Doubt([]python.Stmt, func(python.Expr) python.Value, *python.Unknown) {}

func (l loader) Escaped(name string, args []python.Value, why *python.Unknown) {
	if runsText(name) || changesShared(name, args, why) {
		l.Tampered(name)
	}
}

func (l loader) Known(string) bool { return false }

func (l loader) Assigned(target *python.Attr, of python.Value) {
	if u, ok := of.(*python.Unknown); ok && u.Shared {
		l.Tampered(python.CallName(target))
	}
}

// Tampered says that a module changes something that is not its own. The means
// to sign tasks are no concern of an audit: openembedded-core has its own.
func (l loader) Tampered(what string) {
	if strings.HasPrefix(what, "bb.siggen.") || strings.HasPrefix(what, "sys.path") || strings.HasPrefix(what, "os.environ") {
		return
	}
	line := 0
	if at := strings.Index(l.text, strings.TrimSuffix(what, ".__setitem__")); at >= 0 {
		line = 1 + strings.Count(l.text[:at], "\n")
	}
	l.env.tamper(Unknown{Place: Place{File: l.file, Line: line}, Expression: what, Reason: "a module of a layer changes what BitBake itself may use"})
}

// tamper keeps that a module changes what is not its own.
func (e *environment) tamper(u Unknown) {
	e.modules.mu.Lock()
	defer e.modules.mu.Unlock()
	e.modules.tamper = mergeUnknown(e.modules.tamper, []Unknown{u})
}

// tampers matches the text of a module that may change another one: it names
// the fetcher or the means to hash, gets at modules by a text, or assigns what
// is BitBake's.
var tampers = regexp.MustCompile(`\bfetch2?\b|\bhashlib\b|\bsys\.modules\b|\bimport_module\b|\b__(?:import|dict|builtins|code|globals|setattr)__\b|\bbuiltins\b|\b(?:setattr|delattr|exec|eval|globals|vars)\(|` +
	`\bbb(?:\.\w+)+(?:\[[^\n]*\])?[ \t]*(?:=[^=]|[-+|&]=|:[^=\n]+=[^=]|,[^=()\n]*\)?[ \t]*=[^=])|\b(?:for|as|del)\s+bb\.`)

// traces are words of which one is in every match of tampers.
var traces = []string{"bb.", "fetch", "hashlib", "sys.modules", "import_module", "__import__", "__dict__", "__builtins__", "__code__", "__globals__", "__setattr__",
	"builtins", "setattr(", "delattr(", "exec(", "eval(", "globals(", "vars("}

// mayTamper is tampers.MatchString, faster.
func mayTamper(text string) bool { return findNear(tampers, traces, text) != "" }

// findNear is FindString of an expression in each of whose matches one of the
// words is, and which goes over the end of a line only where there is nothing
// but white space. It looks at the lines with the words.
func findNear(re *regexp.Regexp, words []string, text string) string {
	next := make([]int, len(words)) // where each word is the next time
	for from, begun := 0, false; ; begun = true {
		at := len(text)
		for i, w := range words {
			if !begun || next[i] < from {
				next[i] = len(text)
				if n := strings.Index(text[from:], w); n >= 0 {
					next[i] = from + n
				}
			}
			at = min(at, next[i])
		}
		if at == len(text) {
			return ""
		}
		start := strings.LastIndexByte(strings.TrimRight(text[:at], blank), '\n') + 1
		from = lineEnd(text, at)
		after := len(text) - len(strings.TrimLeft(text[from:], blank))
		if m := re.FindString(text[start:lineEnd(text, after)]); m != "" {
			return m
		}
	}
}

// blank is the white space of regular expressions.
const blank = "\t\n\f\r "

// lineEnd is where the line ends that goes on at a place, with its end.
func lineEnd(text string, at int) int {
	if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(text)
}

// assigns matches a statement that cannot be read and may change the fetcher or
// what it uses, at once or when a function in it is called.
var assigns = regexp.MustCompile(`\b(?:bb(?:\.\w+)+|fetch2(?:\.\w+)*|hashlib\.\w+|sys\.modules)(?:\[[^\n]*\])?[ \t]*(?:=[^=]|[-+|&]=|:[^=\n]+=[^=]|,[^=()\n]*\)?[ \t]*=[^=])|` +
	`\bfetch2(?:\.\w+)+\.(?:append|insert|extend|remove|clear|pop|update|__\w+__)\(|\b(?:setattr|delattr)\(\s*(?:bb|fetch|hashlib|sys)|\b(?:for|as|del)\s+bb\.`)

// assigned are words of which one is in every match of assigns.
var assigned = []string{"bb.", "fetch2", "hashlib.", "sys.modules", "setattr(", "delattr("}

// checkModules loads every module of a layer whose text says that it may change
// what BitBake itself uses: BitBake imports modules before it reads recipes.
// Tests (oeqa) are no part of a build. Several texts are read at a time; the
// modules are loaded one after the other, in the order of their paths.
func (e *environment) checkModules() []Unknown {
	var files []libraryFile
	for _, dir := range e.layers {
		lib := filepath.Join(dir, "lib")
		_ = filepath.WalkDir(lib, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return nil // what cannot be read is not imported either
			case entry.IsDir() && slices.Contains([]string{"oeqa", "tests", "__pycache__"}, entry.Name()):
				return fs.SkipDir
			case strings.HasSuffix(path, ".py"):
				files = append(files, libraryFile{lib: lib, path: path})
			}
			return nil
		})
	}
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range files {
		g.Go(func() error {
			files[i].suspect, files[i].err = e.suspects(files[i].path)
			return nil
		})
	}
	_ = g.Wait() // nothing of it fails
	for _, f := range files {
		e.checkModule(f)
	}
	return e.modules.tamper
}

// libraryFile is a file lib/…/NAME.py of a layer.
type libraryFile struct {
	lib, path string
	suspect   bool  // it may change what is not its own
	err       error // it cannot be read
}

// suspects is whether the text of a module says that it may change what is not
// its own. What lies outside of the layers is not read.
func (e *environment) suspects(path string) (bool, error) {
	real, err := e.realPath(path)
	if err != nil || !e.covers(real) {
		return false, nil
	}
	text, err := e.read(real)
	return err == nil && mayTamper(string(text)), err
}

func (e *environment) checkModule(f libraryFile) {
	if f.err != nil {
		e.tamper(Unknown{Place: Place{File: e.relative(f.path)}, Expression: filepath.Base(f.path), Reason: "the module of a layer cannot be read: " + f.err.Error()})
		return
	}
	if !f.suspect {
		return
	}
	if name, err := filepath.Rel(f.lib, strings.TrimSuffix(f.path, ".py")); err == nil {
		e.moduleFile(filepath.ToSlash(name), nil)
	}
}
