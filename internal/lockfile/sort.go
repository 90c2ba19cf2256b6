package lockfile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// sorted returns a deep copy of c in canonical order.
func sorted(c Content) Content {
	c.Distributions = sortedBy(c.Distributions, func(d Distribution) string { return string(d.Address) })
	for i := range c.Distributions {
		d := &c.Distributions[i]
		d.Components = sortedBy(d.Components, itself)
		d.Vouched = slices.Clone(d.Vouched)
		slices.SortStableFunc(d.Vouched, func(a, b Vouched) int {
			return cmp.Or(cmp.Compare(a.Repository, b.Repository), a.Date.Compare(b.Date), cmp.Compare(a.Digest, b.Digest))
		})
		for j := range d.Vouched {
			sortVouched(&d.Vouched[j])
		}
	}
	c.Toolchains = sortedBy(c.Toolchains, func(t Toolchain) string { return string(t.Address) })
	for i := range c.Toolchains {
		c.Toolchains[i].Requested = sortedBy(c.Toolchains[i].Requested, itself)
		c.Toolchains[i].Packages = sortedBy(c.Toolchains[i].Packages, itself)
	}
	c.Sources = sortedBy(c.Sources, func(s Source) string { return string(s.Address) })
	for i := range c.Sources {
		c.Sources[i].Tree = c.Sources[i].Tree.clone()
		sortVouch(&c.Sources[i].Vouch)
	}
	return c
}

func sortVouch(v *Vouch) {
	v.SignedAt = v.SignedAt.UTC()
	v.Signers = sortedBy(v.Signers, itself)
	v.Evidence = sortedBy(v.Evidence, func(e Evidence) string { return e.Name })
}

func sortVouched(v *Vouched) {
	v.Date, v.SignedAt, v.ValidUntil = v.Date.UTC(), v.SignedAt.UTC(), v.ValidUntil.UTC()
	v.Signers = sortedBy(v.Signers, itself)
	v.Indexes = sortedBy(v.Indexes, func(i Index) string { return i.Path })
	v.Debs = sortedBy(v.Debs, func(d Deb) string { return d.Name })
	for i := range v.Debs {
		v.Debs[i].SignedAt = v.Debs[i].SignedAt.UTC()
	}
	v.Dscs = sortedBy(v.Dscs, func(d Dsc) string { return d.Name })
	for i := range v.Dscs {
		v.Dscs[i].Files = sortedBy(v.Dscs[i].Files, func(f File) string { return f.Name })
	}
}

func sortedBy[T any](list []T, key func(T) string) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	return list
}

func itself(s string) string { return s }

// label is how an address is written in a lock: without the kind when the
// block stands in the root module, whole otherwise.
func label(kind string, a recipe.Address) string {
	if strings.HasPrefix(string(a), "module.") {
		return string(a)
	}
	return strings.TrimPrefix(string(a), kind+".")
}

func address(kind, label string) recipe.Address {
	if strings.HasPrefix(label, "module.") {
		return recipe.Address(label)
	}
	return recipe.Address(kind + "." + label)
}
