package build

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/kconfig"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// OutputError says that a step left other files than the recipe declares.
type OutputError struct {
	Step       string
	Place      string   // of the package in the recipe
	Missing    []string // declared, and not there
	Undeclared []string // there, and not declared
}

func (e *OutputError) Error() string {
	var lines []string
	for _, p := range e.Missing {
		lines = append(lines, "missing: "+p)
	}
	for _, p := range e.Undeclared {
		lines = append(lines, "not declared: "+p)
	}
	return fmt.Sprintf("%s: the outputs of %s are not those it declares:\n  %s", e.Place, e.Step, strings.Join(lines, "\n  "))
}

// Hint says what helps.
func (e *OutputError) Hint() string {
	return "name what the script leaves in $OUT in the package's outputs, a whole directory with a trailing slash"
}

// accept applies the gates to a step's output.
func (r *runner) accept(ctx context.Context, s plan.Step, index tree.Index, blob store.Blob, calls []byte, out *Step) error {
	if r.opt.Given != nil {
		return nil
	}
	err := r.gates(ctx, s, index, blob, calls, out)
	var other *OutputError
	var refused *hardening.GateError
	if r.opt.Compared && s.Kind != plan.KindVary && (errors.As(err, &other) || errors.As(err, &refused)) {
		return nil
	}
	return err
}

func (r *runner) gates(ctx context.Context, s plan.Step, index tree.Index, blob store.Blob, calls []byte, out *Step) error {
	if s.Kind == plan.KindPackage || s.Kind == plan.KindVary {
		if err := declared(s, index); err != nil {
			return err
		}
	}
	if err := configured(s, blob); err != nil {
		return err
	}
	if s.Kind == plan.KindPackage {
		if err := r.harden(ctx, s, index, blob, calls, out); err != nil {
			return err
		}
	}
	if s.Rooted {
		return r.rooted(ctx, s, out)
	}
	return nil
}

func declared(s plan.Step, index tree.Index) error {
	e := &OutputError{Step: s.Name, Place: fmt.Sprintf("%s:%d", s.Place.Filename, s.Place.Start.Line)}
	seen := make([]bool, len(s.Outputs))
	for _, entry := range index {
		if i := declaredBy(s.Outputs, entry.Path); i >= 0 {
			seen[i] = true
		} else if entry.Type != tree.Directory {
			e.Undeclared = append(e.Undeclared, entry.Path)
		}
	}
	for i, o := range s.Outputs {
		if !seen[i] {
			e.Missing = append(e.Missing, o.Path)
		}
	}
	if len(e.Missing)+len(e.Undeclared) > 0 {
		return e
	}
	return nil
}

// declaredBy returns which output a path belongs to. An output that is copied
// from a directory holds what lies below it, with or without a trailing slash.
func declaredBy(outputs []recipe.Output, name string) int {
	for i, o := range outputs {
		clean := path.Clean(o.Path)
		whole := strings.HasSuffix(o.Path, "/") || o.From != ""
		if name == clean || whole && strings.HasPrefix(name, clean+"/") {
			return i
		}
	}
	return -1
}

// configured reads back the configurations that the package names.
func configured(s plan.Step, blob store.Blob) error {
	for _, k := range s.Kconfig {
		text, err := readFile(blob, path.Clean(k.Output))
		if err != nil {
			return fmt.Errorf("reading back the configuration of %s: %w", s.Name, err)
		}
		final, err := kconfig.ParseConfig(k.Output, text)
		if err != nil {
			return fmt.Errorf("reading back the configuration of %s: %w", s.Name, err)
		}
		var requested []*kconfig.Config
		for _, f := range k.Requested {
			c, err := kconfig.ParseConfig(f.Path, f.Content)
			if err != nil {
				return err
			}
			requested = append(requested, c)
		}
		if err := dropped(s, kconfig.CompareConfig(final, requested...)); err != nil {
			return err
		}
	}
	return nil
}

func dropped(s plan.Step, list []kconfig.Dropped) error {
	if len(list) == 0 {
		return nil
	}
	e := &hardening.GateError{
		Step:   s.Name,
		Remedy: "ask for the options that these depend on, or take them out of the fragment: Kconfig drops what it cannot satisfy",
	}
	for _, d := range list {
		e.Findings = append(e.Findings, d.String())
	}
	return e
}

// maxConfig bounds a configuration file; Linux's largest has about 300 kB.
const maxConfig = 16 << 20

func readFile(blob store.Blob, name string) ([]byte, error) {
	f, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for tr := tar.NewReader(f); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("there is no %s among the outputs", name)
		}
		if err != nil {
			return nil, err
		}
		if path.Clean(h.Name) == name && h.Typeflag == tar.TypeReg {
			return io.ReadAll(io.LimitReader(tr, maxConfig))
		}
	}
}

// Index lists the tree that a step left.
func Index(ctx context.Context, st *store.Store, s Step) (tree.Index, error) {
	blob, err := st.Get(ctx, s.Output)
	if err != nil {
		return nil, fmt.Errorf("the output of %s: %w", s.Name, err)
	}
	f, err := blob.Open()
	if err != nil {
		return nil, fmt.Errorf("the output of %s: %w", s.Name, err)
	}
	defer f.Close()
	index, err := tree.Canonical(f, io.Discard, 0)
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", s.Name, err)
	}
	return index, nil
}
