package boot

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// afterCrash is how long a crashed machine may still say what happened.
const afterCrash = 500 * time.Millisecond

func run(ctx context.Context, spec Spec, qemu string, args []string, dir string) (Result, error) {
	w := newWatcher(spec)
	var stderr tailBuffer
	cmd := exec.Command(qemu, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, w, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 5 * time.Second

	started := time.Now()
	exited, err := start(cmd)
	if err != nil {
		return Result{}, fmt.Errorf("booting: %w", err)
	}
	reason := wait(ctx, spec.Timeout, w, exited)
	duration := time.Since(started)
	kill(cmd, exited)
	if err := ctx.Err(); err != nil && reason == "" && !w.good() {
		return Result{}, fmt.Errorf("booting: %w", err)
	}
	return w.result(spec.Kind, reason, duration, stderr.String())
}

// start starts cmd from a thread that lives as long as it does: the signal at
// the parent's death is the thread's.
func start(cmd *exec.Cmd) (exited <-chan struct{}, err error) {
	started, done := make(chan error), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
		}
	}()
	return done, <-started
}

// kill ends the process group, unless its leader is gone and its number may
// be somebody else's.
func kill(cmd *exec.Cmd, exited <-chan struct{}) {
	select {
	case <-exited:
	default:
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-exited
	}
}

// wait returns why waiting ended, or "" when the watcher has the verdict or
// ctx is done.
func wait(ctx context.Context, timeout time.Duration, w *watcher, exited <-chan struct{}) Reason {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-w.verdict:
		if !w.good() {
			pause(ctx, afterCrash, exited)
		}
		return ""
	case <-exited:
		return Exited
	case <-timer.C:
		return TimedOut
	case <-ctx.Done():
		return ""
	}
}

func pause(ctx context.Context, d time.Duration, exited <-chan struct{}) {
	select {
	case <-time.After(d):
	case <-exited:
	case <-ctx.Done():
	}
}

func (w *watcher) good() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over && w.reason == ""
}

// result makes the verdict. What the console said counts more than how
// waiting ended.
func (w *watcher) result(kind Kind, reason Reason, d time.Duration, stderr string) (Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.over {
		reason = w.reason
	}
	if reason == "" {
		return Result{Duration: d, Console: w.tail(keepLines), Matched: w.matched}, nil
	}
	e := &Error{Kind: kind, Reason: reason, Line: w.line, Tail: w.tail(tailLines), QEMU: stderr, Duration: d}
	if reason != Crashed {
		e.Missing = w.missing()
	}
	return Result{}, e
}

// tailBuffer keeps the end of what is written to it.
type tailBuffer struct{ b []byte }

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - 4096; over > 0 {
		t.b = bytes.Clone(t.b[over:])
	}
	return len(p), nil
}

func (t *tailBuffer) String() string { return strings.TrimSpace(string(t.b)) }
