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
	closed bool // its source is
	ended  bool // nobody is to read on, but contents within may
	users  int  // the caller that kept it, and each content within that is kept
	shown  bool // its callback is not over, or the walk is in it
	outer  *Content
	err    error // the first of reading
}

func newContent(src source, size int64, place string, f Format) *Content {
	c := &Content{src: src, place: place, format: f, shown: true}
	c.SectionReader = io.NewSectionReader(contentBytes{c}, 0, size)
	return c
}

// Keep makes the content last until Close, which the caller then owes, before
// the artifact is closed. What comes out of a stream is copied for that. A
// content of an artifact within another keeps that one, too.
func (c *Content) Keep() error {
	if err := c.retain(); err != nil {
		return c.fail(err)
	}
	c.mu.Lock()
	again := c.kept
	c.kept = true
	c.mu.Unlock()
	if again {
		return c.release()
	}
	return nil
}

// Close ends the content and returns the first error that reading it met.
func (c *Content) Close() error {
	c.mu.Lock()
	ended, kept, err := c.ended, c.kept, c.err
	c.ended = true
	c.mu.Unlock()
	switch {
	case ended:
		return err
	case kept:
		return c.release()
	}
	return c.drop()
}

// retain makes the content last until release, and what it lies in.
func (c *Content) retain() error {
	c.mu.Lock()
	c.users++
	first := c.users == 1
	c.mu.Unlock()
	if !first {
		return nil
	}
	if c.outer != nil {
		if err := c.outer.retain(); err != nil {
			return err
		}
	}
	return c.src.keep()
}

func (c *Content) release() error {
	c.mu.Lock()
	c.users--
	last := c.users == 0
	c.mu.Unlock()
	err := c.drop()
	if last && c.outer != nil {
		err = errors.Join(err, c.outer.release())
	}
	return err
}

// drop closes the source once the content has ended and nobody uses it.
func (c *Content) drop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || !c.ended || c.users > 0 || c.shown {
		return c.err
	}
	c.closed = true
	if err := c.src.close(); err != nil && c.err == nil {
		c.err = err
	}
	return c.err
}

// end is called when the callback is over, and the walk out of the content.
func (c *Content) end() error {
	c.mu.Lock()
	c.shown = false
	c.ended = c.ended || !c.kept
	c.mu.Unlock()
	return c.drop()
}

// refused says that the caller ended the content within its callback.
func (c *Content) refused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended && !c.kept
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
