package repro

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro/explain"
	"github.com/dombuild/dombuild/internal/tree"
)

// hintSize bounds how much of an output is searched for the values of axes.
const hintSize = 64 << 20

// hints names the axes that a difference looks like: those whose value of the
// second build stands in its files and not in the first's, those that are known
// for what differs, and those that the explained class belongs to. They say
// what is tried first, never what is found.
func (s Search) hints(ctx context.Context, axes []plan.Axis, left, right build.Step, list []explain.Difference) ([]string, error) {
	var names []string
	files := map[string]bool{}
	for _, d := range list {
		if len(d.Path) == 0 {
			continue
		}
		if d.Kind == explain.Mode && len(d.Path) == 1 {
			names = append(names, "umask")
			continue
		}
		files[d.Path[0]] = true
	}
	here, err := s.contents(ctx, left, files)
	if err != nil {
		return nil, err
	}
	there, err := s.contents(ctx, right, files)
	if err != nil {
		return nil, err
	}
	for _, a := range axes {
		for f := range files {
			if appears(a.Second, here[f], there[f]) {
				names = append(names, a.Name)
			}
		}
	}
	for _, f := range axisFacts {
		if f.cause != "" && slices.ContainsFunc(list, func(d explain.Difference) bool { return d.Cause == f.cause }) {
			names = append(names, f.name)
		}
	}
	return unique(names), nil
}

// unique drops repetitions and keeps the order.
func unique(names []string) []string {
	var kept []string
	for _, n := range names {
		if !slices.Contains(kept, n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// appears says whether a value, or a word of it that has three characters or
// more, stands in the second content and not in the first.
func appears(value string, first, second []byte) bool {
	words := strings.FieldsFunc(value, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return slices.ContainsFunc(append(words, value), func(w string) bool {
		return len(w) >= 3 && bytes.Contains(second, []byte(w)) && !bytes.Contains(first, []byte(w))
	})
}

// contents reads files of an output, as far as they are searched.
func (s Search) contents(ctx context.Context, of build.Step, files map[string]bool) (map[string][]byte, error) {
	blob, err := s.Store.Get(ctx, of.Output)
	if err != nil {
		return nil, fmt.Errorf("the output of %s: %w", of.Name, err)
	}
	f, err := blob.Open()
	if err != nil {
		return nil, fmt.Errorf("the output of %s: %w", of.Name, err)
	}
	defer f.Close()
	found, left := map[string][]byte{}, int64(hintSize)
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the output of %s: %w", of.Name, err)
		}
		name := path.Clean(h.Name)
		if !files[name] || h.Typeflag != tar.TypeReg {
			continue
		}
		if found[name], err = io.ReadAll(io.LimitReader(r, left)); err != nil {
			return nil, fmt.Errorf("reading the output of %s: %w", of.Name, err)
		}
		left -= int64(len(found[name]))
	}
}

// symptoms are the paths that differ, each with what is there instead.
func symptoms(list []tree.Difference) map[string]string {
	differ := map[string]string{}
	for _, d := range list {
		differ[d.Path] += string(d.Kind) + " " + d.Right + "\n"
	}
	return differ
}
