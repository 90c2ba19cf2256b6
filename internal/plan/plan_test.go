package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// load copies the recipe of testdata, changes one of its files, and plans it.
// change is FILE: OLD → NEW, or empty.
func load(t *testing.T, file, old, new string) *recipe.Recipe {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/recipe")); err != nil {
		t.Fatal(err)
	}
	if file != "" {
		name := filepath.Join(dir, file)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), old) {
			t.Fatalf("%s does not hold %q", file, old)
		}
		if err := os.WriteFile(name, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := recipe.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// lockFor pins the test recipe; gcc is the digest of gcc's package.
func lockFor(t *testing.T, r *recipe.Recipe, gcc string) *lockfile.Lock {
	t.Helper()
	sum := digest.FromString
	deb := func(name, content string) lockfile.Deb {
		return lockfile.Deb{Name: name, Version: "1", Architecture: "amd64", Filename: "pool/" + name + ".deb", Digest: sum(content), Size: 9}
	}
	src := func(name string) lockfile.File {
		return lockfile.File{Name: name, Path: "pool/" + name, Digest: sum(name), Size: 9}
	}
	l, err := lockfile.New(lockfile.Content{
		Recipe: r.Digest(),
		Distributions: []lockfile.Distribution{{
			Address: "distribution.debian", Name: "debian", Suite: "bookworm", Architecture: "amd64", Components: []string{"main"},
			Vouched: []lockfile.Vouched{{
				Kind: lockfile.InRelease, Digest: sum("release"), Size: 9, Date: time.Unix(1700000000, 0).UTC(), Origin: "Debian",
				Suite: "oldstable", Codename: "bookworm", Keyring: sum("keys"), Signers: []string{strings.Repeat("AB", 20)},
				Indexes: []lockfile.Index{{Path: "main/binary-amd64/Packages.xz", Digest: sum("index"), Size: 9}},
				Debs:    []lockfile.Deb{deb("gcc", gcc), deb("cpio", "cpio")},
				Dscs: []lockfile.Dsc{{Name: "hello", Version: "2.10-3", Patches: true, Files: []lockfile.File{
					src("hello_2.10-3.debian.tar.xz"), src("hello_2.10.orig-docs.tar.xz"), src("hello_2.10.orig.tar.gz"), src("hello_2.10.orig.tar.gz.asc"),
				}}},
			}},
		}},
		Toolchains: []lockfile.Toolchain{
			{Address: "toolchain.base", From: "distribution.debian", Requested: []string{"gcc"}, Packages: []string{"gcc"}},
			{Address: "toolchain.pack", From: "distribution.debian", Requested: []string{"cpio"}, Packages: []string{"cpio"}},
		},
		Sources: []lockfile.Source{{Address: "source.hello", From: "distribution.debian", Dsc: "hello"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func make1(t *testing.T, r *recipe.Recipe, gcc string, env func(*recipe.Recipe) Environment) *Plan {
	t.Helper()
	p, err := New(r, lockFor(t, r, gcc), env(r))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func names(steps []Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, s.Name)
	}
	return list
}

func TestStepsComeAfterWhatTheyRead(t *testing.T) {
	p := make1(t, load(t, "", "", ""), "gcc", Standard)
	want := []string{"toolchain.base", "toolchain.pack", "package.hello", "package.init", "image.small.initramfs", "image.small.uki"}
	if diff := cmp.Diff(want, names(p.Steps())); diff != "" {
		t.Error(diff)
	}
	closure, err := p.Closure("package.init")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"toolchain.base", "package.hello", "package.init"}, names(closure)); diff != "" {
		t.Error(diff)
	}
	if _, err := p.Closure("package.gone"); err == nil {
		t.Error("a closure of a step that is not there")
	}
}

// TestDigests changes one thing at a time and says which steps must change.
func TestDigests(t *testing.T) {
	base := make1(t, load(t, "", "", ""), "gcc", Standard)
	everything := names(base.Steps())
	images := []string{"image.small.initramfs", "image.small.uki"}
	built := append([]string{"package.hello", "package.init"}, images...)
	tests := []struct {
		name           string
		file, old, new string
		gcc            string
		want           []string
	}{
		{"nothing", "", "", "", "gcc", nil},
		{"a comment", "recipe.hcl", "recipe \"small\"", "# words\nrecipe \"small\"", "gcc", nil},
		{"a pinned package", "", "", "", "gcc 12.3", append([]string{"toolchain.base"}, built...)},
		{"a script", "hello.sh", "make", "make -s", "gcc", built},
		{"a local source", "files/init", "#!/bin/sh", "#!/bin/ash", "gcc", built},
		{"the epoch", "recipe.hcl", "1735689600", "1735689601", "gcc", everything},
		{"hardening of one package", "recipe.hcl", `hardening = "freestanding"`, `hardening = "userspace"`, "gcc", append([]string{"package.init"}, images...)},
		{"an option of the boot", "recipe.hcl", "console=com1", "console=com2", "gcc", images},
		{"the marker, which no step is told", "recipe.hcl", `"UP"`, `"READY"`, "gcc", nil},
		{"patches", "recipe.hcl", "patches = true", "patches = false", "gcc", built},
		{"an output", "recipe.hcl", `"usr/bin/hello" = "hello"`, `"usr/bin/hi" = "hello"`, "gcc", built},
		{"a budget", "recipe.hcl", "  boot {", "  budget {\n    setuid = 0\n  }\n  boot {", "gcc", images},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := make1(t, load(t, tt.file, tt.old, tt.new), tt.gcc, Standard)
			var changed []string
			for _, s := range base.Steps() {
				if now, ok := p.Step(s.Name); !ok || now.Digest != s.Digest {
					changed = append(changed, s.Name)
				}
			}
			want := slices.Sorted(slices.Values(tt.want))
			slices.Sort(changed)
			if diff := cmp.Diff(want, changed); diff != "" {
				t.Error(diff)
			}
			if same := p.Digest() == base.Digest(); same != (tt.want == nil) {
				t.Errorf("the plan's digest: same is %v", same)
			}
		})
	}
}

func TestPlansDoNotDependOnWhereTheRecipeLies(t *testing.T) {
	a := make1(t, load(t, "", "", ""), "gcc", Standard)
	b := make1(t, load(t, "", "", ""), "gcc", Standard)
	if a.Recipe().Dir == b.Recipe().Dir {
		t.Fatal("one directory")
	}
	if a.Digest() != b.Digest() {
		t.Error("the digest depends on the directory")
	}
}

func TestChangesNameWhatDiffers(t *testing.T) {
	a := make1(t, load(t, "", "", ""), "gcc", Standard)
	b := make1(t, load(t, "hello.sh", "make", "make -s"), "other gcc", Standard)
	labels := func(step string) (list []string) {
		for _, c := range Changes(a.Components(step), b.Components(step)) {
			list = append(list, c.Label)
		}
		return list
	}
	if diff := cmp.Diff([]string{"package gcc"}, labels("toolchain.base")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"toolchain", "script /dombuild/script"}, labels("package.hello")); diff != "" {
		t.Error(diff)
	}
}

func TestLabelsAreUnique(t *testing.T) {
	p := make1(t, load(t, "", "", ""), "gcc", func(r *recipe.Recipe) Environment { return varied(t, r) })
	for _, s := range p.Steps() {
		seen := map[string]bool{}
		for _, c := range p.Components(s.Name) {
			if seen[c.Label] {
				t.Errorf("%s has two components %q", s.Name, c.Label)
			}
			seen[c.Label] = true
		}
	}
}

func TestPrologueUnpacksByDpkgsNames(t *testing.T) {
	p := make1(t, load(t, "", "", ""), "gcc", Standard)
	s, _ := p.Step("package.hello")
	run := s.Files[0].Content
	want := []string{
		"tar -x -f '/sources/hello/hello_2.10.orig.tar.gz' -C '.' --strip-components=1 --no-same-owner\n",
		"mkdir -p 'debian'\ntar -x -f '/sources/hello/hello_2.10-3.debian.tar.xz' -C 'debian'",
		"mkdir -p 'docs'\ntar -x -f '/sources/hello/hello_2.10.orig-docs.tar.xz' -C 'docs'",
		"patch -p1",
		"collect 'hello' 'usr/bin/hello'\n",
	}
	for _, w := range want {
		if !strings.Contains(run, w) {
			t.Errorf("the frame lacks %q:\n%s", w, run)
		}
	}
	if strings.Contains(run, ".asc") {
		t.Error("a signature is unpacked")
	}
	if strings.Index(run, "hello_2.10.orig.tar.gz") > strings.Index(run, "patch -p1") {
		t.Error("patches before the source")
	}
	if strings.Index(run, "orig-docs") > strings.Index(run, "patch -p1") {
		t.Error("patches are applied before every component is there")
	}
}

func TestQuote(t *testing.T) {
	if got := quote("it's $HOME"); got != `'it'\''s $HOME'` {
		t.Error(got)
	}
}
