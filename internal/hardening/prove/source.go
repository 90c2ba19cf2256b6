package prove

import (
	"fmt"
	"io"
	"sync"
)

const (
	headSize    = 4 << 10
	tailSize    = 8 << 10
	symbolPiece = 24 << 10 // bytes of a symbol table read at once
	stringPiece = 16 << 10 // bytes of a string table read at once
)

// scratch is the memory in which one file is read.
type scratch struct {
	head    [headSize]byte
	tail    [tailSize]byte
	symbols [symbolPiece]byte
	strings [stringPiece]byte
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// source reads a file and holds every extent against its size. The begin and
// the end of the file, where the tables of an ELF file usually are, are read
// once.
type source struct {
	r          io.ReaderAt
	size       uint64
	scratch    *scratch
	head, tail []byte // nil until wanted
}

// newSource wants to be closed.
func newSource(r io.ReaderAt, size int64) *source {
	return &source{r: r, size: uint64(max(size, 0)), scratch: scratches.Get().(*scratch)}
}

// close ends the use of all bytes that were returned.
func (s *source) close() {
	scratches.Put(s.scratch)
	s.scratch, s.head, s.tail = nil, nil, nil
}

// bytes returns n bytes at off; the caller must not change them. The caller
// limits n.
func (s *source) bytes(off, n uint64) ([]byte, error) {
	if err := s.inside(off, n); err != nil {
		return nil, err
	}
	if off+n <= headSize {
		if s.head == nil {
			head := s.scratch.head[:min(s.size, headSize)]
			if err := s.fill(head, 0); err != nil {
				return nil, err
			}
			s.head = head
		}
		return s.head[off : off+n : off+n], nil
	}
	if begin := s.size - min(s.size, tailSize); off >= begin {
		if s.tail == nil {
			tail := s.scratch.tail[:s.size-begin]
			if err := s.fill(tail, begin); err != nil {
				return nil, err
			}
			s.tail = tail
		}
		return s.tail[off-begin : off-begin+n : off-begin+n], nil
	}
	buf := make([]byte, n)
	return buf, s.fill(buf, off)
}

// read fills b from off.
func (s *source) read(b []byte, off uint64) error {
	if err := s.inside(off, uint64(len(b))); err != nil {
		return err
	}
	return s.fill(b, off)
}

func (s *source) inside(off, n uint64) error {
	if off > s.size || n > s.size-off {
		return fmt.Errorf("%d bytes at %d are beyond the end of the file (%d)", n, off, s.size)
	}
	return nil
}

func (s *source) fill(b []byte, off uint64) error {
	if got, err := s.r.ReadAt(b, int64(off)); got < len(b) {
		return fmt.Errorf("reading %d bytes at %d: %w", len(b), off, err)
	}
	return nil
}

// part returns a source for a part of the file. It wants to be closed.
func (s *source) part(off, n uint64) *source {
	return newSource(io.NewSectionReader(s.r, int64(off), int64(n)), int64(n))
}
