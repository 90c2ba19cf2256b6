package build

import (
	"slices"

	"github.com/dombuild/dombuild/internal/plan"
)

// give takes the outputs that are given as done. It returns the steps that are
// left: the targets, even if they are given, and what those need that is not.
func (r *runner) give(steps []plan.Step, targets []string) []plan.Step {
	if r.opt.Given == nil {
		return steps
	}
	need := map[string]bool{}
	for _, t := range targets {
		need[t] = true
	}
	var left []plan.Step
	for _, s := range slices.Backward(steps) {
		if !need[s.Name] {
			continue
		}
		left = append(left, s)
		for _, d := range s.Deps {
			given, ok := r.opt.Given[d]
			if ok && !slices.Contains(targets, d) {
				r.done[d] = given
			} else {
				need[d] = true
			}
		}
	}
	slices.Reverse(left)
	return left
}
