package diff

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

var (
	//go:embed page/page.html
	pageText string
	//go:embed page/style.css
	pageStyle string
)

// page is what the template sees.
type page struct {
	Policy string
	Style  template.CSS
	Result *Result
	Causes []causeCount
	Tree   *branch
}

// causeCount counts the differences of a kind with a cause.
type causeCount struct {
	Kind  explain.Kind
	Cause explain.Cause
	N     int
	First []string // path of the first
}

// WriteHTML writes the result as one page that needs nothing else: a tree that
// folds, both sides beside each other, and no script. Its
// Content-Security-Policy allows only the one style it holds, by its hash.
func (r *Result) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"visible": printable, "name": displayName, "rows": rowsOf, "tree": treeOf,
		"path": func(p []string) string { return strings.Join(displayPath(p), " > ") }}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the template of the page: %w", err)
	}
	sum := sha256.Sum256([]byte(pageStyle))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	p := page{Policy: policy, Style: template.CSS(pageStyle), Result: r, Causes: causesOf(r.Differences), Tree: treeOf(r.Differences)}
	if err := t.Execute(w, p); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return nil
}

// causesOf counts differences by kind and cause, the most frequent first.
func causesOf(found []explain.Difference) []causeCount {
	var counts []causeCount
	at := map[[2]string]int{}
	for _, d := range found {
		key := [2]string{string(d.Kind), string(d.Cause)}
		i, ok := at[key]
		if !ok {
			i = len(counts)
			at[key] = i
			counts = append(counts, causeCount{Kind: d.Kind, Cause: d.Cause, First: d.Path})
		}
		counts[i].N++
	}
	slices.SortStableFunc(counts, func(a, b causeCount) int { return cmp.Compare(b.N, a.N) })
	return counts
}

// row is a row of a view with both sides beside each other.
type row struct {
	Place       string // not empty: says where the following rows are
	Left, Right string
	Differ      bool
}

// rowsOf puts what a difference says of the two sides into rows.
func rowsOf(d explain.Difference) []row {
	var rows []row
	if saysSides(d) {
		rows = append(rows, row{Left: d.Left, Right: d.Right, Differ: true})
	}
	for i := 0; i < len(d.Lines); {
		switch l := d.Lines[i]; l.Side {
		case explain.Place:
			rows = append(rows, row{Place: l.Text})
			i++
		case explain.Both:
			rows = append(rows, row{Left: l.Text, Right: l.Text})
			i++
		default:
			n := i
			for n < len(d.Lines) && (d.Lines[n].Side == explain.Left || d.Lines[n].Side == explain.Right) {
				n++
			}
			rows = append(rows, beside(d.Lines[i:n])...)
			i = n
		}
	}
	return rows
}

// beside puts the lines of one side next to those of the other.
func beside(lines []explain.Line) []row {
	var left, right []string
	for _, l := range lines {
		if l.Side == explain.Left {
			left = append(left, l.Text)
		} else {
			right = append(right, l.Text)
		}
	}
	rows := make([]row, max(len(left), len(right)))
	for i := range rows {
		rows[i].Differ = true
		if i < len(left) {
			rows[i].Left = left[i]
		}
		if i < len(right) {
			rows[i].Right = right[i]
		}
	}
	return rows
}
