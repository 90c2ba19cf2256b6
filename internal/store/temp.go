package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// temp is a file that is being written. Its lock says that the writer lives.
type temp struct {
	f    *os.File
	path string // "" once it was published or discarded
}

func newTemp(dir string) (*temp, error) {
	for {
		f, err := os.CreateTemp(dir, "new-*")
		if err != nil {
			return nil, err
		}
		// Another process that opens the store may have seen the file before
		// it was locked, and removed it.
		got, err := flock(f, unix.LOCK_EX)
		if err != nil {
			return nil, errors.Join(err, f.Close(), removeIfThere(f.Name()))
		}
		if got && linked(f, f.Name()) {
			return &temp{f: f, path: f.Name()}, nil
		}
		f.Close()
	}
}

// discard removes the file unless it was published.
func (t *temp) discard() {
	if t.path != "" {
		removeIfThere(t.path)
		t.path = ""
	}
	t.f.Close()
}

// publish makes the file durable, gives it its final name and mode, and makes
// the name durable.
func (t *temp) publish(path string, mode os.FileMode, disk *diskSync) error {
	if err := errors.Join(t.f.Chmod(mode), disk.file(t.f)); err != nil {
		return err
	}
	// os.Rename would look first whether path is a directory, for a better message.
	if err := again(func() error { return unix.Rename(t.path, path) }); err != nil {
		return &os.LinkError{Op: "rename", Old: t.path, New: path, Err: err}
	}
	t.path = ""
	return disk.dir(filepath.Dir(path))
}

// sweep removes the temporary files that no living process holds, and the
// downloads that were killed before their first byte.
func (s *Store) sweep() error {
	entries, err := os.ReadDir(s.path(areaTemp))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := removeUnlocked(s.path(areaTemp, e.Name())); err != nil {
			return err
		}
	}
	partials, err := os.ReadDir(s.path(areaPartial))
	if err != nil {
		return err
	}
	for _, e := range partials {
		if fi, err := e.Info(); err != nil || fi.Size() > 0 {
			continue // gone, or to be resumed
		}
		if err := removeEmpty(s.path(areaPartial, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// removeEmpty removes a partial download without bytes unless a process holds
// its lock. The name may be another's by now: then the lock is not its.
func removeEmpty(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil // gone, or another user's
	}
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := flock(f, unix.LOCK_EX)
	if err != nil || !got || !linked(f, path) {
		return err
	}
	if fi, err := f.Stat(); err != nil || fi.Size() > 0 {
		return err
	}
	return removeIfThere(path)
}

// removeUnlocked removes a file or a stage unless a process holds its lock, and returns
// how many bytes that freed.
func removeUnlocked(path string) (int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return 0, nil // gone, or another user's
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	got, err := flock(f, unix.LOCK_EX)
	if err != nil || !got {
		return 0, err
	}
	fi, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if fi.IsDir() { // a stage
		n, err := treeSize(context.Background(), path)
		return n, errors.Join(err, os.RemoveAll(path))
	}
	return fi.Size(), removeIfThere(path)
}
