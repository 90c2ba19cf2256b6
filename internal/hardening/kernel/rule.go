package kernel

import (
	"slices"
	"strings"
)

// Kind is what is configured.
type Kind string

const (
	Linux Kind = "linux"
	Xen   Kind = "xen"
)

func (k Kind) title() string {
	if k == Xen {
		return "Xen"
	}
	return "Linux"
}

// Arch names an architecture.
type Arch string

const (
	X8664 Arch = "x86_64"
	I386  Arch = "i386"
	ARM64 Arch = "arm64"
	ARM   Arch = "arm"
	RISCV Arch = "riscv"
)

// Source is who recommends a rule.
type Source string

const (
	Defconfig  Source = "defconfig"  // the default of the architecture's own configuration
	KSPP       Source = "kspp"       // Kernel Self Protection Project, recommended settings
	GrSec      Source = "grsecurity" // disabled by grsecurity
	CLIPOS     Source = "clipos"     // ANSSI's CLIP OS
	GrapheneOS Source = "grapheneos" // GrapheneOS
	Lockdown   Source = "lockdown"   // what the lockdown module restricts at run time
	Maintainer Source = "maintainer" // the subsystem's maintainer
	Checker    Source = "a13xp0p0v"  // kernel-hardening-checker's author
	XenProject Source = "xen"        // Xen's Kconfig, SUPPORT.md or a security advisory
	Dombuild   Source = "dombuild"   // this project: a dom0 does without it
)

// Severity is how much a refuted rule costs.
type Severity string

const (
	High   Severity = "high"   // a protection of memory, control flow or the processor is missing
	Medium Severity = "medium" // a further protection is missing, or a known way in is open
	Low    Severity = "low"    // code that could be left out is there
)

// ArchVersion is a version that counts for one architecture.
type ArchVersion struct {
	Arch    Arch
	Version string
}

// Rule is one recommendation. It holds when Want holds or one of Unless does.
type Rule struct {
	Kind   Kind
	Option string // without CONFIG_; the option that the rule is about
	Want   Condition
	Needs  []Condition // what the option is worthless without
	Unless []Condition // what stands in for it, or makes it pointless
	Arch   []Arch      // architectures with this rule; none: all that rules are known for

	Since  string   // first version with the option; "": older than every version judged
	Until  string   // first version without it; "": it is still there
	Stable []string // releases of older series that got it too: "4.17.6", or "6.1" when the release is not known

	SinceOn []ArchVersion // where an architecture got the option later than Since

	Source   Source
	Severity Severity
	Reason   string // what the recommended value gains
}

// ID is the rule's name in reports.
func (r Rule) ID() string {
	prefix := "kernel-config:"
	if r.Kind == Xen {
		prefix = "xen-config:"
	}
	return prefix + r.name()
}

// name tells rules about members of a list from each other.
func (r Rule) name() string {
	if r.Want.op == hasMember {
		return "CONFIG_" + r.Option + ":" + r.Want.value
	}
	return "CONFIG_" + r.Option
}

// want is a rule that asks for a condition on one option.
func want(c Condition, source Source, severity Severity, reason string) Rule {
	return Rule{Option: c.option, Want: c, Source: source, Severity: severity, Reason: reason}
}

// enable is a rule that asks for option=y.
func enable(option string, source Source, severity Severity, reason string) Rule {
	return want(on(option), source, severity, reason)
}

// disable is a rule that asks for option=n.
func disable(option string, source Source, severity Severity, reason string) Rule {
	return want(off(option), source, severity, reason)
}

func (r Rule) arch(a ...Arch) Rule { r.Arch = a; return r }
func (r Rule) since(v string) Rule { r.Since = v; return r }
func (r Rule) sinceOn(a Arch, v string) Rule {
	r.SinceOn = append(slices.Clone(r.SinceOn), ArchVersion{a, v})
	return r
}
func (r Rule) until(v string) Rule        { r.Until = v; return r }
func (r Rule) stable(v ...string) Rule    { r.Stable = v; return r }
func (r Rule) needs(c ...Condition) Rule  { r.Needs = c; return r }
func (r Rule) unless(c ...Condition) Rule { r.Unless = c; return r }

// Rules returns all rules for a kind, sorted by ID.
func Rules(k Kind) []Rule {
	var rules []Rule
	switch k {
	case Linux:
		rules = slices.Concat(linuxMemory(), linuxControlFlow(), linuxCPU(), linuxArch(), linuxPolicy(),
			linuxInterfaces(), linuxFeatures(), linuxDebugging())
	case Xen:
		rules = xenRules()
	}
	for i := range rules {
		rules[i].Kind = k
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID(), b.ID()) })
	return rules
}
