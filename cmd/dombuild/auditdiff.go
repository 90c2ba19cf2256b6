package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto"
)

// auditDiffDocument is what audit yocto --diff prints with --json.
type auditDiffDocument struct {
	Schema  string         `json:"schema"`
	Old     yocto.Summary  `json:"old"`
	New     yocto.Summary  `json:"new"`
	Changes []yocto.Change `json:"changes"`
}

// auditDiff compares two checkouts. What was verified and is no more, and what
// is new and not verified, fails.
func (a *app) auditDiff(ctx context.Context, paths []string, opt auditFlags) error {
	if len(paths) != 2 {
		return &usageError{errors.New("--diff compares two checkouts"), "dombuild audit yocto --diff OLD NEW"}
	}
	defer yocto.TuneHeap()()
	filter := yocto.Filter{Layers: opt.layers, Recipes: opt.recipes}
	var results [2]*yocto.Result
	for i, path := range paths {
		layers, err := yocto.Checkout(path)
		if err != nil {
			return err
		}
		result, err := a.evaluate(ctx, layers, opt)
		if err != nil {
			return err
		}
		if len(result.Errors) > 0 && !opt.keepGoing {
			return &yocto.SyntaxError{Errors: result.Errors}
		}
		results[i] = result.Select(filter)
	}
	changes := yocto.Diff(results[0], results[1])
	doc := auditDiffDocument{"dombuild/audit-yocto-diff/v1", results[0].Summary(), results[1].Summary(), changes}
	if err := a.print(doc, func(w io.Writer) { printChanges(w, changes) }); err != nil {
		return err
	}
	return yocto.DiffError(changes)
}

func printChanges(w io.Writer, changes []yocto.Change) {
	for _, c := range changes {
		mark := " "
		if c.Worse {
			mark = "!"
		}
		fmt.Fprintf(w, "%s %-7s  %s\n", mark, c.Kind, finding.Visible(c.Recipe))
		for _, side := range []struct {
			sign   string
			source *yocto.Source
		}{{"-", c.Old}, {"+", c.New}} {
			if s := side.source; s != nil {
				fmt.Fprintf(w, "    %s %s\n      %s\n", side.sign, finding.Visible(s.URI), finding.Visible(s.Says()))
			}
		}
	}
	worse := 0
	for _, c := range changes {
		if c.Worse {
			worse++
		}
	}
	fmt.Fprintf(w, "%d sources differ, %d for the worse\n", len(changes), worse)
}
