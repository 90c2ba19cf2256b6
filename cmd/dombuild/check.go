package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
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

The second build has a fresh engine, unpacks its toolchains again, and runs in
another build path, host name, time zone, locale, umask, clock, user and CPU count.
When outputs differ the exit code is 7, and each step that differs is built again on
its own with parts of this varied, until it is known what makes it differ.`
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
func (a *app) varied(first *build.Result, run int) (*plan.Plan, error) {
	r, l, err := a.locked()
	if err != nil {
		return nil, err
	}
	if r.Digest() != first.Plan.Recipe().Digest() {
		return nil, errors.New("the recipe changed while it was being checked")
	}
	env, err := plan.Vary(r, plan.AxisNames(), run)
	if err != nil {
		return nil, err
	}
	return plan.New(r, l, env)
}

// rebuild builds again on an engine of its own, whose state is thrown away.
func (a *app) rebuild(ctx context.Context, p *plan.Plan, steps []string) (*build.Result, error) {
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
	opt.Fresh = true
	return build.Run(ctx, p, steps, opt)
}

func printVerdict(w io.Writer, v repro.Verdict) {
	for _, x := range v.Varied {
		fmt.Fprintf(w, "varied  %-12s %s → %s\n", x.Name, x.First, x.Second)
	}
	for _, n := range v.Notices {
		fmt.Fprintf(w, "not varied  %s\n", n)
	}
	printSteps(w, v)
	if v.Reproducible {
		fmt.Fprintf(w, "reproducible: %d steps, built twice, are equal byte for byte\n", len(v.Steps))
	}
}

func printSteps(w io.Writer, v repro.Verdict) {
	for _, s := range v.Steps {
		if s.Equal {
			fmt.Fprintf(w, "equal   %s  %s\n", s.Name, s.First)
			continue
		}
		fmt.Fprintf(w, "DIFFER  %s\n", s.Name)
		for _, d := range s.Differences {
			fmt.Fprintf(w, "        %s\n", d)
		}
	}
}
