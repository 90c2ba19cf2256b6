package resolve

import (
	"context"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Pin brings a source that is a tree, verifies it, keeps it, and says what it
// is; package upstream has one.
type Pin func(ctx context.Context, s recipe.Source) (*lockfile.Tree, error)

// upstream pins a source that is a tree, unless its pin still serves.
func (j *job) upstream(ctx context.Context, s recipe.Source) (lockfile.Source, error) {
	for _, before := range j.old.Sources {
		if before.Address == s.Address && before.Fits(s) && !j.freed.dsc(s) {
			return before, nil
		}
	}
	if j.opt.Pin == nil {
		return lockfile.Source{}, errNoNetwork
	}
	t, err := j.opt.Pin(ctx, s)
	return lockfile.Source{Address: s.Address, Tree: t}, err
}
