package repro

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/store"
)

// Limits of what a canary leaves.
const (
	maxObservations = 1000    // files
	maxObservation  = 1 << 16 // bytes of one
)

// observations reads what a canary saw: by axis and facet.
func observations(ctx context.Context, st *store.Store, s build.Step) (map[string]map[string]string, error) {
	blob, err := st.Get(ctx, s.Output)
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	f, err := blob.Open()
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	defer f.Close()
	seen, err := readObservations(f)
	if err != nil {
		return nil, fmt.Errorf("what %s saw: %w", s.Name, err)
	}
	return seen, nil
}

// readObservations reads a tar with a file for each axis, which has a line for
// each facet: its name, a tab, and what was seen.
func readObservations(r io.Reader) (map[string]map[string]string, error) {
	seen := map[string]map[string]string{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return seen, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if len(seen) == maxObservations || h.Size > maxObservation {
			return nil, fmt.Errorf("%s: a canary leaves at most %d files of %d bytes", h.Name, maxObservations, maxObservation)
		}
		text, err := io.ReadAll(tr)
		if err != nil {
			return nil, err
		}
		facets := map[string]string{}
		for line := range strings.Lines(string(text)) {
			name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			if !ok {
				return nil, fmt.Errorf("%s: the line %q has no tab", h.Name, line)
			}
			facets[name] = value
		}
		seen[strings.TrimPrefix(h.Name, "./")] = facets
	}
}
