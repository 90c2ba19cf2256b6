package bitbake

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// environment is what the configuration and all recipes share: limits, parsed
// files and parsed code. It may be used from several goroutines.
type environment struct {
	limits  Limits
	root    string   // places are relative to it
	within  []string // real paths of directories that may be read
	layers  []string // directories of layers, for their Python modules
	old     bool     // overrides are written with "_"
	release release  // of BitBake
	forced  map[string]string

	files    sync.Map // path → *parsedFile, of what several recipes read
	recipes  sync.Map // likewise, of recipes and appends that nobody asked for yet
	exprs    sync.Map // expression → *parsedExpr
	bodies   sync.Map // *statement → *parsedBody
	exists   sync.Map // path → bool
	realDirs sync.Map // path of a directory, with a slash at its end → its real path
	filtered sync.Map // question → what the filter answers, the same for all recipes
	regexps  sync.Map // regexKey → *regexp.Regexp, nil when it is not read
	found    regexFound
	modules  modules
	rooms    rooms
}

func (e *environment) separator() string {
	if e.old {
		return "_"
	}
	return ":"
}

func (l Limits) withDefaults() Limits {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	if l.FileSize <= 0 {
		l.FileSize = 16 << 20
	}
	set(&l.Files, 4096)
	set(&l.Depth, 128)
	set(&l.Steps, 2000000)
	set(&l.Length, 16<<20)
	set(&l.Recipes, 200000)
	return l
}

// relative is the path as places name it.
func (e *environment) relative(path string) string {
	if rel, err := filepath.Rel(e.root, path); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return path
}

// isFile is whether a path can be read as a file or a directory; answers are
// kept.
func (e *environment) isFile(path string) bool {
	if v, ok := e.exists.Load(path); ok {
		return v.(bool)
	}
	_, err := os.Stat(path)
	e.exists.Store(path, err == nil)
	return err == nil
}

// covers is whether a real path lies in a directory that may be read.
func (e *environment) covers(path string) bool {
	for _, dir := range e.within {
		if path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/") {
			return true
		}
	}
	return false
}

type parsedExpr struct {
	code  *python.Code
	names []string // free names
	free  []string // those that may be variables
	err   error
}

// expr parses an expression once.
func (e *environment) expr(code string) *parsedExpr {
	if p, ok := e.exprs.Load(code); ok {
		return p.(*parsedExpr)
	}
	p := &parsedExpr{}
	x, err := python.ParseExpr(strings.TrimSpace(code))
	if p.err = err; err == nil {
		p.code = python.PrepareExpr(x)
		seen := map[string]bool{}
		python.Walk([]python.Stmt{&python.ExprStmt{X: x}}, func(n any) bool {
			if name, ok := n.(*python.Name); ok && !seen[name.ID] {
				seen[name.ID] = true
				p.names = append(p.names, name.ID)
				if !e.isTaken(name.ID) {
					p.free = append(p.free, name.ID)
				}
			}
			return true
		})
	}
	e.exprs.Store(code, p)
	return p
}

// isTaken is whether a name in an expression means no variable.
func (e *environment) isTaken(name string) bool {
	return name == "d" || python.HasBuiltin(name) || e.builtIn(name) != nil
}

type parsedBody struct {
	code     *python.Code
	function *python.Func // when the code is one def
	err      error
}

// body parses the code of a function once.
func (e *environment) body(st *statement) *parsedBody {
	if p, ok := e.bodies.Load(st); ok {
		return p.(*parsedBody)
	}
	p := &parsedBody{}
	body, err := python.ParseBody(st.text)
	if p.err = err; err == nil {
		p.code = python.Prepare(body)
	}
	if len(body) == 1 {
		if def, ok := body[0].(*python.Def); ok {
			p.function = python.Define(def)
		}
	}
	e.bodies.Store(st, p)
	return p
}
