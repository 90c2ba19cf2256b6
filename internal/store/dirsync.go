package store

import (
	"errors"
	"os"
	"sync"
)

// dirSync makes the entries of directories durable, for many callers at a time:
// those that come while the disk is busy with a directory share the next turn.
// The zero value is ready.
type dirSync struct {
	mu   sync.Mutex
	dirs map[string]*turns
}

// turns is what goes on with one directory.
type turns struct {
	busy bool
	next *turn // of those that wait; nil when nobody does
}

// turn is one sync. err may be read when done is closed.
type turn struct {
	done chan struct{}
	err  error
}

// sync returns when every change of dir that was made before the call is durable.
func (s *dirSync) sync(dir string) error {
	s.mu.Lock()
	if s.dirs == nil {
		s.dirs = map[string]*turns{}
	}
	t := s.dirs[dir]
	if t == nil {
		t = &turns{}
		s.dirs[dir] = t
	}
	if t.next == nil {
		t.next = &turn{done: make(chan struct{})}
	}
	mine := t.next
	if !t.busy {
		t.busy = true
		go s.run(dir, t)
	}
	s.mu.Unlock()
	<-mine.done
	return mine.err
}

// run takes turns until nobody waits.
func (s *dirSync) run(dir string, t *turns) {
	for {
		s.mu.Lock()
		now := t.next
		t.next = nil
		if now == nil {
			t.busy = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		now.err = syncDir(dir)
		close(now.done)
	}
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
