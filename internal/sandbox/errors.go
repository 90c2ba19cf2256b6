package sandbox

import (
	"fmt"
	"strings"
)

// StepError says that a command ended with something other than 0.
type StepError struct {
	Name     string   // of the Exec
	Command  []string // its arguments
	ExitCode int
	Tail     []string // the last lines of its output
	LogPath  string   // where all of it is kept, if the caller said
	Source   *Source  // the place in the recipe, if the caller said
}

func (e *StepError) Error() string {
	var b strings.Builder
	if e.Source != nil {
		fmt.Fprintf(&b, "%s:%d: ", e.Source.Filename, e.Source.StartLine)
	}
	fmt.Fprintf(&b, "%s: %s ended with exit code %d", e.Name, shortCommand(e.Command), e.ExitCode)
	for _, line := range e.Tail {
		b.WriteString("\n  | " + line)
	}
	return b.String()
}

// Hint says where to look further.
func (e *StepError) Hint() string {
	look := "run again with --shell-on-failure to look around in the step's root"
	if e.LogPath != "" {
		return "the whole log is in " + e.LogPath + "; " + look
	}
	return look
}

// shortCommand is a command on one line of bearable length.
func shortCommand(args []string) string {
	s := strings.Join(strings.Fields(strings.Join(args, " ")), " ")
	if r := []rune(s); len(r) > 120 {
		s = string(r[:119]) + "…"
	}
	return s
}

// OpenError says that the sandbox is not closed: a definition that could have
// let something in or out, or a probe that found a way.
type OpenError struct {
	Where  string   // "definition of package.xen", "probe on builder embedded"
	Ways   []string // each way, never empty
	Remote bool     // the way is a separate daemon's
}

func (e *OpenError) Error() string {
	return fmt.Sprintf("sandbox is not closed (%s):\n  %s", e.Where, strings.Join(e.Ways, "\n  "))
}

// Hint says what helps.
func (e *OpenError) Hint() string {
	if e.Remote {
		return "nothing was built; give the daemon the runtime dombuild-runc, see docs/sandbox.md"
	}
	return "nothing was built; run dombuild doctor"
}

// LockedError says that another process uses the engine's directory.
type LockedError struct {
	Root string
	PID  int // 0 = not known
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("the build engine in %s is in use by another process", e.Root)
	}
	return fmt.Sprintf("the build engine in %s is in use by process %d", e.Root, e.PID)
}

// Hint says what helps.
func (e *LockedError) Hint() string {
	return "wait until that build ends, or name another directory with --store"
}
