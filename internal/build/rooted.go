package build

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/tree"
)

// Counts are the figures that a budget bounds: what the packages of an image
// bring into its root tree, which is all of their trees but boot/.
type Counts struct {
	Size       int64 `json:"size"`  // bytes of regular files
	Files      int64 `json:"files"` // entries that are not directories
	Setuid     int64 `json:"setuid"`
	Modules    int64 `json:"kernel_modules"`
	Unhardened int64 `json:"elf_without_hardening"`
}

// rooted applies the gates of an image's root tree: the rules about its files,
// and its budget.
func (r *runner) rooted(ctx context.Context, s plan.Step) error {
	var counts Counts
	var findings []finding.Finding
	for _, t := range s.Trees {
		in, err := r.output(t.Step)
		if err != nil {
			return err
		}
		index, err := Index(ctx, r.opt.Store, in)
		if err != nil {
			return err
		}
		counts.add(index)
		if in.Verdict == "" {
			continue
		}
		v, err := r.verdict(ctx, in)
		if err != nil {
			return err
		}
		for _, f := range v.Files {
			if strings.HasPrefix(f.Path, "boot/") {
				continue
			}
			if isELF(f) && !f.Hardened {
				counts.Unhardened++
			}
			findings = append(findings, hardening.Judge([]prove.File{f.File}, profile.Profile{}, false)...)
		}
	}
	if err := passed(s, findings, time.Now()); err != nil {
		return err
	}
	return within(s, counts)
}

func isELF(f hardening.FileVerdict) bool {
	return !slices.Contains([]prove.Type{prove.Script, prove.Other, prove.Archive}, f.Type)
}

func (c *Counts) add(index tree.Index) {
	for _, e := range index {
		if e.Type == tree.Directory || strings.HasPrefix(e.Path, "boot/") {
			continue
		}
		c.Files++
		c.Size += e.Size
		if e.Mode&0o6000 != 0 {
			c.Setuid++
		}
		if name := path.Base(e.Path); strings.HasSuffix(name, ".ko") || strings.Contains(name, ".ko.") {
			c.Modules++
		}
	}
}

// within holds counts against the budget of an image's step.
func within(s plan.Step, c Counts) error {
	if s.Budget == nil {
		return nil
	}
	e := &hardening.GateError{
		Step:   s.Name,
		Remedy: "make the image smaller, or raise its budget block in the recipe",
	}
	over := func(what string, have int64, limit *int64) {
		if limit != nil && have > *limit {
			e.Findings = append(e.Findings, fmt.Sprintf("%s:%d: budget %s is %d, the root tree has %d", s.Budget.Range.Filename, s.Budget.Range.Start.Line, what, *limit, have))
		}
	}
	over("size", c.Size, s.Budget.Size)
	over("files", c.Files, s.Budget.Files)
	over("setuid", c.Setuid, s.Budget.Setuid)
	over("kernel_modules", c.Modules, s.Budget.Modules)
	over("elf_without_hardening", c.Unhardened, s.Budget.Unhardened)
	if len(e.Findings) > 0 {
		return e
	}
	return nil
}
