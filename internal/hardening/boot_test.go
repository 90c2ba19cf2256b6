package hardening

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// TestScanOfBootFiles: command lines and sysctls of a tree are judged with the
// configuration of its kernel, and are findings of the profile.
func TestScanOfBootFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("boot/grub/grub.cfg", "menuentry x {\nmultiboot2 /boot/xen no-smap\nmodule2 /boot/vmlinuz nokaslr $more\n}\n")
	write("etc/sysctl.d/a.conf", "kernel.kptr_restrict=0\nkernel.dmesg_restrict=1\n")
	write("boot/config-6.1.0", "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.0 Kernel Configuration\n#\nCONFIG_X86_64=y\nCONFIG_X86=y\nCONFIG_INIT_ON_ALLOC_DEFAULT_ON=y\n")
	want := map[string]prove.Status{
		"xen-cmdline:smap": prove.Refuted, "xen-cmdline:smep": prove.Proved, "kernel-cmdline:nokaslr": prove.Refuted,
		"kernel-cmdline:init_on_alloc": prove.Unknown, // proved by the configuration, but for $more
		"sysctl:kernel.kptr_restrict":  prove.Refuted, "sysctl:kernel.dmesg_restrict": prove.Proved,
	}
	files, err := Scan(t.Context(), dir, ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]prove.Status{}
	for _, f := range files {
		for rule := range want {
			if c, ok := f.Check(rule); ok {
				got[rule] = c.Status
				if rule == "kernel-cmdline:init_on_alloc" && !strings.Contains(strings.Join(c.Evidence, " "), "CONFIG_INIT_ON_ALLOC_DEFAULT_ON=y") {
					t.Errorf("evidence %q", c.Evidence)
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	found := map[string]bool{}
	for _, f := range Judge(files, profile.Profile{Rules: []string{profile.KernelConfig, profile.XenConfig}}, false) {
		found[f.Rule] = f.Severity > 0 && f.Remedy != ""
	}
	for rule, status := range want {
		if found[rule] != (status == prove.Refuted) {
			t.Errorf("%s is %s; a finding: %v", rule, status, found[rule])
		}
	}
}
