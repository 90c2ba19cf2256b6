package recipe

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"
)

// TestLoad compares a whole recipe, without ranges and texts.
func TestLoad(t *testing.T) {
	file := func(path, content string) File {
		return File{Path: path, Digest: digest.FromString(content), Content: []byte(content)}
	}
	tool := func(key, conf string) Package {
		return Package{
			Address: Address(`package.tool["` + key + `"]`), Name: "tool-" + key, Toolchain: `toolchain.each["gcc"]`,
			Sources: []Address{"source.src", `source.hello["v1"]`}, Hardening: Hardening{Profile: "userspace"}, Script: "make " + key + "\n",
			Environment: map[string]string{"CONF": conf, "VERSION": "17"}, Outputs: []Output{{Path: "usr/bin/" + key}},
		}
	}
	size, zero := int64(64<<20), int64(0)
	want := &Recipe{
		Name: "test", Version: "1.0", SourceDateEpoch: 1735689600, Jobs: 4,
		Variables: map[string]string{"extra": `["strace","gdb"]`, "jobs": "3", "plain": "1.50"},
		Distributions: []Distribution{{
			Address: "distribution.debian", Name: "debian", Suite: "bookworm", Components: []string{"main"}, Architecture: "amd64",
			Keyring: file("keys/debian-archive.gpg", "OpenPGP keys\n"),
		}},
		Toolchains: []Toolchain{
			{Address: "toolchain.base", From: "distribution.debian", Packages: []string{"gcc", "libc6-dev"}},
			{Address: `toolchain.each["clang"]`, From: "distribution.debian", Packages: []string{"clang"}},
			{Address: `toolchain.each["gcc"]`, From: "distribution.debian", Packages: []string{"gcc"}},
			{Address: "toolchain.pack", From: "distribution.debian", Packages: []string{"gdb", "strace", "xorriso"}, Configure: true},
		},
		Sources: []Source{
			{Address: `source.hello["v1"]`, Name: "hello-v1", HTTP: &HTTP{URL: "https://example.org/hello-v1.tar.gz", Digest: digest.FromString("")}},
			{Address: "source.src", Name: "src", Local: &Local{
				Path: "files", Files: []File{file("main.c", "int main(void) { return 0; }\n")}, Exec: map[string]bool{}}},
		},
		Profiles: []Profile{
			{Address: "profile.old", Inherits: "profile.strict", Without: []string{"now", "pie"}, Link: []string{"-Wl,-O1"}},
			{Address: "profile.strict", Inherits: "userspace", Description: "nothing left in registers", Rules: []string{"zero-call-used-regs"}, Compile: []string{"-O3"}},
		},
		Packages: []Package{
			{
				Address: "package.boot", Name: "boot", Toolchain: "toolchain.base", Hardening: Hardening{Profile: "kernel"}, Script: "make\nmake install\n",
				Inputs:  []Address{`package.tool["busybox"]`, `package.tool["toybox"]`},
				Outputs: []Output{{"boot/config-linux", ".config"}, {"boot/vmlinuz", "arch/x86/boot/bzImage"}},
				Kconfig: []Kconfig{{Requested: []File{file("linux.config", "CONFIG_XEN=y\n")}, Output: "boot/config-linux"}},
			},
			{
				Address: "package.template", Name: "template", Toolchain: "toolchain.base", Script: "version 17 x\n",
				Hardening: Hardening{Profile: "profile.old", Except: []Exception{{Rule: "fortify", Paths: []string{"share/**"}, Reason: "data", Expires: "2027-06-30"}}},
				Inputs:    []Address{`package.tool["busybox"]`}, Outputs: []Output{{Path: "share/"}},
			},
			tool("busybox", "a"), tool("toybox", "b"),
		},
		Images: []Image{{
			Address: "image.dom0", Name: "dom0", Toolchain: "toolchain.pack", Formats: []string{"initramfs", "uki"},
			Packages: []Address{"package.boot", `package.tool["busybox"]`, `package.tool["toybox"]`},
			Boot:     &Boot{KernelOptions: "console=hvc0", Marker: "DOM0 UP", Expect: []string{`Xen version 4\.17`}, Timeout: 2 * time.Minute, Memory: 512 << 20},
			Budget:   &Budget{Size: &size, Setuid: &zero},
			Except:   []Exception{{Rule: "setuid", Reason: "none yet", Expires: "2027-01-01"}},
		}},
	}
	got := loadValid(t, nil)
	ignored := cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && (f.Name() == "Dir" || f.Name() == "Lockfile" || f.Name() == "Texts")
	}, cmp.Ignore())
	ranges := cmp.Comparer(func(_, _ hcl.Range) bool { return true })
	if diff := cmp.Diff(want, got, ignored, ranges); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	for _, p := range want.Packages {
		if q, ok := got.Package(p.Address); !ok || q.Name != p.Name {
			t.Errorf("Package(%s) = %v, %v", p.Address, q.Name, ok)
		}
	}
	if _, ok := got.Package("package.none"); ok {
		t.Error("Package finds what is not there")
	}
}

func TestScriptRange(t *testing.T) {
	r := loadValid(t, nil)
	tests := map[Address]struct {
		file string
		line int
		text string
	}{
		"package.boot":           {"build.sh", 1, "make\nmake install\n"},
		`package.tool["toybox"]`: {"recipe.hcl", 51, "    make ${each.key}\n"},
	}
	for addr, want := range tests {
		p, _ := r.Package(addr)
		at := p.ScriptRange
		if filepath.Base(at.Filename) != want.file || at.Start.Line != want.line {
			t.Errorf("%s: script begins at %s, want %s:%d", addr, at, want.file, want.line)
		}
		text, ok := r.Texts[at.Filename]
		if !ok || at.End.Byte > len(text) {
			t.Fatalf("%s: there is no text for %s", addr, at)
		}
		if got := string(text[at.Start.Byte:at.End.Byte]); strings.TrimSpace(got) != strings.TrimSpace(want.text) {
			t.Errorf("%s: the range holds %q", addr, got)
		}
	}
}

func TestLockfile(t *testing.T) {
	f := open(t, "testdata/valid.hcl")
	r, err := Load(f.dir, f.vars)
	check(t, err)
	if want := filepath.Join(f.dir, "test.lock.hcl"); r.Lockfile != want {
		t.Errorf("lockfile %s, want %s", r.Lockfile, want)
	}
	replace(t, `"1.0"`, "\"1.0\"\n  lockfile = \"../locks/${var.plain}.lock.hcl\"")(f.dir)
	r, err = Load(f.dir, f.vars)
	check(t, err)
	if want := filepath.Join(filepath.Dir(f.dir), "locks/1.50.lock.hcl"); r.Lockfile != want {
		t.Errorf("lockfile %s, want %s", r.Lockfile, want)
	}
}

func TestModuleAddresses(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"recipe.hcl": `recipe "m" { source_date_epoch = 0 }
module "a" {
  source = "./a"
  tool   = toolchain.base
}
` + preambleBlocks,
		"a/a.hcl": `variable "tool" {}
module "b" {
  source = "../b"
  tool   = var.tool
}
package "top" {
  toolchain = var.tool
  inputs    = [module.b.package.inner["x"]]
  script    = "true"
  outputs   = ["top"]
}`,
		"b/b.hcl": `variable "tool" {}
package "inner" {
  for_each  = toset(["x"])
  toolchain = var.tool
  script    = file("inner.sh")
  outputs   = ["inner"]
}`,
		"b/inner.sh": "inner\n",
		"keys/k.gpg": "k",
	}
	for name, text := range files {
		check(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	r, err := Load(dir, nil)
	check(t, err)
	var got []Address
	for _, p := range r.Packages {
		got = append(append(got, p.Address, p.Toolchain), p.Inputs...)
	}
	want := []Address{`module.a.module.b.package.inner["x"]`, "toolchain.base", "module.a.package.top", "toolchain.base", `module.a.module.b.package.inner["x"]`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if at := r.Packages[0].ScriptRange; at.Filename != filepath.Join(dir, "b/inner.sh") {
		t.Errorf("script is at %s", at)
	}
}

const preambleBlocks = `
distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/k.gpg"
}
toolchain "base" {
  from     = distribution.debian
  packages = ["gcc"]
}
`

func TestErrorText(t *testing.T) {
	f := open(t, "testdata/cycles.hcl")
	_, err := Load(f.dir, nil)
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("Load gives %v", err)
	}
	path := filepath.Join(f.dir, "recipe.hcl")
	want := path + ":3,3: Dependency cycle; local.a → local.b → local.c → local.a. A value cannot depend on itself."
	if first, _, _ := strings.Cut(e.Error(), "\n"); first != want {
		t.Errorf("Error() begins with\n%s\nwant\n%s", first, want)
	}
	var buf bytes.Buffer
	check(t, e.Write(&buf, false, 80))
	if !strings.Contains(buf.String(), "line 35, in package \"d\":\n  35:   inputs    = [package.d]") {
		t.Errorf("Write gives\n%s", buf.String())
	}
}

func TestNoDirectory(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		if _, err := Load(dir, nil); err == nil || !strings.Contains(err.Error(), "No recipe; Reading directory "+dir) {
			t.Errorf("Load gives %v", err)
		}
	}
}

// TestDiagnosticsAreStable loads a broken recipe again and again: no order of a
// map may show.
func TestDiagnosticsAreStable(t *testing.T) {
	for _, path := range []string{"testdata/unknown.hcl", "testdata/foreach.hcl", "testdata/values.hcl"} {
		f := open(t, path)
		_, first := Load(f.dir, f.vars)
		for range 20 {
			if _, err := Load(f.dir, f.vars); err == nil || err.Error() != first.Error() {
				t.Fatal(cmp.Diff(first.Error(), err.Error()))
			}
		}
	}
}

func TestFmt(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.hcl")
	check(t, err)
	for _, path := range append(paths, "scaffold/recipe.hcl", "testdata/shared/preamble.hcl") {
		src, err := os.ReadFile(path)
		check(t, err)
		once, err := Fmt(path, src)
		if strings.Contains(path, "syntax") {
			if e, ok := errors.AsType[*Error](err); !ok || e.Diags[0].Subject.Filename != path {
				t.Errorf("%s: Fmt gives %v", path, err)
			}
			continue
		}
		check(t, err)
		twice, err := Fmt(path, once)
		check(t, err)
		if !bytes.Equal(once, twice) {
			t.Errorf("%s: Fmt is no fixpoint", path)
		}
	}
	got, err := Fmt("x", []byte("a=1\nlonger   = [1,2]\n"))
	check(t, err)
	if want := "a      = 1\nlonger = [1, 2]\n"; string(got) != want {
		t.Errorf("Fmt gives %q, want %q", got, want)
	}
}

func TestScaffold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	written, err := Scaffold(dir, "greeting", []byte("keys"))
	check(t, err)
	if len(written) != 4 {
		t.Errorf("written: %q", written)
	}
	r, err := Load(dir, map[string]string{"suite": "trixie"})
	check(t, err)
	if r.Name != "greeting" || len(r.Packages) != 1 || r.Distributions[0].Suite != "trixie" {
		t.Errorf("the scaffold loads as %+v", r)
	}
	src, err := os.ReadFile(filepath.Join(dir, "recipe.hcl"))
	check(t, err)
	if formatted, err := Fmt("recipe.hcl", src); err != nil || !bytes.Equal(src, formatted) {
		t.Errorf("the scaffold is not formatted: %v", err)
	}
	if _, err := Scaffold(dir, "greeting", []byte("keys")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Scaffold gives %v", err)
	}
	if _, err := Scaffold(t.TempDir(), "Greeting", nil); err == nil {
		t.Error("Scaffold accepts the name Greeting")
	}
	bare := t.TempDir()
	_, err = Scaffold(bare, "greeting", nil)
	check(t, err)
	if _, err := Load(bare, nil); err == nil || !strings.Contains(err.Error(), "there is no "+Keyring) {
		t.Errorf("without a keyring Load gives %v", err)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.hcl", "a.hcl", "a.lock.hcl", ".#b.hcl", "x.txt"} {
		check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	got, err := Files(dir)
	check(t, err)
	if diff := cmp.Diff([]string{"a.hcl", "b.hcl"}, got); diff != "" {
		t.Errorf("Files (-want +got):\n%s", diff)
	}
}
