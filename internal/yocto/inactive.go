package yocto

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Inactive is a remote source that stands in a recipe for another machine,
// architecture or class than those that were audited: it has no verdict.
type Inactive struct {
	Recipe   string `json:"recipe"`
	Layer    string `json:"layer"`
	PN       string `json:"pn"`
	URI      string `json:"uri"`      // as written
	Variable string `json:"variable"` // "SRC_URI:append:qemuarm"
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// inactive lists the remote URIs in assignments for overrides that are none of
// the recipe's own.
func (r *recipe) inactive() []Inactive {
	var out []Inactive
	for _, a := range r.data.History("SRC_URI") {
		if a.Op == ":remove" || !overridden(a) {
			continue
		}
		for _, word := range source.Split(unescape(a.Text)) {
			scheme, _, ok := strings.Cut(word, "://")
			active := func(s *Source) bool { return mayExpandTo(word, s.URI) }
			if !ok || scheme == "file" || strings.HasPrefix(word, "${@") || slices.ContainsFunc(r.sources, active) {
				continue
			}
			out = append(out, Inactive{r.File, r.Layer, r.PN, word, a.Name, a.Place.File, a.Place.Line})
		}
	}
	return out
}

// overridden says whether an assignment is for an override: SRC_URI:x,
// SRC_URI:append:x, SRC_URI_append_x.
func overridden(a bitbake.Assignment) bool {
	rest := strings.TrimPrefix(a.Name, "SRC_URI")
	for _, operator := range []string{"append", "prepend"} {
		for _, separator := range []string{":", "_"} {
			rest = strings.TrimPrefix(rest, separator+operator)
		}
	}
	return rest != ""
}

// nowhereActive keeps what is inactive in every variant of a recipe file.
func nowhereActive(recipes []*recipe) []Inactive {
	type key struct {
		recipe, uri, file string
		line              int
	}
	variants, times := map[string]int{}, map[key]int{}
	first := map[key]Inactive{}
	var order []key
	for _, r := range recipes {
		variants[r.File]++
		seen := map[key]bool{}
		for _, i := range r.others {
			k := key{i.Recipe, i.URI, i.File, i.Line}
			if seen[k] {
				continue
			}
			seen[k] = true
			if times[k]++; times[k] == 1 {
				first[k] = i
				order = append(order, k)
			}
		}
	}
	out := []Inactive{}
	for _, k := range order {
		if times[k] == variants[k.recipe] {
			out = append(out, first[k])
		}
	}
	slices.SortStableFunc(out, func(a, b Inactive) int {
		return cmp.Or(strings.Compare(a.Recipe, b.Recipe), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}
