package yocto

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dombuild/dombuild/internal/finding"
)

// ownLayer is conf/layer.conf of a fixture's layer that has none.
const ownLayer = `BBPATH .= ":${LAYERDIR}"
BBFILES += "${LAYERDIR}/recipes*/*/*.bb ${LAYERDIR}/recipes*/*/*.bbappend"
BBFILE_COLLECTIONS += "NAME"
BBFILE_PATTERN_NAME = "^${LAYERDIR}/"
BBFILE_PRIORITY_NAME = "6"
LAYERSERIES_COMPAT_NAME = "wrynose"
`

// workspace writes the files of one half of a fixture below a new directory,
// beside the layer core, and returns what to audit: kas.yml where there is one,
// else the build directory. Every directory meta-* is a layer.
func workspace(t testing.TB, files []txtar.File, half string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "core"), os.DirFS("testdata/core")); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "build")
	layers := []string{filepath.Join(dir, "core")}
	put("build/conf/local.conf", "")
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Name, half+"/")
		if !ok {
			continue
		}
		put(name, string(f.Data))
		if name == "kas.yml" {
			target = filepath.Join(dir, name)
		}
		layer, _, _ := strings.Cut(name, "/")
		if path := filepath.Join(dir, layer); strings.HasPrefix(layer, "meta-") && !slices.Contains(layers, path) {
			layers = append(layers, path)
			put(layer+"/conf/layer.conf", strings.ReplaceAll(ownLayer, "NAME", strings.TrimPrefix(layer, "meta-")))
		}
	}
	put("build/conf/bblayers.conf", "BBPATH = \"${TOPDIR}\"\nBBFILES ?= \"\"\nBBLAYERS = \""+strings.Join(layers, " ")+"\"\n")
	return target
}

func audited(t testing.TB, path string) *Result {
	t.Helper()
	r, err := Audit(t.Context(), Input{Paths: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.Errors {
		t.Errorf("syntax: %s", e)
	}
	return r
}

// TestRules: every rule has a fixture whose half "pass" breaks no rule of that
// id, and whose half "fail" does, as severe as the file's comment says.
func TestRules(t *testing.T) {
	used := map[string]bool{}
	for _, rule := range rules() {
		used[rule.id+".txtar"] = true
		t.Run(rule.id, func(t *testing.T) {
			archive, err := txtar.ParseFile(filepath.Join("testdata/rules", rule.id+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range audited(t, workspace(t, archive.Files, "pass")).Findings {
				if f.Rule == rule.id {
					t.Errorf("pass: %s: %s", f.Place, f.Message)
				}
			}
			compare(t, rule.id, string(archive.Comment), audited(t, workspace(t, archive.Files, "fail")).Findings)
		})
	}
	entries, err := os.ReadDir("testdata/rules")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !used[e.Name()] {
			t.Errorf("testdata/rules/%s is a fixture of no rule", e.Name())
		}
	}
}

// compare holds the findings of a rule to the lines of a comment, "severity
// place subject"; a subject * is any, once or more. Lines that begin with # are
// for people.
func compare(t *testing.T, id, comment string, findings []Judged) {
	t.Helper()
	var want, got []string
	for line := range strings.Lines(comment) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			want = append(want, line)
		}
	}
	for _, f := range findings {
		if f.Rule != id {
			continue
		}
		if f.Message == "" || f.Remedy == "" || f.Subject == "" {
			t.Errorf("a finding without message, remedy or subject: %+v", f)
		}
		got = append(got, f.Severity.String()+" "+place(f.Finding)+" "+strings.Join(strings.Fields(f.Subject), " "))
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, line := range want {
		if prefix, ok := strings.CutSuffix(line, "*"); ok { // any subject, at least one
			all := len(got)
			got = slices.DeleteFunc(got, func(g string) bool { return strings.HasPrefix(g, prefix) })
			if len(got) < all {
				got = append(got, line)
			}
		}
	}
	slices.Sort(got)
	if len(want) == 0 || !slices.Equal(want, got) {
		t.Errorf("fail:\nwant %s\ngot  %s", strings.Join(want, "\n     "), strings.Join(got, "\n     "))
	}
}

// place is "-" for none, and the path below the workspace.
func place(f finding.Finding) string {
	if f.Place.File == "" {
		return "-"
	}
	name := f.Place.String()
	if i := strings.Index(name, "/build/conf/"); i >= 0 {
		name = name[i+1:]
	}
	if i := strings.Index(name, "/kas.yml"); i >= 0 {
		name = name[i+1:]
	}
	return name
}

func TestRulesAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules() {
		if seen[r.id] || r.name == "" || r.summary == "" || r.why == "" || r.remedy == "" || r.severity == 0 {
			t.Errorf("%s is there twice or not whole", r.id)
		}
		if r.source == nil && r.recipe == nil && r.config == nil {
			t.Errorf("%s judges nothing", r.id)
		}
		seen[r.id] = true
	}
	if len(seen) != 29 {
		t.Errorf("%d rules", len(seen))
	}
	doc, err := os.ReadFile("../../docs/yocto-audit.md")
	if err != nil {
		t.Fatal(err)
	}
	for id := range seen {
		if !strings.Contains(string(doc), "| "+id+" |") {
			t.Errorf("docs/yocto-audit.md does not explain %s", id)
		}
	}
}
