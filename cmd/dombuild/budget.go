package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/listen"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

// budgetDocument is what harden --budget prints with --json.
type budgetDocument struct {
	Schema string        `json:"schema"`
	Images []imageBudget `json:"images"`
}

type imageBudget struct {
	Image    recipe.Address   `json:"image"`
	Figures  []build.Limit    `json:"figures"`
	Files    []build.RootFile `json:"files"`
	Services []listen.Service `json:"listening_services"`
}

var errNoImage = errors.New("the recipe has no image, so there is no budget")

// budget shows what is in the root trees of images that were built.
func (a *app) budget(ctx context.Context, names []string) error {
	p, _, err := a.plan()
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	doc := budgetDocument{Schema: "dombuild/budget/v1", Images: []imageBudget{}}
	for _, m := range p.Recipe().Images {
		if len(names) > 0 && !slices.Contains(names, m.Name) && !slices.Contains(names, string(m.Address)) {
			continue
		}
		s, ok := p.Step(plan.ImageStep(m.Address, "initramfs"))
		if !ok {
			return fmt.Errorf("%s has no root tree", m.Address)
		}
		files, err := build.Root(ctx, st, s, func(name string) (build.Step, error) {
			in, _ := p.Step(name)
			out, ok := build.Lookup(st, in)
			if !ok {
				return out, &hintError{fmt.Errorf("%s is not built", name), "dombuild build " + m.Name}
			}
			return out, nil
		})
		if err != nil {
			return err
		}
		doc.Images = append(doc.Images, imageBudget{m.Address, build.Count(files).Limits(m.Budget), files, build.Listening(files)})
	}
	if len(doc.Images) == 0 {
		if len(names) == 0 {
			return &usageError{errNoImage, "name files, trees or images to judge them instead"}
		}
		return &usageError{fmt.Errorf("the recipe has no image %s", strings.Join(names, ", ")), "dombuild tree"}
	}
	return a.print(doc, func(w io.Writer) {
		for _, m := range doc.Images {
			printBudget(w, m)
		}
	})
}

func printBudget(w io.Writer, m imageBudget) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\n", m.Image)
	for _, f := range m.Files {
		note := ""
		switch {
		case f.ELF && f.Hardened:
			note = "hardened"
		case f.ELF && f.Origin == hardening.Pinned:
			note = "from a pinned package"
		case f.ELF:
			note = "not hardened"
		}
		if f.Setuid {
			note += " setuid"
		}
		fmt.Fprintf(t, "  %s\t%d\t%s\t%s\n", f.Path, f.Size, f.Package, note)
	}
	_ = t.Flush()
	for _, s := range m.Services {
		fmt.Fprintf(t, "  listens: %s %s\t%s\t%s\tby %s\n", s.Kind, s.Name, s.Path, s.Why, strings.Join(s.By, ", "))
	}
	_ = t.Flush()
	for _, l := range m.Figures {
		limit := "unbounded"
		if l.Limit != nil {
			limit = fmt.Sprintf("of %d", *l.Limit)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\n", l.Name, l.Have, limit)
	}
	_ = t.Flush()
}
