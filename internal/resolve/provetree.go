package resolve

import (
	"context"
	"slices"
	"time"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// ProveTree shows that a tree, all its parts included, is what the recipe and
// its signatures say; package upstream has one. Signatures are judged as of a
// time, as Evidence has it.
type ProveTree func(ctx context.Context, s recipe.Source, t *lockfile.Tree, asOf time.Time) error

// tree proves the pins of a source that is a tree.
func (p *prover) tree(s lockfile.Source) {
	t := s.Tree
	by, err := t.By(), p.provedTree(s)
	firstUse := err == nil && t.FirstUse()
	for _, sum := range append([]lockfile.Part{{Digest: t.Digest}}, t.Parts...) {
		if firstUse {
			p.noteFirstUse(sum.Digest, by)
		} else {
			p.note(sum.Digest, by, err)
		}
	}
}

func (p *prover) provedTree(s lockfile.Source) error {
	i := slices.IndexFunc(p.recipe.Sources, func(w recipe.Source) bool { return w.Address == s.Address })
	switch {
	case i < 0:
		return &UntrustedError{What: string(s.Address), Reason: "the recipe has no such source"}
	case s.Tree.FirstUse() && p.recipe.Demands().NoFirstUse:
		return &UntrustedError{What: string(s.Address), Reason: "nobody vouches for what its tag names, and the recipe's policy has first_use = false"}
	case p.evidence.Tree == nil:
		return &MissingError{Evidence: lockfile.Evidence{Of: s.Address}}
	}
	want := p.recipe.Sources[i]
	for _, v := range s.Tree.Vouched {
		if len(v.Signers) < p.recipe.Demands().MinSigners {
			return &UntrustedError{What: string(s.Address), Reason: "fewer have signed it than the recipe's policy asks for"}
		}
	}
	return p.evidence.Tree(p.ctx, want, s.Tree, p.evidence.AsOf)
}
