package bitbake

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Files is how many recipe files the layers hold.
func (w *Workspace) Files() int { return len(w.recipes) }

// Recipes evaluates all recipes, several at a time, and calls fn for each with
// its variants and its place in the order of the files' paths, from 0 to
// Files. It is called from several goroutines; an error of it ends the work.
func (w *Workspace) Recipes(ctx context.Context, fn func(file int, variants []*Recipe) error) error {
	workers := w.env.limits.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	done := progress{total: len(w.recipes), report: w.opt.Progress}
	for range workers {
		g.Go(func() error {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(w.recipes) {
					return nil
				}
				if err := fn(i, w.evaluate(w.recipes[i])); err != nil {
					return err
				}
				done.add()
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// progress counts, and reports from one goroutine at a time.
type progress struct {
	mu          sync.Mutex
	done, total int
	report      func(done, total int)
}

func (p *progress) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done++; p.report != nil {
		p.report(p.done, p.total)
	}
}

// evaluate evaluates one recipe with its appends, in all its variants.
func (w *Workspace) evaluate(file recipeFile) []*Recipe {
	base := w.conf.copy()
	base.recipe = w.state()
	base.recipe.class = "recipe"
	base.files, base.file = nil, ""
	name, layer := "", w.layerOf(file.path)
	if layer != nil {
		name = layer.Name
		base.setVar("FILE_LAYERNAME", name, false, nil)
	}
	base.open(file.path)
	for _, a := range file.appends {
		base.open(a)
	}
	variants := []*Data{base}
	if !base.recipe.halted {
		variants = base.variantsOfRecipe()
	}
	var list []*Recipe
	for _, d := range variants {
		r := &Recipe{File: w.env.relative(file.path), Layer: name, Variant: d.variant, Skipped: d.recipe.skipped, Data: d, Errors: d.errors}
		r.PN, r.PV = certain(d.Get("PN")), certain(d.Get("PV"))
		for _, a := range file.appends {
			r.Appends = append(r.Appends, w.env.relative(a))
		}
		list = append(list, r)
	}
	return list
}

func certain(v Value) string {
	if len(v.Unknown) > 0 {
		return ""
	}
	return strings.TrimSpace(v.Text)
}

// open evaluates the file of the recipe or of an append. FILE stays that of
// the recipe.
func (d *Data) open(path string) {
	err := d.evaluateFile(path, Place{})
	if err == nil {
		return
	}
	e := &SyntaxError{Place: Place{File: d.env.relative(path)}, Text: reason(err), Remedy: "make the file readable"}
	var bad *fileError
	if errors.As(err, &bad) {
		e.Remedy = bad.remedy
	} else if errors.Is(err, fs.ErrNotExist) {
		e.Text, e.Remedy = "the file does not exist", "repair the symbolic link"
	}
	d.errors = append(d.errors, e)
	d.taintAll([]Unknown{{Place: e.Place, Reason: e.Text}})
}
