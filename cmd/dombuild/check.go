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
	var earlier bool
	var vary varyFlags
	cmd := verb("check [TARGET…]", "Build a second time under varied conditions and compare", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.check(ctx, names, vary, earlier) })
	cmd.Long = `Build a second time, never answered from the cache of the first, and compare every
output of every step byte for byte.

The second build has a fresh engine, unpacks its toolchains again, and differs from the
first in the axes below. In each toolchain a canary looks at every axis from inside, in
both builds: an axis that changed nothing is an error. When the outputs differ the exit
code is 7 and the files that differ are listed.

Axes:
` + axesHelp()
	vary.register(cmd)
	cmd.Flags().BoolVar(&earlier, "accept-earlier", false, "do not build again when this machine has checked exactly this plan and these outputs before")
	return cmd
}

func (a *app) check(ctx context.Context, names []string, vary varyFlags, earlier bool) error {
	axes, err := vary.axes()
	if err != nil {
		return err
	}
	first, targets, err := a.run(ctx, names, runOptions{whole: true, canaries: true})
	if err != nil {
		return err
	}
	varied, err := a.varied(first, axes)
	if err != nil {
		return err
	}
	if earlier {
		if v, ok := repro.Earlier(a.store, first, varied); ok {
			return a.print(v, func(w io.Writer) {
				printVerdict(w, v)
				fmt.Fprintf(w, "checked %s; the plan and the outputs are the same, so nothing was built again\n", v.Checked.Format("2006-01-02 15:04:05 MST"))
			})
		}
	}
	second, err := a.rebuild(ctx, first, varied, build.StepsOf(targets))
	if err != nil {
		return fmt.Errorf("second build: %w", err)
	}
	verdict, err := repro.Compare(ctx, a.store, first, second)
	var differ *repro.DifferentError
	switch {
	case errors.As(err, &differ):
	case err != nil:
		return err
	default:
		if err := repro.Remember(a.store, first.Plan, varied, verdict); err != nil {
			return err
		}
	}
	return errors.Join(err, a.print(verdict, func(w io.Writer) { printVerdict(w, verdict) }))
}

// varied plans the second build of what was just built.
func (a *app) varied(first *build.Result, axes []string) (*plan.Plan, error) {
	r, l, err := a.locked()
	if err != nil {
		return nil, err
	}
	if r.Digest() != first.Plan.Recipe().Digest() {
		return nil, errors.New("the recipe changed while it was being checked")
	}
	env, err := plan.Vary(r, axes, 1)
	if err != nil {
		return nil, err
	}
	return plan.New(r, l, env)
}

// rebuild builds again on an engine of its own, whose state is thrown away.
// It ends as soon as a canary says that an axis changes nothing.
func (a *app) rebuild(ctx context.Context, first *build.Result, p *plan.Plan, steps []string) (*build.Result, error) {
	opt, err := a.buildOptions("engine-check", runOptions{})
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
	opt.Fresh = true
	opt.Each = func(ctx context.Context, s build.Step) error { return repro.Prove(ctx, a.store, first, p, s) }
	return build.Run(ctx, p, steps, opt)
}

func printVerdict(w io.Writer, v repro.Verdict) {
	printAxes(w, v)
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
	if v.Reproducible {
		fmt.Fprintf(w, "reproducible: %d steps, built twice, are equal byte for byte\n", len(v.Steps))
	}
}
