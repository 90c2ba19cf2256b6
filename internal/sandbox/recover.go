package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/sandbox/runtime"
	"github.com/gofrs/flock"
	"github.com/moby/buildkit/client"
	"github.com/sirupsen/logrus"
	bolt "go.etcd.io/bbolt"
)

// Below the engine's root:
//
//	bin/       the link by which BuildKit starts the runtime
//	lock       held while an engine is open; holds the process's number
//	clean      exists when the last engine was closed in order
//	engine/    BuildKit's state
//	tmp/       temporary files and mounts of a running engine
//	damaged/   the last state that could not be opened

// acquire takes the lock of root.
func acquire(ctx context.Context, root string, waiting func(*LockedError)) (*flock.Flock, error) {
	name := filepath.Join(root, "lock")
	l := flock.New(name)
	ok, err := l.TryLock()
	if err == nil && !ok {
		locked := &LockedError{Root: root}
		if data, err := os.ReadFile(name); err == nil {
			locked.PID, _ = strconv.Atoi(strings.TrimSpace(string(data)))
		}
		if waiting == nil {
			return nil, locked
		}
		waiting(locked)
		_, err = l.TryLockContext(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return nil, fmt.Errorf("locking the build engine's directory: %w", err)
	}
	return l, os.WriteFile(name, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
}

// startClean removes what a killed process left behind in root and starts the
// embedded engine there. State that cannot be opened is set aside, once.
func startClean(root, program string, beneath *contents, keepBytes int64) (*client.Client, closers, error) {
	if _, err := exec.LookPath("runc"); err != nil {
		return nil, nil, fmt.Errorf("the container runtime runc is not installed: %w", err)
	}
	if err := sweep(root); err != nil {
		return nil, nil, fmt.Errorf("removing what an earlier build left behind: %w", err)
	}
	link, err := linkRuntime(root, program)
	if err != nil {
		return nil, nil, err
	}
	done := closers{func() error { return sweep(root) }, environ(root)}
	dir := filepath.Join(root, "engine")
	clean := filepath.Join(root, "clean")
	damage := error(nil)
	if _, err := os.Stat(clean); err != nil {
		damage = examine(dir)
	}
	_ = os.Remove(clean)
	ctx, cancel := context.WithCancel(context.Background())
	done = append(done, func() error { cancel(); return nil })
	start := func() (c *client.Client, err error) {
		defer recovered(&err)
		c, stop, err := startEmbedded(ctx, dir, link, beneath, keepBytes)
		if err == nil {
			done = append(done, func() error { return os.WriteFile(clean, nil, 0o600) })
			done = append(done, stop...)
		}
		return c, err
	}
	var c *client.Client
	if damage == nil {
		c, damage = start()
	}
	if damage != nil {
		if err := setAside(root); err != nil {
			return nil, nil, errors.Join(damage, err, done.Close())
		}
		if c, err = start(); err != nil {
			return nil, nil, errors.Join(err, done.Close())
		}
	}
	return c, done, nil
}

// linkRuntime makes program available under the name of the runtime.
func linkRuntime(root, program string) (string, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(program); err != nil {
		return "", fmt.Errorf("finding the container runtime: %w", err)
	}
	link := filepath.Join(root, "bin", runtime.Name)
	if err := os.MkdirAll(filepath.Dir(link), 0o700); err != nil {
		return "", err
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return link, os.Symlink(program, link)
}

// environ sets what BuildKit reads from this process's environment: where its
// temporary mounts go, and that logs are not clipped. The function that it
// returns restores both.
func environ(root string) func() error {
	var restore closers
	set := func(name, value string) {
		old, had := os.LookupEnv(name)
		restore = append(restore, func() error {
			if had {
				return os.Setenv(name, old)
			}
			return os.Unsetenv(name)
		})
		_ = os.Setenv(name, value)
	}
	set("TMPDIR", filepath.Join(root, "tmp"))
	set("BUILDKIT_STEP_LOG_MAX_SIZE", "-1")
	set("BUILDKIT_STEP_LOG_MAX_SPEED", "-1")
	return restore.Close
}

// quiet sends what BuildKit, containerd and the HTTP/2 server log to w, never to
// stderr. The loggers are of the whole process.
func quiet(w io.Writer) {
	if w == nil {
		w = io.Discard
	}
	logrus.SetOutput(w)
	log.SetOutput(w)
}

// examine reads every database in dir from end to end. It is done only after
// an engine that was not closed in order.
func examine(dir string) error {
	var names []string
	for _, pattern := range []string{"*.db", "snapshots/*.db"} {
		m, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		names = append(names, m...)
	}
	for _, name := range names {
		if err := examineDB(name); err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return nil
}

func examineDB(name string) (err error) {
	defer recovered(&err)
	db, err := bolt.Open(name, 0o600, &bolt.Options{ReadOnly: true, Timeout: time.Second})
	if err != nil {
		return err
	}
	defer db.Close()
	return db.View(func(tx *bolt.Tx) error {
		var errs []error
		for e := range tx.Check() {
			errs = append(errs, e)
		}
		return errors.Join(errs...)
	})
}

// recovered turns a panic, or a fault of mapped memory, into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("damaged state: %v", r)
	}
}

func setAside(root string) error {
	to := filepath.Join(root, "damaged")
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	err := os.Rename(filepath.Join(root, "engine"), to)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
