package resolve

import (
	"context"
	"fmt"

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
			return before, j.demanded(s, before.Tree)
		}
	}
	if j.opt.Pin == nil {
		return lockfile.Source{}, errNoNetwork
	}
	t, err := j.opt.Pin(ctx, s)
	if err != nil {
		return lockfile.Source{}, err
	}
	return lockfile.Source{Address: s.Address, Tree: t}, j.demanded(s, t)
}

// demanded holds a tree against the recipe's policy.
func (j *job) demanded(s recipe.Source, t *lockfile.Tree) error {
	policy := j.recipe.Demands()
	untrusted := func(reason, remedy string) error {
		return &UntrustedError{What: string(s.Address), From: t.Name, Reason: reason, Remedy: "at " + place(s.Range) + remedy}
	}
	if policy.NoFirstUse && t.FirstUse() {
		return untrusted("nobody vouches for what the tag "+t.Ref+" names, and the recipe's policy has first_use = false",
			"name a keyring whose keys sign it, or the commit or digest that somebody has checked")
	}
	for _, v := range t.Vouched {
		if len(v.Signers) < policy.MinSigners {
			return untrusted(fmt.Sprintf("%d of %d signers that the recipe's policy asks for have signed (%s)", len(v.Signers), policy.MinSigners, v.Kind),
				"name a commit that more have signed, or ask the policy for fewer")
		}
	}
	return nil
}
