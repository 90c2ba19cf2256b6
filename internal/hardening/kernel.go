package hardening

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/kernel"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/image"
)

// kernelNames begin the names of images and configurations of Linux and Xen.
var kernelNames = []string{"vmlinuz", "vmlinux", "bzImage", "zImage", "Image", "kernel", "linux", "xen", "config", ".config", "boot"}

// namedLikeKernel reports whether a file is worth looking for a kernel in.
func namedLikeKernel(name string) bool {
	base := path.Base(name)
	for _, n := range kernelNames {
		if strings.HasPrefix(base, n) {
			return true
		}
	}
	return strings.HasSuffix(base, ".efi") || strings.HasSuffix(base, ".config")
}

// Types of files that hold a configuration.
const typeConfig prove.Type = "config"

// judgeKernel judges the configurations in a file. A file that has none and is
// no kernel has no checks.
func (s *scanner) judgeKernel(name string, c *image.Content, _ ScanOptions) (prove.File, error) {
	f := prove.File{Path: name, Type: prove.Other}
	found, err := kernel.Find(c, c.Size(), kernel.Limits{})
	s.mu.Lock()
	s.boot.keep(name, found)
	s.mu.Unlock()
	if errors.Is(err, kernel.ErrNotKernel) {
		return f, nil
	}
	for _, k := range found {
		switch {
		case strings.HasPrefix(path.Base(name), "config") || strings.HasSuffix(name, ".config"):
			f.Type = typeConfig
		case k.Kind == kernel.Xen:
			f.Type = prove.Hypervisor
		case f.Type == prove.Other:
			f.Type = prove.Kernel
		}
		for _, check := range k.Checks() {
			f.Checks = append(f.Checks, prove.Check{Rule: check.Rule, Status: prove.Status(check.Status), Evidence: check.Evidence})
		}
	}
	return f, err
}

// configRule returns the rule of profile data that a verdict on an option
// belongs to: "kernel-config" for "kernel-config:CONFIG_X".
func configRule(check string) string {
	rule, _, _ := strings.Cut(check, ":")
	switch rule {
	case "kernel-cmdline", "sysctl":
		return profile.KernelConfig
	case "xen-cmdline":
		return profile.XenConfig
	}
	if rule == profile.KernelConfig || rule == profile.XenConfig {
		return rule
	}
	return ""
}

// optionFindingRules describes the rules about single options.
func optionFindingRules() []finding.Rule {
	byID := optionRules()
	var list []finding.Rule
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		r := byID[id]
		list = append(list, finding.Rule{ID: id, Name: r.wanted, Severity: optionSeverity(r), Tags: []string{"kconfig"},
			Summary: "It is not configured that " + r.reason + ".", Help: "Wanted: " + r.wanted + ". Recommended by " + string(r.source) + "."})
	}
	return list
}

func optionSeverity(r option) finding.Severity {
	s, err := finding.ParseSeverity(string(r.severity))
	if err != nil {
		panic(fmt.Sprintf("rule about %s: %v", r.wanted, err)) // a test holds the data to be sound
	}
	return s
}

// option is a rule about an option of a configuration, a parameter of a
// command line, or a sysctl.
type option struct {
	wanted, reason string
	source         kernel.Source
	severity       kernel.Severity
}

// optionRules are the rules about single options and parameters, by id. They
// are asked for each file, and made once.
var optionRules = sync.OnceValue(func() map[string]option {
	byID := map[string]option{}
	for _, kind := range []kernel.Kind{kernel.Linux, kernel.Xen} {
		for _, r := range kernel.Rules(kind) {
			byID[r.ID()] = option{r.Wanted(), r.Reason, r.Source, r.Severity}
		}
		for _, p := range kernel.Parameters(kind) {
			byID[p.ID()] = option{p.Wanted(), p.Reason, p.Source, p.Severity}
		}
	}
	for _, p := range kernel.Sysctls() {
		byID[p.ID()] = option{p.Wanted(), p.Reason, p.Source, p.Severity}
	}
	return byID
})

// optionFindings are the refuted options of a configuration.
func optionFindings(f prove.File) []finding.Finding {
	var list []finding.Finding
	rules := optionRules()
	for _, c := range f.Checks {
		r, ok := rules[c.Rule]
		if !ok || c.Status != prove.Refuted {
			continue
		}
		list = append(list, finding.Finding{Rule: c.Rule, Severity: optionSeverity(r), Place: finding.Place{File: f.Path}, Subject: c.Rule,
			Message:  fmt.Sprintf("%s is not so: %s", r.wanted, r.reason),
			Evidence: c.Evidence, Remedy: fmt.Sprintf("set %s (recommended by %s)", r.wanted, r.source)})
	}
	return list
}
