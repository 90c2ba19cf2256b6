package debroot

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
)

// spool holds the contents of files until they are written in order. Its file
// has no name, so nothing is left of it however the process ends.
type spool struct {
	f   *os.File
	w   *bufio.Writer
	off int64
}

// content is the content of a regular file: data, or a piece of a spool.
type content struct {
	spool     *spool
	off, size int64
	data      []byte
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, "debroot-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary file: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		return nil, fmt.Errorf("unlinking a temporary file: %w", err)
	}
	return &spool{f: f, w: bufio.NewWriterSize(f, 256<<10)}, nil
}

// add copies size bytes of r.
func (s *spool) add(r io.Reader, size int64) (*content, error) {
	c := &content{spool: s, off: s.off, size: size}
	n, err := io.CopyN(s.w, r, size)
	s.off += n
	return c, err
}

func (s *spool) flush() error {
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("writing a temporary file: %w", err)
	}
	return nil
}

func (s *spool) close() { s.f.Close() }

func newContent(data []byte) *content {
	return &content{data: data, size: int64(len(data))}
}

func (c *content) writeTo(w io.Writer, buf []byte) error {
	if c.spool == nil {
		_, err := w.Write(c.data)
		return err
	}
	for off := int64(0); off < c.size; {
		n := min(int64(len(buf)), c.size-off)
		if _, err := c.spool.f.ReadAt(buf[:n], c.off+off); err != nil {
			return fmt.Errorf("reading a temporary file: %w", err)
		}
		if _, err := w.Write(buf[:n]); err != nil {
			return err
		}
		off += n
	}
	return nil
}

func (c *content) reader() io.Reader {
	if c.spool == nil {
		return bytes.NewReader(c.data)
	}
	return io.NewSectionReader(c.spool.f, c.off, c.size)
}
