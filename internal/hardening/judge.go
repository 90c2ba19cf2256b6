package hardening

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// FindingRules describes every rule that findings of this package name.
func FindingRules() []finding.Rule {
	list := []finding.Rule{
		{ID: profile.CompiledOutside, Name: "compiled outside the wrapper", Severity: finding.Critical, Tags: []string{"build"},
			Summary: "A part of the file was made by no compiler call that the build recorded, so nothing is known about its flags.",
			Help:    "Let the build call the toolchain's compiler, or take the part out."},
		{ID: "setuid", Name: "setuid", Severity: finding.High, Tags: []string{"image"}, Summary: "A program runs with its owner's rights, whoever starts it."},
		{ID: "setgid", Name: "setgid", Severity: finding.High, Tags: []string{"image"}, Summary: "A program runs with its group's rights, whoever starts it."},
		{ID: "capabilities", Name: "file capabilities", Severity: finding.High, Tags: []string{"image"}, Summary: "A program is given capabilities, whoever starts it."},
		{ID: "world-writable", Name: "world-writable", Severity: finding.High, Tags: []string{"image"}, Summary: "Everyone may change the file."},
		{ID: "device-node", Name: "device node", Severity: finding.Medium, Tags: []string{"image"}, Summary: "The image brings a device node of its own."},
	}
	for _, r := range profile.Rules() {
		severity, err := finding.ParseSeverity(r.Severity)
		if err != nil {
			panic(fmt.Sprintf("rule %s: %v", r.ID, err)) // a test holds the data to be sound
		}
		if r.Proof == profile.ByConfig {
			continue // its options are rules
		}
		list = append(list, finding.Rule{ID: r.ID, Name: r.Title, Severity: severity, Tags: []string{"elf"},
			Summary: "It does not hold that: " + r.Title + ".", Help: remedy(r)})
	}
	return slices.Concat(list, optionFindingRules(), unreadRules())
}

func remedy(r profile.Rule) string {
	flags := slices.Concat(r.Compile, r.Define, r.Link)
	if r.Language == "go" {
		if r.Go == nil {
			return "leave -B out of -gcflags, and out of -ldflags -s and -w, without which it shows"
		}
		return "build with GOFLAGS that hold " + strings.Join(r.Go, " ")
	}
	if r.ID == "pie" {
		flags = []string{"-fPIE", "-pie"}
	}
	if len(flags) == 0 {
		return ""
	}
	return "build with " + strings.Join(flags, " ")
}

// Judge holds verdicts against a profile: every refuted rule of it is a
// finding, and so is every refuted rule about the entry itself. With unknown,
// so is each rule of the profile that could not be judged.
func Judge(files []prove.File, p profile.Profile, unknown bool) []finding.Finding {
	var list []finding.Finding
	var rules []profile.Rule
	for _, id := range p.Rules {
		rules = append(rules, ruleOf(id))
	}
	imageRules := profile.ImageRules()
	for _, f := range files {
		for _, o := range optionFindings(f) {
			if slices.Contains(p.Rules, configRule(o.Rule)) {
				list = append(list, o)
			}
		}
		for _, r := range rules {
			for _, name := range checksOf(r) {
				c, ok := f.Check(name)
				switch {
				case ok && c.Status == prove.Refuted:
					list = append(list, broken(f, r, c))
				case ok && c.Status == prove.Unknown && unknown:
					list = append(list, undecided(f, r, c))
				}
			}
		}
		for _, id := range imageRules {
			if c, ok := f.Check(id); ok && c.Status == prove.Refuted {
				list = append(list, finding.Finding{Rule: id, Place: finding.Place{File: f.Path}, Subject: id,
					Message: strings.Join(c.Evidence, "; ")})
			}
		}
	}
	weigh(list)
	return list
}

// weigh gives each finding the severity of its rule.
func weigh(list []finding.Finding) {
	severities := map[string]finding.Severity{}
	for _, r := range FindingRules() {
		severities[r.ID] = r.Severity
	}
	for i := range list {
		if list[i].Severity == 0 {
			list[i].Severity = severities[list[i].Rule]
		}
	}
}

func ruleOf(id string) profile.Rule {
	rules := profile.Rules()
	i := slices.IndexFunc(rules, func(r profile.Rule) bool { return r.ID == id })
	if i < 0 {
		return profile.Rule{ID: id}
	}
	return rules[i]
}

// checksOf names the verdicts of the prover that tell of a rule.
func checksOf(r profile.Rule) []string {
	switch {
	case r.Proof == profile.ByCall || r.Proof == profile.ByConfig:
		return nil
	case len(r.Checks) > 0:
		return r.Checks
	}
	return []string{r.ID}
}

func broken(f prove.File, r profile.Rule, c prove.Check) finding.Finding {
	out := finding.Finding{Rule: r.ID, Place: finding.Place{File: f.Path}, Subject: c.Rule,
		Message: fmt.Sprintf("%s: %s is refuted: %s", f.Type, c.Rule, strings.Join(c.Evidence, "; ")), Remedy: remedy(r)}
	for _, u := range c.Units {
		out.Evidence = append(out.Evidence, unitText(u))
	}
	return out
}

// undecided is the finding of a rule that could not be judged.
func undecided(f prove.File, r profile.Rule, c prove.Check) finding.Finding {
	return finding.Finding{Rule: r.ID, Place: finding.Place{File: f.Path}, Subject: c.Rule,
		Message: fmt.Sprintf("%s: %s cannot be judged: %s", f.Type, c.Rule, strings.Join(c.Evidence, "; ")), Remedy: remedy(r)}
}

func unitText(u prove.Unit) string {
	name := u.Name
	if u.Member != "" {
		name = strings.TrimSpace(u.Member + " " + name)
	}
	if u.Producer == "" {
		return name
	}
	return name + ": " + u.Producer
}
