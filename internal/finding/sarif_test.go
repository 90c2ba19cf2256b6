package finding

import (
	"encoding/json"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema is the official one; testdata/README.md says where it is from.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	if got := digest.FromBytes(text).Encoded(); got != "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e" {
		t.Fatalf("the schema is not that of OASIS: sha256 %s", got)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validateSARIF(t testing.TB, text string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(doc); err != nil {
		t.Errorf("not SARIF 2.1.0: %v", err)
	}
}

func TestSARIFIsValid(t *testing.T) {
	c := example()
	validateSARIF(t, render(t, mustNew(t, c), (*Report).WriteSARIF))
	c.Baseline = NewBaseline(mustNew(t, c))
	c.Findings = c.Findings[2:]
	c.Findings[0].Severity = Critical
	r := mustNew(t, c)
	if len(r.Gone) == 0 || r.Summary.Known == 0 || r.Summary.Active() == 0 {
		t.Fatalf("the baseline does nothing: %s", r.Summary)
	}
	validateSARIF(t, render(t, r, (*Report).WriteSARIF))
}

// TestSchemaRefuses shows that the schema is the full one: it refuses a log
// with any of these faults.
func TestSchemaRefuses(t *testing.T) {
	good := render(t, mustNew(t, example()), (*Report).WriteSARIF)
	faults := map[string][2]string{
		"version":       {`"version": "2.1.0",` + "\n  \"runs\"", `"version": "2.0.0",` + "\n  \"runs\""},
		"level":         {`"level": "error"`, `"level": "critical"`},
		"kind":          {`"kind": "external"`, `"kind": "elsewhere"`},
		"line":          {`"startLine": 12`, `"startLine": 0`},
		"unknown field": {`"ruleIndex": `, `"ruleNumber": `},
		"text":          {`"text": "two\\nlines"`, `"txt": "two\\nlines"`},
		"text type":     {`"justification": "boot code \u003cb\u003e"`, `"justification": 7`},
		"URI":           {`"uri": "usr/bin/y"`, `"uri": "usr/bin/%zz"`},
	}
	good = strings.ReplaceAll(good, `"boot code <b>"`, `"boot code \u003cb\u003e"`)
	for name, f := range faults {
		bad := strings.Replace(good, f[0], f[1], 1)
		if bad == good {
			t.Errorf("%s: the log has no %s", name, f[0])
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema(t).Validate(doc) == nil {
			t.Errorf("%s: the schema accepts %s", name, f[1])
		}
	}
}

// TestSARIFRefersToItself checks what the schema cannot: indexes, ids and URIs.
func TestSARIFRefersToItself(t *testing.T) {
	r := mustNew(t, example())
	var log sarifLog
	if err := json.Unmarshal([]byte(render(t, r, (*Report).WriteSARIF)), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Results) != len(r.Findings) {
		t.Fatalf("%d results of %d findings", len(run.Results), len(r.Findings))
	}
	seen := map[string]bool{}
	for i, result := range run.Results {
		f := r.Findings[i]
		if got := run.Tool.Driver.Rules[result.RuleIndex].ID; got != f.Rule || result.RuleID != f.Rule {
			t.Errorf("result %d: rule %s at its index, named %s, want %s", i, got, result.RuleID, f.Rule)
		}
		if fp := result.PartialFingerprints.Ours; fp != f.Fingerprint || seen[fp] {
			t.Errorf("result %d: fingerprint %s", i, fp)
		}
		seen[f.Fingerprint] = true
		if (len(result.Suppressions) > 0) != (f.Suppressed != nil) {
			t.Errorf("result %d: suppressions %v", i, result.Suppressions)
		}
		checkURI(t, f.Place, result.Locations)
		checkLogical(t, f.Place, run.LogicalLocations, result.Locations)
	}
}

func checkURI(t *testing.T, p Place, locations []sarifLocation) {
	t.Helper()
	if p.File == "" {
		if len(locations) > 0 {
			t.Errorf("a place without a file is at %v", locations)
		}
		return
	}
	u, err := url.Parse(locations[0].PhysicalLocation.ArtifactLocation.URI)
	if err != nil {
		t.Fatal(err)
	}
	if u.Path != p.File || u.Scheme != "" || u.Host != "" || u.RawQuery != "" || u.Fragment != "" {
		t.Errorf("%q became the URI %q", p.File, u)
	}
}

func checkLogical(t *testing.T, p Place, all []sarifLogical, locations []sarifLocation) {
	t.Helper()
	if p.Inside == "" && p.Unit == "" {
		return
	}
	l := locations[0].LogicalLocations[0]
	var chain []string
	for i := l.Index; i != nil; i = all[*i].ParentIndex {
		chain = append([]string{all[*i].Name}, chain...)
	}
	want := []string{visibleName(p.File)}
	if p.Inside != "" {
		want = append(want, strings.Split(visibleName(p.Inside), "!/")...)
	}
	if p.Unit != "" {
		want = append(want, visibleName(p.Unit))
	}
	if strings.Join(chain, "|") != strings.Join(want, "|") || all[*l.Index].FullyQualifiedName != l.FullyQualifiedName {
		t.Errorf("logical location is %q, want %q", chain, want)
	}
}

func TestSARIFStrings(t *testing.T) {
	for in, want := range map[string]string{
		"plain [0]":       "plain [0]",
		"${A} and {0}":    "${{A}} and {{0}}",
		"[x](http://y)":   `\[x\](http://y)`,
		`\[x\](http://y)`: `\\\[x\\\](http://y)`,
	} {
		if got := sarifString(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestFileURI(t *testing.T) {
	for in, want := range map[string]string{
		"usr/bin/x":  "usr/bin/x",
		"/usr/bin/x": "file:///usr/bin/x",
		"//host/x":   "file:////host/x",
		"a:b":        "a%3Ab",
		"a b%?#":     "a%20b%25%3F%23",
		"é\xff":      "%C3%A9%FF",
	} {
		if got := fileURI(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
