package lockfile

import (
	"fmt"
	"time"

	"github.com/dombuild/dombuild/internal/recipe"
)

// What vouches for a source, by its worth.
const (
	worthNothing   = iota // first use
	worthCommit           // somebody signed the commit, and nobody that the tag names it
	worthRecipe           // a digest, a sum or a commit that stands in the recipe
	worthSignature        // of what the recipe asks for
)

// worth ranks kinds of vouching.
func (s Source) worth() int {
	if s.Tree != nil {
		return s.Tree.worth()
	}
	switch s.Vouch.Kind {
	case FirstUse:
		return worthNothing
	case ByRecipe:
		return worthRecipe
	}
	return worthSignature
}

func (t *Tree) worth() int {
	switch {
	case t.FirstUse() && len(t.Vouched) == 0:
		return worthNothing
	case t.FirstUse():
		return worthCommit
	case len(t.Vouched) == 0:
		return worthRecipe
	}
	return worthSignature
}

// signed says who has signed a source, and the newest date of that.
func (s Source) signed() (signers []string, at time.Time) {
	if s.Tree == nil {
		return s.Vouch.Signers, s.Vouch.SignedAt
	}
	for _, v := range s.Tree.Vouched {
		signers, at = v.Signers, v.Date
	}
	return signers, at
}

// by says who vouches, for people.
func (s Source) by() string {
	if s.Tree != nil {
		return s.Tree.By()
	}
	return s.Vouch.String()
}

// own reports whether a source has a pin of its own: those of source packages
// are their distribution's.
func (s Source) own() bool { return s.URL != "" || s.Tree != nil }

// pinned names what is pinned.
func (s Source) pinned() string {
	switch {
	case s.Tree != nil:
		return s.Tree.String()
	case s.URL != "":
		return s.URL + " " + string(s.Digest)
	}
	return ""
}

func sourceChanges(before, after []Source, r *recipe.Recipe) []Change {
	old := map[recipe.Address]Source{}
	for _, s := range before {
		old[s.Address] = s
	}
	var changes []Change
	for _, s := range after {
		b := old[s.Address]
		delete(old, s.Address)
		if c, changed := s.change(b, allowedSigners(r, s.Address)); changed {
			changes = append(changes, c)
		}
	}
	for _, s := range old {
		if s.own() {
			changes = append(changes, Change{Name: string(s.Address), From: s.pinned()})
		}
	}
	return changes
}

// change compares a source with what it was; b is zero when there was none.
func (s Source) change(b Source, allowed []string) (Change, bool) {
	if !s.own() || s.pinned() == b.pinned() && s.by() == b.by() && s.files() == b.files() {
		return Change{}, false
	}
	c := Change{Name: string(s.Address), To: s.pinned(), By: s.by()}
	if !b.own() {
		return c, true
	}
	c.From = b.pinned()
	if s.worth() < b.worth() {
		c.Weaker = append(c.Weaker, fmt.Sprintf("vouched for by %s, before by %s", s.by(), b.by()))
	}
	signers, at := s.signed()
	if were, then := b.signed(); len(signers) > 0 && len(were) > 0 {
		c.Weaker = append(c.Weaker, weakerSigners(were, signers, allowed)...)
		if at.Before(then) && !at.IsZero() {
			c.Weaker = append(c.Weaker, fmt.Sprintf("signed at %s, before at %s", at.Format(time.RFC3339), then.Format(time.RFC3339)))
		}
	}
	if other := s.otherBytes(b); other != "" {
		c.Weaker = append(c.Weaker, other)
	}
	return c, true
}

// files identifies the files of a tree: its name may be that of the lock file,
// or of a commit that git names by SHA-1.
func (s Source) files() string {
	if s.Tree != nil {
		return string(s.Tree.Index)
	}
	return ""
}

// otherBytes says that something has other bytes under the name that it had.
// With their digest in the recipe, the recipe has said that they change; where
// nobody vouched for what a tag names, nobody is contradicted.
func (s Source) otherBytes(b Source) string {
	switch {
	case s.Tree == nil && b.Tree == nil:
		if s.URL == b.URL && s.Digest.Algorithm() == b.Digest.Algorithm() && s.Digest != b.Digest && s.Vouch.Kind != ByRecipe {
			return "other bytes at the same URL"
		}
	case s.Tree == nil || b.Tree == nil || s.Tree.Kind != b.Tree.Kind || s.Tree.Name != b.Tree.Name || s.Tree.Variant != b.Tree.Variant:
	case s.Tree.Pinned == b.Tree.Pinned && s.Tree.Index != b.Tree.Index:
		return "other files under the same name: " + s.Tree.Pinned
	case s.Tree.Kind == GitTree && s.Tree.Ref != "" && s.Tree.Ref == b.Tree.Ref && s.Tree.Pinned != b.Tree.Pinned && !b.Tree.FirstUse():
		return fmt.Sprintf("the signed tag %s named commit %s, and names %s", s.Tree.Ref, b.Tree.Pinned, s.Tree.Pinned)
	}
	return ""
}
