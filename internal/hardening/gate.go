package hardening

import (
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
)

// GateError says that outputs were built and do not pass. The outputs are not
// exported.
type GateError struct {
	Step     string   // step whose outputs were refused, such as "package.xen"
	Findings []string // one line each, with the place
	Remedy   string
}

func (e *GateError) Error() string {
	return fmt.Sprintf("%s does not pass its gate:\n  %s", e.Step, strings.Join(e.Findings, "\n  "))
}

// Add adds a finding as text: what it is about, the evidence, and the remedy.
func (e *GateError) Add(f finding.Finding) {
	text := f.Place.String() + ": " + f.Rule + ": " + f.Message
	for _, line := range f.Evidence {
		text += "\n      " + line
	}
	if f.Remedy != "" {
		text += "\n      → " + f.Remedy
	}
	e.Findings = append(e.Findings, text)
}

// RefutedError says that files were judged and break rules; the findings were
// given out.
type RefutedError struct {
	Findings int
	Profile  string
}

func (e *RefutedError) Error() string {
	return fmt.Sprintf("%d findings against the profile %s", e.Findings, e.Profile)
}

// Hint says what helps.
func (e *RefutedError) Hint() string {
	return "each finding names its remedy; --profile and --rule choose what has to hold"
}

// Hint says what helps.
func (e *GateError) Hint() string { return e.Remedy }
