package diff

import (
	"slices"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// Schema is the value of a document's "schema".
const Schema = "dombuild/diff/v1"

// Document is a result as JSON has it. Names that are not plain text are
// written as Go strings in quotes.
type Document struct {
	Schema      string               `json:"schema"`
	Left        string               `json:"left"`
	Right       string               `json:"right"`
	Equal       bool                 `json:"equal"`     // nothing differs but what is excluded
	Identical   bool                 `json:"identical"` // nothing differs
	Differences []explain.Difference `json:"differences"`
	Excluded    []Excluded           `json:"excluded"`
	Examined    Examined             `json:"examined"`
}

// Document returns the result for JSON.
func (r *Result) Document() Document {
	d := Document{Schema: Schema, Left: displayName(r.Left), Right: displayName(r.Right), Equal: r.Equal, Identical: r.Identical(),
		Differences: displayed(r.Differences), Excluded: []Excluded{}, Examined: r.Examined}
	for _, e := range r.Excluded {
		e.Differences = displayed(e.Differences)
		d.Excluded = append(d.Excluded, e)
	}
	return d
}

// displayed returns differences whose texts are all printable.
func displayed(found []explain.Difference) []explain.Difference {
	out := make([]explain.Difference, len(found))
	for i, d := range found {
		d.Path, d.Lines = displayPath(d.Path), slices.Clone(d.Lines)
		d.Left, d.Right, d.Detail = printable(d.Left), printable(d.Right), printable(d.Detail)
		for k := range d.Lines {
			d.Lines[k].Text = printable(d.Lines[k].Text)
		}
		out[i] = d
	}
	return out
}
