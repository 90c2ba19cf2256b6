package tree

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how much content waits in memory before a file is used.
const spoolMemory = 8 << 20

// spool holds contents until they are written in order: the first ones in
// memory, the rest in a temporary file that has no name. A nil spool only
// reads them.
type spool struct {
	mem  bytes.Buffer
	file *os.File
	off  int64
}

// piece is one content in a spool.
type piece struct {
	inFile    bool
	off, size int64
}

func (s *spool) add(r io.Reader, size int64) (*piece, error) {
	if s == nil {
		_, err := io.CopyN(io.Discard, r, size)
		return &piece{size: size}, truncated(err)
	}
	if s.file == nil && int64(s.mem.Len())+size <= spoolMemory {
		p := &piece{off: int64(s.mem.Len()), size: size}
		_, err := io.CopyN(&s.mem, r, size)
		return p, truncated(err)
	}
	if s.file == nil {
		if err := s.open(); err != nil {
			return nil, err
		}
	}
	p := &piece{inFile: true, off: s.off, size: size}
	n, err := io.CopyN(s.file, r, size)
	s.off += n
	return p, truncated(err)
}

func (s *spool) open() error {
	f, err := os.CreateTemp("", "tree-")
	if err != nil {
		return fmt.Errorf("making a temporary file: %w", err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("unlinking a temporary file: %w", err)
	}
	return nil
}

func (s *spool) reader(p *piece) io.Reader {
	if p.inFile {
		return io.NewSectionReader(s.file, p.off, p.size)
	}
	return bytes.NewReader(s.mem.Bytes()[p.off : p.off+p.size])
}

func (s *spool) close() {
	if s.file != nil {
		s.file.Close()
	}
}

func truncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
