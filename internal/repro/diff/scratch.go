package diff

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// scratchMemory is how much a scratch holds in memory.
const scratchMemory = 4 << 20

// scratch holds what came out of a stream: in memory up to scratchMemory, all
// of it in a temporary file without a name when it is more. Blocks of zeros
// become holes. It is written first, then read.
type scratch struct {
	mem  []byte
	file *os.File
	size int64
}

var zeros [32 << 10]byte

func (s *scratch) Write(p []byte) (int, error) {
	if s.file == nil && s.size+int64(len(p)) <= scratchMemory {
		s.mem = append(s.mem, p...)
		s.size += int64(len(p))
		return len(p), nil
	}
	if err := s.toFile(); err != nil {
		return 0, err
	}
	if len(p) > len(zeros) || !bytes.Equal(p, zeros[:len(p)]) {
		if n, err := s.file.WriteAt(p, s.size); err != nil {
			return n, err
		}
	}
	s.size += int64(len(p))
	return len(p), nil
}

func (s *scratch) toFile() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp("", "dombuild-diff-")
	if err != nil {
		return fmt.Errorf("making a temporary file: %w", err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("unlinking a temporary file: %w", err)
	}
	_, err = f.WriteAt(s.mem, 0)
	s.mem = nil
	return err
}

// fill copies a stream to the end of what is there and returns how much it
// was.
func (s *scratch) fill(r io.Reader) (int64, error) {
	before := s.size
	_, err := io.CopyBuffer(struct{ io.Writer }{s}, struct{ io.Reader }{r}, make([]byte, len(zeros)))
	return s.size - before, err
}

// done ends writing: a hole at the end gets its size.
func (s *scratch) done() error {
	if s.file == nil {
		return nil
	}
	return s.file.Truncate(s.size)
}

func (s *scratch) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	if off >= int64(len(s.mem)) {
		return 0, io.EOF
	}
	n := copy(p, s.mem[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (s *scratch) close() {
	s.mem = nil
	if s.file != nil {
		s.file.Close()
	}
}
