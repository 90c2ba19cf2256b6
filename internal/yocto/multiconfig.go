package yocto

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/kas"
)

// maxConfigurations bounds how many configurations of BBMULTICONFIG are
// evaluated.
const maxConfigurations = 64

// configurationName is the name of a configuration that is part of a file's.
var configurationName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.+-]{0,63}$`)

// configurations are those of BBMULTICONFIG, each once; of others it says why
// they cannot be followed.
func configurations(value bitbake.Value) (names []string, refused map[string]string) {
	refused = map[string]string{}
	if len(value.Unknown) > 0 {
		return nil, refused // said where the configuration is judged
	}
	for name := range strings.FieldsSeq(value.Text) {
		switch {
		case slices.Contains(names, name):
		case !configurationName.MatchString(name):
			refused[name] = "BitBake wants a name that begins with a letter"
		case len(names) == maxConfigurations:
			refused[name] = fmt.Sprintf("there are more than %d", maxConfigurations)
		default:
			names = append(names, name)
		}
	}
	return names, refused
}

// all audits the default configuration and then each of BBMULTICONFIG, as
// BitBake evaluates them: from the beginning, with BB_CURRENT_MC set.
func all(ctx context.Context, o bitbake.Options, in Input, project *kas.Config, lines map[string]kas.Lines) (*Result, error) {
	result, names, err := run(ctx, o, in, project, lines)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		o.MultiConfig = name
		other, _, err := run(ctx, o, in, project, lines)
		if err != nil {
			return nil, fmt.Errorf("configuration %s of BBMULTICONFIG: %w", name, err)
		}
		result.join(name, other)
	}
	for i := range result.Findings {
		if f := &result.Findings[i]; len(f.Multiconfig) > 0 {
			f.Evidence = append(slices.Clone(f.Evidence), "of BBMULTICONFIG: "+strings.Join(f.Multiconfig, ", "))
		}
	}
	return result, nil
}

// recipeName names the recipe as BitBake does: mc:NAME:PN for that of a
// configuration of BBMULTICONFIG.
func (s *Source) recipeName() string {
	if len(s.Multiconfig) == 0 {
		return s.PN
	}
	return "mc:" + strings.Join(s.Multiconfig, ",") + ":" + s.PN
}

// join adds what another configuration has that those before have not, with its
// name.
func (r *Result) join(name string, other *Result) {
	r.joinSources(name, other.Sources)
	r.joinFindings(name, other.Findings)
	r.Errors = distinct(append(r.Errors, other.Errors...))
	before := map[string]bool{}
	for _, c := range r.Recipes {
		before[c.File] = true
	}
	r.Inactive = inactiveInBoth(r, other)
	for _, c := range other.Recipes {
		if !before[c.File] {
			r.Recipes = append(r.Recipes, c)
		}
	}
	slices.SortStableFunc(r.Recipes, func(a, b Counted) int { return strings.Compare(a.File, b.File) })
}

func (r *Result) joinSources(name string, list []*Source) {
	type key struct{ recipe, pn, variant, uri string }
	known := map[key][]*Source{}
	of := func(s *Source) key { return key{s.Recipe, s.PN, s.Variant, s.URI} }
	for _, s := range r.Sources {
		known[of(s)] = append(known[of(s)], s)
	}
	for _, s := range list {
		same := known[of(s)]
		// one that is offered there, and skipped here, says it all
		i := slices.IndexFunc(same, func(t *Source) bool { return s.same(t) && (t.Skipped == "" || t.Skipped == s.Skipped) })
		switch {
		case i < 0:
			s.Multiconfig = []string{name}
			r.Sources = append(r.Sources, s)
			known[of(s)] = append(known[of(s)], s)
		case len(same[i].Multiconfig) > 0 && !slices.Contains(same[i].Multiconfig, name):
			same[i].Multiconfig = append(same[i].Multiconfig, name)
		}
	}
	slices.SortStableFunc(r.Sources, func(a, b *Source) int {
		return cmp.Or(strings.Compare(a.Recipe, b.Recipe), strings.Compare(a.Variant, b.Variant), strings.Compare(a.PN, b.PN))
	})
}

func (r *Result) joinFindings(name string, list []Judged) {
	type key struct {
		rule, subject, message string
		place                  finding.Place
		severity               finding.Severity
	}
	of := func(f Judged) key { return key{f.Rule, f.Subject, f.Message, f.Place, f.Severity} }
	at := map[key]int{}
	for i, f := range r.Findings {
		at[of(f)] = i
	}
	for _, f := range list {
		i, ok := at[of(f)]
		if !ok {
			f.Multiconfig = []string{name}
			at[of(f)] = len(r.Findings)
			r.Findings = append(r.Findings, f)
			continue
		}
		known := &r.Findings[i]
		known.PN = append(known.PN, f.PN...)
		slices.Sort(known.PN)
		known.PN = slices.Compact(known.PN)
		if len(known.Multiconfig) > 0 && !slices.Contains(known.Multiconfig, name) {
			known.Multiconfig = append(known.Multiconfig, name)
		}
	}
}

// inactiveInBoth keeps what is active in neither of two results.
func inactiveInBoth(a, b *Result) []Inactive {
	type key struct {
		recipe, uri, file string
		line              int
	}
	of := func(i Inactive) key { return key{i.Recipe, i.URI, i.File, i.Line} }
	part := func(x, y *Result) []Inactive {
		there, inactive := map[string]bool{}, map[key]bool{}
		for _, c := range y.Recipes {
			there[c.File] = true
		}
		for _, i := range y.Inactive {
			inactive[of(i)] = true
		}
		var out []Inactive
		for _, i := range x.Inactive {
			if !there[i.Recipe] || inactive[of(i)] {
				out = append(out, i)
			}
		}
		return out
	}
	seen, out := map[key]bool{}, []Inactive{}
	for _, i := range slices.Concat(part(a, b), part(b, a)) {
		if !seen[of(i)] {
			seen[of(i)] = true
			out = append(out, i)
		}
	}
	slices.SortStableFunc(out, func(a, b Inactive) int {
		return cmp.Or(strings.Compare(a.Recipe, b.Recipe), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return out
}

// multiconfigs names the configurations that were not followed.
func multiconfigs(c *configuration, r *report) {
	if c.multiconfig != "" {
		return // BBMULTICONFIG counts in the default configuration alone
	}
	v := c.data.Get("BBMULTICONFIG")
	if c.uncertain("BBMULTICONFIG", v, r) {
		return
	}
	_, refused := configurations(v)
	for _, name := range sorted(refused) {
		r.add(finding.Finding{Place: c.place("BBMULTICONFIG"), Subject: name,
			Message: "not proven: the configuration " + name + " (conf/multiconfig) was not audited: " + refused[name],
			Remedy:  "audit it alone: its MACHINE, DISTRO and other settings with --set"})
	}
}
