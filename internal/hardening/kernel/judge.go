package kernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// Status is a verdict.
type Status string

const (
	Proved        Status = "proved"
	Refuted       Status = "refuted"
	Unknown       Status = "unknown"
	NotApplicable Status = "not-applicable"
)

// Check is the verdict of one rule on one configuration.
type Check struct {
	Rule     string // ID of the rule
	Status   Status
	Evidence []string // lines of the configuration, such as "CONFIG_X=y (line 12)"
	Want     string   // what would prove it, such as "CONFIG_X=y or CONFIG_Y=n"
	Reason   string
	Source   Source
	Severity Severity
}

// Judge applies to a configuration the rules for its kind and architecture,
// in the order of their IDs. An empty version or architecture is not known;
// ArchOf finds the architecture in a configuration.
func Judge(c *kconfig.Config, kind Kind, versionText string, arch Arch) []Check {
	s := subject{config: c, kind: kind, version: parseVersion(versionText)}
	var checks []Check
	for _, r := range Rules(kind) {
		if !r.appliesTo(arch) || len(checks) > 0 && checks[len(checks)-1].Rule == r.ID() {
			continue
		}
		a := s.judge(r, arch)
		checks = append(checks, Check{r.ID(), a.status, distinct(a.evidence), r.Wanted(), r.Reason, r.Source, r.Severity})
	}
	return checks
}

// distinct leaves out lines that stand there already.
func distinct(lines []string) []string {
	var list []string
	for _, l := range lines {
		if !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// appliesTo says whether the rule may be one for arch. To an architecture
// that is not known every rule may apply.
func (r Rule) appliesTo(arch Arch) bool {
	return arch == "" || len(r.Arch) == 0 || slices.Contains(r.Arch, arch)
}

func (s subject) judge(r Rule, arch Arch) answer {
	// An option that should be off is off on every architecture.
	everywhere := r.Want.value == "n" && len(r.Needs) == 0
	switch {
	case arch == "" && (len(r.Arch) > 0 || !everywhere):
		return answer{Unknown, []string{"the architecture is not known"}}
	case !everywhere && !slices.Contains(Architectures(), arch):
		return answer{Unknown, []string{fmt.Sprintf("no rules are known for the architecture %s", arch)}}
	}
	a := s.ask(r.condition())
	if a.status != Refuted {
		return a
	}
	if _, ok := s.config.Lookup("CONFIG_" + r.Option); ok {
		return a
	}
	if why := s.exists(r, arch); why.status != Proved {
		return why
	}
	return a
}

// exists says whether the judged version has the rule's option: Proved, or
// NotApplicable or Unknown with the reason.
func (s subject) exists(r Rule, arch Arch) answer {
	absent, kind := s.evidence(r.Option), s.kind.title()
	if !s.version.known() && (r.Since != "" || r.Until != "" || len(r.SinceOn) > 0) {
		return answer{Unknown, []string{absent, "the version is not known"}}
	}
	switch s.reached(r.Until) {
	case Proved:
		return answer{NotApplicable, []string{fmt.Sprintf("CONFIG_%s is gone since %s %s", r.Option, kind, r.Until)}}
	case Unknown:
		return answer{Unknown, []string{absent, fmt.Sprintf("it went away at %s %s", kind, r.Until)}}
	}
	since := r.Since
	for _, o := range r.SinceOn {
		if o.Arch == arch {
			since = o.Version
		}
	}
	if since == "" {
		return answer{Proved, nil}
	}
	switch s.reached(since) {
	case Proved:
		return answer{Proved, nil}
	case Unknown:
		return answer{Unknown, []string{absent, fmt.Sprintf("it came at %s %s", kind, since)}}
	}
	for _, text := range r.Stable {
		if got := parseVersion(text); s.version.series(got) {
			return s.backported(r, text, got)
		}
	}
	return answer{NotApplicable, []string{fmt.Sprintf("CONFIG_%s came with %s %s", r.Option, kind, since)}}
}

// reached says whether the judged version is at least the one that text names,
// or lies behind the range "A..B". Nothing reaches an empty text.
func (s subject) reached(text string) Status {
	before, first, isRange := strings.Cut(text, "..")
	if !isRange {
		first = text
	}
	low := parseVersion(before)
	switch {
	case text == "":
		return Refuted
	case s.version.compare(parseVersion(first)) >= 0:
		return Proved
	case isRange && s.version.compare(low) > 0 && !s.version.series(low):
		return Unknown
	}
	return Refuted
}

// backported judges an absent option in a stable series that got it: a
// release from then on has it, one before may carry the patch already.
func (s subject) backported(r Rule, text string, got version) answer {
	if got.patch > 0 && s.version.compare(got) >= 0 {
		return answer{Proved, nil}
	}
	return answer{Unknown, []string{
		s.evidence(r.Option),
		fmt.Sprintf("stable releases got it with %s; whether %s has it is not known", text, s.name()),
	}}
}

// condition is Want with Needs, or one of Unless.
func (r Rule) condition() Condition {
	c := r.Want
	if len(r.Needs) > 0 {
		c = all(append(slices.Clone(r.Needs), r.Want)...)
	}
	if len(r.Unless) > 0 {
		c = either(append([]Condition{c}, r.Unless...)...)
	}
	return c
}

// Wanted writes what the rule asks for.
func (r Rule) Wanted() string {
	c := r.Want
	if len(r.Needs) > 0 {
		c = all(append([]Condition{r.Want}, r.Needs...)...)
	}
	if len(r.Unless) > 0 {
		c = either(append([]Condition{c}, r.Unless...)...)
	}
	return c.String()
}

// Architectures lists those that rules are known for.
func Architectures() []Arch { return []Arch{X8664, I386, ARM64, ARM, RISCV} }

// ArchOf finds the architecture in the options of a configuration of Linux or
// Xen; "" when none or more than one is set.
func ArchOf(c *kconfig.Config) Arch {
	var found []Arch
	for _, a := range []struct {
		option string
		arch   Arch
	}{
		{"X86_64", X8664}, {"X86_32", I386}, {"ARM64", ARM64}, {"ARM_64", ARM64},
		{"ARM", ARM}, {"ARM_32", ARM}, {"RISCV", RISCV},
	} {
		if c.Value("CONFIG_"+a.option) == "y" && !slices.Contains(found, a.arch) {
			found = append(found, a.arch)
		}
	}
	// Xen sets ARM on both of its widths.
	if i := slices.Index(found, ARM); i >= 0 && slices.Contains(found, ARM64) && c.Value("CONFIG_ARM_64") == "y" {
		found = slices.Delete(found, i, i+1)
	}
	if len(found) != 1 {
		return ""
	}
	return found[0]
}
