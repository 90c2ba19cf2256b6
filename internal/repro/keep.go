package repro

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// NotEmptyError says that a directory for kept outputs has something in it.
type NotEmptyError struct{ Dir string }

func (e *NotEmptyError) Error() string {
	return "keeping outputs in " + e.Dir + ": the directory is not empty"
}

// Hint says what helps.
func (e *NotEmptyError) Hint() string { return "name a directory that is empty or does not exist yet" }

// Keeper keeps the outputs of builds as trees: DIR/first/STEP, DIR/second/STEP.
// Modes, modification times and capabilities are those of the outputs; only the
// owner of the directory can enter it, because it may hold set-user-ID files
// that nobody has judged. Roots of toolchains and what is laid over them are
// kept where they differ.
type Keeper struct {
	dir   string
	store *store.Store
}

// NewKeeper makes the directory, which must be empty if it exists.
func NewKeeper(st *store.Store, dir string) (Keeper, error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(dir, 0o700)
	case err == nil && len(entries) > 0:
		return Keeper{}, &NotEmptyError{dir}
	}
	if err == nil {
		err = os.Chmod(dir, 0o700)
	}
	if err != nil {
		return Keeper{}, fmt.Errorf("keeping outputs: %w", err)
	}
	return Keeper{dir, st}, nil
}

// Keep keeps a build's outputs below a name, such as "first".
func (k Keeper) Keep(ctx context.Context, name string, res *build.Result, v Verdict) error {
	dir := filepath.Join(k.dir, name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("keeping outputs: %w", err)
	}
	for _, s := range res.Steps {
		i := slices.IndexFunc(v.Steps, func(r StepResult) bool { return r.Name == s.Name })
		if i < 0 || v.Steps[i].Equal && s.Kind != plan.KindPackage && s.Kind != plan.KindImage {
			continue
		}
		if err := k.extract(ctx, s, filepath.Join(dir, fileName(s.Name))); err != nil {
			return fmt.Errorf("keeping the output of %s: %w", s.Name, err)
		}
	}
	return nil
}

func (k Keeper) extract(ctx context.Context, s build.Step, dir string) error {
	blob, err := k.store.Get(ctx, s.Output)
	if err != nil {
		return err
	}
	f, err := blob.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	return tree.ExtractExact(f, dir)
}

// fileName is the name of a step as that of a file: only the keys of for_each
// can hold a slash.
func fileName(step string) string {
	return strings.NewReplacer("%", "%25", "/", "%2F").Replace(step)
}
