package bitbake

import (
	"context"
	"errors"
	"io/fs"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Recipes evaluates all recipes, several at a time, and calls fn for each
// variant of each, in the order of the files' paths, from one goroutine at a
// time. What fn returns ends the work.
func (w *Workspace) Recipes(ctx context.Context, fn func(*Recipe) error) error {
	workers := w.env.limits.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	g, ctx := errgroup.WithContext(ctx)
	jobs := make(chan int)
	results := make([]chan []*Recipe, len(w.recipes))
	for i := range results {
		results[i] = make(chan []*Recipe, 1)
	}
	ahead := make(chan struct{}, 4*workers) // bounds what waits to be handed out
	g.Go(func() error {
		defer close(jobs)
		for i := range w.recipes {
			select {
			case ahead <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			jobs <- i
		}
		return nil
	})
	for range workers {
		g.Go(func() error {
			for i := range jobs {
				results[i] <- w.evaluate(w.recipes[i])
			}
			return nil
		})
	}
	g.Go(func() error {
		for i, c := range results {
			select {
			case list := <-c:
				for _, r := range list {
					if err := fn(r); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return ctx.Err()
			}
			<-ahead
			if w.opt.Progress != nil {
				w.opt.Progress(i+1, len(results))
			}
		}
		return nil
	})
	return g.Wait()
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
