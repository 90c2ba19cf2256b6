package yocto

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// everything is all failing fixtures in one workspace.
func everything(t testing.TB) *Result {
	t.Helper()
	names, err := filepath.Glob("testdata/rules/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	var files []txtar.File
	local := ""
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.ToLower(strings.TrimSuffix(filepath.Base(name), ".txtar"))
		for _, f := range archive.Files {
			switch half, _, _ := strings.Cut(f.Name, "/"); {
			case half != "fail":
			case strings.HasSuffix(f.Name, "/local.conf"):
				local += string(f.Data)
			default:
				f.Name = strings.NewReplacer("recipes-", "recipes-"+id+"-", "/a_", "/"+id+"a_", "/b_", "/"+id+"b_", "/c_", "/"+id+"c_").Replace(f.Name)
				files = append(files, f)
			}
		}
	}
	files = append(files, txtar.File{Name: "fail/build/conf/local.conf", Data: []byte(local)})
	return audited(t, workspace(t, files, "fail"))
}

func reportOf(t testing.TB, r *Result) *finding.Report {
	t.Helper()
	report, err := finding.New(finding.Content{Tool: finding.Tool{Name: "dombuild", Version: "test", Verb: "audit yocto"}, Rules: Rules(),
		Findings: r.Plain(), Sections: []finding.Section{r.Summary().Section(), r.Unverified()}, Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// TestSARIF holds the log of every rule's finding to the schema of OASIS.
func TestSARIF(t *testing.T) {
	var b strings.Builder
	if err := reportOf(t, everything(t)).WriteSARIF(&b); err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile("../finding/testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Error(err)
	}
	for _, rule := range rules() {
		if !strings.Contains(b.String(), `"ruleId": "`+rule.id+`"`) && rule.id != "Y11" {
			t.Errorf("no finding of %s", rule.id)
		}
	}
}

// TestOrder: the same files give the same bytes.
func TestOrder(t *testing.T) {
	var texts []string
	for range 3 {
		r := everything(t)
		text, err := json.Marshal(r.Sources)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ReplaceAll(string(text), r.Root, ""))
	}
	if texts[0] != texts[1] || texts[0] != texts[2] {
		t.Error("the order of the sources changes")
	}
}

// TestNothingUnverifiedIsCalledVerified: what a summary counts as verified has
// a checksum or a commit, and no reason to doubt it.
func TestNothingUnverifiedIsCalledVerified(t *testing.T) {
	verified := 0
	for _, s := range everything(t).Sources {
		if !s.Verdict.Verified() {
			continue
		}
		verified++
		if len(s.Reasons) > 0 || s.Verdict == source.Checksum && s.Expected == "" {
			t.Errorf("%s %s: %+v", s.Recipe, s.URI, s)
		}
		for name, revision := range s.Revisions {
			if !source.IsCommit(revision) {
				t.Errorf("%s: %s is %q", s.URI, name, revision)
			}
		}
	}
	if verified == 0 {
		t.Error("nothing is verified")
	}
}

func TestKindOf(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"layer/conf/layer.conf", "build/conf/bblayers.conf", "top/layer/conf/layer.conf", "a.yml", "a.txt"} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ paths, want string }{
		{"layer", ""}, {"layer layer", ""}, {"build", ""}, {"a.yml", ""}, {"", "nothing to audit"}, {"gone", "no such file"}, {"a.txt", "neither a directory"},
		{"build layer", "together"}, {"layer a.yml", "together"}, {"top", "not a layer"}, {".", "has no conf/layer.conf"},
	} {
		var paths []string
		for p := range strings.FieldsSeq(test.paths) {
			paths = append(paths, filepath.Join(dir, p))
		}
		_, err := kindOf(paths)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.paths, err)
		}
	}
}

func TestMayExpandTo(t *testing.T) {
	for _, test := range []struct {
		word, text string
		want       bool
	}{
		{"https://h/a-${PV}.tgz", "https://h/a-1.0.tgz", true},
		{"https://h/a-${PV}.tgz", "https://h/b-1.0.tgz", false},
		{"${M}/a-${@x({'a': 1})}.tgz;name=a", "https://h/a-1.tgz;name=a", true},
		{"${ALL}", "https://h/a", false},
		{"https://h/a", "https://h/a", true},
		{"ab${X}ba", "aba", false},
		{"${A}x${B}x${C}", "1x2x3", true},
		{"${A}x${B}x${C}", "1x23", false},
	} {
		if got := mayExpandTo(test.word, test.text); got != test.want {
			t.Errorf("%s, %s: %t", test.word, test.text, got)
		}
	}
}

func TestGitPairs(t *testing.T) {
	for list, want := range map[string]int{
		`git://.*/.* http://m/`:                        1,
		`git://.*/.* http://m/ \n https?://.* ftp://m`: 1,
		`.*://.*/.* file:///m/`:                        1,
		`gitsm?://a/b file:///m/`:                      1,
		`git://.*/.* git://HOST/PATH;protocol=https`:   0,
		`https?://.*/.* http://m/ svn://.* http://m`:   0,
		`( http://m/`:                                  1, // nobody can say what it matches
		``:                                             0,
	} {
		if got := gitPairs(list); len(got) != want {
			t.Errorf("%s: %q", list, got)
		}
	}
}

func TestReadWaivers(t *testing.T) {
	for text, want := range map[string]string{
		`waiver "Y01" { 
  paths = ["a/**"]
  reason = "r"
  expires = "2030-01-01"
}`: "",
		`waiver "Y99" { 
  paths = ["a"]
  reason = "r"
  expires = "2030-01-01"
}`: "no rule",
		`waiver "Y01" {
  paths = ["a"]
  reason = "r"
  expires = "soon"
}`: "not a date",
		`waiver "Y01" {}`: "expires", "waiver": "reading waivers",
	} {
		name := filepath.Join(t.TempDir(), "w.hcl")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := ReadWaivers(name)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || err == nil && (len(got) != 1 || got[0].Place.Line != 1) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
