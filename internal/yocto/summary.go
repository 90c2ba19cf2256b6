package yocto

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Summary counts what was audited.
type Summary struct {
	BitBake  string                 `json:"bitbake"` // the release that is judged, such as "2.18"
	Recipes  int                    `json:"recipes"`
	Skipped  int                    `json:"skipped"` // of the recipes
	URIs     int                    `json:"uris"`
	Remote   int                    `json:"remote"`   // of the URIs
	Verified int                    `json:"verified"` // of the remote ones
	Verdicts map[source.Verdict]int `json:"verdicts"`
	Inactive int                    `json:"inactive"` // remote sources for other overrides, not in URIs
	Layers   []LayerSummary         `json:"layers"`
	Errors   int                    `json:"errors"` // of syntax
	Findings finding.Summary        `json:"findings"`
}

// LayerSummary counts the sources of one layer.
type LayerSummary struct {
	Name     string                 `json:"name"`
	Recipes  int                    `json:"recipes"`
	Verdicts map[source.Verdict]int `json:"verdicts"`
}

// worse counts the sources of a layer that are not verified.
func (l LayerSummary) worse() int {
	return l.Verdicts[source.Floating]*1000 + l.Verdicts[source.Missing] + l.Verdicts[source.NoHash] + l.Verdicts[source.NotProven]
}

// Summary counts sources and recipes; layers come worst first.
func (r *Result) Summary() Summary {
	s := Summary{BitBake: r.Release.String(), Recipes: len(r.Recipes), Inactive: len(r.Inactive), URIs: len(r.Sources), Verdicts: map[source.Verdict]int{}, Layers: []LayerSummary{}, Errors: len(r.Errors)}
	at := map[string]int{}
	layer := func(name string) *LayerSummary {
		i, ok := at[name]
		if !ok {
			i, at[name] = len(s.Layers), len(s.Layers)
			s.Layers = append(s.Layers, LayerSummary{Name: name, Verdicts: map[source.Verdict]int{}})
		}
		return &s.Layers[i]
	}
	for _, c := range r.Recipes {
		layer(c.Layer).Recipes++
		if c.Skipped != "" {
			s.Skipped++
		}
	}
	for _, x := range r.Sources {
		s.Verdicts[x.Verdict]++
		layer(x.Layer).Verdicts[x.Verdict]++
		if x.Verdict.Remote() {
			s.Remote++
		}
		if x.Verdict.Verified() {
			s.Verified++
		}
	}
	slices.SortStableFunc(s.Layers, func(a, b LayerSummary) int {
		if d := b.worse() - a.worse(); d != 0 {
			return d
		}
		return strings.Compare(a.Name, b.Name)
	})
	return s
}

// NotVerified counts the remote sources that BitBake compares with nothing.
func (s Summary) NotVerified() int { return s.Remote - s.Verified - s.Verdicts[source.NotProven] }

// String says in one line how many sources are verified: "949 recipes, 3156
// remote sources; BitBake 2.18: 3154 verified, 0 not verified, 2 not proven".
func (s Summary) String() string {
	return fmt.Sprintf("%d recipes, %d remote sources; BitBake %s: %d verified, %d not verified, %d not proven",
		s.Recipes, s.Remote, s.BitBake, s.Verified, s.NotVerified(), s.Verdicts[source.NotProven])
}

// Section is the table of verdicts by layer.
func (s Summary) Section() finding.Section {
	out := finding.Section{Title: "Sources by layer and verdict", Columns: []string{"layer", "recipes"},
		Note: s.String() + "."}
	for _, v := range source.Verdicts() {
		out.Columns = append(out.Columns, string(v))
	}
	for _, l := range s.Layers {
		row := []string{l.Name, fmt.Sprint(l.Recipes)}
		for _, v := range source.Verdicts() {
			row = append(row, fmt.Sprint(l.Verdicts[v]))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// Filter selects what is shown and judged. An empty field selects everything.
type Filter struct {
	Layers  []string // names, or patterns of path.Match
	Rules   []string // ids
	Recipes []string // names, or patterns of path.Match
}

// Select returns what a filter leaves.
func (r *Result) Select(f Filter) *Result {
	out := *r
	out.Sources = slices.DeleteFunc(slices.Clone(r.Sources), func(s *Source) bool {
		rule := len(f.Rules) == 0 || slices.ContainsFunc(s.Rules, func(id string) bool { return slices.Contains(f.Rules, id) })
		return !rule || !matches(f.Layers, s.Layer) || !matches(f.Recipes, s.PN)
	})
	out.Recipes = slices.DeleteFunc(slices.Clone(r.Recipes), func(c Counted) bool {
		return !matches(f.Layers, c.Layer) || !matches(f.Recipes, c.PN)
	})
	out.Inactive = slices.DeleteFunc(slices.Clone(r.Inactive), func(i Inactive) bool {
		return !matches(f.Layers, i.Layer) || !matches(f.Recipes, i.PN)
	})
	out.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(j Judged) bool {
		switch {
		case len(f.Rules) > 0 && !slices.Contains(f.Rules, j.Rule):
			return true
		case len(f.Layers) > 0 && !matches(f.Layers, r.layers.layerOf(j.Place.File)):
			return true
		}
		return len(f.Recipes) > 0 && !slices.ContainsFunc(j.PN, func(pn string) bool { return matches(f.Recipes, pn) })
	})
	return &out
}

func matches(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return p == name || err == nil && ok
	})
}

// Plain returns the findings for a finding.Report.
func (r *Result) Plain() []finding.Finding {
	out := make([]finding.Finding, len(r.Findings))
	for i, j := range r.Findings {
		out[i] = j.Finding
	}
	return out
}

// maxRows bounds the table of sources on the HTML page.
const maxRows = 2000

// Unverified is the table of the remote sources that are not verified, worst first.
func (r *Result) Unverified() finding.Section {
	out := finding.Section{Title: "Sources that are not verified, or not proven to be", Columns: []string{"verdict", "layer", "recipe", "URI", "rules"}}
	for _, v := range source.Verdicts() {
		for _, s := range r.Sources {
			if s.Verdict == v && v.Remote() && !v.Verified() {
				out.Rows = append(out.Rows, []string{string(v), s.Layer, s.recipeName(), s.URI, strings.Join(s.Rules, " ")})
			}
		}
	}
	if n := len(out.Rows); n > maxRows {
		out.Rows = out.Rows[:maxRows]
		out.Note = fmt.Sprintf("The first %d of %d; --json has all.", maxRows, n)
	}
	return out
}
