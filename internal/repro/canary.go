package repro

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// Effect is an axis that differed between two builds, with the proof that the
// difference reached their steps. Without canaries nothing was seen.
type Effect struct {
	plan.Axis
	Seen   []Seen   `json:"seen"`
	Exempt []Exempt `json:"exempt,omitempty"`
}

// Seen is one thing in which an axis shows, as it was in both builds.
type Seen struct {
	Toolchain string `json:"toolchain"`
	Facet     string `json:"facet"`
	First     string `json:"first"`
	Second    string `json:"second"`
}

// Exempt is a toolchain in which an axis has nothing to vary.
type Exempt struct {
	Toolchain string `json:"toolchain"`
	Reason    string `json:"reason"`
}

// NotVaried is an axis that was the same in both builds.
type NotVaried struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Dead is an axis that was varied and changed nothing.
type Dead struct {
	Axis      string
	Toolchain string
	Why       string
}

// DeadAxisError says that axes were varied that changed nothing: a verdict
// would claim more than was tried.
type DeadAxisError struct {
	Dead    []Dead
	Notices []string // of the plan, why that may be
}

func (e *DeadAxisError) Error() string {
	var lines []string
	for _, d := range e.Dead {
		lines = append(lines, fmt.Sprintf("axis %s changed nothing in %s: %s", d.Axis, d.Toolchain, d.Why))
	}
	return strings.Join(append(lines, e.Notices...), "\n  ")
}

// Hint says what helps.
func (e *DeadAxisError) Hint() string {
	var names []string
	for _, d := range e.Dead {
		if !slices.Contains(names, d.Axis) {
			names = append(names, d.Axis)
		}
	}
	return "give the toolchain what the axis needs (docs/check.md), or do not vary it: dombuild check --vary-none " + strings.Join(names, ",")
}

// Prove looks at a step that the second build has just made: a canary must
// have seen every axis that differs, a toolchain must have been unpacked in
// another order. Other steps prove nothing. The error is a *DeadAxisError.
func Prove(ctx context.Context, st *store.Store, first *build.Result, second *plan.Plan, s build.Step) error {
	axes := plan.Differ(first.Plan.Environment(), second.Environment())
	_, err := prove(ctx, st, first, second, s, axes)
	return err
}

// proof is what one step showed, by axis.
type proof struct {
	seen   map[string][]Seen
	exempt map[string]Exempt
}

func prove(ctx context.Context, st *store.Store, first *build.Result, second *plan.Plan, s build.Step, axes []plan.Axis) (proof, error) {
	p := proof{map[string][]Seen{}, map[string]Exempt{}}
	e := &DeadAxisError{Notices: second.Notices()}
	var err error
	switch s.Kind {
	case plan.KindCanary:
		err = p.canary(ctx, st, first, second, s, axes, e)
	case plan.KindToolchain:
		p.toolchain(first, s, axes, e)
	}
	if err == nil && len(e.Dead) > 0 {
		err = e
	}
	return p, err
}

func (p proof) canary(ctx context.Context, st *store.Store, first *build.Result, second *plan.Plan, s build.Step, axes []plan.Axis, e *DeadAxisError) error {
	step, _ := second.Step(s.Name)
	before, ok := first.Step(s.Name)
	if !ok {
		return fmt.Errorf("proving the effect of the axes: the first build has no %s", s.Name)
	}
	one, err := observations(ctx, st, before)
	if err != nil {
		return err
	}
	two, err := observations(ctx, st, s)
	if err != nil {
		return err
	}
	for _, x := range axes {
		switch reason, exempt := step.Exempt[x.Name]; {
		case !plan.Sees(x.Name):
		case exempt:
			p.exempt[x.Name] = Exempt{step.Root, reason}
		default:
			seen, why := judge(step.Root, one[x.Name], two[x.Name])
			p.seen[x.Name] = seen
			if why != "" {
				e.Dead = append(e.Dead, Dead{x.Name, step.Root, why})
			}
		}
	}
	return nil
}

// judge compares what was seen of one axis. Everything that shows must differ;
// why says what is wrong.
func judge(toolchain string, one, two map[string]string) (seen []Seen, why string) {
	facets := slices.Sorted(maps.Keys(one))
	for name := range two {
		if _, ok := one[name]; !ok {
			facets = append(facets, name)
		}
	}
	slices.Sort(facets)
	var same []string
	for _, f := range facets {
		seen = append(seen, Seen{toolchain, f, one[f], two[f]})
		if one[f] == two[f] {
			same = append(same, fmt.Sprintf("%s is %q in both builds", f, one[f]))
		}
	}
	if len(seen) == 0 {
		return nil, "it has no program that would show it"
	}
	return seen, strings.Join(same, ", ")
}

// toolchain: packages are unpacked before there is a root to look from, so what
// unpacks them has noted their order.
func (p proof) toolchain(first *build.Result, s build.Step, axes []plan.Axis, e *DeadAxisError) {
	i := slices.IndexFunc(axes, func(x plan.Axis) bool { return x.Name == plan.AxisPackageOrder })
	if i < 0 {
		return
	}
	name := axes[i].Name
	if len(s.Order) < 2 {
		p.exempt[name] = Exempt{s.Name, "has one package"}
		return
	}
	before, ok := first.Step(s.Name)
	if !ok {
		return // it is there only to make the varied environment
	}
	seen := Seen{s.Name, "first packages", begin(before.Order), begin(s.Order)}
	p.seen[name] = []Seen{seen}
	switch {
	case len(before.Order) == 0:
		e.Dead = append(e.Dead, Dead{name, s.Name, "the first build has no note of its order"})
	case slices.Equal(before.Order, s.Order):
		e.Dead = append(e.Dead, Dead{name, s.Name, "it was unpacked in the same order"})
	}
}

func begin(order []string) string { return strings.Join(order[:min(3, len(order))], " ") }

// effects gathers the proofs of all steps of the second build, and names the
// axes that were not varied.
func effects(ctx context.Context, st *store.Store, first, second *build.Result) ([]Effect, []NotVaried, error) {
	axes := plan.Differ(first.Plan.Environment(), second.Plan.Environment())
	all := make([]Effect, len(axes))
	for i, x := range axes {
		all[i] = Effect{Axis: x, Seen: []Seen{}}
	}
	dead := &DeadAxisError{Notices: second.Plan.Notices()}
	for _, s := range second.Steps {
		p, err := prove(ctx, st, first, second.Plan, s, axes)
		if e, ok := err.(*DeadAxisError); ok {
			dead.Dead = append(dead.Dead, e.Dead...)
		} else if err != nil {
			return nil, nil, err
		}
		for i, x := range axes {
			all[i].Seen = append(all[i].Seen, p.seen[x.Name]...)
			if e, ok := p.exempt[x.Name]; ok {
				all[i].Exempt = append(all[i].Exempt, e)
			}
		}
	}
	if len(dead.Dead) > 0 {
		return nil, nil, dead
	}
	varied, not := sortOut(all)
	return varied, not, nil
}

// sortOut takes out the axes that no toolchain could vary, and adds those that
// nobody wanted varied.
func sortOut(all []Effect) ([]Effect, []NotVaried) {
	varied, not := []Effect{}, []NotVaried{}
	for _, x := range plan.AllAxes() {
		i := slices.IndexFunc(all, func(e Effect) bool { return e.Name == x.Name })
		switch {
		case i >= 0 && len(all[i].Seen) == 0 && len(all[i].Exempt) > 0:
			var reasons []string
			for _, e := range all[i].Exempt {
				reasons = append(reasons, e.Toolchain+" "+e.Reason)
			}
			not = append(not, NotVaried{x.Name, strings.Join(reasons, ", ")})
		case i >= 0:
			varied = append(varied, all[i])
		case x.Off != "":
			not = append(not, NotVaried{x.Name, "only when asked for: " + x.Off})
		default:
			not = append(not, NotVaried{x.Name, "switched off"})
		}
	}
	return varied, not
}

// observations reads what a canary saw.
func observations(ctx context.Context, st *store.Store, s build.Step) (plan.Observations, error) {
	blob, err := st.Get(ctx, s.Output)
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	f, err := blob.Open()
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	defer f.Close()
	seen, err := plan.ReadObservations(f)
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	return seen, nil
}
