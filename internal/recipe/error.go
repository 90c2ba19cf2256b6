package recipe

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Error is a recipe that cannot be used: everything that is wrong with it,
// sorted by place.
type Error struct {
	Diags hcl.Diagnostics
	Files map[string]*hcl.File // by the file names in the ranges of Diags
}

// Error gives one line per diagnostic: "path:line,col: summary; detail".
func (e *Error) Error() string {
	lines := make([]string, len(e.Diags))
	for i, d := range e.Diags {
		lines[i] = line(d)
	}
	return strings.Join(lines, "\n")
}

func line(d *hcl.Diagnostic) string {
	text := d.Summary
	if d.Detail != "" {
		text += "; " + strings.Join(strings.Fields(d.Detail), " ")
	}
	if d.Subject == nil {
		return text
	}
	return fmt.Sprintf("%s:%d,%d: %s", d.Subject.Filename, d.Subject.Start.Line, d.Subject.Start.Column, text)
}

// Write renders the diagnostics for people, each with its source line. A width
// of 0 does not wrap.
func (e *Error) Write(w io.Writer, color bool, width uint) error {
	return hcl.NewDiagnosticTextWriter(w, e.Files, width, color).WriteDiagnostics(e.Diags)
}

// arrange sorts diagnostics by place and drops repetitions: an expression that
// is evaluated for several instances of for_each is wrong once.
func arrange(diags hcl.Diagnostics) hcl.Diagnostics {
	type key struct {
		place           hcl.Range
		summary, detail string
	}
	seen := map[key]bool{}
	var out hcl.Diagnostics
	for _, d := range diags {
		k := key{subject(d), d.Summary, d.Detail}
		if d.Summary == unknownCall {
			k.detail = ""
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, d)
		}
	}
	slices.SortStableFunc(out, func(a, b *hcl.Diagnostic) int {
		ra, rb := subject(a), subject(b)
		return cmp.Or(
			strings.Compare(ra.Filename, rb.Filename),
			cmp.Compare(ra.Start.Byte, rb.Start.Byte),
			cmp.Compare(ra.End.Byte, rb.End.Byte),
			strings.Compare(a.Summary, b.Summary),
			strings.Compare(a.Detail, b.Detail),
		)
	})
	return out
}

func subject(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}

// problem makes an error diagnostic.
func problem(at hcl.Range, summary, detail string, args ...any) *hcl.Diagnostic {
	d := &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: fmt.Sprintf(detail, args...)}
	if at.Filename != "" {
		d.Subject = &at
	}
	return d
}
