package hardening

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/kernel"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/image"
)

// maxBootFile is the size in bytes up to which a boot configuration is read.
const maxBootFile = 1 << 20

// sysctlPath is the path that verdicts on all sysctls of an image are given.
const sysctlPath = "etc/sysctl.d"

// bootFiles are what an image says of how its kernels are started, and the
// kernels, whose configurations decide what is not said.
type bootFiles struct {
	texts   []kernel.SysctlFile // of boot configurations
	sysctls []kernel.SysctlFile
	large   []string
	kernels []bootKernel
}

type bootKernel struct {
	path string
	kernel.Found
}

// take keeps the text of a boot configuration.
func (b *bootFiles) take(e image.Entry, c *image.Content) error {
	if c == nil || !isBoot(e.Path) && !kernel.IsSysctl(e.Path) {
		return nil
	}
	if c.Size() > maxBootFile {
		b.large = append(b.large, e.Path)
		return nil
	}
	text, err := io.ReadAll(io.NewSectionReader(c, 0, c.Size()))
	f := kernel.SysctlFile{Path: e.Path, Text: string(text)}
	if isBoot(e.Path) {
		b.texts = append(b.texts, f)
	} else {
		b.sysctls = append(b.sysctls, f)
	}
	return err
}

func isBoot(name string) bool {
	return slices.Contains([]string{"grub.cfg", "xen.cfg"}, path.Base(name)) ||
		path.Ext(name) == ".conf" && strings.HasSuffix(path.Dir(name), "loader/entries")
}

// keep takes note of kernels that were found.
func (b *bootFiles) keep(name string, found []kernel.Found) {
	for _, k := range found {
		b.kernels = append(b.kernels, bootKernel{name, k})
	}
}

// started is the kernel that a command line is for: the only one of its kind
// with a configuration in the image; nil if there is none, or more than one.
func (b *bootFiles) started(kind kernel.Kind) *kernel.Found {
	var only *kernel.Found
	for i, k := range b.kernels {
		switch {
		case k.Kind != kind || k.Text == nil:
		case only != nil && string(only.Text) != string(k.Text):
			return nil
		default:
			only = &b.kernels[i].Found
		}
	}
	return only
}

// judge judges the command lines and sysctls: one file for each.
func (b *bootFiles) judge() []prove.File {
	slices.SortStableFunc(b.kernels, func(a, b bootKernel) int { return strings.Compare(a.path, b.path) })
	var files []prove.File
	add := func(name string, checks []prove.Check) {
		files = append(files, prove.File{Path: name, Type: typeConfig, Checks: checks})
	}
	for _, f := range b.texts {
		lines, unexpanded := kernel.CommandLines(f.Path, f.Text)
		for _, l := range lines {
			add(f.Path, converted(kernel.JudgeCommandLine(l.Kind, l.Settings, b.started(l.Kind)), l.Place, unexpanded))
		}
	}
	for i, k := range b.kernels {
		if k.HasLine && k.Kind != "" {
			settings := kernel.ParseCommandLine(k.CommandLine, k.path+": .cmdline")
			add(k.path, converted(kernel.JudgeCommandLine(k.Kind, settings, &b.kernels[i].Found), "", nil))
		}
	}
	if len(b.sysctls) > 0 {
		add(sysctlPath, converted(kernel.JudgeSysctls(kernel.SysctlSettings(b.sysctls), b.started(kernel.Linux)), "", nil))
	}
	for _, p := range b.large {
		add(p, []prove.Check{{Rule: kernelRuleUnread, Status: prove.Unknown, Evidence: []string{"the boot configuration is larger than 1 MiB and was not read"}}})
	}
	return files
}

// kernelRuleUnread is the rule that a boot configuration which was not read
// leaves unknown.
const kernelRuleUnread = "kernel-cmdline"

// converted gives verdicts their place. What GRUB's variables would add is not
// known, so with one nothing that is not set is proved.
func converted(checks []kernel.Check, place string, unexpanded []string) []prove.Check {
	hidden := slices.DeleteFunc(slices.Clone(unexpanded), func(u string) bool { return place == "" || !strings.HasPrefix(u, place+": ") })
	var list []prove.Check
	for _, c := range checks {
		status, evidence := prove.Status(c.Status), slices.Clone(c.Evidence)
		if place != "" {
			evidence = append(evidence, "command line at "+place)
		}
		if len(hidden) > 0 && status == prove.Proved {
			status, evidence = prove.Unknown, append(evidence, "a variable of GRUB may say otherwise: "+strings.Join(hidden, ", "))
		}
		list = append(list, prove.Check{Rule: c.Rule, Status: status, Evidence: evidence})
	}
	return list
}
