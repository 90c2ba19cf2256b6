package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// planDocument is what plan --json prints.
type planDocument struct {
	Schema string        `json:"schema"`
	Digest digest.Digest `json:"digest"`
	Steps  []plannedStep `json:"steps"`
}

type plannedStep struct {
	Name    string        `json:"name"`
	Kind    plan.Kind     `json:"kind"`
	Digest  digest.Digest `json:"digest"`
	Needs   []string      `json:"needs"`
	Cached  bool          `json:"cached"`
	Reason  string        `json:"reason"` // why it has to run, or when its output was made
	Changed []string      `json:"changed,omitempty"`
}

func (a *app) planVerb() *cobra.Command {
	return verb("plan [TARGET…]", "Show what would run, what is cached, and why", cobra.ArbitraryArgs,
		func(_ context.Context, names []string) error {
			p, _, err := a.plan()
			if err != nil {
				return err
			}
			targets, err := build.Targets(p, names)
			if err != nil {
				return err
			}
			steps, err := p.Closure(build.StepsOf(targets)...)
			if err != nil {
				return err
			}
			st, err := a.openStore()
			if err != nil {
				return err
			}
			doc := planDocument{Schema: "dombuild/plan/v1", Digest: p.Digest()}
			for _, s := range steps {
				doc.Steps = append(doc.Steps, planned(st, p, s))
			}
			return a.print(doc, func(w io.Writer) { printPlan(w, doc) })
		})
}

func planned(st *store.Store, p *plan.Plan, s plan.Step) plannedStep {
	out := plannedStep{Name: s.Name, Kind: s.Kind, Digest: s.Digest, Needs: append([]string{}, s.Deps...)}
	if hit, ok := build.Lookup(st, s); ok {
		out.Cached = true
		out.Reason = fmt.Sprintf("built %s in %.1f s", hit.Built.Format("2006-01-02 15:04:05"), hit.Seconds)
		return out
	}
	for _, c := range build.Reason(st, p, s) {
		out.Changed = append(out.Changed, c.Label)
	}
	switch n := len(out.Changed); {
	case n == 0:
		out.Reason = "not built here yet"
	case n <= 3:
		out.Reason = "changed: " + strings.Join(out.Changed, ", ")
	default:
		out.Reason = fmt.Sprintf("changed: %s and %d more", strings.Join(out.Changed[:3], ", "), n-3)
	}
	return out
}

func printPlan(w io.Writer, doc planDocument) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	cached := 0
	for _, s := range doc.Steps {
		state := "run"
		if s.Cached {
			state = "cached"
			cached++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", state, s.Name, s.Digest.Encoded()[:12], s.Reason)
	}
	_ = t.Flush()
	fmt.Fprintf(w, "plan %s: %d steps, %d cached\n", doc.Digest, len(doc.Steps), cached)
}
