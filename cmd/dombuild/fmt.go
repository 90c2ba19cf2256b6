package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/recipe"
)

func (a *app) fmtVerb() *cobra.Command {
	var check bool
	cmd := verb("fmt [FILE…]", "Bring recipes into canonical form", cobra.ArbitraryArgs,
		func(_ context.Context, files []string) error { return a.format(files, check) })
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit 1 when a file is not in canonical form")
	return cmd
}

func (a *app) format(files []string, check bool) error {
	if len(files) == 0 {
		var err error
		if files, err = filepath.Glob("*.hcl"); err != nil {
			return err
		}
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".lock.hcl") })
	}
	doc := struct {
		Schema  string   `json:"schema"`
		Changed []string `json:"changed"`
	}{"dombuild/fmt/v1", []string{}}
	for _, f := range files {
		changed, err := formatFile(f, check)
		if err != nil {
			return err
		}
		if changed {
			doc.Changed = append(doc.Changed, f)
		}
	}
	if err := a.print(doc, func(w io.Writer) { lines(w, doc.Changed) }); err != nil {
		return err
	}
	if check && len(doc.Changed) > 0 {
		return &formError{doc.Changed}
	}
	return nil
}

// formError says which files are not in canonical form.
type formError struct{ files []string }

func (e *formError) Error() string {
	return "not in canonical form: " + strings.Join(e.files, ", ")
}
func (e *formError) Hint() string { return "dombuild fmt" }

func formatFile(name string, check bool) (changed bool, err error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return false, fmt.Errorf("formatting: %w", err)
	}
	out, err := recipe.Fmt(name, src)
	if err != nil || bytes.Equal(src, out) {
		return false, err
	}
	if check {
		return true, nil
	}
	return true, replaceFile(name, out)
}

// replaceFile writes a file anew, whole or not at all, with the mode it had.
func replaceFile(name string, content []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("formatting: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".fmt-")
	if err != nil {
		return fmt.Errorf("formatting: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if err := errors.Join(err, tmp.Chmod(info.Mode().Perm()), tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("formatting %s: %w", name, err)
	}
	return os.Rename(tmp.Name(), name)
}

func lines(w io.Writer, list []string) {
	for _, l := range list {
		fmt.Fprintln(w, l)
	}
}
