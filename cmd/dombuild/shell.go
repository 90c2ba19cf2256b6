package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"golang.org/x/term"

	"github.com/dombuild/dombuild/internal/sandbox"
)

// shell lets the user look around in the root of a step that failed. It talks
// on standard error: standard output is for the verb's result. When several
// steps fail, one shell is open after the other.
func (a *app) shell(ctx context.Context, step *sandbox.StepError, root *sandbox.Shell) error {
	a.shells.Lock()
	defer a.shells.Unlock()
	defer a.display.Suspend()()
	fmt.Fprintf(a.stderr, "%v\nthis is the root of %s as it failed; it is gone when the shell ends\n", step, step.Name)
	t := sandbox.Terminal{Stdin: io.NopCloser(os.Stdin), Stdout: kept{a.stderr}, Stderr: kept{a.stderr}}
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) && term.IsTerminal(int(os.Stderr.Fd())) {
		before, err := term.MakeRaw(stdin)
		if err != nil {
			return fmt.Errorf("preparing the terminal: %w", err)
		}
		defer term.Restore(stdin, before)
		sizes, stop := sizesOf(stdin)
		defer stop()
		t.TTY, t.Resize = true, sizes
	}
	err := root.Run(ctx, []string{"/bin/sh", "-c", enter(step.Name)}, t)
	if ended := (*gatewaypb.ExitError)(nil); errors.As(err, &ended) {
		return nil // with whatever its last command said
	}
	return err
}

// enter is a script that goes where the step's own script ran and becomes an
// interactive shell.
func enter(step string) string {
	script := ""
	for _, label := range strings.Split(step, ".") { // package.NAME, image.NAME.FORMAT, module.…
		script += fmt.Sprintf("cd \"$BUILD/%s\" 2>/dev/null || ", label)
	}
	return script + "cd /; exec /bin/sh"
}

// kept is a writer that others may not close.
type kept struct{ io.Writer }

func (kept) Close() error { return nil }

// sizesOf tells the size of a terminal, now and whenever it changes.
func sizesOf(fd int) (<-chan sandbox.Size, func()) {
	sizes, changed, done := make(chan sandbox.Size), make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(changed, syscall.SIGWINCH)
	changed <- syscall.SIGWINCH
	go func() {
		for {
			select {
			case <-changed:
			case <-done:
				return
			}
			width, height, err := term.GetSize(fd)
			if err != nil {
				continue
			}
			select {
			case sizes <- sandbox.Size{Rows: uint32(height), Columns: uint32(width)}:
			case <-done:
				return
			}
		}
	}()
	return sizes, func() { signal.Stop(changed); close(done) }
}
