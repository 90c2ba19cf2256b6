package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro"
)

// varyFlags say which axes the second build of a check varies.
type varyFlags struct {
	add, none, only []string
}

func (f *varyFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.add, "vary", nil, "also vary these axes, which are off unless asked for")
	cmd.Flags().StringSliceVar(&f.none, "vary-none", nil, "do not vary these axes")
	cmd.Flags().StringSliceVar(&f.only, "vary-only", nil, "vary these axes and no others")
}

// axes lists the axes to vary, in the order in which they are shown.
func (f *varyFlags) axes() ([]string, error) {
	known := plan.AllAxes()
	for _, name := range slices.Concat(f.add, f.none, f.only) {
		if !slices.ContainsFunc(known, func(x plan.AxisInfo) bool { return x.Name == name }) {
			err := &plan.UnknownAxisError{Name: name}
			return nil, &usageError{err, err.Hint()}
		}
	}
	if f.only != nil && len(f.add)+len(f.none) > 0 {
		return nil, &usageError{errors.New("--vary-only goes with neither --vary nor --vary-none"), "name all axes in --vary-only"}
	}
	var names []string
	for _, x := range known {
		wanted := x.Off == "" && !slices.Contains(f.none, x.Name) || slices.Contains(f.add, x.Name)
		if f.only != nil {
			wanted = slices.Contains(f.only, x.Name)
		}
		if slices.Contains(f.add, x.Name) && slices.Contains(f.none, x.Name) {
			return nil, &usageError{fmt.Errorf("axis %s is in --vary and in --vary-none", x.Name), "leave it out of one of them"}
		}
		if wanted {
			names = append(names, x.Name)
		}
	}
	if len(names) == 0 {
		return nil, &usageError{errors.New("no axis is left to vary"), "the axes are in dombuild check --help"}
	}
	return names, nil
}

// axesHelp lists the axes for check --help.
func axesHelp() string {
	var text strings.Builder
	t := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, x := range plan.AllAxes() {
		about := x.About
		if x.Off != "" {
			about += " (off unless asked for: " + x.Off + ")"
		}
		fmt.Fprintf(t, "  %s\t%s\n", x.Name, about)
	}
	_ = t.Flush()
	return text.String()
}

// withCanaries adds to steps what looks at their environment from inside.
func withCanaries(p *plan.Plan, steps []string) ([]string, error) {
	canaries, err := p.Canaries(steps...)
	return slices.Concat(steps, canaries), err
}

// printAxes lists what was varied and what canaries saw of it, the first build
// on the left.
func printAxes(w io.Writer, v repro.Verdict) {
	for _, x := range v.Varied {
		fmt.Fprintf(w, "varied  %-15s %s → %s\n", x.Name, finding.Visible(x.First), finding.Visible(x.Second))
		for _, s := range x.Seen {
			fmt.Fprintf(w, "        seen in %s: %s: %s → %s\n", s.Toolchain, s.Facet, finding.Visible(s.First), finding.Visible(s.Second))
		}
		for _, e := range x.Exempt {
			fmt.Fprintf(w, "        not in %s, which %s\n", e.Toolchain, finding.Visible(e.Reason))
		}
	}
	for _, x := range v.NotVaried {
		fmt.Fprintf(w, "not varied  %s: %s\n", x.Name, finding.Visible(x.Reason))
	}
	for _, n := range v.Notices {
		fmt.Fprintf(w, "note    %s\n", finding.Visible(n))
	}
}
