package repro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/repro/bisect"
	"github.com/dombuild/dombuild/internal/repro/explain"
	"github.com/dombuild/dombuild/internal/sandbox"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// By says what makes a step's output differ.
type By string

// What can make an output differ.
const (
	ByAxes   By = "axes"    // conditions of the build, all of them needed
	ByItself By = "itself"  // nothing that was varied: each build may differ
	ByInputs By = "inputs"  // what the step reads differs; built from the first build's inputs, it does not
	Unknown  By = "unknown" // it was not found, or not looked for
)

// Cause is why files of one step differ.
type Cause struct {
	Step        string               `json:"step"`
	Place       string               `json:"place"` // of the step in the recipe: file:line
	By          By                   `json:"by"`
	Axes        []plan.Axis          `json:"axes,omitempty"`   // ByAxes; of Unknown: what is enough, and maybe more than enough
	Inputs      []string             `json:"inputs,omitempty"` // ByInputs: the steps that differ
	Cause       explain.Cause        `json:"cause,omitempty"`  // its class; empty: not known
	Files       []string             `json:"files"`            // sorted paths in the output
	Differences []explain.Difference `json:"differences,omitempty"`
	Remedy      string               `json:"remedy,omitempty"`
	Evidence    string               `json:"evidence"` // one sentence
	Builds      int                  `json:"builds"`   // of the step, to find this

	file string // of Place
	line int
}

// Search says how causes are looked for.
type Search struct {
	Store *store.Store
	// Rebuild makes a step again from the first build's inputs; see Rebuilder.
	Rebuild func(ctx context.Context, step string, axes []string) (build.Step, error)
	Known   []Cause   // of an earlier run: their steps are left out
	Explain Explainer // nil: only what the trees say
	// Remedy says what helps against a difference of a class, "" when it does not
	// know; nil: what is known of the axes.
	Remedy   func(explain.Cause, explain.Difference) string
	Limit    int // builds of one step; 0: nothing is built, every cause is unknown
	Parallel int // steps at once
	Progress progress.Reporter
}

// Causes finds out why the steps of a verdict differ. Where the search for one
// step breaks off, its cause is unknown and the reason is among the errors,
// which are joined; the causes of the others are returned all the same.
func (s Search) Causes(ctx context.Context, v Verdict, first, second *build.Result) ([]Cause, error) {
	results, errs := make([][]Cause, len(v.Steps)), make([]error, len(v.Steps))
	var group errgroup.Group
	group.SetLimit(max(s.Parallel, 1))
	for i, r := range v.Steps {
		known := slices.ContainsFunc(s.Known, func(c Cause) bool { return c.Step == r.Name })
		if r.Equal || known {
			continue
		}
		group.Go(func() error {
			results[i], errs[i] = s.hunt(ctx, v, first, second, r.Name)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return slices.Concat(results...), errors.Join(errs...)
}

// hunt finds out why one step differs.
func (s Search) hunt(ctx context.Context, v Verdict, first, second *build.Result, name string) ([]Cause, error) {
	h := hunt{Search: s, verdict: v, name: name, made: map[string]build.Step{}, inputs: changedInputs(v, second.Plan, name)}
	var err error
	if h.first, h.second, err = both(first, second, name); err != nil {
		return []Cause{h.unknown(second.Plan, err.Error(), "report it: the plans of both builds have to have the same steps (dombuild --json plan)")}, nil
	}
	h.task = s.Progress.Begin("find out why "+name+" differs", 0)
	causes, err := h.run(ctx, second.Plan)
	h.task.End(err)
	if err != nil {
		return []Cause{h.unknown(second.Plan, "the search broke off: "+err.Error(), "mend what the error says, and check again")}, fmt.Errorf("finding out why %s differs: %w", name, err)
	}
	return causes, nil
}

func both(first, second *build.Result, name string) (a, b build.Step, err error) {
	a, here := first.Step(name)
	b, there := second.Step(name)
	switch {
	case !here:
		return a, b, errors.New("only the second build has this step")
	case !there:
		return a, b, errors.New("only the first build has this step")
	}
	return a, b, nil
}

// changedInputs lists the steps that the named one reads and that differ.
func changedInputs(v Verdict, p *plan.Plan, name string) []string {
	s, _ := p.Step(name)
	return slices.DeleteFunc(slices.Clone(s.Deps), func(d string) bool {
		return !slices.ContainsFunc(v.Steps, func(r StepResult) bool { return r.Name == d && !r.Equal })
	})
}

// hunt is the search for why one step differs.
type hunt struct {
	Search
	verdict       Verdict
	name          string
	first, second build.Step
	inputs        []string // steps that it reads and that differ
	task          progress.Task
	index         tree.Index            // of the first output
	builds        int                   //
	made          map[string]build.Step // by what was varied: the last output that differed
}

func (h *hunt) run(ctx context.Context, p *plan.Plan) (causes []Cause, err error) {
	if h.index, err = build.Index(ctx, h.Store, h.first); err != nil {
		return nil, err
	}
	seen := h.second
	if h.Limit > 0 && len(h.inputs) > 0 {
		// what differs because its inputs do is equal when they are
		axes := suspects(h.verdict.axes())
		o, err := h.build(ctx, axes)
		if err != nil {
			return nil, err
		}
		switch {
		case o.Failed:
			c := h.unknown(p, "it reads "+strings.Join(h.inputs, ", ")+", and does not build from the inputs of the first build with everything varied", "mend "+strings.Join(h.inputs, ", ")+" first")
			return []Cause{c}, nil
		case len(o.Differ) == 0:
			return h.consequence(ctx, p)
		}
		if made, ok := h.made[strings.Join(axes, " ")]; ok {
			seen = made
		}
	}
	return h.search(ctx, p, seen)
}

// consequence says that a step only hands on what it reads.
func (h *hunt) consequence(ctx context.Context, p *plan.Plan) ([]Cause, error) {
	list, err := h.explained(ctx, h.first, h.second)
	if err != nil {
		return nil, err
	}
	c := h.cause(p, ByInputs, pathsOf(list))
	c.Inputs, c.Differences = h.inputs, list
	c.Evidence = "it reads " + strings.Join(h.inputs, ", ") + "; from the inputs of the first build, with everything varied, it gives the same bytes"
	c.Remedy = "mend " + strings.Join(h.inputs, ", ")
	return []Cause{c}, nil
}

// search bisects over the axes. Seen is the output that differs.
func (h *hunt) search(ctx context.Context, p *plan.Plan, seen build.Step) ([]Cause, error) {
	list, err := h.explained(ctx, h.first, seen)
	if err != nil {
		return nil, err
	}
	other, err := build.Index(ctx, h.Store, seen)
	if err != nil {
		return nil, err
	}
	o := bisect.Outcome{Differ: symptoms(tree.Compare(h.index, other))}
	if h.Limit == 0 {
		c := h.cause(p, Unknown, sortedKeys(o.Differ))
		c.Differences, c.Evidence, c.Remedy = list, "it was not looked for", "run dombuild check without --no-bisect"
		return []Cause{c}, nil
	}
	hints, err := h.hints(ctx, h.verdict.axes(), h.first, seen, list)
	if err != nil {
		return nil, err
	}
	axes := suspects(h.verdict.axes())
	h.made[strings.Join(axes, " ")] = seen
	res, err := bisect.Find(ctx, bisect.Options{Axes: axes, Hints: hints, Seen: o, Limit: h.Limit, Build: h.build})
	if err != nil {
		return nil, err
	}
	return h.tell(ctx, p, res, seen)
}

// build makes the step once more and holds it against the first output. A
// step that fails in these conditions tells nothing.
func (h *hunt) build(ctx context.Context, axes []string) (bisect.Outcome, error) {
	h.builds++
	made, err := h.Rebuild(ctx, h.name, axes)
	var step *sandbox.StepError
	if ctx.Err() == nil && errors.As(err, &step) {
		h.task.Log("with " + conditions(axes) + ": fails")
		return bisect.Outcome{Failed: true}, nil
	}
	if err != nil {
		return bisect.Outcome{}, err
	}
	if made.Output == h.first.Output {
		h.task.Log("with " + conditions(axes) + ": equal")
		return bisect.Outcome{}, nil
	}
	h.made[strings.Join(axes, " ")] = made
	index, err := build.Index(ctx, h.Store, made)
	if err != nil {
		return bisect.Outcome{}, err
	}
	o := bisect.Outcome{Differ: symptoms(tree.Compare(h.index, index))}
	h.task.Log(fmt.Sprintf("with %s: %s", conditions(axes), count(len(o.Differ), "path differs", "paths differ")))
	return o, nil
}

func (h *hunt) cause(p *plan.Plan, by By, files []string) Cause {
	c := Cause{Step: h.name, By: by, Files: files, Builds: h.builds}
	if s, ok := p.Step(h.name); ok {
		c.file, c.line = s.Place.Filename, s.Place.Start.Line
		c.Place = fmt.Sprintf("%s:%d", c.file, c.line)
	}
	return c
}

func (h *hunt) unknown(p *plan.Plan, why, remedy string) Cause {
	c := h.cause(p, Unknown, nil)
	c.Evidence, c.Remedy = why, remedy
	for _, r := range h.verdict.Steps {
		if r.Name == h.name {
			c.Files = sortedKeys(symptoms(r.Differences))
		}
	}
	return c
}

func pathsOf(list []explain.Difference) []string {
	var paths []string
	for _, d := range list {
		if len(d.Path) > 0 {
			paths = append(paths, d.Path[0])
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
