package hardening

import (
	"fmt"
	"strings"
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

// Hint says what helps.
func (e *GateError) Hint() string { return e.Remedy }
