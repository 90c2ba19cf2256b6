package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	"github.com/gofrs/flock"
	"github.com/moby/buildkit/client"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Store gives the content that builds read.
type Store interface {
	Content() content.Store
}

// Options say how to open an engine.
type Options struct {
	Builder   string    // address of an existing daemon; "" = embedded in this process
	Root      string    // state of the embedded engine; it is only a cache
	Store     Store     // where every input comes from
	Probe     string    // static executable that has packages probe and runtime, such as this program
	KeepBytes int64     // disk that the embedded engine's cache may keep; 0 = 20 GB
	Log       io.Writer // what the engine says about itself; nil = discarded
	// Waiting, if not nil, is called once when another process uses Root, and
	// Open waits; otherwise that is a *LockedError.
	Waiting func(*LockedError)
	// Platform of the containers; the zero value is this machine's.
	Platform ocispecs.Platform
}

// Engine runs Execs. It is safe for concurrent use.
type Engine struct {
	opt      Options
	client   *client.Client
	contents *contents
	definer  definer
	done     closers
	lock     *flock.Flock

	runs    sync.WaitGroup
	closing sync.Once
	closed  error

	probing sync.Mutex
	probed  *ProbeReport
}

// Open starts an engine, or connects to one. Whatever a killed process has left
// behind in opt.Root is removed; state that is damaged is set aside.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	if opt.Platform.OS == "" {
		opt.Platform = platforms.Normalize(platforms.DefaultSpec())
	}
	if opt.KeepBytes == 0 {
		opt.KeepBytes = 20e9
	}
	c := newContents(opt.Store.Content())
	e := &Engine{opt: opt, contents: c, definer: definer{c, opt.Platform}}
	quiet(opt.Log)
	var err error
	if opt.Builder != "" {
		e.client, e.done, err = connect(ctx, opt.Builder)
		if err != nil {
			return nil, err
		}
		return e, nil
	}
	if opt.Root, err = makeRoot(opt.Root); err != nil {
		return nil, err
	}
	if e.lock, err = acquire(ctx, opt.Root, opt.Waiting); err != nil {
		return nil, err
	}
	e.client, e.done, err = startClean(opt.Root, opt.Probe, c, opt.KeepBytes)
	if err != nil {
		return nil, errors.Join(err, e.lock.Unlock())
	}
	return e, nil
}

// makeRoot makes the engine's directory and returns its name without links.
func makeRoot(root string) (string, error) {
	root, err := filepath.Abs(root)
	if err == nil {
		err = os.MkdirAll(root, 0o700)
	}
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return "", fmt.Errorf("making the build engine's directory: %w", err)
	}
	return root, nil
}

// Close ends every run and stops an embedded engine. Only the first call counts.
func (e *Engine) Close() error {
	e.closing.Do(func() { e.closed = e.close() })
	return e.closed
}

func (e *Engine) close() error {
	err := e.done.Close()
	e.runs.Wait()
	if e.lock != nil {
		err = errors.Join(err, e.lock.Unlock())
	}
	if err != nil {
		return fmt.Errorf("closing the build engine: %w", err)
	}
	return nil
}
