package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/sandbox"
)

func (a *app) showVerb() *cobra.Command {
	return verb("show DIR", "Print the record of a build", cobra.ExactArgs(1),
		func(_ context.Context, args []string) error {
			rec, err := build.ReadRecord(args[0])
			if err != nil {
				return &hintError{err, "name the directory that build wrote, such as out/dom0"}
			}
			return a.print(rec, func(w io.Writer) { printRecord(w, rec) })
		})
}

// hintError adds a hint to an error that has none of its own.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }
func (e *hintError) Hint() string  { return e.hint }

// probeOutcome counts what the sandbox's probe tried, and says whether all of
// it failed to get out.
func probeOutcome(text json.RawMessage) (closed bool, held string) {
	var report sandbox.ProbeReport
	if json.Unmarshal(text, &report) != nil {
		return false, "report of another version"
	}
	checks, ok := append(report.User.Checks, report.Root.Checks...), 0
	for _, c := range checks {
		if c.OK {
			ok++
		}
	}
	return ok == len(checks) && ok > 0, fmt.Sprintf("%d of %d attempts to get out held (%s)", ok, len(checks), report.Builder)
}

func describeProbe(text json.RawMessage) string {
	closed, held := probeOutcome(text)
	if !closed {
		return held
	}
	return "closed: " + held
}

func printRecord(w io.Writer, rec build.Record) {
	fmt.Fprintf(w, "%s of recipe %s %s, by dombuild %s\n", rec.Target, rec.Recipe, rec.Version, rec.Dombuild)
	fmt.Fprintf(w, "recipe  %s\nlock    %s\nplan    %s\n", rec.RecipeDigest, rec.LockDigest, rec.PlanDigest)
	for _, s := range rec.FirstUse {
		fmt.Fprintf(w, "WARNING %s was trusted on first use: nobody vouches for it\n", s)
	}
	for _, d := range slices.Sorted(maps.Keys(rec.Probes)) {
		fmt.Fprintf(w, "probe   %s  %s\n", d, describeProbe(rec.Probes[d]))
	}
	for _, t := range rec.Toolchains {
		fmt.Fprintf(w, "%s  %d pinned packages\n", t.Name, len(t.Packages))
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, s := range rec.Steps {
		how := "built"
		if s.Cached {
			how = "cached"
		}
		fmt.Fprintf(t, "%s\t%s\t%.1f s\t%s\n", how, s.Name, s.Seconds, s.Output)
	}
	for _, x := range rec.Artifacts {
		fmt.Fprintf(t, "artifact\t%s\t%d B\t%s\n", x.Path, x.Size, x.Digest)
	}
	_ = t.Flush()
}
