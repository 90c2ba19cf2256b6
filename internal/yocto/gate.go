package yocto

import (
	"fmt"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// GateError says that findings are as bad as the threshold, or worse.
type GateError struct {
	Findings int
	What     string // "findings of severity high or worse"
}

func (e *GateError) Error() string { return fmt.Sprintf("%d %s", e.Findings, e.What) }

// Hint says what to do about it.
func (e *GateError) Hint() string {
	return "mend them, accept them with a reason (--waivers FILE), or accept what is known (--baseline FILE)"
}

// Gate returns a *GateError when the report has active findings at or above a
// severity. Findings about waivers always count.
func Gate(r *finding.Report, threshold finding.Severity) error {
	n := 0
	for _, f := range r.Findings {
		if f.Active() && (f.Severity >= threshold || f.Rule == finding.WaiverExpired || f.Rule == finding.WaiverUnused) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	what := "findings"
	if n == 1 {
		what = "finding"
	}
	return &GateError{n, fmt.Sprintf("%s of severity %s or worse", what, threshold)}
}

// SyntaxError says that files could not be read whole.
type SyntaxError struct{ Errors []*bitbake.SyntaxError }

func (e *SyntaxError) Error() string {
	first := e.Errors[0]
	if len(e.Errors) == 1 {
		return first.Error()
	}
	return fmt.Sprintf("%s (and %d more syntax errors)", first, len(e.Errors)-1)
}

// Hint says how to go on all the same.
func (e *SyntaxError) Hint() string {
	hint := "correct it, or take what could be read with --keep-going"
	if remedy := e.Errors[0].Remedy; remedy != "" {
		hint = remedy + "\n" + hint
	}
	return hint
}
