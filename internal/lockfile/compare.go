package lockfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Change is one difference between two locks.
type Change struct {
	Name   string   `json:"name"`           // "package bc of distribution.debian", "source.fw"
	From   string   `json:"from,omitempty"` // version or digest; empty when it is new
	To     string   `json:"to,omitempty"`   // empty when it is gone
	By     string   `json:"by,omitempty"`   // who vouches for it now
	Weaker []string `json:"weaker,omitempty"`
}

// String is the change in one line.
func (c Change) String() string {
	s := c.Name + ": "
	switch {
	case c.From == "":
		s += "new, " + c.To
	case c.To == "":
		return s + "gone, was " + c.From
	default:
		s += c.From + " → " + c.To
	}
	if c.By != "" {
		s += ", vouched for by " + c.By
	}
	return s
}

// Compare returns what differs between two locks of a recipe, sorted by name;
// old may be nil. What vouches more weakly than before says so: fewer signers,
// a signer that is new and that the recipe does not name, an older Release
// file or one of another origin, other bytes under the same name and version,
// or a kind of vouching that is worth less.
func Compare(old, new *Lock, r *recipe.Recipe) []Change {
	var before Content
	if old != nil {
		before = old.content
	}
	var changes []Change
	for _, d := range new.content.Distributions {
		i := slices.IndexFunc(before.Distributions, func(b Distribution) bool { return b.Address == d.Address })
		if i < 0 {
			changes = append(changes, d.changes(Distribution{}, allowedSigners(r, d.Address))...)
			continue
		}
		changes = append(changes, d.changes(before.Distributions[i], allowedSigners(r, d.Address))...)
	}
	for _, b := range before.Distributions {
		if !slices.ContainsFunc(new.content.Distributions, func(d Distribution) bool { return d.Address == b.Address }) {
			changes = append(changes, Distribution{Address: b.Address}.changes(b, nil)...)
		}
	}
	changes = append(changes, sourceChanges(before.Sources, new.content.Sources, r)...)
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Name, b.Name) })
	return changes
}

// allowedSigners returns the keys that a recipe names for a block.
func allowedSigners(r *recipe.Recipe, a recipe.Address) []string {
	for _, d := range r.Distributions {
		if d.Address == a {
			return d.Signers
		}
	}
	for _, s := range r.Sources {
		if s.Address == a && s.HTTP != nil && s.HTTP.Trust != nil {
			return s.HTTP.Trust.Signers
		}
	}
	return nil
}

// pinned is a package or source package and what vouches for it.
type pinned struct {
	name, version, bytes string
	signer               string // of the package itself, where its header vouches
	by                   Vouched
}

func (d Distribution) pinned() map[string]pinned {
	all := map[string]pinned{}
	for _, v := range d.Vouched {
		for _, deb := range v.Debs {
			name := fmt.Sprintf("package %s of %s", deb.Name, d.Address)
			all[name] = pinned{name, deb.Version, deb.Architecture + " " + string(deb.Digest), deb.Signer, v}
		}
		for _, dsc := range v.Dscs {
			name := fmt.Sprintf("source package %s of %s", dsc.Name, d.Address)
			var files []string
			for _, f := range dsc.Files {
				if !IsPackaging(f.Name) { // whether it is pinned depends on the recipe
					files = append(files, string(f.Digest))
				}
			}
			all[name] = pinned{name, dsc.Version, strings.Join(files, " "), "", v}
		}
	}
	return all
}

func (v Vouched) describe() string {
	if v.Repository != "" {
		return fmt.Sprintf("repository %s of %s by %s", v.Repository, v.Date.Format(time.DateOnly), joined(v.Signers))
	}
	return fmt.Sprintf("%s %s of %s by %s", v.Origin, v.Codename, v.Date.Format(time.DateOnly), joined(v.Signers))
}

func (d Distribution) changes(before Distribution, allowed []string) []Change {
	var changes []Change
	old, now := before.pinned(), d.pinned()
	for name, p := range now {
		b, was := old[name]
		switch {
		case !was:
			changes = append(changes, Change{Name: name, To: p.version, By: p.by.describe()})
		case p.version != b.version:
			changes = append(changes, Change{Name: name, From: b.version, To: p.version, By: p.by.describe(), Weaker: p.weakerSigner(b, allowed)})
		case p.bytes != b.bytes:
			changes = append(changes, Change{Name: name, From: b.version, To: p.version, By: p.by.describe(),
				Weaker: append([]string{"other bytes under the same version"}, p.weakerSigner(b, allowed)...)})
		}
	}
	for name, b := range old {
		if _, still := now[name]; !still {
			changes = append(changes, Change{Name: name, From: b.version})
		}
	}
	return append(changes, d.releaseChanges(before, allowed)...)
}

// weakerSigner says when a package that has a signature of its own is signed by
// another key than before.
func (p pinned) weakerSigner(before pinned, allowed []string) []string {
	if p.signer == "" || before.signer == "" {
		return nil
	}
	return weakerSigners([]string{before.signer}, []string{p.signer}, allowed)
}

// releaseChanges compares each Release file or repomd.xml that is new with the
// newest before: of the suite, or of the same repository.
func (d Distribution) releaseChanges(before Distribution, allowed []string) []Change {
	if before.Suite != d.Suite {
		return nil
	}
	var changes []Change
	for _, v := range d.Vouched {
		i := lastOf(before.Vouched, v.Repository)
		if i < 0 || slices.ContainsFunc(before.Vouched, func(b Vouched) bool { return b.Digest == v.Digest }) {
			continue
		}
		changes = append(changes, d.releaseChange(before.Vouched[i], v, allowed))
	}
	return changes
}

// lastOf finds the newest of what vouches; it is sorted by date.
func lastOf(list []Vouched, repository string) int {
	for i, v := range slices.Backward(list) {
		if v.Repository == repository {
			return i
		}
	}
	return -1
}

func (d Distribution) releaseChange(last, v Vouched, allowed []string) Change {
	c := Change{Name: string(d.Address), From: last.describe(), To: v.describe()}
	what := "Release file"
	if v.Repository != "" {
		what = "repomd.xml of " + v.Repository
	}
	if v.Kind != RPMHeader { // whose signers are those of the packages
		c.Weaker = weakerSigners(last.Signers, v.Signers, allowed)
	}
	if v.Date.Before(last.Date) {
		c.Weaker = append(c.Weaker, fmt.Sprintf("the %s is of %s, older than that of %s", what, v.Date.Format(time.RFC3339), last.Date.Format(time.RFC3339)))
	}
	if v.Origin != last.Origin {
		c.Weaker = append(c.Weaker, fmt.Sprintf("the origin was %q and is %q", last.Origin, v.Origin))
	}
	return c
}

// weakerSigners says what is weaker about new signers: an additional one is
// not, as long as all that signed before still do.
func weakerSigners(old, new, allowed []string) []string {
	var weaker, gone, strange []string
	for _, s := range old {
		if !slices.Contains(new, s) {
			gone = append(gone, s)
		}
	}
	for _, s := range new {
		if !slices.Contains(old, s) && !slices.Contains(allowed, s) {
			strange = append(strange, s)
		}
	}
	if len(new) < len(old) {
		weaker = append(weaker, fmt.Sprintf("%d signers, %d before: %s has not signed", len(new), len(old), joined(gone)))
	}
	if len(gone) > 0 && len(strange) > 0 {
		weaker = append(weaker, fmt.Sprintf("signed by a new key, %s, in the place of %s", joined(strange), joined(gone)))
	}
	return weaker
}
