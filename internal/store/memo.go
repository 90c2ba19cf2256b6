package store

import (
	"fmt"
	"os"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sys/unix"
)

// stamp tells whether a file was touched: any write, and any replacement of
// the file, changes it.
type stamp struct {
	dev, ino     uint64
	size         int64
	mtime, ctime unix.Timespec
}

func stampOf(f *os.File) (stamp, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return stamp{}, fmt.Errorf("looking at %s: %w", f.Name(), err)
	}
	return stamp{st.Dev, st.Ino, st.Size, st.Mtim, st.Ctim}, nil
}

// memo remembers which file this process has hashed for a digest.
type memo struct {
	work  sync.Mutex // held by whoever hashes on behalf of Content
	mu    sync.Mutex
	stamp stamp
}

func (m *memo) set(st stamp) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stamp = st
}

func (m *memo) is(st stamp) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stamp == st && st != stamp{}
}

func (s *Store) memo(d digest.Digest) *memo {
	m, _ := s.verified.LoadOrStore(d, new(memo))
	return m.(*memo)
}

// remember notes that the open file f holds the bytes of d.
func (s *Store) remember(d digest.Digest, f *os.File) {
	if st, err := stampOf(f); err == nil {
		s.memo(d).set(st)
	}
}
