package yocto

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Change is a source that differs between two checkouts.
type Change struct {
	Kind   string  `json:"kind"` // "added", "removed", "changed"
	Recipe string  `json:"recipe"`
	PN     string  `json:"pn"`
	Old    *Source `json:"old,omitempty"`
	New    *Source `json:"new,omitempty"`
	Worse  bool    `json:"worse"` // what was verified is no more, or what is new is not verified
}

// Diff compares the sources of two audits: which came, which went, and which
// are verified otherwise. Sources are paired by recipe name, variant and URI,
// then by what of the URI does not follow the version.
func Diff(before, after *Result) []Change {
	gone, come := group(before.Sources), group(after.Sources)
	out := []Change{}
	for _, key := range keys(gone, come) {
		out = append(out, pair(gone[key], come[key])...)
	}
	slices.SortStableFunc(out, func(a, b Change) int {
		if a.Worse != b.Worse {
			return map[bool]int{true: -1, false: 1}[a.Worse]
		}
		return cmp.Or(strings.Compare(a.Recipe, b.Recipe), strings.Compare(a.PN, b.PN))
	})
	return out
}

// group collects the remote sources of each recipe name and variant.
func group(sources []*Source) map[string][]*Source {
	out := map[string][]*Source{}
	for _, s := range sources {
		if s.Verdict.Remote() {
			key := s.Layer + " " + s.PN + " " + s.Variant
			out[key] = append(out[key], s)
		}
	}
	return out
}

func keys(a, b map[string][]*Source) []string {
	all := slices.Collect(maps.Keys(a))
	for k := range b {
		all = append(all, k)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// pair pairs the sources of one recipe, first those with the same URI, then
// those of the same stem, and says what differs.
func pair(gone, come []*Source) []Change {
	var out []Change
	left := slices.Clone(come)
	for _, same := range []func(a, b *Source) bool{
		func(a, b *Source) bool { return a.Recipe == b.Recipe && a.URI == b.URI },
		func(a, b *Source) bool { return a.URI == b.URI },
		func(a, b *Source) bool { return a.Type == b.Type && stem(a) == stem(b) },
	} {
		var rest []*Source
		for _, a := range gone {
			i := slices.IndexFunc(left, func(b *Source) bool { return same(a, b) })
			if i < 0 {
				rest = append(rest, a)
				continue
			}
			b := left[i]
			left = slices.Delete(left, i, i+1)
			if !a.same(b) {
				out = append(out, Change{"changed", b.Recipe, b.PN, a, b, a.Verdict.Verified() && !b.Verdict.Verified() || weaker(a, b)})
			}
		}
		gone = rest
	}
	for _, a := range gone {
		out = append(out, Change{Kind: "removed", Recipe: a.Recipe, PN: a.PN, Old: a})
	}
	for _, b := range left {
		out = append(out, Change{Kind: "added", Recipe: b.Recipe, PN: b.PN, New: b, Worse: !b.Verdict.Verified()})
	}
	return out
}

// weaker says whether a strong checksum has become a weak one, or a URI that
// named a file now names another with the same version and a new checksum.
func weaker(a, b *Source) bool {
	swapped := a.URI == b.URI && a.Verdict == source.Checksum && b.Verdict == source.Checksum && a.Algorithm == b.Algorithm && a.Expected != b.Expected
	return !a.judgement.Weak() && b.judgement.Weak() || swapped
}

// stem is a URI without its version: digits are taken out.
func stem(s *Source) string {
	base, _, _ := strings.Cut(s.URI, ";")
	for _, v := range []string{s.PV, strings.ReplaceAll(s.PV, ".", "_")} {
		if v != "" {
			base = strings.ReplaceAll(base, v, "")
		}
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, base)
}

// Says is a source's verdict in a few words: "checksum sha256 9f86…", "scm-floating v1.0".
func (s *Source) Says() string {
	out := string(s.Verdict)
	if s.Expected != "" {
		out += " " + s.Algorithm + " " + s.Expected
	}
	for _, name := range sorted(s.Revisions) {
		out += " " + s.Revisions[name]
	}
	return out
}

// DiffError returns a *GateError when a change is for the worse.
func DiffError(changes []Change) error {
	n := 0
	for _, c := range changes {
		if c.Worse {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &GateError{Findings: n, What: "changes for the worse"}
}
