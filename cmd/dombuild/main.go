// Command dombuild builds dom0 images from HCL recipes: pinned, verified,
// without a network, and twice.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/term"
)

func main() {
	// a user's own umask must not reach the directories that containers see
	syscall.Umask(0o022)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole program but for its process: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	cmd := a.command()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	err = errors.Join(err, a.close())
	if err == nil {
		return exitOK
	}
	code := exitCode(err)
	if ctx.Err() != nil && (code == exitError || code == exitStep) {
		// whatever failed, failed because it was told to stop
		err, code = errInterrupted, exitInterrupted
	}
	a.report(err, code)
	return code
}

// report writes an error for people, and with --json the one document that
// stands in for the verb's own.
func (a *app) report(err error, code int) {
	var diagnostics interface {
		error
		Write(w io.Writer, color bool, width uint) error
	}
	if errors.As(err, &diagnostics) {
		_ = diagnostics.Write(a.stderr, colored(a.stderr), 0)
	} else {
		fmt.Fprintf(a.stderr, "error: %s\n", safe(err.Error()))
	}
	hint := hintOf(err)
	if hint != "" {
		fmt.Fprintf(a.stderr, "hint: %s\n", safe(hint))
	}
	if !a.flags.json || a.printed {
		return
	}
	_ = json.NewEncoder(a.stdout).Encode(struct {
		Schema string `json:"schema"`
		Error  string `json:"error"`
		Hint   string `json:"hint,omitempty"`
		Exit   int    `json:"exit"`
	}{"dombuild/error/v1", err.Error(), hint, code})
}

// colored says whether errors are written in colour: to a terminal, unless the
// user does not want any.
func colored(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
}

func hintOf(err error) string {
	var hints []string
	var walk func(error)
	walk = func(err error) {
		if h, ok := err.(interface{ Hint() string }); ok {
			hints = append(hints, h.Hint())
			return
		}
		switch e := err.(type) {
		case interface{ Unwrap() error }:
			if next := e.Unwrap(); next != nil {
				walk(next)
			}
		case interface{ Unwrap() []error }:
			for _, next := range e.Unwrap() {
				walk(next)
			}
		}
	}
	walk(err)
	if full(err) && !slices.ContainsFunc(hints, func(h string) bool { return h != "" }) {
		hints = []string{"free some space (dombuild store gc), or use --store DIR or -o DIR on a larger disk"}
	}
	return strings.Join(compact(hints), "\nhint: ")
}

// full says whether a disk is full. What the engine says comes as text.
func full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) ||
		err != nil && strings.Contains(err.Error(), syscall.ENOSPC.Error())
}

// compact drops empty and repeated lines and keeps the order.
func compact(lines []string) []string {
	seen := map[string]bool{"": true}
	var kept []string
	for _, l := range lines {
		if !seen[l] {
			kept = append(kept, l)
		}
		seen[l] = true
	}
	return kept
}
