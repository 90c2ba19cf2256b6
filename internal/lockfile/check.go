package lockfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// StaleError says where a lock and a recipe differ, one line each.
type StaleError struct {
	Missing []string // the recipe needs it and the lock does not pin it
	Stale   []string // it was pinned for something that the recipe says differently now
	Unused  []string // it is pinned and the recipe does not need it
}

func (e *StaleError) Error() string {
	lines := []string{"the lock does not fit the recipe"}
	for _, part := range []struct {
		kind  string
		items []string
	}{{"missing", e.Missing}, {"stale", e.Stale}, {"unused", e.Unused}} {
		for _, item := range part.items {
			lines = append(lines, part.kind+": "+item)
		}
	}
	return strings.Join(lines, "\n  ")
}

// Hint says what helps.
func (e *StaleError) Hint() string { return "run dombuild lock" }

// Check holds the lock against a recipe. The error is a *StaleError that
// lists every difference.
func (l *Lock) Check(r *recipe.Recipe) error {
	e := &StaleError{}
	e.checkDistributions(l, r)
	e.checkToolchains(l, r)
	e.checkSources(l, r)
	if want := r.Digest(); want != l.content.Recipe {
		e.Stale = append(e.Stale, fmt.Sprintf("the recipe is %s, the lock was made for %s", want, l.content.Recipe))
	}
	if len(e.Missing)+len(e.Stale)+len(e.Unused) == 0 {
		return nil
	}
	return e
}

func (e *StaleError) checkDistributions(l *Lock, r *recipe.Recipe) {
	seen := map[recipe.Address]bool{}
	for _, d := range r.Distributions {
		seen[d.Address] = true
		pinned, ok := l.dists[d.Address]
		if !ok {
			continue // what needs it is reported as missing
		}
		for _, what := range pinned.differences(r.DemandedOf(d)) {
			e.Stale = append(e.Stale, fmt.Sprintf("%s: %s", d.Address, what))
		}
	}
	for _, d := range l.content.Distributions {
		if !seen[d.Address] {
			e.Unused = append(e.Unused, string(d.Address))
		}
	}
}

// Differences says how a recipe's distribution differs from the one pinned.
func (d Distribution) differences(want recipe.Distribution) []string {
	var out []string
	differ := func(what, have, want string) {
		if have != want {
			out = append(out, fmt.Sprintf("%s is %s, the lock has %s", what, want, have))
		}
	}
	suite, components := "suite", "components"
	if d.Type == recipe.RPM {
		suite, components = "release", "repositories"
	}
	differ("type", d.Type, want.Type)
	differ("name", d.Name, want.Name)
	differ(suite, d.Suite, want.Suite)
	differ("architecture", d.Architecture, want.Architecture)
	differ(components, strings.Join(d.Components, " "), strings.Join(set(want.Components), " "))
	for _, v := range d.Vouched {
		if d.Type == recipe.RPM {
			differ("vouched_by", v.Kind, want.VouchedBy)
		}
		differ("keyring", string(v.Keyring), string(want.Keyring.Digest))
		if !Enough(v.Signers, want.Signers, want.MinSigners) {
			out = append(out, fmt.Sprintf("%s, the lock has pins signed by %s", asksOf(want.Signers, want.MinSigners), joined(v.Signers)))
		}
	}
	return slices.Compact(out)
}

// Fits reports whether the pins of d were made for want as it is.
func (d Distribution) Fits(want recipe.Distribution) bool {
	return len(d.differences(want)) == 0
}

func (e *StaleError) checkToolchains(l *Lock, r *recipe.Recipe) {
	pinned := map[recipe.Address]Toolchain{}
	for _, t := range l.content.Toolchains {
		pinned[t.Address] = t
	}
	for _, t := range r.Toolchains {
		have, ok := pinned[t.Address]
		delete(pinned, t.Address)
		switch {
		case !ok:
			e.Missing = append(e.Missing, fmt.Sprintf("%s has no pins", t.Address))
		case have.From != t.From:
			e.Stale = append(e.Stale, fmt.Sprintf("%s is from %s, the lock has %s", t.Address, t.From, have.From))
		default:
			e.checkRequested(t, have)
		}
	}
	for _, t := range l.content.Toolchains {
		if _, left := pinned[t.Address]; left {
			e.Unused = append(e.Unused, string(t.Address))
		}
	}
}

func (e *StaleError) checkRequested(t recipe.Toolchain, have Toolchain) {
	want := set(t.Packages)
	for _, name := range want {
		if !slices.Contains(have.Requested, name) {
			e.Missing = append(e.Missing, fmt.Sprintf("package %s of %s", name, t.Address))
		}
	}
	for _, name := range have.Requested {
		if !slices.Contains(want, name) {
			e.Unused = append(e.Unused, fmt.Sprintf("package %s of %s", name, t.Address))
		}
	}
}

// Fits reports whether t was pinned for want as it is.
func (t Toolchain) Fits(want recipe.Toolchain) bool {
	return t.From == want.From && slices.Equal(t.Requested, set(want.Packages))
}

func (e *StaleError) checkSources(l *Lock, r *recipe.Recipe) {
	pinned := map[recipe.Address]Source{}
	for _, s := range l.content.Sources {
		pinned[s.Address] = s
	}
	for _, s := range r.Sources {
		if s.Local != nil {
			continue
		}
		have, ok := pinned[s.Address]
		delete(pinned, s.Address)
		s = r.DemandedOfSource(s)
		switch {
		case !ok:
			e.Missing = append(e.Missing, fmt.Sprintf("%s has no pin", s.Address))
		case !have.Fits(s):
			e.Stale = append(e.Stale, fmt.Sprintf("%s is %s, the lock has %s", s.Address, asked(s), have.what()))
		case s.Dsc != nil && s.Dsc.Patches && !l.dscs[have.From][have.Dsc].Patches:
			e.Missing = append(e.Missing, fmt.Sprintf("the patches of source package %s, which %s has", s.Dsc.Name, s.Address))
		case s.Dsc != nil && l.dscs[have.From][have.Dsc].Patches && !patched(r, have):
			e.Unused = append(e.Unused, fmt.Sprintf("the patches of source package %s, which no source has", have.Dsc))
		}
	}
	for _, s := range l.content.Sources {
		if _, left := pinned[s.Address]; left {
			e.Unused = append(e.Unused, string(s.Address))
		}
	}
}

// patched reports whether a source of the recipe applies the patches of the
// source package that s is.
func patched(r *recipe.Recipe, s Source) bool {
	return slices.ContainsFunc(r.Sources, func(w recipe.Source) bool {
		return w.Dsc != nil && w.Dsc.From == s.From && w.Dsc.Name == s.Dsc && w.Dsc.Patches
	})
}

// Fits reports whether s was pinned for want as it is.
func (s Source) Fits(want recipe.Source) bool {
	switch {
	case want.Dsc != nil:
		return s.URL == "" && s.From == want.Dsc.From && s.Dsc == want.Dsc.Name
	case want.HTTP != nil:
		return s.URL == want.HTTP.URL && (s.Digest == want.HTTP.Digest || want.HTTP.Digest == "") && s.Vouch.fits(*want.HTTP)
	}
	tree := Wanted(want)
	return tree != nil && s.Tree != nil && s.Tree.fits(tree, want)
}

func (s Source) what() string {
	if s.Tree != nil {
		return s.Tree.String()
	}
	if s.URL != "" {
		return fmt.Sprintf("%s %s%s", s.URL, s.Digest, s.Vouch.note())
	}
	return fmt.Sprintf("source package %s of %s", s.Dsc, s.From)
}

func asked(s recipe.Source) string {
	if t := Wanted(s); t != nil {
		return t.String()
	}
	if s.Dsc != nil {
		return fmt.Sprintf("source package %s of %s", s.Dsc.Name, s.Dsc.From)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", s.HTTP.URL, s.HTTP.Digest)) + askedVouch(*s.HTTP)
}

// set returns the sorted names without repetition.
func set(names []string) []string {
	return slices.Compact(sortedBy(names, itself))
}
