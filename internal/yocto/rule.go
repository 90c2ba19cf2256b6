package yocto

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// rule is one rule: its text, and one of the functions that judge by it.
type rule struct {
	id       string
	severity finding.Severity
	name     string // a few words
	summary  string // one sentence: what is wrong where it is broken
	why      string // why it matters
	remedy   string // what to do about it

	source func(*recipe, *Source, *report) // for each URI
	recipe func(*recipe, *report)          // for each recipe
	config func(*configuration, *report)   // once
}

// Rules returns the rules, as reports show them.
func Rules() []finding.Rule {
	var out []finding.Rule
	for _, r := range rules() {
		out = append(out, finding.Rule{
			ID: r.id, Name: r.name, Summary: r.summary, Severity: r.severity, Tags: []string{"yocto"},
			Help: r.why + "\n\n**Remedy:** " + r.remedy + ".",
		})
	}
	return out
}

// rules returns all rules by id.
var rules = sync.OnceValue(func() []rule {
	all := slices.Concat(checksumRules, revisionRules, transportRules, mirrorRules, configRules, registryRules, taskRules, fileRules)
	slices.SortFunc(all, func(a, b rule) int { return strings.Compare(a.id, b.id) })
	return all
})

// report collects the findings of the rules, one after the other.
type report struct {
	rule     *rule
	findings []finding.Finding
}

// add adds a finding; what it leaves open is the rule's.
func (r *report) add(f finding.Finding) {
	f.Rule = r.rule.id
	f.Severity = cmp.Or(f.Severity, r.rule.severity)
	f.Remedy = cmp.Or(f.Remedy, r.rule.remedy)
	r.findings = append(r.findings, f)
}

// of adds a finding about a source.
func (r *report) of(s *Source, f finding.Finding) {
	if f.Place == (finding.Place{}) {
		f.Place = s.place()
	}
	f.Subject = cmp.Or(f.Subject, s.URI)
	if !slices.Contains(s.Rules, r.rule.id) {
		s.Rules = append(s.Rules, r.rule.id)
	}
	r.add(f)
}

// at converts a place.
func at(p bitbake.Place) finding.Place { return finding.Place{File: p.File, Line: p.Line} }

// judge applies the rules to one recipe.
func (r *recipe) judge() []finding.Finding {
	all, rep := rules(), &report{}
	for i := range all {
		rule := &all[i]
		rep.rule = rule
		if rule.source != nil {
			for _, s := range r.sources {
				rule.source(r, s, rep)
			}
		}
		if rule.recipe != nil {
			rule.recipe(r, rep)
		}
	}
	return rep.findings
}

// judge applies the rules to the configuration.
func (c *configuration) judge() []finding.Finding {
	all, rep := rules(), &report{}
	for i := range all {
		if rep.rule = &all[i]; rep.rule.config != nil {
			rep.rule.config(c, rep)
		}
	}
	return rep.findings
}
