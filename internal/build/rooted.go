package build

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// Counts are the figures that a budget bounds: what the packages of an image
// bring into its root tree, which is all of their trees but boot/.
type Counts struct {
	Size       int64 `json:"size"`  // bytes of regular files
	Files      int64 `json:"files"` // entries that are not directories
	Setuid     int64 `json:"setuid"`
	Modules    int64 `json:"kernel_modules"`
	Listening  int64 `json:"listening_services"`
	Unhardened int64 `json:"elf_without_hardening"`
}

// RootFile is an entry of an image's root tree, and what brought it in.
type RootFile struct {
	Path     string           `json:"path"`
	Package  string           `json:"package"`
	Size     int64            `json:"size"`
	Setuid   bool             `json:"setuid"`
	ELF      bool             `json:"elf"`
	Origin   hardening.Origin `json:"origin,omitempty"` // of an ELF file
	Hardened bool             `json:"hardened"`

	verdict prove.File
	link    string // text of a symbolic link; of a hard link, the other path as one
	text    []byte // of a script or a configuration of services
}

// Root lists the root tree of an image from the step that packs it, whose
// inputs were built; output gives the outcome of a step.
func Root(ctx context.Context, st *store.Store, s plan.Step, output func(name string) (Step, error)) ([]RootFile, error) {
	var files []RootFile
	for _, t := range s.Trees {
		if !strings.HasPrefix(t.Target, plan.InputsDir+"/") {
			continue // what a varied environment is made of
		}
		in, err := output(t.Step)
		if err != nil {
			return nil, err
		}
		more, err := rootFiles(ctx, st, in)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	slices.SortFunc(files, func(a, b RootFile) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

func rootFiles(ctx context.Context, st *store.Store, in Step) ([]RootFile, error) {
	index, err := Index(ctx, st, in)
	if err != nil {
		return nil, err
	}
	verdicts := map[string]hardening.FileVerdict{}
	if in.Verdict != "" {
		v, err := Verdict(ctx, st, in)
		if err != nil {
			return nil, err
		}
		for _, f := range v.Files {
			verdicts[f.Path] = f
		}
	}
	read, err := texts(ctx, st, in)
	if err != nil {
		return nil, err
	}
	var files []RootFile
	for _, e := range index {
		if e.Type == tree.Directory || strings.HasPrefix(e.Path, "boot/") {
			continue
		}
		f := RootFile{Path: e.Path, Package: in.Name, Size: e.Size, Setuid: e.Mode&0o6000 != 0, text: read[e.Path]}
		switch e.Type {
		case tree.Symlink:
			f.link = e.Link
		case tree.Hardlink:
			f.link = "/" + e.Link
		}
		if v, ok := verdicts[e.Path]; ok {
			f.ELF, f.Origin, f.Hardened, f.verdict = isELF(v), v.Origin, v.Hardened, v.File
			if f.verdict.Listens == "" && runs(v) {
				f.verdict.Listens = prove.Unknown // a verdict that was kept before it told
			}
		}
		files = append(files, f)
	}
	return files, nil
}

func isELF(f hardening.FileVerdict) bool {
	return !slices.Contains([]prove.Type{prove.Script, prove.Other, prove.Archive}, f.Type)
}

func runs(f hardening.FileVerdict) bool {
	return slices.Contains([]prove.Type{prove.Executable, prove.PIE, prove.Static, prove.StaticPIE}, f.Type)
}

// Count adds up the figures that a budget bounds.
func Count(files []RootFile) Counts {
	c := Counts{Listening: int64(len(Listening(files)))}
	for _, f := range files {
		c.Files++
		c.Size += f.Size
		if f.Setuid {
			c.Setuid++
		}
		if name := path.Base(f.Path); strings.HasSuffix(name, ".ko") || strings.Contains(name, ".ko.") {
			c.Modules++
		}
		if f.ELF && !f.Hardened {
			c.Unhardened++
		}
	}
	return c
}

// within holds counts against the budget of an image's step.
func within(s plan.Step, c Counts) error {
	if s.Budget == nil {
		return nil
	}
	e := &hardening.GateError{
		Step:   s.Name,
		Remedy: "make the image smaller, or raise its budget block in the recipe; dombuild harden --budget says what brought each file in",
	}
	for _, l := range c.Limits(s.Budget) {
		if l.Limit != nil && l.Have > *l.Limit {
			e.Findings = append(e.Findings, fmt.Sprintf("%s:%d: budget %s is %d, the root tree has %d", s.Budget.Range.Filename, s.Budget.Range.Start.Line, l.Name, *l.Limit, l.Have))
		}
	}
	if len(e.Findings) > 0 {
		return e
	}
	return nil
}

// Limit is one figure of a budget.
type Limit struct {
	Name  string `json:"name"`
	Have  int64  `json:"have"`
	Limit *int64 `json:"limit,omitempty"` // nil: unbounded
}

// Limits joins counts with the bounds of a budget, which may be nil.
func (c Counts) Limits(b *recipe.Budget) []Limit {
	if b == nil {
		b = &recipe.Budget{}
	}
	return []Limit{
		{"size", c.Size, b.Size}, {"files", c.Files, b.Files}, {"setuid", c.Setuid, b.Setuid},
		{"kernel_modules", c.Modules, b.Modules}, {"listening_services", c.Listening, b.Listening}, {"elf_without_hardening", c.Unhardened, b.Unhardened},
	}
}
