package image

import (
	"errors"
	"io"
	"io/fs"
	"sync"
)

// source is where the bytes of a content are. ReadAt is safe for concurrent
// use.
type source interface {
	io.ReaderAt
	keep() error // makes it last when the artifact is read on
	close() error
}

// Content is the content of a regular file. It ends with the callback that it
// was given to, unless that one calls Keep. It is safe for concurrent use.
type Content struct {
	*io.SectionReader
	src    source
	place  string
	format Format

	mu     sync.Mutex
	kept   bool
	closed bool
	err    error // the first of reading
}

func newContent(src source, size int64, place string, f Format) *Content {
	c := &Content{src: src, place: place, format: f}
	c.SectionReader = io.NewSectionReader(contentBytes{c}, 0, size)
	return c
}

// Keep makes the content last until Close, which the caller then owes, before
// the artifact is closed. What comes out of a stream is copied for that.
func (c *Content) Keep() error {
	if err := c.src.keep(); err != nil {
		return c.fail(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = true
	return nil
}

// Close ends the content and returns the first error that reading it met.
func (c *Content) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return c.err
	}
	c.closed = true
	if err := c.src.close(); err != nil && c.err == nil {
		c.err = err
	}
	return c.err
}

// end is called when the callback is over.
func (c *Content) end() error {
	c.mu.Lock()
	kept, err := c.kept, c.err
	c.mu.Unlock()
	if kept {
		return err
	}
	return c.Close()
}

// fail notes an error, so that a damaged artifact cannot be mistaken for a
// whole one by a caller that takes the error for the file's end.
func (c *Content) fail(err error) error {
	err = damaged(c.place, c.format, err)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
	return err
}

func (c *Content) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// contentBytes reads what is below the SectionReader of a content, which asks
// for nothing beyond the size.
type contentBytes struct{ c *Content }

func (b contentBytes) ReadAt(p []byte, off int64) (int, error) {
	if b.c.isClosed() {
		return 0, &fs.PathError{Op: "read", Path: b.c.place, Err: fs.ErrClosed}
	}
	n, err := b.c.src.ReadAt(p, off)
	switch {
	case n == len(p):
		return n, nil
	case err == nil || errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return n, b.c.fail(err)
}

// inPlace is a source that stays where it is.
type inPlace struct{ io.ReaderAt }

func (inPlace) keep() error  { return nil }
func (inPlace) close() error { return nil }

// section is a part of another artifact, in place.
func section(r io.ReaderAt, off, size int64) source {
	return inPlace{io.NewSectionReader(r, off, size)}
}
