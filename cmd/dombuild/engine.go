package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/dombuild/dombuild/internal/sandbox"
)

// openEngine starts the embedded engine, or connects to a daemon. The probe
// that runs in the sandbox is this very program.
func (a *app) openEngine(ctx context.Context, builder, state string) (*sandbox.Engine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program for the sandbox probe: %w", err)
	}
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("making room for the engine: %w", err)
	}
	log, err := os.OpenFile(filepath.Join(state, "engine.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the engine's log: %w", err)
	}
	late := &lateLog{f: log}
	a.onClose(late.Close)
	return sandbox.Open(ctx, sandbox.Options{
		Builder: builder, Root: state, Store: a.store, Probe: self, Log: late,
		Waiting: func(busy *sandbox.LockedError) {
			a.display.Begin(fmt.Sprintf("waiting: %v", busy), 0)
		},
	})
}

// lateLog is a log into which a part of the engine may still write when it has
// been closed. What comes then is dropped: a logger that fails writes to stderr.
type lateLog struct {
	mu sync.Mutex
	f  *os.File // nil when it is closed
}

func (l *lateLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return len(p), nil
	}
	return l.f.Write(p)
}

func (l *lateLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.f
	l.f = nil
	return f.Close()
}
