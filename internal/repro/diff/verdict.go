package diff

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
)

// DifferentError says that two artifacts are not equal.
type DifferentError struct{ Result *Result }

func (e *DifferentError) Error() string {
	return fmt.Sprintf("%s and %s are %s", printable(e.Result.Left), printable(e.Result.Right), e.Result.Verdict())
}

// UnusedError says that exclusions match nothing: what nobody needs could hide
// something else tomorrow.
type UnusedError struct{ Exclusions []Exclusion }

func (e *UnusedError) Error() string {
	var names []string
	for _, x := range e.Exclusions {
		names = append(names, x.String())
	}
	return "exclusions that match no difference: " + strings.Join(names, ", ")
}

// Hint says what helps.
func (e *UnusedError) Hint() string { return "leave them out" }

// Err returns nil if the artifacts are equal and every exclusion was used,
// else a *DifferentError, a *UnusedError, or both joined.
func (r *Result) Err() error {
	var different, unused error
	if !r.Equal {
		different = &DifferentError{r}
	}
	if u := r.Unused(); len(u) > 0 {
		unused = &UnusedError{u}
	}
	switch {
	case different == nil:
		return unused
	case unused == nil:
		return different
	}
	return fmt.Errorf("%w; %w", different, unused)
}

// SaveHTML writes the HTML page to dir/index.html and makes the directory if
// there is none. The file appears whole or stays what it was.
func (r *Result) SaveHTML(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing report: %w", err)
	}
	return finding.SaveFile(filepath.Join(dir, finding.PageName), r.WriteHTML)
}
