package lockfile

import (
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// Error says everything that is wrong with a lock's text or content.
type Error struct {
	Diags hcl.Diagnostics
	Files map[string]*hcl.File
}

func newError(problems []problem) *Error {
	e := &Error{}
	for _, p := range problems {
		e.Diags = append(e.Diags, &hcl.Diagnostic{
			Severity: hcl.DiagError, Summary: p.summary, Detail: p.at + ": " + p.detail,
		})
	}
	return e
}

func (e *Error) Error() string {
	lines := make([]string, len(e.Diags))
	for i, d := range e.Diags {
		place := ""
		if d.Subject != nil {
			place = fmt.Sprintf("%s:%d: ", d.Subject.Filename, d.Subject.Start.Line)
		}
		lines[i] = fmt.Sprintf("%s%s: %s", place, d.Summary, d.Detail)
	}
	return strings.Join(lines, "\n")
}

// Hint says what helps.
func (e *Error) Hint() string { return "run dombuild lock to write it again" }

// Write prints the diagnostics with the lines of the lock they speak of.
func (e *Error) Write(w io.Writer, color bool, width uint) error {
	return hcl.NewDiagnosticTextWriter(w, e.Files, width, color).WriteDiagnostics(e.Diags)
}
