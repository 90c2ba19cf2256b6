package kernel

import (
	"fmt"
	"slices"
	"strings"
)

// Setting is a parameter that is given.
type Setting struct {
	Name, Value string
	Place       string // where it stands, for people
}

// maxSettings bounds what a line or a file may give.
const maxSettings = 4096

// ParseCommandLine takes a command line apart, as Linux does: words are parted
// by white space outside double quotes, "-" and "_" are alike in names, and what
// follows "--" is for process 1.
func ParseCommandLine(line, place string) []Setting {
	var list []Setting
	quoted := false
	words := strings.FieldsFunc(line, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return !quoted && (r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0)
	})
	for _, w := range words {
		if w == "--" || len(list) == maxSettings {
			break
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(w, `"`, ""), "=")
		list = append(list, Setting{strings.ReplaceAll(name, "-", "_"), value, place})
	}
	return list
}

// JudgeCommandLine holds a command line against the recommendations for a
// kind; found is the kernel that is started with it, or nil if it is not known.
func JudgeCommandLine(kind Kind, settings []Setting, found *Found) []Check {
	if kind == Xen {
		settings = slices.Clone(settings)
		for i, s := range settings {
			if name, ok := strings.CutPrefix(s.Name, "no_"); ok && s.Value == "" {
				settings[i].Name, settings[i].Value = name, "0"
			}
		}
	}
	return judgeSettings(Parameters(kind), settings, found)
}

// JudgeSysctls holds what files of sysctl.d set against the recommendations.
func JudgeSysctls(settings []Setting, found *Found) []Check {
	return judgeSettings(Sysctls(), settings, found)
}

func judgeSettings(rules []Parameter, settings []Setting, found *Found) []Check {
	var checks []Check
	for _, p := range rules {
		c := Check{Rule: p.ID(), Want: p.Wanted(), Reason: p.Reason, Source: p.Source, Severity: p.Severity}
		c.Status, c.Evidence = p.judge(settings, found)
		checks = append(checks, c)
	}
	return checks
}

// Wanted writes what the rule asks for.
func (p Parameter) Wanted() string {
	switch {
	case len(p.Good) == 0:
		return "no " + p.Name
	case p.Good[0] == "*":
		return p.Name + " not " + strings.Join(trimmed(p.Bad), ", ")
	case p.Good[0] == "=":
		return p.Name
	}
	return p.Name + "=" + strings.Join(trimmed(p.Good), " or ")
}

func trimmed(values []string) []string {
	var list []string
	for _, v := range values {
		list = append(list, strings.TrimPrefix(v, "="))
	}
	return list
}

// judge decides by the last setting, as both kernels do. A setting whose value
// is neither good nor bad is unknown.
func (p Parameter) judge(settings []Setting, found *Found) (Status, []string) {
	if evidence := p.moot(found); evidence != nil {
		return NotApplicable, evidence
	}
	last := -1
	for i, s := range settings {
		if s.Name == p.Name {
			last = i
		}
	}
	if last < 0 {
		return p.unset(found)
	}
	s := settings[last]
	text := s.Name
	if s.Value != "" {
		text += "=" + s.Value
	}
	evidence := []string{fmt.Sprintf("%s (%s)", text, s.Place)}
	bad := matches(p.Bad, s.Value)
	switch {
	case bad && p.Bad != nil:
		return Refuted, evidence
	case matches(p.Good, s.Value):
		return Proved, evidence
	case p.Bad == nil:
		return Refuted, evidence
	}
	return Unknown, append(evidence, "neither what is recommended nor what is warned of")
}

// moot says why a kernel of this configuration has nothing that the parameter
// could change; nil if it has, or its configuration is not known.
func (p Parameter) moot(found *Found) []string {
	if p.Needs.isZero() || found == nil || found.Text == nil {
		return nil
	}
	config, err := found.config()
	if err != nil {
		return nil
	}
	s := subject{config: config, kind: found.Kind, version: parseVersion(found.Version)}
	if a := s.ask(p.Needs); a.status == Refuted {
		return append([]string{"the kernel has nothing that it could change"}, a.evidence...)
	}
	return nil
}

// unset judges a parameter that is not given.
func (p Parameter) unset(found *Found) (Status, []string) {
	if !p.Config.isZero() {
		if found == nil || found.Text == nil {
			return Unknown, []string{"it is not set, and the kernel's configuration, which decides, is not known"}
		}
		config, err := found.config()
		if err != nil {
			return Unknown, []string{"it is not set, and the kernel's configuration cannot be read: " + err.Error()}
		}
		s := subject{config: config, kind: found.Kind, version: parseVersion(found.Version)}
		a := s.ask(p.Config)
		return a.status, append([]string{"it is not set; the kernel's configuration decides"}, a.evidence...)
	}
	return p.Unset, []string{p.Why}
}

// isZero reports whether nothing is asked.
func (c Condition) isZero() bool { return c.option == "" && len(c.parts) == 0 }

// matches reports whether a value is one of the patterns, or has one as a part.
func matches(patterns []string, value string) bool {
	parts := strings.Split(value, ",")
	return slices.ContainsFunc(patterns, func(p string) bool {
		if whole, ok := strings.CutPrefix(p, "="); ok {
			return value == whole
		}
		return p == "*" || slices.Contains(parts, p)
	})
}
