package prove

import (
	"fmt"
	"io"
)

const (
	headSize = 4 << 10
	tailSize = 8 << 10
)

// source reads a file and holds every extent against its size. The begin and
// the end of the file, where the tables of an ELF file usually are, are read
// once.
type source struct {
	r    io.ReaderAt
	size uint64
	head []byte
	tail []byte // nil until wanted
}

func newSource(r io.ReaderAt, size int64) *source {
	return &source{r: r, size: uint64(max(size, 0))}
}

// bytes returns n bytes at off; the caller must not change them. The caller
// limits n.
func (s *source) bytes(off, n uint64) ([]byte, error) {
	if off > s.size || n > s.size-off {
		return nil, fmt.Errorf("bytes %d to %d are beyond the end of the file (%d)", off, off+n, s.size)
	}
	if s.head == nil {
		head, err := s.fetch(0, min(s.size, headSize))
		if err != nil {
			return nil, err
		}
		s.head = head
	}
	if off+n <= uint64(len(s.head)) {
		return s.head[off : off+n : off+n], nil
	}
	if begin := s.size - min(s.size, tailSize); off >= begin {
		if s.tail == nil {
			tail, err := s.fetch(begin, s.size-begin)
			if err != nil {
				return nil, err
			}
			s.tail = tail
		}
		return s.tail[off-begin : off-begin+n : off-begin+n], nil
	}
	return s.fetch(off, n)
}

func (s *source) fetch(off, n uint64) ([]byte, error) {
	buf := make([]byte, n)
	if got, err := s.r.ReadAt(buf, int64(off)); uint64(got) != n {
		return nil, fmt.Errorf("reading %d bytes at %d: %w", n, off, err)
	}
	return buf, nil
}

// section returns a source for a part of the file.
func (s *source) section(off, n uint64) *source {
	return newSource(io.NewSectionReader(s.r, int64(off), int64(n)), int64(n))
}
