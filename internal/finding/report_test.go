package finding

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestNewErrors(t *testing.T) {
	good := func() Content {
		return Content{Tool: Tool{Name: "t"}, Rules: []Rule{{ID: "pie", Summary: "s", Severity: High}}, Findings: []Finding{pieAt("a")}}
	}
	for want, change := range map[string]func(*Content){
		"the tool has no name":          func(c *Content) { c.Tool.Name = "" },
		"without a time nobody":         func(c *Content) { c.Waivers = []Waiver{waiver("a")} },
		"has no reason":                 func(c *Content) { c.Waivers, c.Now = []Waiver{{Rule: "pie", Paths: []string{"a"}, Expires: day}}, day },
		"no such rule":                  func(c *Content) { c.Findings[0].Rule = "pi" },
		`rule "pie": is there twice`:    func(c *Content) { c.Rules = append(c.Rules, c.Rules[0]) },
		`rule "a b": an id has`:         func(c *Content) { c.Rules = append(c.Rules, Rule{ID: "a b", Summary: "s", Severity: Low}) },
		`rule "x\x1b": an id has`:       func(c *Content) { c.Rules = append(c.Rules, Rule{ID: "x\x1b", Summary: "s", Severity: Low}) },
		"severity(0) is not a severity": func(c *Content) { c.Rules[0].Severity = 0 },
		"has no summary":                func(c *Content) { c.Rules[0].Summary = "" },
		"severity(9) is not a severity": func(c *Content) { c.Findings[0].Severity = 9 },
		"at a: has no message":          func(c *Content) { c.Findings[0].Message = " " },
		"negative line":                 func(c *Content) { c.Findings[0].Place.Line = -1 },
		"a column or last line without": func(c *Content) { c.Findings[0].Place.Column = 1 },
		"last line 2 before line 3":     func(c *Content) { c.Findings[0].Place.Line, c.Findings[0].Place.EndLine = 3, 2 },
		"a path inside no file":         func(c *Content) { c.Findings[0].Place = Place{Inside: "x"} },
		"related place b: negative":     func(c *Content) { c.Findings[0].Related = []Related{{Place: Place{File: "b", EndLine: -1}}} },
		"is suppressed without":         func(c *Content) { c.Findings[0].Suppressed = &Suppression{By: "profile"} },
		"a section has no title":        func(c *Content) { c.Sections = []Section{{}} },
		"row 1 has 1 cells, not 2": func(c *Content) {
			c.Sections = []Section{{Title: "t", Columns: []string{"a", "b"}, Rows: [][]string{{"x"}}}}
		},
	} {
		c := good()
		mustNew(t, c)
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want %q", err, want)
		}
	}
}

// TestAllErrorsAtOnce makes several mistakes.
func TestAllErrorsAtOnce(t *testing.T) {
	_, err := New(Content{Tool: Tool{Name: "t"}, Rules: []Rule{{ID: "a", Severity: Low}, {ID: "b", Severity: Low}}})
	if err == nil || strings.Count(err.Error(), "has no summary") != 2 {
		t.Errorf("got %v", err)
	}
}

// TestFingerprint says what a fingerprint depends on.
func TestFingerprint(t *testing.T) {
	one := Finding{Rule: "pie", Severity: High, Place: Place{File: "a", Inside: "b", Unit: "c", Line: 1}, Subject: "s", Message: "m"}
	of := func(f Finding) string {
		c := Content{Tool: Tool{Name: "t"}, Rules: []Rule{{ID: "pie", Summary: "s", Severity: High}, {ID: "nx", Summary: "s", Severity: High}}, Findings: []Finding{f}}
		return mustNew(t, c).Findings[0].Fingerprint
	}
	// written down, for it must never change: baselines hold it
	if got, want := of(one), "a01ea4931e8f91083d3352310c2f9bbfc88507b469c2e61df2f12e34b82e9095"; got != want {
		t.Errorf("fingerprint is %s, want %s", got, want)
	}
	for name, change := range map[string]func(*Finding){
		"line":     func(f *Finding) { f.Place.Line, f.Place.Column, f.Place.EndLine = 5, 6, 7 },
		"severity": func(f *Finding) { f.Severity = Low },
		"message":  func(f *Finding) { f.Message = "other" },
		"evidence": func(f *Finding) { f.Evidence = []string{"e"} },
		"remedy":   func(f *Finding) { f.Remedy = "r" },
		"slash":    func(f *Finding) { f.Place.Inside = "/b" },
		"related":  func(f *Finding) { f.Related = []Related{{Message: "x"}} },
	} {
		f := one
		change(&f)
		if of(f) != of(one) {
			t.Errorf("the fingerprint depends on the %s", name)
		}
	}
	seen := map[string]string{of(one): "nothing"}
	for name, change := range map[string]func(*Finding){
		"rule":             func(f *Finding) { f.Rule = "nx" },
		"file":             func(f *Finding) { f.Place.File = "A" },
		"inside":           func(f *Finding) { f.Place.Inside = "B" },
		"unit":             func(f *Finding) { f.Place.Unit = "C" },
		"subject":          func(f *Finding) { f.Subject = "S" },
		"message":          func(f *Finding) { f.Subject, f.Message = "", "M" },
		"border of fields": func(f *Finding) { f.Place.Inside, f.Place.Unit = "bc", "" },
	} {
		f := one
		change(&f)
		if before, known := seen[of(f)]; known {
			t.Errorf("changing %s gives the fingerprint of changing %s", name, before)
		}
		seen[of(f)] = name
	}
}

func TestFailing(t *testing.T) {
	r := mustNew(t, example())
	for threshold, want := range map[Severity]int{Critical: 11, High: 13, Medium: 14, Low: 15, Note: 16} {
		if got := len(r.Failing(threshold)); got != want {
			t.Errorf("%d at or above %s, want %d", got, threshold, want)
		}
	}
}

// TestJSON reads a report back.
func TestJSON(t *testing.T) {
	r := mustNew(t, example())
	var got Report
	if err := json.Unmarshal([]byte(render(t, r, (*Report).WriteJSON)), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*r, got, cmpopts.IgnoreFields(Report{}, "Sections"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestSeverity(t *testing.T) {
	all := Severities()
	if !slices.IsSortedFunc(all, func(a, b Severity) int { return int(b) - int(a) }) || len(all) != 5 {
		t.Errorf("severities are %v", all)
	}
	for _, s := range all {
		b, err := json.Marshal(s)
		var got Severity
		if err != nil || json.Unmarshal(b, &got) != nil || got != s {
			t.Errorf("%s is %s in JSON, %v, and %s again", s, b, err, got)
		}
	}
	for _, bad := range []string{"", "High", "severity(0)", "none"} {
		if s, err := ParseSeverity(bad); err == nil {
			t.Errorf("%q is %s", bad, s)
		}
	}
	if _, err := json.Marshal(Severity(0)); err == nil {
		t.Error("no severity has a JSON form")
	}
}
