package store

import (
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// diskSync makes files and the entries of directories durable, for many callers
// at a time: those that come while the disk is busy share the next turn. The
// zero value is ready. All files are of one file system.
type diskSync struct {
	mu     sync.Mutex
	queues map[string]*queue // by directory; "" is that of the files
}

// queue is what goes on with one directory, or with the files.
type queue struct {
	busy bool
	next *turn // of those that wait; nil when nobody does
}

// turn is one sync, on behalf of one caller or several. err may be read
// when done is closed.
type turn struct {
	first   *os.File // nil when it is a directory's
	callers int
	done    chan struct{}
	err     error
}

// file returns when the bytes of f are durable. A disk takes about as long for
// one file as for all that was written, so whoever is not alone has the file
// system synced, by syncfs(2).
func (s *diskSync) file(f *os.File) error {
	t := s.wait("", f)
	if t.callers == 1 {
		return t.err
	}
	if t.err != nil { // it may be of a file that is nobody's here
		return f.Sync()
	}
	return writtenBack(f)
}

// dir returns when every change of the directory that was made before the call
// is durable.
func (s *diskSync) dir(path string) error { return s.wait(path, nil).err }

// wait takes part in the next turn.
func (s *diskSync) wait(key string, f *os.File) *turn {
	s.mu.Lock()
	if s.queues == nil {
		s.queues = map[string]*queue{}
	}
	q := s.queues[key]
	if q == nil {
		q = &queue{}
		s.queues[key] = q
	}
	if q.next == nil {
		q.next = &turn{first: f, done: make(chan struct{})}
	}
	mine := q.next
	mine.callers++
	if !q.busy {
		q.busy = true
		go s.run(key, q)
	}
	s.mu.Unlock()
	<-mine.done
	return mine
}

// run takes turns until nobody waits.
func (s *diskSync) run(key string, q *queue) {
	for {
		s.mu.Lock()
		now := q.next
		q.next = nil
		if now == nil {
			q.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		switch {
		case now.first == nil:
			now.err = syncDir(key)
		case now.callers == 1:
			now.err = now.first.Sync()
		default:
			now.err = unix.Syncfs(int(now.first.Fd()))
		}
		close(now.done)
	}
}

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
