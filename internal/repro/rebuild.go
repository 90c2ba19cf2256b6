package repro

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

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

	given map[string]build.Step

	mu      sync.Mutex
	plans   map[string]*plan.Plan         // by the axes that are varied in them
	helpers map[digest.Digest]*helperOnce // by the digests of their steps
}

// helperOnce is a step that only a varied plan has: it is made from what is
// varied, so that each set of axes has its own, and it is made once.
type helperOnce struct {
	sync.Once
	step build.Step
	err  error
}

// NewRebuilder takes the outputs of first. The options are those of the two
// builds; Open has to give an engine that stays.
func NewRebuilder(l *lockfile.Lock, first *build.Result, run int, on, otherwise build.Options) *Rebuilder {
	r := &Rebuilder{recipe: first.Plan.Recipe(), lock: l, run: run, options: [2]build.Options{on, otherwise}, given: map[string]build.Step{},
		plans: map[string]*plan.Plan{}, helpers: map[digest.Digest]*helperOnce{}}
	for _, s := range first.Steps {
		r.given[s.Name] = s
	}
	for i := range r.options {
		r.options[i].Given, r.options[i].Shared, r.options[i].Whole = r.given, true, false
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
	opt.Given, err = r.withHelpers(ctx, p, name, opt)
	if err != nil {
		return build.Step{}, err
	}
	s, err := makeOne(ctx, p, name, opt)
	if err != nil {
		return build.Step{}, fmt.Errorf("building %s again with %s: %w", name, conditions(axes), err)
	}
	return s, nil
}

// makeOne makes one step.
func makeOne(ctx context.Context, p *plan.Plan, name string, opt build.Options) (build.Step, error) {
	res, err := build.Run(ctx, p, []string{name}, opt)
	if err != nil {
		return build.Step{}, err
	}
	s, ok := res.Step(name)
	if !ok {
		return build.Step{}, errors.New("nothing came of it")
	}
	return s, nil
}

// withHelpers returns what is given to a step: the outputs of the first build,
// and what makes the conditions of this plan.
func (r *Rebuilder) withHelpers(ctx context.Context, p *plan.Plan, name string, opt build.Options) (map[string]build.Step, error) {
	given := maps.Clone(r.given)
	step, _ := p.Step(name)
	for _, d := range step.Deps {
		s, _ := p.Step(d)
		if s.Kind != plan.KindVary {
			continue
		}
		h := r.helper(s.Digest)
		h.Do(func() { h.step, h.err = makeOne(ctx, p, s.Name, opt) })
		if h.err != nil {
			return nil, fmt.Errorf("making the conditions to build %s in: %w", name, h.err)
		}
		given[s.Name] = h.step
	}
	return given, nil
}

func (r *Rebuilder) helper(d digest.Digest) *helperOnce {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.helpers[d] == nil {
		r.helpers[d] = new(helperOnce)
	}
	return r.helpers[d]
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
