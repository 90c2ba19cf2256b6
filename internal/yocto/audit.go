package yocto

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Result is what an audit found.
type Result struct {
	Root     string // absolute; files are relative to it
	Release  source.Release
	Sources  []*Source // by recipe, name, and the order in SRC_URI
	Findings []Judged  // unordered; a finding.Report sorts them
	Errors   []*bitbake.SyntaxError
	Recipes  []Counted
	Inactive []Inactive // by recipe
	layers   *files
}

// Judged is a finding, and the recipes that it is about; none: the configuration.
type Judged struct {
	finding.Finding
	PN []string // sorted
}

// Counted is a recipe file that was audited.
type Counted struct {
	File, Layer, PN string
	Skipped         string
}

// audit collects what is found in recipe files that come in any order.
type audit struct {
	release  source.Release
	files    *files
	code     *code
	doubt    *bitbake.Unknown // why nothing is proven; nil: there is no reason
	findings []Judged         // of the configuration
	errors   []*bitbake.SyntaxError
	recipes  [][]*recipe // of each recipe file
}

// configuration judges the configuration.
func (a *audit) configuration(c *configuration) {
	for _, f := range c.judge() {
		a.findings = append(a.findings, Judged{Finding: f})
	}
}

// file judges the variants of a recipe file, which are released. It may be called
// from several goroutines.
func (a *audit) file(i int, variants []*bitbake.Recipe) {
	var data []*bitbake.Data
	for n, r := range variants { // the recipe itself comes first
		data = append(data, r.Data)
		rec := a.recipe(r)
		a.recipes[i] = append(a.recipes[i], rec)
		if n > 0 {
			rec.sources = rec.besides(a.recipes[i][0])
		}
	}
	bitbake.Release(data)
}

// besides are the sources of a variant that the recipe itself does not fetch so.
func (r *recipe) besides(base *recipe) []*Source {
	var out []*Source
	for _, s := range r.sources {
		if !slices.ContainsFunc(base.sources, s.same) {
			out = append(out, s)
		}
	}
	return out
}

// recipe judges one variant of a recipe.
func (a *audit) recipe(r *bitbake.Recipe) *recipe {
	rec := &recipe{Recipe: r, data: r.Data, release: a.release, files: a.files, code: a.code, doubt: a.doubt}
	if r.Layer == "" {
		r.Layer = a.files.layerOf(r.File)
	}
	rec.sources = rec.sourcesOf()
	rec.others = rec.inactive()
	rec.findings = rec.judge()
	rec.data, rec.Data, rec.texts, rec.dirs, rec.tasks, rec.found = nil, nil, nil, nil, nil, nil // the recipe's variables are not needed any more
	return rec
}

// result puts what was found in order.
func (a *audit) result() *Result {
	findings, errs := a.findings, a.errors
	recipes := slices.Concat(a.recipes...)
	for _, r := range recipes {
		errs = append(errs, r.Errors...)
		for _, f := range r.findings {
			findings = append(findings, Judged{f, []string{r.PN}})
		}
	}
	slices.SortFunc(recipes, func(x, y *recipe) int {
		return cmp.Or(strings.Compare(x.File, y.File), strings.Compare(x.Variant, y.Variant), strings.Compare(x.PN, y.PN))
	})
	out := &Result{Root: a.files.root, Release: a.release, Findings: merged(findings), Errors: distinct(errs), Sources: []*Source{}, Inactive: nowhereActive(recipes), layers: a.files}
	var base *recipe
	for _, r := range recipes {
		if base == nil || base.File != r.File {
			base = r
			out.Recipes = append(out.Recipes, Counted{r.File, r.Layer, r.PN, r.Skipped})
		}
		out.Sources = append(out.Sources, r.sources...)
	}
	return out
}

// same says whether a variant fetches a URI as the recipe itself does.
func (s *Source) same(t *Source) bool {
	return s.URI == t.URI && s.Verdict == t.Verdict && s.Algorithm == t.Algorithm && s.Expected == t.Expected && maps.Equal(s.Revisions, t.Revisions)
}

// merged keeps one of the findings that say the same of the same place: what
// stands in a class is said once, for all recipes that inherit it.
func merged(findings []Judged) []Judged {
	type key struct {
		rule, subject, message string
		place                  finding.Place
	}
	at := map[key]int{}
	var out []Judged
	for _, f := range findings {
		k := key{f.Rule, f.Subject, f.Message, f.Place}
		if i, ok := at[k]; ok {
			out[i].PN = append(out[i].PN, f.PN...)
			continue
		}
		at[k] = len(out)
		out = append(out, f)
	}
	for i := range out {
		slices.Sort(out[i].PN)
		out[i].PN = slices.Compact(out[i].PN)
	}
	return out
}

// distinct sorts errors and drops those that several recipes share.
func distinct(errs []*bitbake.SyntaxError) []*bitbake.SyntaxError {
	slices.SortFunc(errs, func(a, b *bitbake.SyntaxError) int {
		return cmp.Or(strings.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Text, b.Text))
	})
	return slices.CompactFunc(errs, func(a, b *bitbake.SyntaxError) bool { return a.Error() == b.Error() })
}
