package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/sandbox"
)

type buildFlags struct {
	out   string
	shell bool
}

func (a *app) buildVerb() *cobra.Command {
	var f buildFlags
	cmd := verb("build [TARGET…]", "Build images or packages in the sandbox", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.build(ctx, names, f) })
	cmd.Long = "Build images or packages in the sandbox, apply the gates and export the artifacts.\nWithout TARGET all images are built, or all packages of a recipe without images."
	cmd.Flags().StringVarP(&f.out, "out", "o", "out", "directory for the artifacts; each target gets a directory below it")
	cmd.Flags().BoolVar(&f.shell, "shell-on-failure", false, "open a shell in the root of a step that fails")
	return cmd
}

// buildDocument is what build --json prints.
type buildDocument struct {
	Schema  string         `json:"schema"`
	Records []build.Record `json:"records"`
	Dirs    []string       `json:"directories"`
}

func (a *app) build(ctx context.Context, names []string, f buildFlags) error {
	res, targets, err := a.run(ctx, names, runOptions{shell: f.shell})
	if err != nil {
		return err
	}
	doc := buildDocument{Schema: "dombuild/build/v1"}
	for _, t := range targets {
		rec, err := build.Export(ctx, a.store, res, t, f.out, version())
		if err != nil {
			return err
		}
		doc.Records = append(doc.Records, rec)
		doc.Dirs = append(doc.Dirs, filepath.Join(f.out, t.Name))
	}
	return a.print(doc, func(w io.Writer) {
		for i, rec := range doc.Records {
			for _, x := range rec.Artifacts {
				fmt.Fprintf(w, "%s  %s\n", x.Digest.Encoded(), filepath.Join(doc.Dirs[i], x.Path))
			}
		}
	})
}

// runOptions are what build and check run a plan with.
type runOptions struct {
	whole    bool // every step, not only those that the targets still need
	shell    bool // open a shell in the root of a step that fails
	canaries bool // also what looks at the environment from inside
	// A check may have two builders; second is set for its second build.
	check, second bool
}

// run builds targets in the standard environment and with the step cache.
func (a *app) run(ctx context.Context, names []string, o runOptions) (*build.Result, []build.Target, error) {
	p, _, err := a.plan()
	if err != nil {
		return nil, nil, err
	}
	targets, err := build.Targets(p, names)
	if err != nil {
		return nil, nil, err
	}
	opt, err := a.buildOptions("engine", o)
	if err != nil {
		return nil, nil, err
	}
	if err := a.register(p.Recipe()); err != nil {
		return nil, nil, err
	}
	steps := build.StepsOf(targets)
	if o.canaries {
		if steps, err = withCanaries(p, steps); err != nil {
			return nil, nil, err
		}
	}
	res, err := build.Run(ctx, p, steps, opt)
	return res, targets, err
}

// buildOptions wires a run: its engine's state lies in the named directory
// beside the store.
func (a *app) buildOptions(engine string, o runOptions) (build.Options, error) {
	st, err := a.openStore()
	if err != nil {
		return build.Options{}, err
	}
	state, err := a.engineDir(engine)
	if err != nil {
		return build.Options{}, err
	}
	builder, err := a.builderFor(o)
	if err != nil {
		return build.Options{}, err
	}
	opt := build.Options{
		Store: st, Status: a.display.Send, Progress: a.display, Logs: filepath.Join(filepath.Dir(state), "logs"),
		Whole: o.whole,
		Open: func(ctx context.Context) (*sandbox.Engine, error) {
			return a.openEngine(ctx, builder, state)
		},
	}
	if o.shell {
		opt.Shell = a.shell
	}
	return opt, nil
}
