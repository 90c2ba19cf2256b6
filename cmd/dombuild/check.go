package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro"
	"github.com/dombuild/dombuild/internal/sandbox"
)

func (a *app) checkVerb() *cobra.Command {
	var f checkFlags
	cmd := verb("check [TARGET…]", "Build again under varied conditions, compare, and find the causes of differences", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.check(ctx, names, f) })
	cmd.Long = `Build a second time, never answered from the cache of the first, and compare every
output of every step byte for byte.

The second build has a fresh engine, unpacks its toolchains again, and differs from the
first in the axes below. In each toolchain a canary looks at every axis from inside, in
both builds: an axis that changed nothing is an error. When outputs differ the exit code
is 7, and each step that differs is built again on its own with some of the axes varied,
until it is known what makes it differ.

Axes:
` + axesHelp()
	f.add(cmd)
	return cmd
}

func (a *app) check(ctx context.Context, names []string, f checkFlags) error {
	if err := f.check(len(a.flags.builders)); err != nil {
		return err
	}
	if f.against != "" {
		return a.checkAgainst(ctx, names, f)
	}
	c := checker{app: a, flags: f}
	if err := c.begin(ctx, names); err != nil {
		return err
	}
	for run := 1; run <= f.runs; run++ {
		if err := c.run(ctx, run); err != nil {
			return err
		}
	}
	return c.end(ctx)
}

// varied plans a further build of what was just built. Runs count from 1.
func (a *app) varied(first *build.Result, axes []string, run int) (*plan.Plan, error) {
	r, l, err := a.locked()
	if err != nil {
		return nil, err
	}
	if r.Digest() != first.Plan.Recipe().Digest() {
		return nil, errors.New("the recipe changed while it was being checked")
	}
	env, err := plan.Vary(r, axes, run)
	if err != nil {
		return nil, err
	}
	return plan.New(r, l, env)
}

// rebuild builds again on an engine of its own, whose state is thrown away.
// It ends as soon as a canary says that an axis changes nothing.
func (a *app) rebuild(ctx context.Context, first *build.Result, p *plan.Plan, steps []string) (*build.Result, error) {
	opt, err := a.buildOptions("engine-check", runOptions{check: true, second: true})
	if err != nil {
		return nil, err
	}
	state, err := a.engineDir("engine-check")
	if err != nil {
		return nil, err
	}
	if err := sandbox.Remove(state); err != nil {
		return nil, err
	}
	a.onClose(func() error { return sandbox.Remove(state) })
	steps, err = withCanaries(p, steps)
	if err != nil {
		return nil, err
	}
	opt.Fresh, opt.Compared = true, true
	opt.Each = func(ctx context.Context, s build.Step) error { return repro.Prove(ctx, a.store, first, p, s) }
	return build.Run(ctx, p, steps, opt)
}

func printVerdict(w io.Writer, v repro.Verdict) {
	printAxes(w, v)
	printSteps(w, v)
	if v.Reproducible {
		fmt.Fprintf(w, "reproducible: %d steps, built twice, are equal byte for byte\n", len(v.Steps))
	}
}

func printSteps(w io.Writer, v repro.Verdict) {
	for _, s := range v.Steps {
		for _, d := range s.CallDifferences {
			fmt.Fprintf(w, "CALLS   %s  %s\n", s.Name, finding.Visible(d))
		}
		if s.Equal {
			fmt.Fprintf(w, "equal   %s  %s\n", finding.Visible(s.Name), s.First)
			continue
		}
		fmt.Fprintf(w, "DIFFER  %s\n", finding.Visible(s.Name))
		for _, d := range s.Differences {
			fmt.Fprintf(w, "        %s\n", finding.Visible(d.String()))
		}
	}
}
