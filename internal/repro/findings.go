package repro

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// ruleOf names the rule that a cause breaks.
var ruleOf = map[By]string{
	ByAxes: "differs-by-axis", ByItself: "differs-by-itself", ByInputs: "differs-by-inputs", Unknown: "differs",
}

// FindingRules are the rules of a check's findings.
func FindingRules() []finding.Rule {
	return []finding.Rule{
		{ID: ruleOf[ByAxes], Name: "depends on a condition of the build", Summary: "An output depends on a condition of the build that must not matter.",
			Severity: finding.High, Tags: []string{"reproducibility"},
			Help: "The step was built again with single conditions varied until a smallest set was found that makes the output differ. The message names it."},
		{ID: ruleOf[ByItself], Name: "differs by itself", Summary: "An output differs from build to build although nothing was varied.",
			Severity: finding.High, Tags: []string{"reproducibility"},
			Help: "Dates, random numbers, keys that are made in the build, temporary names and races do that."},
		{ID: ruleOf[ByInputs], Name: "differs because its inputs do", Summary: "An output differs because another step's output does.",
			Severity: finding.Note, Tags: []string{"reproducibility"},
			Help: "From the same inputs the step gave the same bytes, with everything varied. There is nothing to mend here."},
		{ID: ruleOf[Unknown], Name: "differs", Summary: "An output differs from build to build, and the cause was not found.",
			Severity: finding.High, Tags: []string{"reproducibility"},
			Help: "A larger --bisect-limit lets the search go on; --keep DIR keeps both outputs for a closer look."},
		{ID: callsRule, Name: "compilers were called otherwise", Summary: "The record of compiler calls differs from build to build although the outputs do not.",
			Severity: finding.High, Tags: []string{"reproducibility"},
			Help: "The record says how each part of an output was compiled. What differs in it depends on the build's surroundings."},
	}
}

// Findings says in the common vocabulary what a check found. The place is
// where the recipe has the step; relative paths of the recipe are below dir.
func Findings(v Verdict, dir string) []finding.Finding {
	var list []finding.Finding
	for _, c := range v.Causes {
		list = append(list, c.finding())
	}
	list = append(list, callFindings(v)...)
	for i := range list {
		f := &list[i]
		if f.Place.File != "" && !filepath.IsAbs(f.Place.File) {
			f.Place.File = filepath.ToSlash(filepath.Join(dir, f.Place.File))
		}
	}
	return list
}

// maxEvidence bounds the lines of evidence of one finding.
const maxEvidence = 20

func (c Cause) finding() finding.Finding {
	f := finding.Finding{
		Rule: ruleOf[c.By], Place: finding.Place{File: c.file, Line: c.line}, Subject: c.Step + " " + c.Why(),
		Message: c.Step + " differs: " + c.Why(), Remedy: c.Remedy, Evidence: []string{c.Evidence},
	}
	if c.Cause != "" {
		f.Evidence = append(f.Evidence, "class of cause: "+string(c.Cause))
	}
	lines := Lines(c.Differences)
	if len(lines) == 0 {
		lines = c.Files
	}
	if len(lines) > maxEvidence {
		more := len(lines) - maxEvidence
		lines = append(slices.Clip(lines[:maxEvidence]), fmt.Sprintf("and %d more", more))
	}
	f.Evidence = append(f.Evidence, lines...)
	return f
}

// Why says in a few words what makes the output differ.
func (c Cause) Why() string {
	switch c.By {
	case ByAxes:
		var parts []string
		for _, a := range c.Axes {
			parts = append(parts, a.Name+" ("+a.First+" → "+a.Second+")")
		}
		return strings.Join(parts, " together with ")
	case ByItself:
		return "by itself"
	case ByInputs:
		return "because " + strings.Join(c.Inputs, " and ") + " differs"
	}
	if len(c.Axes) == 0 {
		return "the cause is not known"
	}
	var names []string
	for _, a := range c.Axes {
		names = append(names, a.Name)
	}
	return "the cause is not known; it is among " + strings.Join(names, ", ")
}

// Lines says each difference in one line: "usr/bin/x > .rodata: text differs: a, b".
func Lines(list []explain.Difference) []string {
	var lines []string
	for _, d := range list {
		line := strings.Join(d.Path, " > ") + ": " + string(d.Kind)
		switch {
		case d.Detail != "":
			line += ": " + d.Detail
		case d.Left != "" || d.Right != "":
			line += ": " + d.Left + " → " + d.Right
		}
		lines = append(lines, line)
	}
	return lines
}

// Cases are the steps of a check as test cases: those of the first build, with
// the seconds that it took.
func Cases(v Verdict, first *build.Result) []finding.Case {
	var cases []finding.Case
	for _, r := range v.Steps {
		s, _ := first.Step(r.Name)
		c := finding.Case{Class: cmp.Or(string(s.Kind), "target"), Name: r.Name, Seconds: s.Seconds}
		for _, x := range v.Causes {
			if x.Step == r.Name {
				c.Findings = append(c.Findings, x.finding())
			}
		}
		for _, f := range callFindings(v) {
			if f.Subject == r.Name {
				c.Findings = append(c.Findings, f)
			}
		}
		if !v.equal(r.Name) && len(c.Findings) == 0 {
			c.Findings = []finding.Finding{{Rule: ruleOf[Unknown], Message: r.Name + " differs"}}
		}
		cases = append(cases, c)
	}
	return cases
}

// equal says whether a step was equal in all runs.
func (v Verdict) equal(step string) bool {
	for _, run := range append([]Verdict{v}, v.Further...) {
		if slices.ContainsFunc(run.Steps, func(r StepResult) bool { return r.Name == step && !r.Equal }) {
			return false
		}
	}
	return true
}
