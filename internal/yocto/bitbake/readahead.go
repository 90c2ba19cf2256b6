package bitbake

import (
	"io/fs"
	"path/filepath"
	"sync/atomic"
)

// mostAhead bounds what is read of the layers before anybody asks for it, in
// bytes: what no recipe uses is read in vain.
const mostAhead = 64 << 20

// readAhead parses the classes, recipes and included files of layers while the
// configuration is evaluated, which occupies one processor only. What is found
// wrong is reported when somebody asks for the file.
type readAhead struct {
	env       *environment
	left      int64 // bytes
	classes   []*source
	read      chan struct{} // closed when all classes were read
	cancelled atomic.Bool
	done      chan struct{}
}

func (e *environment) readAhead() *readAhead {
	r := &readAhead{env: e, left: mostAhead, read: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for _, dir := range e.layers {
			for _, name := range []string{"classes", "classes-global", "classes-recipe"} {
				r.below(filepath.Join(dir, name), isClass, r.class)
			}
		}
		close(r.read)
		for _, dir := range e.layers {
			r.below(dir, isPart, r.part)
		}
	}()
	return r
}

func isClass(path string) bool { return filepath.Ext(path) == ".bbclass" }

// isPart is whether a file is one that a recipe consists of.
func isPart(path string) bool { return isRecipe(path) || filepath.Ext(path) == ".inc" }

// stop ends it, however far it came.
func (r *readAhead) stop() {
	r.cancelled.Store(true)
	<-r.done
}

// allClasses are the classes of the layers: the same each time.
func (r *readAhead) allClasses() []*source {
	<-r.read
	return r.classes
}

func (r *readAhead) class(path string) {
	if src, err := r.env.load(path); err == nil {
		r.classes = append(r.classes, src)
	}
}

func (r *readAhead) part(path string) {
	if !isRecipe(path) {
		_, _ = r.env.load(path)
		return
	}
	p := &parsedFile{}
	_, _ = p.load(r.env, path)
	r.env.recipes.Store(path, p)
}

// below calls read for the regular files below a directory for which is holds.
func (r *readAhead) below(dir string, is func(path string) bool, read func(path string)) {
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if r.cancelled.Load() || r.left < 0 {
			return fs.SkipAll
		}
		if err != nil || !entry.Type().IsRegular() || !is(path) {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			if r.left -= info.Size(); r.left >= 0 {
				read(path)
			}
		}
		return nil
	})
}

// nameSymbols makes the symbols of what files assign and define.
func (d *Data) nameSymbols(files []*source) {
	for _, src := range files {
		for _, st := range src.statements {
			if st.name != "" && (st.kind == kindAssign || st.kind == kindFunction || st.kind == kindDef) {
				d.symbolsOf(st)
			}
		}
	}
}
