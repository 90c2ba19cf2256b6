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
// Files. It is called from several goroutines; an error of it ends the work. It
// may Release the variants when it is done with them.
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
	name := ""
	if layer := w.layerOf(file.path); layer != nil {
		name = layer.Name
	}
	var list []*Recipe
	for _, d := range w.variants(file, name) {
		r := &Recipe{File: w.env.relative(file.path), Layer: name, Variant: d.variant, Skipped: d.recipe.skipped, Data: d, Errors: d.errors}
		r.PN, r.PV = certain(d.Get("PN")), certain(d.Get("PV"))
		for _, a := range file.appends {
			r.Appends = append(r.Appends, w.env.relative(a))
		}
		list = append(list, r)
	}
	return list
}

// variants evaluates the variants of a recipe in a layer. What was parsed is
// parsed again in the rare case that only what runs afterwards says that there
// are others than the recipe itself.
func (w *Workspace) variants(file recipeFile, layer string) []*Data {
	base := w.parse(file, layer)
	if base.recipe.halted {
		return []*Data{base}
	}
	if base.mentions("BBCLASSEXTEND") || len(base.objects) > 0 {
		return base.variantsOfRecipe()
	}
	base.finalize() // no copy is needed for others
	if e := base.get("BBCLASSEXTEND"); e.text == "" && len(e.unknown) == 0 {
		return []*Data{base}
	}
	return w.parse(file, layer).variantsOfRecipe()
}

// parse runs the statements of a recipe and of its appends.
func (w *Workspace) parse(file recipeFile, layer string) *Data {
	d := w.conf.copyIn(w.env.rooms.take())
	d.recipe = w.state()
	d.recipe.class = "recipe"
	d.files, d.file = nil, ""
	if layer != "" && !d.env.release.before(206) {
		d.setVar("FILE_LAYERNAME", layer, false, nil)
	}
	d.open(file.path)
	for _, a := range file.appends {
		d.open(a)
	}
	return d
}

// mentions is whether a variable may have a value that is not empty.
func (d *Data) mentions(name string) bool {
	c := d.at(d.symbol(name))
	v := c.variable
	return len(c.variants) > 0 || v != nil && (v.value != "" || v.weak != "" || len(v.operations) > 0 || v.doubt != nil) || d.env.forced[name] != "" || len(d.prefixes) > 0
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
