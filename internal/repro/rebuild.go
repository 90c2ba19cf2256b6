package repro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Rebuilder makes single steps again: what they read is taken as the first
// build left it, and only the named axes are varied.
type Rebuilder struct {
	recipe  *recipe.Recipe
	lock    *lockfile.Lock
	run     int
	options [2]build.Options // for the builders of the first and the second build

	mu    sync.Mutex
	plans map[string]*plan.Plan // by the axes that are varied in them
}

// NewRebuilder takes the outputs of first. Of second it takes those of steps
// that only a varied plan has, such as the one that makes its clock. The
// options are those of the two builds; Open has to give an engine that stays.
func NewRebuilder(l *lockfile.Lock, first, second *build.Result, run int, on, otherwise build.Options) *Rebuilder {
	r := &Rebuilder{recipe: first.Plan.Recipe(), lock: l, run: run, options: [2]build.Options{on, otherwise}, plans: map[string]*plan.Plan{}}
	given := map[string]build.Step{}
	for _, s := range slices.Concat(second.Steps, first.Steps) {
		given[s.Name] = s
	}
	for i := range r.options {
		r.options[i].Given, r.options[i].Shared, r.options[i].Whole = given, true, false
	}
	return r
}

// Step makes a step again.
func (r *Rebuilder) Step(ctx context.Context, name string, axes []string) (build.Step, error) {
	opt := r.options[0]
	if slices.Contains(axes, BuilderAxis) {
		opt = r.options[1]
		axes = slices.DeleteFunc(slices.Clone(axes), func(a string) bool { return a == BuilderAxis })
	}
	p, err := r.plan(axes)
	if err != nil {
		return build.Step{}, err
	}
	res, err := build.Run(ctx, p, []string{name}, opt)
	if err != nil {
		return build.Step{}, fmt.Errorf("building %s again with %s: %w", name, conditions(axes), err)
	}
	s, ok := res.Step(name)
	if !ok {
		return build.Step{}, errors.New("building " + name + " again: nothing came of it")
	}
	return s, nil
}

func (r *Rebuilder) plan(axes []string) (*plan.Plan, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := strings.Join(axes, " ")
	if p := r.plans[k]; p != nil {
		return p, nil
	}
	env, err := plan.Vary(r.recipe, axes, r.run)
	if err != nil {
		return nil, err
	}
	p, err := plan.New(r.recipe, r.lock, env)
	r.plans[k] = p
	return p, err
}

// conditions says what was varied.
func conditions(axes []string) string {
	if len(axes) == 0 {
		return "nothing varied"
	}
	return strings.Join(axes, ", ") + " varied"
}
