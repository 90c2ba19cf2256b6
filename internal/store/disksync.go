package store

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// diskSync makes files and the entries of directories durable, for many callers
// at a time: those that come while the disk is busy share the next turn, and so
// do those that come soon. The zero value is ready. All files and directories
// are of one file system.
type diskSync struct {
	mu       sync.Mutex
	busy     bool
	next     *turn         // of those that wait; nil when nobody does
	coming   func() bool   // whether others are under way, for whom a turn waits; nil: none are
	patience time.Duration // for how long it does
}

// patience of a store. Its disk may make a file durable sooner than that, but
// each turn takes processors time that the files under way need.
const patience = 4 * time.Millisecond

// turn is one sync, on behalf of all who wait for it. What it found may be
// read when done is closed.
type turn struct {
	files int
	first *os.File         // of the files; nil when there is none
	dirs  map[string]error // by path, what became of them
	now   chan struct{}    // closed when nobody is under way
	haste bool             // now is closed
	done  chan struct{}
	err   error // of the files
}

// file returns when the bytes of f are durable.
func (s *diskSync) file(f *os.File) error { return s.files([]*os.File{f}) }

// files returns when the bytes of several files are durable. A disk takes about
// as long for one file as for all that was written, so whoever is not alone has
// the file system synced, by syncfs(2), where that is known to do what fsync(2) does.
func (s *diskSync) files(list []*os.File) error {
	t := s.wait(func(t *turn) {
		t.files += len(list)
		if t.first == nil {
			t.first = list[0]
		}
	})
	if !t.shared() {
		return t.err
	}
	var errs []error
	for _, f := range list {
		if t.err != nil { // it may be of a file that is nobody's here
			errs = append(errs, f.Sync())
		} else if err := writtenBack(f); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// dir returns when every change of the directory that was made before the call
// is durable.
func (s *diskSync) dir(path string) error {
	t := s.wait(func(t *turn) { t.dirs[path] = nil })
	return t.dirs[path]
}

// wait takes part in the next turn.
func (s *diskSync) wait(join func(*turn)) *turn {
	s.mu.Lock()
	if s.next == nil {
		s.next = &turn{dirs: map[string]error{}, now: make(chan struct{}), done: make(chan struct{})}
	}
	mine := s.next
	join(mine)
	if !mine.haste && (s.coming == nil || !s.coming()) {
		mine.haste = true
		close(mine.now)
	}
	if !s.busy {
		s.busy = true
		go s.run()
	}
	s.mu.Unlock()
	<-mine.done
	return mine
}

// run takes turns until nobody waits.
func (s *diskSync) run() {
	for {
		s.mu.Lock()
		next := s.next
		if next == nil {
			s.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		next.wait(s.patience)
		s.mu.Lock()
		s.next = nil
		s.mu.Unlock()
		next.sync()
		close(next.done)
	}
}

// wait returns when nobody is under way any more, or patience is at its end.
func (t *turn) wait(patience time.Duration) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-t.now:
	case <-timer.C:
	}
}

// shared says whether there is more than a file alone to be made durable.
func (t *turn) shared() bool { return t.files > 1 || t.files == 1 && len(t.dirs) > 0 }

// sync makes everything durable that was asked for before.
func (t *turn) sync() {
	files, dirs := together(t.first)
	switch {
	case t.shared() && files:
		t.err = unix.Syncfs(int(t.first.Fd()))
	case t.shared():
		t.err = errors.ErrUnsupported
	case t.first != nil:
		t.err = t.first.Sync()
	}
	if t.shared() && t.err == nil && dirs {
		return
	}
	for path := range t.dirs {
		t.dirs[path] = syncDir(path)
	}
}

// together says whether to sync the file system of f makes its files durable,
// and its directories too. A file system in user space or over a network is not
// even told. Those listed commit their journal, and with it every change of a
// directory; that this failed is told since Linux 5.17.
func together(f *os.File) (files, dirs bool) {
	var st unix.Statfs_t
	if f == nil || unix.Fstatfs(int(f.Fd()), &st) != nil {
		return false, false
	}
	switch uint32(st.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		return true, syncfsTells()
	}
	return false, false
}

// syncfsTells says whether Linux is 5.17 or later.
var syncfsTells = sync.OnceValue(func() bool {
	var name unix.Utsname
	var major, minor int
	if err := unix.Uname(&name); err != nil {
		return false
	}
	n, _ := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor)
	return n == 2 && (major > 5 || major == 5 && minor >= 17)
})

// writtenBack gives the error that the disk had with a file that was synced
// together with others: before Linux 5.8, syncfs does not say it.
func writtenBack(f *os.File) error {
	const wait = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
	err := unix.SyncFileRange(int(f.Fd()), 0, 0, wait)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) {
		return f.Sync()
	}
	return err
}

// syncDir makes the entries of a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
