package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/kconfig"
)

func parse(t testing.TB, text string) *kconfig.Config {
	t.Helper()
	c, err := kconfig.ParseConfig("config", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verdict is the status and the evidence of one rule, in one line.
func verdict(checks []Check, id string) string {
	i := slices.IndexFunc(checks, func(c Check) bool { return c.Rule == id })
	if i < 0 {
		return "no rule"
	}
	return string(checks[i].Status) + ": " + strings.Join(checks[i].Evidence, "; ")
}

func TestJudge(t *testing.T) {
	tests := []struct {
		rule, version string
		arch          Arch
		config, want  string
	}{
		{"CONFIG_BUG", "6.1", X8664, "CONFIG_BUG=y\n", "proved: CONFIG_BUG=y (line 1)"},
		{"CONFIG_BUG", "6.1", X8664, "\n# CONFIG_BUG is not set\n", "refuted: CONFIG_BUG is not set (line 2)"},
		{"CONFIG_BUG", "6.1", X8664, "", "refuted: CONFIG_BUG is not in the configuration"},
		{"CONFIG_BUG", "6.1", "", "CONFIG_BUG=y\n", "unknown: the architecture is not known"},
		{"CONFIG_BUG", "6.1", "s390", "CONFIG_BUG=y\n", "unknown: no rules are known for the architecture s390"},
		{"CONFIG_KEXEC", "6.1", X8664, "", "proved: CONFIG_KEXEC is not in the configuration"},
		{"CONFIG_KEXEC", "", "", "CONFIG_KEXEC=y\n", "refuted: CONFIG_KEXEC=y (line 1)"},
		{"CONFIG_KEXEC", "6.1", "s390", "CONFIG_KEXEC=m\n", "refuted: CONFIG_KEXEC=m (line 1)"},

		// An option that the version does not have.
		{"CONFIG_SLAB_BUCKETS", "6.10.9", X8664, "", "not-applicable: CONFIG_SLAB_BUCKETS came with Linux 6.11"},
		{"CONFIG_SLAB_BUCKETS", "6.11", X8664, "", "refuted: CONFIG_SLAB_BUCKETS is not in the configuration"},
		{"CONFIG_SLAB_BUCKETS", "6.10", X8664, "CONFIG_SLAB_BUCKETS=y\n", "proved: CONFIG_SLAB_BUCKETS=y (line 1)"},
		{"CONFIG_SLAB_BUCKETS", "6.10", X8664, "# CONFIG_SLAB_BUCKETS is not set\n", "refuted: CONFIG_SLAB_BUCKETS is not set (line 1)"},
		{"CONFIG_SLAB_BUCKETS", "", X8664, "", "unknown: CONFIG_SLAB_BUCKETS is not in the configuration; the version is not known"},
		{"CONFIG_RETHUNK", "6.12", X8664, "", "not-applicable: CONFIG_RETHUNK is gone since Linux 6.9"},
		{"CONFIG_MITIGATION_ITS", "6.1.100", X8664, "CONFIG_CPU_SUP_INTEL=y\n",
			"unknown: CONFIG_MITIGATION_ITS is not in the configuration; stable releases got it with 6.1; whether Linux 6.1.100 has it is not known"},
		{"CONFIG_MITIGATION_ITS", "6.2", X8664, "CONFIG_CPU_SUP_INTEL=y\n", "not-applicable: CONFIG_MITIGATION_ITS came with Linux 6.15"},
		{"CONFIG_MITIGATION_ITS", "6.2", X8664, "", "proved: CONFIG_CPU_SUP_INTEL is not in the configuration"},
		{"CONFIG_ARM_PAN", "6.6.50", ARM, "", "not-applicable: CONFIG_ARM_PAN came with Linux 6.6..6.10"},
		{"CONFIG_ARM_PAN", "6.8", ARM, "", "unknown: CONFIG_ARM_PAN is not in the configuration; it came at Linux 6.6..6.10"},
		{"CONFIG_ARM_PAN", "6.10", ARM, "", "refuted: CONFIG_ARM_PAN is not in the configuration"},
		{"CONFIG_ARM_PAN", "6.10", X8664, "", "no rule"},
		{"CONFIG_ARM64_PAN", "6.12", ARM64, "", "refuted: CONFIG_ARM64_PAN is not in the configuration; Linux 6.12.0 is older than 7.2"},
		{"CONFIG_ARM64_PAN", "7.0", ARM64, "", "unknown: CONFIG_ARM64_PAN is not in the configuration; it went away at Linux 6.17..7.2"},
		{"CONFIG_ARM64_PAN", "7.2", ARM64, "", "proved: Linux 7.2.0 is at least 7.2"},
		{"CONFIG_VMAP_STACK", "5.10", RISCV, "", "not-applicable: CONFIG_VMAP_STACK came with Linux 5.10..5.14"},
		{"CONFIG_VMAP_STACK", "5.10", X8664, "", "refuted: CONFIG_VMAP_STACK is not in the configuration"},

		// Conditions.
		{"CONFIG_X86_SMAP", "5.19", X8664, "", "proved: Linux 5.19.0 is at least 5.19"},
		{"CONFIG_X86_SMAP", "", X8664, "", "unknown: the version is not known"},
		{"CONFIG_X86_SMAP", "", X8664, "CONFIG_X86_SMAP=y\n", "proved: CONFIG_X86_SMAP=y (line 1)"},
		{"CONFIG_MODULE_SIG", "6.1", X8664, "# CONFIG_MODULES is not set\n", "proved: CONFIG_MODULES is not set (line 1)"},
		{"CONFIG_MODULE_SIG", "6.1", X8664, "CONFIG_MODULES=y\n", "refuted: CONFIG_MODULE_SIG is not in the configuration; CONFIG_MODULES=y (line 1)"},
		{"CONFIG_HARDENED_USERCOPY_FALLBACK", "6.1", X8664, "", "refuted: CONFIG_HARDENED_USERCOPY is not in the configuration"},
		{"CONFIG_HARDENED_USERCOPY_FALLBACK", "6.1", X8664, "CONFIG_HARDENED_USERCOPY=y\n",
			"proved: CONFIG_HARDENED_USERCOPY=y (line 1); CONFIG_HARDENED_USERCOPY_FALLBACK is not in the configuration"},
		{"CONFIG_LSM:yama", "6.1", X8664, "CONFIG_LSM=\"landlock,yama\"\n", "proved: CONFIG_LSM=\"landlock,yama\" (line 1)"},
		{"CONFIG_LSM:selinux", "6.1", X8664, "CONFIG_LSM=\"yama\"\n", "refuted: CONFIG_LSM=\"yama\" (line 1)"},
		{"CONFIG_LSM:selinux", "6.1", X8664, "CONFIG_LSM=\"yama,apparmor\"\n", "proved: CONFIG_LSM=\"yama,apparmor\" (line 1)"},
		{"CONFIG_LSM:lockdown", "6.1", X8664, "CONFIG_LSM=\"landlock,lockdowns\"\n", "refuted: CONFIG_LSM=\"landlock,lockdowns\" (line 1)"},
		{"CONFIG_ARCH_MMAP_RND_BITS", "6.1", X8664, "CONFIG_ARCH_MMAP_RND_BITS=28\nCONFIG_ARCH_MMAP_RND_BITS_MAX=32\n",
			"refuted: CONFIG_ARCH_MMAP_RND_BITS=28 (line 1); CONFIG_ARCH_MMAP_RND_BITS_MAX=32 (line 2)"},
		{"CONFIG_ARCH_MMAP_RND_BITS", "6.1", X8664, "CONFIG_ARCH_MMAP_RND_BITS=28\n",
			"unknown: CONFIG_ARCH_MMAP_RND_BITS=28 (line 1); CONFIG_ARCH_MMAP_RND_BITS_MAX is not in the configuration"},
		{"CONFIG_LDISC_AUTOLOAD", "6.1", X8664, "", "refuted: CONFIG_LDISC_AUTOLOAD is not in the configuration"},
		{"CONFIG_LSM_MMAP_MIN_ADDR", "6.1", ARM, "CONFIG_LSM_MMAP_MIN_ADDR=32768\n", "proved: CONFIG_LSM_MMAP_MIN_ADDR=32768 (line 1)"},
		{"CONFIG_LSM_MMAP_MIN_ADDR", "6.1", X8664, "CONFIG_LSM_MMAP_MIN_ADDR=32768\n", "refuted: CONFIG_LSM_MMAP_MIN_ADDR=32768 (line 1)"},
	}
	for _, tt := range tests {
		got := verdict(Judge(parse(t, tt.config), Linux, tt.version, tt.arch), "kernel-config:"+tt.rule)
		if got != tt.want {
			t.Errorf("%s, Linux %s, %s, %q:\n got %s\nwant %s", tt.rule, tt.version, tt.arch, tt.config, got, tt.want)
		}
	}
}

// TestXenVersions holds the releases that got an option: RETURN_THUNK came
// with 4.21 and, in an advisory, with 4.17.6 and 4.20.1.
func TestXenVersions(t *testing.T) {
	for version, want := range map[string]string{
		"4.16.7":     "not-applicable: CONFIG_RETURN_THUNK came with Xen 4.21",
		"4.17.5":     "unknown: CONFIG_RETURN_THUNK is not in the configuration; stable releases got it with 4.17.6; whether Xen 4.17.5 has it is not known",
		"4.17.6":     "refuted: CONFIG_RETURN_THUNK is not in the configuration",
		"4.20.4-pre": "refuted: CONFIG_RETURN_THUNK is not in the configuration",
		"4.21.0":     "refuted: CONFIG_RETURN_THUNK is not in the configuration",
	} {
		if got := verdict(Judge(parse(t, ""), Xen, version, X8664), "xen-config:CONFIG_RETURN_THUNK"); got != want {
			t.Errorf("%s:\n got %s\nwant %s", version, got, want)
		}
	}
}

// TestDebianXen judges two configurations of Debian.
func TestDebianXen(t *testing.T) {
	for name, want := range map[string][]string{
		"debian-xen-4.17-amd64": {"KEXEC", "LIVEPATCH", "PV_LINEAR_PT", "TRACEBUFFER", "XENOPROF", "XSM", "XSM_DUMMY_DEFAULT", "XSM_SILO"},
		"debian-xen-4.20-amd64": {"KEXEC", "LIVEPATCH", "PV_LINEAR_PT", "REQUIRE_NX", "TRACEBUFFER", "XSM", "XSM_DUMMY_DEFAULT", "XSM_SILO"},
	} {
		var got []string
		for _, c := range judgeText(t, "testdata/"+name+".config") {
			if c.Status == Refuted {
				got = append(got, strings.TrimPrefix(c.Rule, "xen-config:CONFIG_"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func judgeText(t testing.TB, file string) []Check {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	found, err := Find(f, info.Size(), Limits{})
	if err != nil || len(found) != 1 || found[0].Text == nil {
		t.Fatalf("%s: found %+v, error %v", file, found, err)
	}
	return found[0].Checks()
}

// TestEveryRule makes for each rule, on each of its architectures, a
// configuration that proves it, and drops its option.
func TestEveryRule(t *testing.T) {
	versions := map[Kind][]string{
		Linux: {"4.20", "5.10", "5.18", "6.1", "6.8", "6.12", "6.17", "7.2"},
		Xen:   {"4.14", "4.17", "4.20", "4.21"},
	}
	for kind, versions := range versions {
		for _, r := range Rules(kind) {
			arches := r.Arch
			if len(arches) == 0 {
				arches = Architectures()
			}
			for _, arch := range arches {
				version := firstWith(r, kind, arch, versions)
				if version == "" {
					t.Errorf("%s: no version has it on %s", r.ID(), arch)
					continue
				}
				good := satisfied(all(append(slices.Clone(r.Needs), r.Want)...), true)
				bad := satisfied(all(r.Needs...), true) + satisfied(either(r.Unless...), false) + satisfied(r.Want, false)
				s := subject{parse(t, good), kind, parseVersion(version)}
				if got := s.judge(r, arch); got.status != Proved {
					t.Errorf("%s on %s, %s: %q is %s", r.ID(), arch, version, good, got)
				}
				s.config = parse(t, bad)
				got := s.judge(r, arch)
				if got.status != Refuted || !strings.Contains(strings.Join(got.evidence, " "), "CONFIG_"+r.Option) {
					t.Errorf("%s on %s, %s: %q is %s", r.ID(), arch, version, bad, got)
				}
			}
		}
	}
}

func firstWith(r Rule, kind Kind, arch Arch, versions []string) string {
	for _, v := range versions {
		s := subject{kind: kind, version: parseVersion(v), config: &kconfig.Config{}}
		if s.exists(r, arch).status == Proved {
			return v
		}
	}
	return ""
}

// satisfied writes a configuration for which c holds, or does not. A version
// is left to the caller.
func satisfied(c Condition, holds bool) string {
	name := "CONFIG_" + c.option
	switch c.op {
	case isValue:
		if holds == (c.value == "n") {
			if c.value == "n" || c.value == "y" {
				return "# " + name + " is not set\n"
			}
			return name + "=1\n"
		}
		if c.value == "n" {
			return name + "=y\n"
		}
		return name + "=" + c.value + "\n"
	case hasMember:
		if holds {
			return name + "=\"bpf," + c.value + "\"\n"
		}
		return name + "=\"bpf\"\n"
	case isPresent:
		return ""
	case isMaximum:
		if holds {
			return name + "=32\n" + name + "_MAX=32\n"
		}
		return name + "=28\n" + name + "_MAX=32\n"
	case atLeast:
		return ""
	}
	var text string
	for i, p := range c.parts {
		if c.op == anyOf && holds && i > 0 || c.op == allOf && !holds && i > 0 {
			break
		}
		text += satisfied(p, holds)
	}
	return text
}

// TestRulesAreSound: what reports and waivers rely on.
func TestRulesAreSound(t *testing.T) {
	for _, kind := range []Kind{Linux, Xen} {
		rules := Rules(kind)
		seen := map[string]bool{}
		for _, r := range rules {
			arches := r.Arch
			if len(arches) == 0 {
				arches = Architectures()
			}
			for _, a := range arches {
				key := fmt.Sprint(r.ID(), a)
				if seen[key] {
					t.Errorf("%s stands twice for %q", r.ID(), a)
				}
				seen[key] = true
			}
			if r.Option != r.Want.option || r.Reason == "" || r.Source == "" || r.Severity == "" {
				t.Errorf("%s is not complete: %+v", r.ID(), r)
			}
			bounds := []string{r.Since, r.Until}
			for _, o := range r.SinceOn {
				bounds = append(bounds, o.Version)
			}
			for _, v := range append(bounds, r.Stable...) {
				for part := range strings.SplitSeq(v, "..") {
					if part != "" && !parseVersion(part).known() {
						t.Errorf("%s: %q is no version", r.ID(), v)
					}
				}
			}
		}
		if !slices.IsSortedFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID(), b.ID()) }) {
			t.Errorf("the rules for %s are not sorted", kind)
		}
	}
}
