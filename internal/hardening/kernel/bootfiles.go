package kernel

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// CommandLine is a command line that a boot configuration gives.
type CommandLine struct {
	Kind     Kind
	Settings []Setting
	Place    string
}

// CommandLines reads the command lines of a boot configuration: of GRUB
// (grub.cfg: linux, multiboot2 and module2 lines), of Xen's EFI loader
// (xen.cfg: options and kernel), of systemd-boot (loader/entries/*.conf:
// options). Variables of GRUB are not expanded: a word that has one gives no
// setting, and is named as such by the second result.
func CommandLines(name, text string) (lines []CommandLine, unexpanded []string) {
	isGrub, isXen := path.Base(name) == "grub.cfg", path.Base(name) == "xen.cfg"
	entry := strings.HasSuffix(path.Dir(name), "loader/entries") && path.Ext(name) == ".conf"
	n, hypervisor := 0, false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		place := fmt.Sprintf("%s:%d", name, n)
		key, rest, _ := strings.Cut(line, " ")
		kind := Kind("")
		switch {
		case isXen:
			key, rest, _ = strings.Cut(line, "=")
			switch strings.TrimSpace(key) {
			case "options":
				kind = Xen
			case "kernel":
				kind = Linux
				_, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
			}
		case isGrub && slices.Contains([]string{"linux", "linux16", "linuxefi"}, key):
			kind = Linux
			_, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
		case isGrub && (key == "multiboot" || key == "multiboot2" || key == "xen_hypervisor"):
			kind, hypervisor = Xen, true
			_, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
		case isGrub && (key == "module" || key == "module2" || key == "xen_module") && hypervisor:
			kind, hypervisor = Linux, false // the first module is dom0's kernel
			rest = strings.TrimPrefix(strings.TrimSpace(rest), "--nounzip ")
			_, rest, _ = strings.Cut(strings.TrimSpace(rest), " ")
		case entry && key == "options":
			kind = Linux
		}
		if kind == "" {
			continue
		}
		c := CommandLine{Kind: kind, Place: place}
		for _, s := range ParseCommandLine(rest, place) {
			if isGrub && strings.Contains(s.Name+s.Value, "$") {
				unexpanded = append(unexpanded, place+": "+s.Name)
				continue
			}
			c.Settings = append(c.Settings, s)
		}
		lines = append(lines, c)
	}
	return lines, unexpanded
}

// SysctlFile is one file of sysctl.d(5), or sysctl.conf(5).
type SysctlFile struct{ Path, Text string }

// sysctlDirs are where such files are, the first one wins for a name.
var sysctlDirs = []string{"etc/sysctl.d", "run/sysctl.d", "usr/local/lib/sysctl.d", "usr/lib/sysctl.d", "lib/sysctl.d"}

// IsSysctl reports whether a path is that of such a file.
func IsSysctl(name string) bool {
	return name == "etc/sysctl.conf" || path.Ext(name) == ".conf" && slices.Contains(sysctlDirs, path.Dir(name))
}

// SysctlSettings reads files in the order of sysctl --system: by their names,
// sysctl.conf last; of those of one name only the first directory's.
func SysctlSettings(files []SysctlFile) []Setting {
	dir := func(f SysctlFile) int { return slices.Index(sysctlDirs, path.Dir(f.Path)) }
	files = slices.Clone(files)
	slices.SortStableFunc(files, func(a, b SysctlFile) int {
		if last := func(f SysctlFile) int {
			if dir(f) < 0 {
				return 1
			}
			return 0
		}; last(a) != last(b) {
			return last(a) - last(b)
		}
		return cmp.Or(strings.Compare(path.Base(a.Path), path.Base(b.Path)), dir(a)-dir(b))
	})
	var list []Setting
	for i, f := range files {
		if i > 0 && dir(f) >= 0 && path.Base(files[i-1].Path) == path.Base(f.Path) && dir(files[i-1]) >= 0 {
			continue // shadowed
		}
		n := 0
		for line := range strings.Lines(f.Text) {
			n++
			name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
			if !ok || strings.HasPrefix(name, "#") || strings.HasPrefix(name, ";") || len(list) == maxSettings {
				continue
			}
			name = strings.TrimPrefix(strings.TrimSpace(name), "-")
			list = append(list, Setting{strings.ReplaceAll(name, "/", "."), strings.TrimSpace(value), fmt.Sprintf("%s:%d", f.Path, n)})
		}
	}
	return list
}
