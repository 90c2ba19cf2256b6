package finding

import (
	"encoding/xml"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWriteJUnit(t *testing.T) {
	cases := []Case{
		{Class: "package", Name: "package.good", Seconds: 1.25},
		{Class: "package", Name: "package.bad", Seconds: 2, Findings: []Finding{
			{Rule: "known", Message: "not shown", Suppressed: &Suppression{By: ByWaiver, Reason: "agreed"}},
			{Rule: "differs", Place: Place{File: "recipe.hcl", Line: 3}, Message: "f differs <&\"\x1b[31m", Evidence: []string{"two builds"}, Remedy: "sort"},
			{Rule: "differs", Message: "g differs"},
		}},
		{Class: "package", Name: "waived", Findings: []Finding{{Rule: "known", Message: "m", Suppressed: &Suppression{By: ByWaiver, Reason: "agreed"}}}},
		{Class: "image", Name: "later", Skipped: "not built"},
	}
	var b strings.Builder
	if err := WriteJUnit(&b, "dombuild check", cases); err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="dombuild check" tests="4" failures="1" errors="0" time="3.250">
  <testsuite name="dombuild check" tests="4" failures="1" errors="0" skipped="1" time="3.250">
    <testcase classname="package" name="package.good" time="1.250"></testcase>
    <testcase classname="package" name="package.bad" time="2.000">
      <failure message="f differs &lt;&amp;&#34;\x1b[31m" type="differs">differs recipe.hcl:3: f differs &lt;&amp;&#34;\x1b[31m&#xA;  two builds&#xA;  remedy: sort&#xA;differs : g differs&#xA;</failure>
    </testcase>
    <testcase classname="package" name="waived" time="0.000"></testcase>
    <testcase classname="image" name="later" time="0.000">
      <skipped message="not built"></skipped>
    </testcase>
  </testsuite>
</testsuites>
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// FuzzJUnit: whatever an artifact's names hold, the report is XML and says it
// all on one element.
func FuzzJUnit(f *testing.F) {
	f.Add("package", "x", "differs")
	f.Add("\x00\xff", "]]>\u202e", "\n<failure>\ufffe\U000e0001")
	f.Fuzz(func(t *testing.T, class, name, message string) {
		var b strings.Builder
		if err := WriteJUnit(&b, class, []Case{{Class: class, Name: name, Findings: []Finding{{Rule: "r", Message: message}}}}); err != nil {
			t.Fatal(err)
		}
		failures := 0
		for d := xml.NewDecoder(strings.NewReader(b.String())); ; {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("%v in %q", err, b.String())
			}
			if s, ok := token.(xml.StartElement); ok && s.Name.Local == "failure" {
				failures++
			}
		}
		if failures != 1 {
			t.Errorf("%d failures in %q", failures, b.String())
		}
	})
}

// TestSaveJUnit: the file appears whole, and an error names it.
func TestSaveJUnit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "junit.xml")
	if err := SaveJUnit(file, "s", nil); err != nil {
		t.Fatal(err)
	}
	if err := SaveJUnit(filepath.Join(file, "below"), "s", nil); err == nil || !strings.Contains(err.Error(), "below") {
		t.Errorf("got %v", err)
	}
}
