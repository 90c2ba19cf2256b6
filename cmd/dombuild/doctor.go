package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/doctor"
	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/sandbox"
)

func (a *app) doctorVerb() *cobra.Command {
	cmd := verb("doctor", "Look whether this machine can build and boot", cobra.NoArgs, a.doctor)
	cmd.Long = `Look whether this machine can build and boot images, ask the mirrors of the recipe in
this directory, if there is one, and start the sandbox to try to get out of it. What is
not ok comes with a remedy. The exit code is 1 when a check fails, and 10 when there is
a way out of the sandbox.`
	return cmd
}

// doctorDocument is what doctor prints with --json.
type doctorDocument struct {
	Schema string         `json:"schema"`
	Worst  doctor.Status  `json:"worst"`
	Checks []doctor.Check `json:"checks"`
}

var errUnfit = errors.New("this machine cannot build")

func (a *app) doctor(ctx context.Context, _ []string) error {
	dir, err := a.storeDir()
	if err != nil {
		return err
	}
	doc := doctorDocument{Schema: "dombuild/doctor/v1", Checks: doctor.Run(ctx, doctor.Options{Store: dir})}
	mirrors, err := a.askMirrors(ctx)
	if err != nil {
		return err
	}
	doc.Checks = append(doc.Checks, mirrors...)
	check, probeErr := a.tryProbe(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	doc.Checks = append(doc.Checks, check)
	doc.Worst = doctor.Worst(doc.Checks)
	err = a.print(doc, func(w io.Writer) { printChecks(w, doc.Checks) })
	if doc.Worst == doctor.Fail {
		err = errors.Join(err, probeErr)
		if !isOpen(probeErr) {
			err = &hintError{errUnfit, "the remedies stand above"}
		}
	}
	return err
}

func isOpen(err error) bool { return errors.As(err, new(*sandbox.OpenError)) }

// mirrorLimit bounds how long a mirror is waited for.
const mirrorLimit = 10 * time.Second

// askMirrors asks for the Release file of every distribution of the recipe in
// this directory; without a recipe there is nothing to ask for.
func (a *app) askMirrors(ctx context.Context) ([]doctor.Check, error) {
	r, err := a.recipe()
	var invalid *recipe.Error
	if errors.As(err, &invalid) {
		return nil, nil // validate is the verb that says what is wrong
	}
	if err != nil {
		return nil, err
	}
	mirrors, err := loadMirrors()
	if err != nil {
		return nil, err
	}
	var checks []doctor.Check
	for _, d := range r.Distributions {
		var found []doctor.Mirror
		for _, base := range mirrors.Bases(d.Name, d.Suite) {
			found = append(found, doctor.Mirror{URL: base, Err: askMirror(ctx, base, d.Suite)})
		}
		checks = append(checks, doctor.Mirrors(d.Name, d.Suite, found))
	}
	return checks, nil
}

func askMirror(ctx context.Context, base, suite string) error {
	ctx, cancel := context.WithTimeout(ctx, mirrorLimit)
	defer cancel()
	const most = 16 << 20
	_, err := new(fetch.Client).Download(ctx, strings.TrimRight(base, "/")+"/dists/"+suite+"/InRelease", most)
	return err
}

// tryProbe starts an engine of its own, so that no build is in its way, and
// probes it. What it left is removed.
func (a *app) tryProbe(ctx context.Context) (doctor.Check, error) {
	report, err := a.probe(ctx)
	var open *sandbox.OpenError
	var ways []string
	if errors.As(err, &open) {
		ways = open.Ways
	}
	return doctor.Sandbox(len(report.User.Checks)+len(report.Root.Checks), ways, err), err
}

func (a *app) probe(ctx context.Context) (report sandbox.ProbeReport, err error) {
	builder, err := a.builderFor(runOptions{})
	if err != nil {
		return report, err
	}
	st, err := a.openStore()
	if err != nil {
		return report, err
	}
	state, err := os.MkdirTemp(st.Dir(), "engine-doctor-")
	if err != nil {
		return report, fmt.Errorf("making room for an engine: %w", err)
	}
	defer func() { err = errors.Join(err, sandbox.Remove(state)) }()
	engine, err := a.openEngine(ctx, builder, state)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	return engine.Probe(ctx)
}

func printChecks(w io.Writer, checks []doctor.Check) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range checks {
		lines := strings.Split(c.Detail, "\n")
		if c.Remedy != "" {
			lines = append(lines, "remedy: "+c.Remedy)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.Status, c.Name, lines[0])
		for _, l := range lines[1:] {
			fmt.Fprintf(t, "\t\t%s\n", l)
		}
	}
	_ = t.Flush()
}
