package image

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// spoolReuse is the largest buffer that serves another content later.
const spoolReuse = 1 << 20

// spool is the content of a stream's next size bytes. It reads no further
// than asked, and holds what it read in memory, or, when that is more than
// limit, in a temporary file that has no name.
type spool struct {
	mu    sync.Mutex
	r     io.Reader
	size  int64 // -1: up to the stream's end
	limit int64
	free  *sync.Pool // of *[]byte, maybe nil
	mem   []byte
	copy  []byte // on the way to the file
	file  *os.File
	have  int64
	err   error
}

// spool returns the content of a stream's next bytes.
func (w *walker) spool(r io.Reader, size int64) *spool {
	s := &spool{r: r, size: size, limit: w.limits.Memory, free: &w.buffers}
	if b, ok := s.free.Get().(*[]byte); ok {
		s.mem = (*b)[:0]
	}
	return s
}

// spoolAll reads a whole stream.
func (w *walker) spoolAll(r io.Reader) (*spool, error) {
	s := w.spool(r, -1)
	if err := s.fill(1<<63 - 1); err != nil && !errors.Is(err, io.EOF) {
		s.close()
		return nil, err
	}
	s.size, s.err = s.have, nil
	return s, nil
}

func (s *spool) ReadAt(p []byte, off int64) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := off + int64(len(p))
	if s.size >= 0 {
		to = min(to, s.size)
	}
	err := s.fill(to)
	if off >= s.have {
		return 0, orEOF(err)
	}
	n := min(int64(len(p)), s.have-off)
	if s.file != nil {
		got, fileErr := s.file.ReadAt(p[:n], off)
		if fileErr != nil {
			return got, fileErr
		}
	} else {
		copy(p[:n], s.mem[off:s.have])
	}
	if n < int64(len(p)) {
		return int(n), orEOF(err)
	}
	return int(n), nil
}

func orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

// fill reads the stream up to an offset.
func (s *spool) fill(to int64) error {
	for s.have < to && s.err == nil {
		var n int
		if s.file == nil && s.have < s.limit {
			n, s.err = s.toMemory(min(to, s.limit))
		} else {
			n, s.err = s.toFile(to)
		}
		s.have += int64(n)
	}
	if s.have >= to {
		return nil
	}
	return s.err
}

func (s *spool) toMemory(to int64) (int, error) {
	if int64(cap(s.mem)) < to {
		room := max(int64(cap(s.mem))*2, min(to, 64<<10))
		grown := make([]byte, s.have, max(room, s.have+1))
		copy(grown, s.mem)
		s.mem = grown
	}
	n, err := s.r.Read(s.mem[s.have:min(to, int64(cap(s.mem)))])
	s.mem = s.mem[:s.have+int64(n)]
	return n, err
}

func (s *spool) toFile(to int64) (int, error) {
	if s.file == nil {
		if err := s.openFile(); err != nil {
			return 0, err
		}
	}
	if s.copy == nil {
		s.copy = make([]byte, 256<<10)
	}
	buf := s.copy[:min(to-s.have, int64(len(s.copy)))]
	n, err := s.r.Read(buf)
	if _, werr := s.file.WriteAt(buf[:n], s.have); werr != nil {
		return 0, werr
	}
	return n, err
}

func (s *spool) openFile() error {
	f, err := os.CreateTemp("", "image-")
	if err != nil {
		return fmt.Errorf("making a temporary file: %w", err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("unlinking a temporary file: %w", err)
	}
	_, err = f.WriteAt(s.mem, 0)
	s.mem = s.mem[:0]
	return err
}

func (s *spool) keep() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fill(s.size)
}

func (s *spool) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free != nil && cap(s.mem) > 0 && cap(s.mem) <= spoolReuse {
		b := s.mem[:0]
		s.free.Put(&b)
	}
	s.free, s.mem, s.copy, s.have, s.err = nil, nil, nil, 0, fs.ErrClosed
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}
