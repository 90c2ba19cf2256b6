package hardening

import (
	"archive/tar"
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// bootTree is the tar of a package that holds these files.
func bootTree(t *testing.T, files map[string]string) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

const configHead = "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.0 Kernel Configuration\n#\nCONFIG_X86_64=y\nCONFIG_X86=y\n"

// hardKernel decides what no command line says.
const hardKernel = configHead + "CONFIG_HARDENED_USERCOPY=y\nCONFIG_INIT_ON_ALLOC_DEFAULT_ON=y\nCONFIG_INIT_ON_FREE_DEFAULT_ON=y\nCONFIG_RANDOMIZE_KSTACK_OFFSET_DEFAULT=y\nCONFIG_LEGACY_VSYSCALL_NONE=y\n"

const hardSysctls = `fs.protected_fifos=2
fs.protected_hardlinks=1
fs.protected_regular=2
fs.protected_symlinks=1
fs.suid_dumpable=0
kernel.dmesg_restrict=1
kernel.kexec_load_disabled=1
kernel.kptr_restrict=2
kernel.perf_event_paranoid=3
kernel.randomize_va_space=2
kernel.unprivileged_bpf_disabled=1
kernel.yama.ptrace_scope=1
net.core.bpf_jit_harden=2
`

// TestBootGate: each mutant of what an image is started with is refused by the
// name of its rule.
func TestBootGate(t *testing.T) {
	const good = "console=hvc0 mitigations=auto,nosmt pti=on"
	for name, tt := range map[string]struct {
		files      map[string]string
		xen, linux string
		none       bool // the recipe gives no options
		want       []string
	}{
		"good":               {linux: good},
		"nothing said":       {linux: "", want: []string{"kernel-cmdline:mitigations", "kernel-cmdline:pti"}},
		"switched off":       {linux: good + " nokaslr spectre_v2=off", want: []string{"kernel-cmdline:nokaslr", "kernel-cmdline:spectre_v2"}},
		"overridden":         {linux: good + " mitigations=off", want: []string{"kernel-cmdline:mitigations"}},
		"low severity":       {linux: good + " hash_pointers=never"},
		"Xen":                {linux: good, xen: "smap=0 console=com1", want: []string{"xen-cmdline:flask", "xen-cmdline:smap"}},
		"no configuration":   {linux: good, files: map[string]string{"etc/x": "x"}, want: []string{"kernel-cmdline:hardened_usercopy", "kernel-cmdline:init_on_alloc", "kernel-cmdline:init_on_free", "kernel-cmdline:iommu.passthrough", "kernel-cmdline:iommu.strict", "kernel-cmdline:randomize_kstack_offset", "kernel-cmdline:slab_nomerge", "kernel-cmdline:vsyscall"}},
		"two configurations": {linux: good + " hardened_usercopy=1 init_on_alloc=1 init_on_free=1 randomize_kstack_offset=1 slab_nomerge", files: map[string]string{"boot/config-a": hardKernel, "boot/config-b": hardKernel + "CONFIG_A=y\n"}, want: []string{"kernel-cmdline:iommu.passthrough", "kernel-cmdline:iommu.strict", "kernel-cmdline:vsyscall"}},
		"sysctls":            {none: true, files: map[string]string{"etc/sysctl.d/a.conf": hardSysctls}},
		"one sysctl":         {none: true, files: map[string]string{"etc/sysctl.d/a.conf": hardSysctls, "etc/sysctl.conf": "kernel.kptr_restrict=0\n"}, want: []string{"sysctl:kernel.kptr_restrict"}},
		"a sysctl missing":   {none: true, files: map[string]string{"etc/sysctl.d/a.conf": strings.Replace(hardSysctls, "fs.protected_fifos=2\n", "", 1)}, want: []string{"sysctl:fs.protected_fifos"}},
		"too large":          {none: true, files: map[string]string{"boot/grub/grub.cfg": strings.Repeat("#\n", 1<<20)}, want: []string{"kernel-cmdline"}},
		"GRUB's own":         {none: true, files: map[string]string{"boot/config-a": hardKernel, "boot/grub/grub.cfg": "linux /boot/vmlinuz " + good + " nosmap\n"}, want: []string{"kernel-cmdline:nosmap"}},
	} {
		t.Run(name, func(t *testing.T) {
			files := tt.files
			if files == nil {
				files = map[string]string{"boot/config-6.1": hardKernel}
			}
			r := bootTree(t, files)
			var b Boot
			if err := b.Read(t.Context(), "package", r, r.Size()); err != nil {
				t.Fatal(err)
			}
			place := finding.Place{File: "recipe.hcl", Line: 7}
			if !tt.none {
				b.Options(tt.xen, tt.linux, place)
			}
			var got []string
			for _, f := range b.Findings() {
				got = append(got, f.Rule)
				if f.Remedy == "" || f.Severity < finding.Medium || !tt.none && f.Place != place {
					t.Errorf("%+v", f)
				}
			}
			if slices.Sort(got); !slices.Equal(got, tt.want) {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
		})
	}
}

// TestUnreadConfiguration: a profile that asks for a configuration is not
// passed by outputs that show none.
func TestUnreadConfiguration(t *testing.T) {
	p, _ := profile.Lookup("kernel")
	option := func(rule string, s prove.Status, evidence string) prove.File {
		return prove.File{Path: "boot/x", Type: prove.Kernel, Checks: []prove.Check{{Rule: rule, Status: s, Evidence: []string{evidence}}}}
	}
	bare := option("kernel-config", prove.Unknown, "no configuration is embedded: the kernel was built without CONFIG_IKCONFIG")
	damaged := option("kernel-config", prove.Unknown, "there are different configurations, at 0x1 and 0x2")
	config := option("kernel-config:CONFIG_X86_SMAP", prove.Proved, "CONFIG_X86_SMAP=y")
	for name, tt := range map[string]struct {
		files []prove.File
		want  string
	}{
		"none":                    {nil, ".: kernel-config: the configuration of Linux cannot be judged: it is in no output"},
		"image alone":             {[]prove.File{bare}, "boot/x: kernel-config: the configuration of Linux cannot be judged: no configuration is embedded"},
		"image and configuration": {[]prove.File{bare, config}, ""},
		"damaged":                 {[]prove.File{damaged, config}, "boot/x: kernel-config: the configuration of Linux cannot be judged: there are different"},
		"undecided":               {[]prove.File{config, option("kernel-config:CONFIG_RANDOMIZE_BASE", prove.Unknown, "the architecture is not known")}, "boot/x: kernel-config:CONFIG_RANDOMIZE_BASE: "},
		"of Xen":                  {[]prove.File{option("xen-config:CONFIG_DEBUG", prove.Proved, "x")}, ".: kernel-config: "},
	} {
		t.Run(name, func(t *testing.T) {
			v := Gate{Profile: p, Compiler: gcc12}.Judge(tt.files, nil)
			var got []string
			for _, f := range v.Findings {
				got = append(got, f.Place.String()+": "+f.Rule+": "+f.Message)
			}
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], tt.want)) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
