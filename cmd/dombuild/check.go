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
	cmd := verb("check [TARGET…]", "Build a second time under varied conditions and compare", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.check(ctx, names, earlier) })
	cmd.Long = `Build a second time, never answered from the cache of the first, and compare every
output of every step byte for byte.

The second build has a fresh engine, unpacks its toolchains again, and runs in
another build path, host name, time zone, locale, umask, clock, user and CPU count.
When the outputs differ the exit code is 7 and the files that differ are listed.`
	cmd.Flags().BoolVar(&earlier, "accept-earlier", false, "do not build again when this machine has checked exactly this plan and these outputs before")
	return cmd
}

func (a *app) check(ctx context.Context, names []string, earlier bool) error {
	first, targets, err := a.run(ctx, names, runOptions{whole: true})
	if err != nil {
		return err
	}
	varied, err := a.varied(first)
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
	second, err := a.rebuild(ctx, varied, build.StepsOf(targets))
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
func (a *app) varied(first *build.Result) (*plan.Plan, error) {
	r, l, err := a.locked()
	if err != nil {
		return nil, err
	}
	if r.Digest() != first.Plan.Recipe().Digest() {
		return nil, errors.New("the recipe changed while it was being checked")
	}
	env, err := plan.Vary(r, plan.AxisNames(), 1)
	if err != nil {
		return nil, err
	}
	return plan.New(r, l, env)
}

// rebuild builds again on an engine of its own, whose state is thrown away.
func (a *app) rebuild(ctx context.Context, p *plan.Plan, steps []string) (*build.Result, error) {
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
