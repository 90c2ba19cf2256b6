package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	lockPoll = 20 * time.Millisecond
	lockWait = 30 * time.Second // a GC is over long before
)

// lockShared waits for the garbage collector of another process. The lock of a
// store that cannot be written is a lock all the same.
func lockShared(path string) (f *os.File, writable bool, err error) {
	f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	writable = err == nil
	if errors.Is(err, unix.EROFS) || errors.Is(err, unix.EACCES) {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, false, err
	}
	for end := time.Now().Add(lockWait); ; time.Sleep(lockPoll) {
		got, err := flock(f, unix.LOCK_SH)
		if got {
			return f, writable, nil
		}
		if err == nil && time.Now().After(end) {
			err = &BusyError{Dir: filepath.Dir(filepath.Dir(path))}
		}
		if err != nil {
			f.Close()
			return nil, false, err
		}
	}
}

// exclusive runs fn while no other process and no other goroutine uses the
// store, or returns a *BusyError at once.
func (s *Store) exclusive(fn func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	got, err := flock(s.lock, unix.LOCK_EX)
	if err == nil && !got {
		err = &BusyError{Dir: s.dir}
	}
	if err == nil {
		err = fn()
	}
	// A failed conversion loses the shared lock too, so take it again in
	// every case; only a collector can hold us up here.
	return errors.Join(err, unix.Flock(int(s.lock.Fd()), unix.LOCK_SH))
}

// flock tries to lock a file; false means that somebody else has it.
func flock(f *os.File, how int) (bool, error) {
	err := again(func() error { return unix.Flock(int(f.Fd()), how|unix.LOCK_NB) })
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, unix.EWOULDBLOCK):
		return false, nil
	}
	return false, fmt.Errorf("locking %s: %w", f.Name(), err)
}

// linked reports whether the open file f is still what path names.
func linked(f *os.File, path string) bool {
	var a, b unix.Stat_t
	return again(func() error { return unix.Fstat(int(f.Fd()), &a) }) == nil &&
		again(func() error { return unix.Lstat(path, &b) }) == nil &&
		a.Dev == b.Dev && a.Ino == b.Ino
}

// again makes a system call until no signal interrupts it.
func again(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}

// openFile is os.OpenFile without five system calls that find out whether a file
// can be waited for, as sockets can: the files of a store cannot.
func openFile(path string, flags int, perm uint32) (f *os.File, err error) {
	err = again(func() error {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, perm)
		if err == nil {
			f = os.NewFile(uintptr(fd), path)
		}
		return err
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return f, nil
}
