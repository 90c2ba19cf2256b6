// Package repro compares two builds of the same plan. Bytes decide: two
// outputs are equal when their trees hold the same paths with the same types,
// modes, links and contents, and nothing is normalised before they are
// compared. A step that only one build ran is a difference, not a gap.
package repro

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// Schema is the value of a verdict's "schema".
const Schema = "dombuild/check/v2"

// Verdict is the outcome of comparing two builds.
type Verdict struct {
	Schema       string       `json:"schema"`
	Checked      time.Time    `json:"checked"` // when the second build ended
	Reproducible bool         `json:"reproducible"`
	Varied       []Effect     `json:"varied"`            // what differed between the builds, and how that showed in them
	NotVaried    []NotVaried  `json:"not_varied"`        // the other axes
	Notices      []string     `json:"notices,omitempty"` // why an axis did not reach some steps
	Steps        []StepResult `json:"steps"`
	Against      string       `json:"against,omitempty"`      // what somebody else built, instead of a second build; steps are targets then
	Causes       []Cause      `json:"causes,omitempty"`       // why steps differ, in any run
	Further      []Verdict    `json:"further_runs,omitempty"` // of a check with more runs than one, without causes
}

// StepResult compares the outputs of one step.
type StepResult struct {
	Name        string `json:"name"`
	Equal       bool   `json:"equal"`
	First       string `json:"first"`                 // digest of the output
	Second      string `json:"second"`                //
	FirstCalls  string `json:"first_calls,omitempty"` // digest of the canonical log of compiler calls
	SecondCalls string `json:"second_calls,omitempty"`
	// CallDifferences are the calls in which the logs differ, a line for each.
	CallDifferences []string          `json:"call_differences,omitempty"`
	Differences     []tree.Difference `json:"differences,omitempty"`

	place finding.Place // of the step in the recipe
}

// DifferentError says that two builds are not equal.
type DifferentError struct {
	Verdict Verdict
}

func (e *DifferentError) Error() string {
	steps, differ, calls := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, v := range append([]Verdict{e.Verdict}, e.Verdict.Further...) {
		for _, s := range v.Steps {
			steps[s.Name] = true
			if len(s.CallDifferences) > 0 {
				calls[s.Name] = true
			}
			if !s.Equal {
				differ[s.Name] = true
			}
		}
	}
	if e.Verdict.Against != "" {
		return fmt.Sprintf("not equal to %s: %d of %d targets have other bytes", e.Verdict.Against, len(differ), len(steps))
	}
	text := fmt.Sprintf("not reproducible: %d of %d steps gave other bytes the second time", len(differ), len(steps))
	if len(calls) > 0 {
		text += fmt.Sprintf("; %d called their compilers otherwise", len(calls))
	}
	return text
}

// Hint says what helps.
func (e *DifferentError) Hint() string {
	if e.Verdict.Against != "" {
		return "dombuild check says whether this recipe gives the same bytes in varied conditions at all"
	}
	return "the first step that differs is the one to mend: those after it read its output"
}

// Compare compares every step of two results of the same recipe, in plan
// order. The roots of toolchains are compared too. When the verdict is not
// equal the error is a *DifferentError that holds it; when an axis changed
// nothing where a canary looked, it is a *DeadAxisError.
func Compare(ctx context.Context, st *store.Store, first, second *build.Result) (Verdict, error) {
	v := Verdict{
		Schema: Schema, Checked: time.Now().UTC().Truncate(time.Second), Reproducible: true, Notices: second.Plan.Notices(),
	}
	var err error
	if v.Varied, v.NotVaried, err = effects(ctx, st, first, second); err != nil {
		return Verdict{}, err
	}
	for _, s := range second.Steps {
		if !compared(s) || borrowed(first, second, s) {
			continue
		}
		r, err := compareStep(ctx, st, first, s)
		if err != nil {
			return Verdict{}, err
		}
		v.add(r)
	}
	for _, s := range first.Steps {
		if _, ok := second.Step(s.Name); !ok && compared(s) {
			v.add(StepResult{Name: s.Name, First: s.Output.String()})
		}
	}
	if !v.Reproducible {
		return v, &DifferentError{v}
	}
	return v, nil
}

// compared says whether the output of a step has to be equal: what makes the
// varied environment has no counterpart, and what looks at it is to differ.
func compared(s build.Step) bool { return s.Kind != plan.KindVary && s.Kind != plan.KindCanary }

// axes are those that were varied, with their values.
func (v Verdict) axes() []plan.Axis {
	var list []plan.Axis
	for _, x := range v.Varied {
		list = append(list, x.Axis)
	}
	return list
}

// unproved are axes that differ, as nobody looked.
func unproved(axes []plan.Axis) []Effect {
	var list []Effect
	for _, x := range axes {
		list = append(list, Effect{Axis: x, Seen: []Seen{}})
	}
	return list
}

// borrowed says whether a toolchain is in the second build only because what
// makes the varied environment is compiled in it.
func borrowed(first, second *build.Result, s build.Step) bool {
	if _, ok := first.Step(s.Name); ok || s.Kind != plan.KindToolchain {
		return false
	}
	return slices.ContainsFunc(second.Steps, func(x build.Step) bool {
		step, _ := second.Plan.Step(x.Name)
		return x.Kind == plan.KindVary && step.Root == s.Name
	})
}

func (v *Verdict) add(r StepResult) {
	v.Steps = append(v.Steps, r)
	v.Reproducible = v.Reproducible && r.Equal && len(r.CallDifferences) == 0
}

func compareStep(ctx context.Context, st *store.Store, first *build.Result, b build.Step) (StepResult, error) {
	r := StepResult{Name: b.Name, Second: b.Output.String()}
	a, ok := first.Step(b.Name)
	if !ok {
		return r, nil
	}
	r.First = a.Output.String()
	if s, ok := first.Plan.Step(b.Name); ok {
		r.place = finding.Place{File: s.Place.Filename, Line: s.Place.Start.Line}
	}
	if err := r.compareCalls(ctx, st, a, b); err != nil {
		return r, err
	}
	if r.Equal = a.Output == b.Output; r.Equal {
		return r, nil
	}
	left, err := build.Index(ctx, st, a)
	if err != nil {
		return r, err
	}
	right, err := build.Index(ctx, st, b)
	if err != nil {
		return r, err
	}
	r.Differences = slices.Clip(tree.Compare(left, right))
	return r, nil
}
