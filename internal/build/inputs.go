package build

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// MissingError says which pinned inputs of a build are not in the store.
type MissingError struct {
	Names []string
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%d pinned inputs are not in the store: %s", len(e.Names), shorten(e.Names, 10))
}

// Hint says what helps.
func (e *MissingError) Hint() string { return "dombuild fetch" }

func shorten(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// verifyInputs hashes every pinned blob that the steps read, also when the
// steps themselves are answered from the cache: a build that says it used
// these inputs has seen their bytes.
func verifyInputs(ctx context.Context, st *store.Store, steps []plan.Step) error {
	var digests []digest.Digest
	names := map[digest.Digest]string{}
	add := func(d digest.Digest, name string) {
		if _, ok := names[d]; !ok {
			digests = append(digests, d)
		}
		names[d] = name
	}
	for _, s := range steps {
		for _, d := range s.Debs {
			add(d.Digest, d.Name)
		}
		for _, b := range s.Blobs {
			add(b.Digest, b.Name)
		}
	}
	_, err := st.GetAll(ctx, digests)
	if err == nil {
		return nil
	}
	return explainInputs(err, names)
}

// explainInputs gathers what is missing into one error and gives what is
// corrupt the names of the pins. Corrupt bytes come first: they decide the
// exit code.
func explainInputs(err error, names map[digest.Digest]string) error {
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	missing := new(MissingError)
	var bad []error
	for _, e := range all {
		var gone *store.NotFoundError
		var corrupt *store.IntegrityError
		switch {
		case errors.As(e, &gone):
			missing.Names = append(missing.Names, names[gone.Digest])
		case errors.As(e, &corrupt):
			bad = append(bad, fmt.Errorf("%s: %w", names[corrupt.Want], e))
		default:
			bad = append(bad, e)
		}
	}
	if len(missing.Names) > 0 {
		bad = append(bad, missing)
	}
	return errors.Join(bad...)
}
