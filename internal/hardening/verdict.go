package hardening

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// Origin says who made a file.
type Origin string

// The origins of files.
const (
	Built   Origin = "built"   // by calls that the wrapper recorded
	Pinned  Origin = "pinned"  // it comes from a pinned package of the toolchain
	Unknown Origin = "unknown" // nobody saw it made
)

// FileVerdict is the verdict on one file of a build.
type FileVerdict struct {
	prove.File
	Digest   digest.Digest `json:"digest"`
	Origin   Origin        `json:"origin"`
	Units    int           `json:"units"`    // compilation units that it was linked from, as far as the log tells
	Hardened bool          `json:"hardened"` // the profile asks for something, and all of it was proved
}

// Verdict is what is known of the files that a step left. It is kept with the
// step's output; what is waived is decided each time anew.
type Verdict struct {
	Schema  string   `json:"schema"`
	Profile string   `json:"profile"`
	Lacking []string `json:"lacking,omitempty"` // rules whose flags the toolchain's compiler does not know
	// Equivalent flags of the compiler that the profile does not give, because
	// its rules ask for what they stand for.
	Equivalent []profile.Equivalence `json:"equivalent,omitempty"`
	Files      []FileVerdict         `json:"files"`
	Findings   []finding.Finding     `json:"findings"`
}

// VerdictSchema is the value of a verdict's "schema".
const VerdictSchema = "dombuild.hardening/v1"

// Gate is what the files of a build are held against.
type Gate struct {
	Profile  profile.Profile
	Compiler profile.Compiler
	Calls    *wrapper.Log // nil: the toolchain has no compiler to be wrapped
	// Pinned returns the path of a file of this content in the toolchain's
	// root, or "".
	Pinned func(digest.Digest) string
}

// Judge joins what the bytes of files prove with what is recorded of their
// making. The digests are those of the files, by path.
func (g Gate) Judge(files []prove.File, digests map[string]digest.Digest) Verdict {
	active, lacking := g.Profile.Active(g.Compiler)
	v := Verdict{Schema: VerdictSchema, Profile: g.Profile.Name, Files: []FileVerdict{}, Findings: []finding.Finding{},
		Equivalent: g.Profile.Equivalences(g.Compiler)}
	for _, r := range lacking {
		v.Lacking = append(v.Lacking, r.ID)
	}
	var calls *wrapper.Index
	if g.Calls != nil {
		calls = g.Calls.Index()
	}
	for _, f := range files {
		j := fileJudge{gate: g, rules: active, out: FileVerdict{File: f, Digest: digests[f.Path]}}
		j.made(calls)
		j.judge()
		v.Files = append(v.Files, j.out)
		v.Findings = append(v.Findings, j.findings...)
	}
	v.Findings = append(v.Findings, g.options(files)...)
	weigh(v.Findings)
	return v
}

// fileJudge judges one file.
type fileJudge struct {
	gate     Gate
	rules    []profile.Rule
	out      FileVerdict
	calls    *wrapper.Index
	compiled []wrapper.Unit
	linked   []wrapper.Unit // what link-time optimisation made
	findings []finding.Finding
}

// made finds out who made the file, and of what.
func (j *fileJudge) made(calls *wrapper.Index) {
	j.out.Origin = Unknown
	if !j.code() {
		j.out.Origin = Built
		return
	}
	var units []wrapper.Unit
	var via []*wrapper.Call
	known := false
	if calls != nil {
		units, via, known = calls.Units(j.out.Digest)
	}
	switch {
	case known:
	case j.gate.Pinned(j.out.Digest) != "": // asked last: it reads the whole root
		j.out.Origin = Pinned
		return
	case j.goAlone():
		j.out.Origin = Built
		return
	case calls == nil:
		j.outside("", "the toolchain has no compiler, so nothing was recorded", j.languageRemedy())
		return
	default:
		j.outside("", "no recorded call wrote it", j.languageRemedy())
		return
	}
	j.calls = calls
	j.rewritten("", via)
	own := 0
	for _, u := range units {
		own += j.unit(u)
	}
	if j.out.Origin = Built; own == 0 {
		j.out.Origin = Pinned
	}
	j.out.Units = len(j.compiled)
}

// code reports whether the file is one that a compiler or linker makes.
func (j *fileJudge) code() bool {
	return !slices.Contains([]prove.Type{prove.Script, prove.Other, typeConfig}, j.out.Type) && !j.option() || slices.ContainsFunc(j.out.Checks, func(c prove.Check) bool {
		return c.Rule == "relro" && c.Status == prove.Unknown // damaged, or of a kind that nobody can read
	})
}

// option reports whether the file is a kernel or hypervisor that was judged by
// its options: an image that no single call made.
func (j *fileJudge) option() bool {
	return slices.ContainsFunc(j.out.Checks, func(c prove.Check) bool { return configRule(c.Rule) != "" })
}

// unit takes note of one part of the file, and returns 1 if the build made it.
func (j *fileJudge) unit(u wrapper.Unit) int {
	switch u.Origin {
	case wrapper.Compiled:
		j.compiled = append(j.compiled, u)
		if why := substituted(u.Call); why != "" {
			j.outside(u.Path, why, plainCommand)
		}
		j.rewritten(u.Path, u.Via)
	case wrapper.Data:
		j.rewritten(u.Path, append(slices.Clip(u.Via), u.Call))
	case wrapper.Assembled: // no flags of the compiler's
		if why := steering(u.Call); why != "" {
			j.outside(u.Path, why, plainCommand)
		}
		j.rewritten(u.Path, u.Via)
	case wrapper.LTO:
		if why := substituted(u.Call); why != "" {
			j.outside(u.Path, why, plainCommand)
		}
		j.linked = append(j.linked, u)
		j.rewritten(u.Path, u.Via)
	case wrapper.Toolchain, wrapper.Script:
		return 0
	default:
		why, other := j.otherLanguage(u)
		switch {
		case other && why == "":
			return 1
		case other:
			j.outside(u.Path, why, j.languageRemedy())
			return 1
		case u.Digest != "" && j.gate.Pinned(u.Digest) != "":
			return 0
		}
		j.outside(u.Path, u.Reason, "")
	}
	return 1
}

// plainCommand is the remedy for an argument or a variable.
const plainCommand = "take it out of the command, or write an exception from " + profile.CompiledOutside

// rewritten refuses calls between a compile and the file that may have changed
// more than they say. Profiles that ask nothing of units may do as they like.
func (j *fileJudge) rewritten(unit string, via []*wrapper.Call) {
	if !slices.ContainsFunc(j.rules, func(r profile.Rule) bool { return r.Proof == profile.ByUnit }) {
		return
	}
	for _, c := range via {
		if why := replaced(c); why != "" {
			j.outside(unit, why, plainCommand)
		}
	}
}

// outside adds the finding that nobody recorded how a part was made.
func (j *fileJudge) outside(unit, reason, remedy string) {
	what := "the file was made"
	if unit != "" {
		what = unit + " was made"
	}
	if remedy == "" {
		remedy = "have the build call the toolchain's compiler by its own name, or write an exception from " + profile.CompiledOutside
	}
	j.findings = append(j.findings, finding.Finding{Rule: profile.CompiledOutside, Place: finding.Place{File: j.out.Path, Unit: unit}, Subject: unit,
		Message: what + " outside the compilers that the build records: " + reason, Remedy: remedy})
}

// judge decides every rule of the profile.
func (j *fileJudge) judge() {
	if !j.code() {
		return
	}
	hardened := len(j.rules) > 0 && j.out.Origin != Unknown
	for _, r := range j.rules {
		before := len(j.findings)
		switch {
		case j.out.Origin == Pinned:
			hardened = hardened && j.proved(r)
		case r.Proof == profile.ByConfig:
		case r.Proof == profile.ByFile:
			hardened = j.byFile(r) && hardened
		default:
			hardened = j.byUnit(r) && hardened
		}
		hardened = hardened && len(j.findings) == before
	}
	j.out.Hardened = hardened && len(j.findings) == 0
}

// proved reports whether the bytes alone prove a rule.
func (j *fileJudge) proved(r profile.Rule) bool {
	names := checksOf(r)
	for _, name := range names {
		if c, ok := j.out.Check(name); !ok || c.Status != prove.Proved && c.Status != prove.NotApplicable {
			return false
		}
	}
	return len(names) > 0
}

// byFile judges by the file itself: what is not proved does not hold.
func (j *fileJudge) byFile(r profile.Rule) bool {
	for _, name := range checksOf(r) {
		c, ok := j.out.Check(name)
		switch {
		case !ok || c.Status == prove.Proved || c.Status == prove.NotApplicable:
		case c.Status == prove.Unknown && r.Dynamic && (j.out.Type == prove.Static || j.out.Type == prove.StaticPIE):
		case c.Status == prove.Unknown:
			j.findings = append(j.findings, undecided(j.out.File, r, c))
		default:
			j.findings = append(j.findings, broken(j.out.File, r, c))
		}
	}
	return true
}

// byUnit judges by how each unit was compiled, and holds the file's own
// evidence against it.
func (j *fileJudge) byUnit(r profile.Rule) bool {
	holds, concerned := true, 0
	for _, u := range j.compiled {
		why, concerns := lacks(u.Call, r)
		if why == "" && concerns && len(r.Define) > 0 {
			why = j.preprocessed(u, r)
		}
		if concerns {
			concerned++
		}
		if why != "" {
			holds = false
			j.findings = append(j.findings, j.unitFinding(u, r, why))
		}
	}
	for _, u := range j.linked {
		if why, _ := lacks(u.Call, r); why != "" && regenerated[r.ID] {
			holds = false
			j.findings = append(j.findings, j.unitFinding(u, r, why))
		}
	}
	status, evidence := prove.Proved, fmt.Sprintf("%d compilation units, each compiled with %s", concerned, strings.Join(slices.Concat(r.Compile, r.Define), " "))
	if concerned == 0 {
		status, evidence = prove.NotApplicable, "no compilation unit that it concerns"
	}
	names := checksOf(r)
	for _, name := range names {
		c, ok := j.out.Check(name)
		switch {
		case !ok || c.Status == prove.NotApplicable || c.Status == prove.Proved || !holds:
		case c.Status == prove.Unknown:
			j.set(name, status, evidence)
		case len(r.Checks) > 0:
			// A property of the linked file: the linker drops it when one
			// part lacks it, and the toolchain's own start files do.
			j.set(name, prove.Refuted, evidence+"; parts of the toolchain lack the property, and the linker drops it for all")
		default:
			j.findings = append(j.findings, broken(j.out.File, r, c))
		}
	}
	if len(names) == 0 || !j.has(names[0]) {
		if !holds {
			status, evidence = prove.Refuted, "a compilation unit lacks it"
		}
		j.out.Checks = append(j.out.Checks, prove.Check{Rule: r.ID, Status: status, Evidence: []string{evidence}})
	}
	if !holds {
		for _, name := range names {
			j.set(name, prove.Refuted, "a compilation unit was compiled without it")
		}
	}
	return holds
}

func (j *fileJudge) has(name string) bool {
	_, ok := j.out.Check(name)
	return ok
}

func (j *fileJudge) set(name string, status prove.Status, evidence string) {
	checks := slices.Clone(j.out.Checks)
	for i := range checks {
		if checks[i].Rule == name {
			checks[i].Status = status
			checks[i].Evidence = append(slices.Clone(checks[i].Evidence), evidence)
		}
	}
	j.out.Checks = checks
}

func (j *fileJudge) unitFinding(u wrapper.Unit, r profile.Rule, why string) finding.Finding {
	name := u.Source
	if name == "" {
		name = u.Path
	}
	return finding.Finding{Rule: r.ID, Place: finding.Place{File: j.out.Path, Unit: name}, Subject: r.ID + " " + name,
		Message:  fmt.Sprintf("%s was compiled without %s: %s", name, strings.Join(slices.Concat(r.Compile, r.Define), " "), why),
		Evidence: []string{"in " + u.Call.Cwd + ": " + u.Call.Name + " " + strings.Join(u.Call.Expanded(), " ")},
		Remedy:   fmt.Sprintf("mend the command, or write an exception from %q in the recipe", r.ID)}
}
