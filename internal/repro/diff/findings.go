package diff

import (
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// summaries of what the kinds of differences mean.
var summaries = map[explain.Kind]string{
	explain.OnlyLeft:   "An entry that only the left side has.",
	explain.OnlyRight:  "An entry that only the right side has.",
	explain.TypeOf:     "An entry, or an artifact, is of another type.",
	explain.Mode:       "The permissions differ.",
	explain.Owner:      "The owner or group differs.",
	explain.ModTime:    "The time of modification differs.",
	explain.LinkTarget: "The link leads to something else.",
	explain.Device:     "The device has other numbers.",
	explain.Xattr:      "An extended attribute differs.",
	explain.Field:      "What only the format records differs.",
	explain.Order:      "The same entries stand in another order.",
	explain.Layout:     "The same entries and contents are packed into other bytes.",
	explain.Section:    "A section differs.",
	explain.Symbol:     "A symbol differs.",
	explain.Text:       "A text differs.",
	explain.Bytes:      "Bytes differ.",
}

// Findings returns the rules, one of each kind, and the differences as
// findings at the left artifact. Those that are excluded are suppressed, with
// the reason.
func (r *Result) Findings() ([]finding.Rule, []finding.Finding) {
	var rules []finding.Rule
	for _, k := range Kinds() {
		rules = append(rules, finding.Rule{ID: "diff-" + string(k), Name: string(k), Summary: summaries[k], Severity: finding.Medium,
			Help: "Two builds of the same recipe have to give the same bytes. `dombuild check` says which condition changes them.", Tags: []string{"reproducibility"}})
	}
	var found []finding.Finding
	for _, d := range r.Differences {
		found = append(found, r.finding(d))
	}
	seen := map[string]bool{}
	for _, e := range r.Excluded {
		for _, d := range e.Differences {
			f := r.finding(d)
			f.Suppressed = &finding.Suppression{By: "exclusion", Reason: e.Reason}
			if id := fmt.Sprintf("%q", []any{d.Path, d.Kind, d.Left, d.Right, d.Detail}); !seen[id] { // by the first that matches
				seen[id] = true
				found = append(found, f)
			}
		}
	}
	return rules, found
}

func (r *Result) finding(d explain.Difference) finding.Finding {
	f := finding.Finding{Rule: "diff-" + string(d.Kind), Place: finding.Place{File: r.Left}, Subject: subject(d),
		Message: strings.TrimSuffix(fmt.Sprintf("%s differs%s: %s", d.Kind, cause(d), d.Detail), ": ")}
	f.Place.Inside = Place(d.Path[r.named:])
	if d.Left != "" {
		f.Evidence = append(f.Evidence, "left: "+d.Left)
	}
	if d.Right != "" {
		f.Evidence = append(f.Evidence, "right: "+d.Right)
	}
	for _, l := range d.Lines {
		f.Evidence = append(f.Evidence, string(l.Side)+" "+l.Text)
	}
	return f
}

// subject tells differences of one kind at one place apart.
func subject(d explain.Difference) string {
	if d.Kind == explain.Xattr || d.Kind == explain.Field {
		return d.Detail
	}
	return string(d.Kind)
}
