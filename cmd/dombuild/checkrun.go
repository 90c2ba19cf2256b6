package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro"
	"github.com/dombuild/dombuild/internal/repro/explain"
	"github.com/dombuild/dombuild/internal/sandbox"
)

// checker is one check under way: a first build, and others held against it.
type checker struct {
	*app
	flags  checkFlags
	axes   []string // that are varied
	steps  []string // that are wanted
	first  *build.Result
	keeper *repro.Keeper
	runs   []checkRun
}

// checkRun is one further build. Of a verdict that was accepted from an
// earlier check there is no result.
type checkRun struct {
	number  int
	result  *build.Result
	verdict repro.Verdict
}

// begin makes the first build.
func (c *checker) begin(ctx context.Context, names []string) error {
	if c.flags.keep != "" {
		if _, err := c.openStore(); err != nil {
			return err
		}
		k, err := repro.NewKeeper(c.store, c.flags.keep)
		if err != nil {
			return err
		}
		c.keeper = &k
	}
	axes, err := c.flags.vary.axes()
	if err != nil {
		return err
	}
	c.axes = axes
	first, targets, err := c.app.run(ctx, names, runOptions{whole: true, check: true, canaries: true})
	c.first, c.steps = first, build.StepsOf(targets)
	return err
}

// run makes a further build and compares it.
func (c *checker) run(ctx context.Context, number int) error {
	varied, err := c.varied(c.first, c.axes, number)
	if err != nil {
		return err
	}
	if c.flags.earlier {
		if v, ok := repro.Earlier(c.store, c.first, varied); ok {
			c.runs = append(c.runs, checkRun{number, nil, v})
			return nil
		}
	}
	second, err := c.rebuild(ctx, c.first, varied, c.steps)
	if err != nil {
		return fmt.Errorf("%s build: %w", ordinal(number), err)
	}
	v, err := repro.Compare(ctx, c.store, c.first, second)
	var differ *repro.DifferentError
	if err != nil && !errors.As(err, &differ) {
		return err
	}
	if b := c.app.flags.builders; len(b) == 2 {
		v.Varied = append(v.Varied, repro.Effect{Axis: plan.Axis{Name: repro.BuilderAxis, First: b[0], Second: b[1]}, Seen: []repro.Seen{}})
	} else if v.Reproducible {
		if err := repro.Remember(c.store, c.first, varied, v); err != nil {
			return err
		}
	}
	c.runs = append(c.runs, checkRun{number, second, v})
	return c.keep(ctx, number, second, v)
}

// ordinal names the build of a run: the first run is the second build.
func ordinal(run int) string {
	if run == 1 {
		return "second"
	}
	return fmt.Sprintf("run-%d", run)
}

func (c *checker) keep(ctx context.Context, number int, second *build.Result, v repro.Verdict) error {
	if c.keeper == nil {
		return nil
	}
	if number == 1 {
		if err := c.keeper.Keep(ctx, "first", c.first, v); err != nil {
			return err
		}
	}
	return c.keeper.Keep(ctx, ordinal(number), second, v)
}

// end looks for causes, and gives the verdict in all forms.
func (c *checker) end(ctx context.Context) error {
	causes, broken := c.causes(ctx)
	if ctx.Err() != nil {
		return broken
	}
	v := c.runs[0].verdict
	v.Causes = causes
	for _, r := range c.runs[1:] {
		v.Further = append(v.Further, r.verdict)
		v.Reproducible = v.Reproducible && r.verdict.Reproducible
	}
	return errors.Join(broken, c.give(v, c.first, c.flags, c.text(v)))
}

// give prints a verdict and writes it to where the flags want it.
func (a *app) give(v repro.Verdict, first *build.Result, f checkFlags, text func(io.Writer)) error {
	report, err := finding.New(finding.Content{
		Tool: finding.Tool{Name: "dombuild", Version: version(), Verb: "check"}, Rules: repro.FindingRules(), Findings: repro.Findings(v, a.flags.dir),
	})
	if err != nil {
		return err
	}
	err = errors.Join(a.print(v, text), a.save(report))
	if f.junit != "" {
		err = errors.Join(err, finding.SaveJUnit(f.junit, "dombuild check", repro.Cases(v, first)))
	}
	if !v.Reproducible {
		err = errors.Join(err, &repro.DifferentError{Verdict: v})
	}
	return err
}

// causes looks, for each step that differs in any run, for why it does.
func (c *checker) causes(ctx context.Context) ([]repro.Cause, error) {
	var all []repro.Cause
	var errs []error
	for _, r := range c.runs {
		if r.result == nil || r.verdict.Reproducible {
			continue
		}
		found, err := c.search(ctx, r, all)
		all, errs = append(all, found...), append(errs, err)
	}
	return all, errors.Join(errs...)
}

// search is how the differences of two builds are explained, without building
// anything; second is nil when it was somebody else's.
func (a *app) search(first, second *build.Result) repro.Search {
	return repro.Search{Store: a.store, Parallel: 2 * runtime.NumCPU(), Progress: a.display,
		Explain: repro.Diff(first, second), Remedy: explain.Remedy}
}

// search looks for causes of what differs in a run.
func (c *checker) search(ctx context.Context, r checkRun, known []repro.Cause) ([]repro.Cause, error) {
	s := c.app.search(c.first, r.result)
	s.Known = known
	if !c.flags.noBisect {
		again, end, err := c.rebuilder(ctx, r)
		if err != nil {
			return nil, err
		}
		defer end()
		s.Limit, s.Rebuild = c.flags.limit, again.Step
	}
	return s.Causes(ctx, r.verdict, c.first, r.result)
}

// rebuilder makes single steps again, on engines that stay until end is called.
func (c *checker) rebuilder(ctx context.Context, r checkRun) (again *repro.Rebuilder, end func(), err error) {
	_, l, err := c.locked()
	if err != nil {
		return nil, nil, err
	}
	on, err := c.buildOptions("engine-check", runOptions{check: true})
	if err != nil {
		return nil, nil, err
	}
	otherwise, err := c.buildOptions("engine-check", runOptions{check: true, second: true})
	if err != nil {
		return nil, nil, err
	}
	var ends []func()
	on.Open, ends = once(ctx, on.Open, ends)
	if len(c.app.flags.builders) == 2 {
		otherwise.Open, ends = once(ctx, otherwise.Open, ends)
	} else {
		otherwise.Open = on.Open
	}
	return repro.NewRebuilder(l, c.first, r.number, on, otherwise), func() {
		for _, f := range ends {
			f()
		}
	}, nil
}

// once opens an engine when it is first asked for, with the given context, and
// adds what closes it to ends.
func once(ctx context.Context, open func(context.Context) (*sandbox.Engine, error), ends []func()) (func(context.Context) (*sandbox.Engine, error), []func()) {
	var opened *sandbox.Engine
	get := sync.OnceValues(func() (*sandbox.Engine, error) {
		e, err := open(ctx)
		opened = e
		return e, err
	})
	end := func() {
		if opened != nil {
			_ = opened.Close()
		}
	}
	return func(context.Context) (*sandbox.Engine, error) { return get() }, append(ends, end)
}

// text writes a verdict for people: each run, then the causes.
func (c *checker) text(v repro.Verdict) func(io.Writer) {
	return func(w io.Writer) {
		for _, r := range c.runs {
			if len(c.runs) > 1 {
				fmt.Fprintf(w, "run %d of %d\n", r.number, len(c.runs))
			}
			printVerdict(w, r.verdict)
			if r.result == nil {
				fmt.Fprintf(w, "checked %s; the plan and the outputs are the same, so nothing was built again\n", r.verdict.Checked.Format("2006-01-02 15:04:05 MST"))
			}
		}
		printCauses(w, v.Causes)
	}
}

// shownLines is how many differences of one cause are printed.
const shownLines = 12

func printCauses(w io.Writer, causes []repro.Cause) {
	for _, x := range causes {
		fmt.Fprintf(w, "cause   %s: %s\n", finding.Visible(x.Step), finding.Visible(x.Why()))
		line := func(label, text string) {
			if text != "" {
				fmt.Fprintf(w, "        %-9s %s\n", label, finding.Visible(text))
			}
		}
		line("at", x.Place)
		line("class", string(x.Cause))
		lines := repro.Lines(x.Differences)
		if len(lines) == 0 {
			lines = x.Files
		}
		for i, l := range lines {
			if i == shownLines {
				line("file", fmt.Sprintf("and %d more; --json lists all", len(lines)-shownLines))
				break
			}
			line("file", l)
		}
		line("evidence", x.Evidence)
		line("remedy", x.Remedy)
	}
}
