package kas

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const patched = `
-- work/own/conf/layer.conf --
-- work/own/base.yml --
header: {version: 14}
env:
  DL_DIR: /elsewhere
  TOKEN:
x-pin: &pin
  branch: main
  commit: 0123456789abcdef0123456789abcdef01234567
overrides:
  repos:
    old: {commit: abcdef0123456789abcdef0123456789abcdef01}
    other: {branch: next, url: "https://example.com/moved.git"}
repos:
  own:
  local: {path: own, patches: {a: {repo: own, path: a.patch}}}
  old: {url: "https://example.com/old.git", refspec: main, layers: {none: disabled}}
  other:
    <<: *pin
    url: https://example.com/other.git
    patches:
      a: {repo: own, path: a.patch}
-- work/own/top.yml --
header: {version: 14, includes: [base.yml]}
env: {DL_DIR: "${TOPDIR}/a\"b"}
-- work/other/.git --
gitdir: ../gits/other
-- work/other/conf/layer.conf --
-- work/gits/other/HEAD --
ref: refs/heads/patched-0123456789abcdef0123456789abcdef01234567
`

func TestEnvironment(t *testing.T) {
	dir := tree(t, patched)
	c, err := Read(filepath.Join(dir, "work/own/top.yml"), filepath.Join(dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := c.WriteBuild(filepath.Join(dir, "build"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "build/conf/bblayers.conf")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := "# env DL_DIR\nDL_DIR = \"${TOPDIR}/a\"b\"\n# env TOKEN\nTOKEN = \"${@os.environ['TOKEN']}\"\n"
	if !strings.HasPrefix(string(text), want+"BBLAYERS") || lines[name][2].Line != 2 || filepath.Base(lines[name][2].File) != "top.yml" {
		t.Errorf("%v\n%s", lines[name], text)
	}
	for text, want := range map[string]string{
		"env: [a]": "not a mapping", "env: {A: [b]}": "not a text", "env: {A B: c}": "not the name",
		"env: {A: \"b\\nc\"}": "several lines", `env: {A: 'b\'}`: "backslash",
	} {
		v, err := parse("x.yml", []byte("header: {}\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := configOf(v, ".", nil); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "x.yml:2") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestOverrides(t *testing.T) {
	dir := tree(t, patched)
	c, err := Read(filepath.Join(dir, "work/own/top.yml"), filepath.Join(dir, "work"))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range c.Repos {
		got[r.Name] = []string{r.URL, r.Branch, r.Revision()}
	}
	want := map[string][]string{
		"own": {"", "", ""}, "local": {"", "", ""},
		"old":   {"https://example.com/old.git", "", "abcdef0123456789abcdef0123456789abcdef01"},
		"other": {"https://example.com/moved.git", "next", "0123456789abcdef0123456789abcdef01234567"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestUnpatched: a checkout is known to be patched by the branch that kas
// leaves it on, and by nothing else.
func TestUnpatched(t *testing.T) {
	dir := tree(t, patched)
	head := filepath.Join(dir, "work/gits/other/HEAD")
	for text, want := range map[string]int{
		"ref: refs/heads/patched-0123456789abcdef0123456789abcdef01234567\n": 0,
		"ref: refs/heads/patched-main\n":                                     1,
		"0123456789abcdef0123456789abcdef01234567\n":                         1,
		"": 1,
	} {
		if err := os.WriteFile(head, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := Read(filepath.Join(dir, "work/own/top.yml"), filepath.Join(dir, "work"))
		if err != nil {
			t.Fatal(err)
		}
		list, err := c.Unpatched()
		if err != nil || len(list) != want {
			t.Errorf("%q: %+v %v", text, list, err)
		}
		if want == 1 && (list[0].Repo != "other" || list[0].Place.Line == 0 || !strings.HasSuffix(list[0].Branch, "4567")) {
			t.Errorf("%q: %+v", text, list)
		}
	}
}

// TestReadList: of several files the later ones win, and all lie in one repository.
func TestReadList(t *testing.T) {
	dir := tree(t, patched+`
-- work/own/.git/HEAD --
-- work/own/debug.yml --
header: {version: 14}
machine: other
env: {DL_DIR: last}
-- work/far/.git/HEAD --
-- work/far/far.yml --
header: {version: 14}
`)
	own := filepath.Join(dir, "work/own")
	c, err := Read(filepath.Join(own, "top.yml")+":"+filepath.Join(own, "debug.yml"), filepath.Join(dir, "work"))
	if err != nil || c.Machine != "other" || c.Environment[0].Text != `DL_DIR = "last"` || len(c.Repos) != 4 {
		t.Errorf("%+v %v", c, err)
	}
	for list, want := range map[string]string{
		filepath.Join(own, "top.yml") + ":" + filepath.Join(dir, "work/far/far.yml"): "different repositories",
		filepath.Join(own, "top.yml") + ":":                                          "different repositories",
		filepath.Join(own, "top.yml") + ":" + filepath.Join(own, "none.yml"):         "no such file",
	} {
		if _, err := Read(list, filepath.Join(dir, "work")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", list, err, want)
		}
	}
}
