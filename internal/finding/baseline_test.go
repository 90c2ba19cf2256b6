package finding

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func text(t testing.TB, b *Baseline) string {
	t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestBaselineRoundTrip(t *testing.T) {
	r := mustNew(t, example())
	b := NewBaseline(r)
	if want := r.Summary.Active() - 2; len(b.Entries()) != want { // but for the two about waivers
		t.Errorf("%d entries, want %d", len(b.Entries()), want)
	}
	again, err := ReadBaseline(strings.NewReader(text(t, b)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.Entries(), again.Entries()); diff != "" {
		t.Error(diff)
	}
	file := filepath.Join(t.TempDir(), "baseline.json")
	if err := b.Save(file); err != nil {
		t.Fatal(err)
	}
	saved, err := os.ReadFile(file)
	if err != nil || string(saved) != text(t, b) {
		t.Errorf("saved is %q, %v", saved, err)
	}
}

func TestBaseline(t *testing.T) {
	c := Content{Tool: Tool{Name: "t"}, Rules: []Rule{{ID: "pie", Summary: "s", Severity: Medium}}}
	gone, moved, same, worse := pieAt("gone"), pieAt("moved"), pieAt("same"), pieAt("worse")
	moved.Place.Line, worse.Severity = 10, Medium
	c.Findings = []Finding{gone, moved, same, same, worse}
	b := NewBaseline(mustNew(t, c))

	moved.Place.Line, worse.Severity = 99, High
	moved.Evidence, moved.Remedy, moved.Severity = []string{"other"}, "other", Low
	c.Findings, c.Baseline = []Finding{moved, same, same, same, worse, pieAt("fresh")}, b
	r := mustNew(t, c)
	states := map[string][]State{}
	for _, f := range r.Findings {
		states[f.Place.File] = append(states[f.Place.File], f.Baseline)
	}
	want := map[string][]State{"moved": {StateKnown}, "same": {StateKnown, StateKnown, StateNew}, "worse": {StateNew}, "fresh": {StateNew}}
	for file, states := range states {
		if len(states) != len(want[file]) || strings.Count(stateText(states), "known") != strings.Count(stateText(want[file]), "known") {
			t.Errorf("%s is %v, want %v", file, states, want[file])
		}
	}
	if len(r.Gone) != 1 || r.Gone[0].Path != "gone" {
		t.Errorf("gone are %v", r.Gone)
	}
	if want := (Summary{High: 3, Known: 3, Gone: 1}); r.Summary != want {
		t.Errorf("summary is %+v, want %+v", r.Summary, want)
	}
	if got := len(r.Failing(High)); got != 3 {
		t.Errorf("%d fail", got)
	}
}

func stateText(states []State) string {
	var out []string
	for _, s := range states {
		out = append(out, string(s))
	}
	return strings.Join(out, " ")
}

func TestBaselineErrors(t *testing.T) {
	c := Content{Tool: Tool{Name: "t"}, Rules: []Rule{{ID: "pie", Summary: "s", Severity: Medium}}, Findings: []Finding{pieAt("a"), pieAt("b")}}
	good := text(t, NewBaseline(mustNew(t, c)))
	fingerprints := []string{NewBaseline(mustNew(t, c)).entries[0].Fingerprint, NewBaseline(mustNew(t, c)).entries[1].Fingerprint}
	for name, c := range map[string]struct{ text, want string }{
		"empty":             {"", "line 1: unexpected end"},
		"cut":               {good[:len(good)-5], "unexpected end"},
		"null":              {"null", `schema is ""`},
		"schema":            {strings.Replace(good, "/v1", "/v2", 1), `schema is "dombuild/baseline/v2"`},
		"fingerprint":       {strings.Replace(good, fingerprints[0], "abc", 1), "is not 64 hexadecimal digits"},
		"upper case":        {strings.Replace(good, fingerprints[0], strings.ToUpper(fingerprints[0]), 1), "is not 64 hexadecimal digits"},
		"twice":             {strings.Replace(good, fingerprints[0], fingerprints[1], 1), "is there twice"},
		"severity":          {strings.Replace(good, `"high"`, `"bad"`, 1), `severity "bad" is none of`},
		"no severity":       {strings.Replace(good, "      \"severity\": \"high\",\n", "", 1), "has no severity"},
		"no rule":           {strings.Replace(good, `"pie"`, `""`, 1), "has no rule"},
		"about waivers":     {strings.Replace(good, `"pie"`, `"waiver-unused"`, 1), "no baseline can know"},
		"type":              {strings.Replace(good, `"pie"`, "\n7", 1), "line 7: json: cannot unmarshal number"},
		"unknown field":     {strings.Replace(good, `"rule"`, `"x": 1, "rule"`, 1), "line 6: not in canonical form"},
		"other case":        {strings.Replace(good, `"rule"`, `"Rule"`, 1), "line 6: not in canonical form"},
		"order":             {strings.Replace(strings.Replace(good, `"a"`, `"z"`, 1), "\n\n", "\n", 1), "not in canonical form"},
		"carriage return":   {strings.ReplaceAll(good, "\n", "\r\n"), "line 1: not in canonical form"},
		"no newline at end": {strings.TrimSpace(good), "not in canonical form"},
		"more behind":       {good + "{}", "invalid character '{' after"},
	} {
		if b, err := ReadBaseline(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want the error %q", name, b, err, c.want)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestBaselineIsBounded(t *testing.T) {
	if _, err := ReadBaseline(endless{}); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// FuzzBaseline: what is read is written back as it was.
func FuzzBaseline(f *testing.F) {
	f.Add([]byte(text(f, NewBaseline(mustNew(f, example())))))
	f.Add([]byte(text(f, &Baseline{})))
	f.Add([]byte(`{"schema":"dombuild/baseline/v1","findings":[{}]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		b, err := ReadBaseline(bytes.NewReader(in))
		if err == nil && text(t, b) != string(in) {
			t.Errorf("%q is written as %q", in, text(t, b))
		}
	})
}
