package kas

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// tree writes a txtar archive into a new directory.
func tree(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const project = `
-- work/meta-own/.git/HEAD --
-- work/meta-own/conf/layer.conf --
-- work/meta-own/kas/top.yml --
header:
  version: 14
  includes:
    - kas/base.yml
    - repo: other
      file: inc/more.yml
repos:
  meta-own:
machine: qemuarm
target: [core-image, "mc:guest:core-image", "multiconfig:guest:x"]
local_conf_header:
  b-own: |
    B = "2"

    C = "3"
  a-line: A = "1"
-- work/meta-own/kas/top.lock.yml --
header: {version: 14}
overrides:
  repos:
    other: {commit: 0123456789abcdef0123456789abcdef01234567}
-- work/meta-own/kas/base.yml --
header: {version: 14}
machine: replaced
distro: poky
repos:
  other:
    url: https://example.com/other.git
    branch: main
    layers:
      meta-x: {prio: 5}
      meta-a:
      meta-off: disabled
-- work/other/meta-x/conf/layer.conf --
-- work/other/meta-a/conf/layer.conf --
-- work/other/inc/more.yml --
header: {version: 14}
local_conf_header:
  z-more: |
    Z = "1"
`

func TestRead(t *testing.T) {
	dir := tree(t, project)
	c, err := Read(filepath.Join(dir, "work/meta-own/kas/top.yml"), filepath.Join(dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Machine != "qemuarm" || c.Distro != "poky" || len(c.Repos) != 2 {
		t.Errorf("got %+v", c)
	}
	other := c.Repos[0]
	if !other.Pinned() || other.Branch != "main" || filepath.Base(other.Place.File) != "base.yml" {
		t.Errorf("the lock does not pin: %+v", other)
	}
	layers, err := c.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	for i := range layers {
		layers[i], _ = filepath.Rel(dir, layers[i])
	}
	if diff := cmp.Diff([]string{"work/other/meta-x", "work/meta-own", "work/other/meta-a"}, layers); diff != "" {
		t.Error(diff)
	}
}

func TestWriteBuild(t *testing.T) {
	dir := tree(t, project)
	top := filepath.Join(dir, "work/meta-own/kas/top.yml")
	c, err := Read(top, filepath.Join(dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	build := filepath.Join(dir, "build")
	lines, err := c.WriteBuild(build)
	if err != nil {
		t.Fatal(err)
	}
	local := filepath.Join(build, "conf/local.conf")
	text, err := os.ReadFile(local)
	if err != nil {
		t.Fatal(err)
	}
	want := "# a-line\nA = \"1\"\n# b-own\nB = \"2\"\n\nC = \"3\"\n# z-more\nZ = \"1\"\nMACHINE ??= \"qemuarm\"\nDISTRO ??= \"poky\"\nBBMULTICONFIG ?= \"guest\"\n"
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	source, err := os.ReadFile(top)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(text), "\n") {
		place, ok := lines[local][n+1]
		if !ok || place.File != top {
			continue
		}
		if got := strings.Split(string(source), "\n")[place.Line-1]; !strings.HasSuffix(got, line) {
			t.Errorf("line %d %q is said to come from %s %q", n+1, line, place, got)
		}
	}
	if place := lines[local][6]; place != (Place{top, 15}) {
		t.Errorf("C stands in %s", place)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := tree(t, project+`
-- bad/list.yml --
- a
-- bad/twice.yml --
header: {version: 1}
machine: a
machine: b
-- bad/syntax.yml --
header: {version: 1
-- bad/none.yml --
machine: a
-- bad/loop.yml --
header: {version: 1, includes: [loop.yml]}
-- bad/out.yml --
header: {version: 1, includes: [../work/meta-own/kas/base.yml]}
-- bad/gone.yml --
header: {version: 1, includes: [gone-too.yml]}
-- bad/nobody.yml --
header: {version: 1, includes: [{repo: nobody, file: x.yml}]}
-- bad/unchecked.yml --
header: {version: 1, includes: [{repo: far, file: x.yml}]}
repos: {far: {url: "https://example.com/far", branch: main}}
-- bad/bomb.yml --
header: {version: 1}
a: &a [x,x,x,x,x,x,x,x,x,x]
b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]
c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]
d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]
e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]
f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]
-- bad/layer.yml --
header: {version: 1}
repos: {far: {layers: {../x: }}}
`)
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "bad/link.yml")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad/linked.yml"), []byte("header: {version: 1, includes: [link.yml]}"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"list": "is a mapping", "twice": "stands twice", "syntax": "line 1", "none": "has a header", "loop": "include one another",
		"out": "leads out", "gone": "no such file", "nobody": `no repository "nobody"`, "unchecked": `"far" is not checked out`,
		"bomb": "more than", "layer": "outside", "linked": "leads out", "absent": "no such file",
	} {
		_, err := Read(filepath.Join(dir, "bad", name+".yml"), filepath.Join(dir, "work"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	_, err := Read(filepath.Join(dir, "bad/unchecked.yml"), filepath.Join(dir, "work"))
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Repo != "far" || missing.Hint() == "" {
		t.Errorf("got %v", err)
	}
}

func TestPinned(t *testing.T) {
	for want, r := range map[string]Repo{
		"local":  {},
		"commit": {URL: "u", Commit: strings.Repeat("a", 40), Branch: "main"},
		"":       {URL: "u", Commit: "abc123"},
		" ":      {URL: "u", Tag: "v1"},
	} {
		if got := r.Pinned(); got != (strings.TrimSpace(want) != "") {
			t.Errorf("%+v: pinned %t", r, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range txtar.Parse([]byte(project)).Files {
		f.Add(file.Data)
	}
	f.Add([]byte("header: {}\nrepos: {a: {layers: {b: {prio: x}}}}"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("header: {}\na: &a {url: x, commit: y}\nenv: {A: b, C: }\nrepos: {r: {<<: *a, patches: {p: {}}}}\ntarget: [\"mc:a:b\"]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := parse("x.yml", text)
		if err != nil {
			return
		}
		c, err := configOf(v.merge(v), ".", nil)
		if err != nil {
			return
		}
		for _, block := range c.LocalConf {
			if block.Place.Line < 1 {
				t.Errorf("block %q stands nowhere", block.Name)
			}
		}
		if body, lines := join(c.LocalConf); len(lines) > strings.Count(body, "\n") {
			t.Errorf("%d lines come from somewhere, but there are %d", len(lines), strings.Count(body, "\n"))
		}
	})
}
