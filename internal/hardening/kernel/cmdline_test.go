package kernel

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// configured is a kernel of a version whose configuration has these lines.
func configured(version string, lines ...string) *Found {
	return &Found{Kind: Linux, Version: version, Arch: X8664, Where: ".config",
		Text: []byte("#\n# Linux/x86 " + version + " Kernel Configuration\n#\nCONFIG_X86_64=y\n" + strings.Join(lines, "\n") + "\n")}
}

func statusOf(t *testing.T, checks []Check, rule string) Status {
	t.Helper()
	for _, c := range checks {
		if c.Rule == rule {
			if len(c.Evidence) == 0 {
				t.Errorf("%s has no evidence", rule)
			}
			return c.Status
		}
	}
	t.Fatalf("no rule %s", rule)
	return ""
}

func TestCommandLine(t *testing.T) {
	on := configured("6.1.0", "CONFIG_INIT_ON_ALLOC_DEFAULT_ON=y", "# CONFIG_SLAB_MERGE_DEFAULT is not set")
	off := configured("6.1.0", "# CONFIG_INIT_ON_ALLOC_DEFAULT_ON is not set", "CONFIG_SLAB_MERGE_DEFAULT=y")
	for _, tt := range []struct {
		kind  Kind
		line  string
		found *Found
		rule  string
		want  Status
	}{
		{Linux, "init_on_alloc=1", nil, "kernel-cmdline:init_on_alloc", Proved},
		{Linux, "init-on-alloc=1", nil, "kernel-cmdline:init_on_alloc", Proved},
		{Linux, "init_on_alloc=1 init_on_alloc=0", on, "kernel-cmdline:init_on_alloc", Refuted},
		{Linux, "init_on_alloc=0 init_on_alloc=1", off, "kernel-cmdline:init_on_alloc", Proved},
		{Linux, "quiet", nil, "kernel-cmdline:init_on_alloc", Unknown},
		{Linux, "quiet", on, "kernel-cmdline:init_on_alloc", Proved},
		{Linux, "quiet", off, "kernel-cmdline:init_on_alloc", Refuted},
		{Linux, "quiet -- init_on_alloc=1", off, "kernel-cmdline:init_on_alloc", Refuted},
		{Linux, `x="a init_on_alloc=1 b"`, off, "kernel-cmdline:init_on_alloc", Refuted},
		{Linux, "slab_nomerge", nil, "kernel-cmdline:slab_nomerge", Proved},
		{Linux, "", off, "kernel-cmdline:slab_nomerge", Refuted},
		{Linux, "mitigations=auto,nosmt", nil, "kernel-cmdline:mitigations", Proved},
		{Linux, "mitigations=nosmt", nil, "kernel-cmdline:mitigations", Unknown}, // Linux knows no such value
		{Linux, "mitigations=auto,nosmt spectre_v2=off", nil, "kernel-cmdline:spectre_v2", Refuted},
		{Linux, "mitigations=auto,nosmt", nil, "kernel-cmdline:spectre_v2", Proved},
		{Linux, "rodata=off", nil, "kernel-cmdline:rodata", Refuted},
		{Linux, "iommu.strict=0", configured("6.1.0", "# CONFIG_IOMMU_SUPPORT is not set"), "kernel-cmdline:iommu.strict", NotApplicable},
		{Linux, "iommu.strict=0", configured("6.1.0", "CONFIG_IOMMU_SUPPORT=y"), "kernel-cmdline:iommu.strict", Refuted},
		{Linux, "iommu.strict=0", nil, "kernel-cmdline:iommu.strict", Refuted},
		{Linux, "mitigations=auto", nil, "kernel-cmdline:mitigations", Unknown},
		{Linux, "mitigations=off", nil, "kernel-cmdline:mitigations", Refuted},
		{Linux, "nokaslr", nil, "kernel-cmdline:nokaslr", Refuted},
		{Linux, "", nil, "kernel-cmdline:nokaslr", Proved},
		{Xen, "", nil, "xen-cmdline:smap", Proved},
		{Xen, "smap=0", nil, "xen-cmdline:smap", Refuted},
		{Xen, "no-smap", nil, "xen-cmdline:smap", Refuted},
		{Xen, "spec-ctrl=no-xen,msr-sc", nil, "xen-cmdline:spec_ctrl", Refuted},
		{Xen, "spec-ctrl=bti-thunk=jmp", nil, "xen-cmdline:spec_ctrl", Proved},
		{Xen, "flask=enforcing", nil, "xen-cmdline:flask", Proved},
		{Xen, "flask=permissive", nil, "xen-cmdline:flask", Refuted},
	} {
		if got := statusOf(t, JudgeCommandLine(tt.kind, ParseCommandLine(tt.line, "here"), tt.found), tt.rule); got != tt.want {
			t.Errorf("%q: %s is %s, not %s", tt.line, tt.rule, got, tt.want)
		}
	}
}

func TestCommandLines(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"boot/grub/grub.cfg", "set x=1\nmenuentry 'a' {\n\tmultiboot2 /boot/xen.gz dom0_mem=1G $opt\n\tmodule2 /boot/vmlinuz ro quiet\n\tmodule2 /boot/initrd\n}\n\tlinux /vmlinuz a=b\n",
			"xen :3 dom0_mem=1G\nlinux :4 ro= quiet=\nlinux :7 a=b\nhidden boot/grub/grub.cfg:3: $opt"},
		{"EFI/xen.cfg", "[global]\ndefault=x\n[x]\noptions=smap=0 console=com1\nkernel=vmlinuz ro\n", "xen :4 smap=0 console=com1\nlinux :5 ro="},
		{"loader/entries/a.conf", "title x\nlinux /vmlinuz\noptions ro\n", "linux :3 ro="},
		{"etc/other.conf", "options ro\n", ""},
	} {
		lines, hidden := CommandLines(tt.name, tt.text)
		var got []string
		for _, l := range lines {
			text := fmt.Sprintf("%s %s", l.Kind, strings.TrimPrefix(l.Place, tt.name))
			for _, s := range l.Settings {
				text += " " + s.Name + "=" + s.Value
			}
			got = append(got, text)
		}
		for _, h := range hidden {
			got = append(got, "hidden "+h)
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestSysctls: later names win, /etc hides /usr/lib, sysctl.conf comes last.
func TestSysctls(t *testing.T) {
	settings := SysctlSettings([]SysctlFile{
		{"etc/sysctl.conf", "-kernel/kptr_restrict = 2\n"},
		{"usr/lib/sysctl.d/10-a.conf", "kernel.dmesg_restrict=0\n"},
		{"etc/sysctl.d/10-a.conf", "# off\nkernel.dmesg_restrict = 1\n"},
		{"etc/sysctl.d/20-b.conf", "kernel.kptr_restrict=0\nfs.suid_dumpable=2\n; x=1\n"},
	})
	var got []string
	for _, s := range settings {
		got = append(got, s.Name+"="+s.Value+" "+s.Place)
	}
	want := []string{"kernel.dmesg_restrict=1 etc/sysctl.d/10-a.conf:2", "kernel.kptr_restrict=0 etc/sysctl.d/20-b.conf:1",
		"fs.suid_dumpable=2 etc/sysctl.d/20-b.conf:2", "kernel.kptr_restrict=2 etc/sysctl.conf:1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	checks := JudgeSysctls(settings, configured("6.1.0", "# CONFIG_LEGACY_TIOCSTI is not set"))
	for rule, want := range map[string]Status{
		"sysctl:kernel.dmesg_restrict": Proved, "sysctl:kernel.kptr_restrict": Proved, "sysctl:fs.suid_dumpable": Refuted,
		"sysctl:fs.protected_fifos": Unknown, "sysctl:user.max_user_namespaces": Proved, "sysctl:dev.tty.legacy_tiocsti": Refuted,
	} {
		if got := statusOf(t, checks, rule); got != want {
			t.Errorf("%s is %s, not %s", rule, got, want)
		}
	}
}

func FuzzCommandLine(f *testing.F) {
	f.Add("EFI/xen.cfg", "options=no-smap spec-ctrl=no\nkernel=v a=\"b c\" -- d\n")
	f.Add("boot/grub/grub.cfg", "multiboot2 /x $y\nmodule2 --nounzip /v mitigations=auto,nosmt\n")
	f.Add("etc/sysctl.conf", "a = b\n-c/d=e\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		lines, _ := CommandLines(name, text)
		for _, l := range lines {
			if got := JudgeCommandLine(l.Kind, l.Settings, nil); len(got) != len(Parameters(l.Kind)) {
				t.Errorf("%d verdicts", len(got))
			}
		}
		JudgeSysctls(SysctlSettings([]SysctlFile{{name, text}, {"etc/sysctl.d/a.conf", text}}), nil)
	})
}
