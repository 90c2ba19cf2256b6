package plan

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Limits of what a canary leaves.
const (
	maxObservations = 1000    // files
	maxObservation  = 1 << 16 // bytes of one
)

// Observations are what a canary saw: by axis and facet.
type Observations map[string]map[string]string

// ReadObservations reads the output of a canary: a tar with a file for each
// axis, which has a line for each facet: its name, a tab, and what was seen.
func ReadObservations(r io.Reader) (Observations, error) {
	seen := Observations{}
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
