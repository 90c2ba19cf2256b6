package diff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// chunk is how many bytes are compared at a time.
const chunk = 256 << 10

// chunks holds pairs of buffers.
var chunks = sync.Pool{New: func() any { return new([2][chunk]byte) }}

// read reads exactly len(p) bytes.
func (c Content) read(p []byte, off int64) error {
	n, err := c.ReadAt(p, off)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading %s at offset %d: %w", c.Name, off+int64(n), err)
}

// same says whether both have the same bytes.
func (c *comparer) same(ctx context.Context, l, r Content) (bool, error) {
	if l.Size != r.Size {
		return false, nil
	}
	var differ atomic.Bool
	n := (l.Size + chunk - 1) / chunk
	err := c.each(ctx, int(n), func(i int) error {
		if differ.Load() {
			return nil
		}
		same, err := c.sameChunk(l, r, int64(i)*chunk)
		if err == nil && !same {
			differ.Store(true)
		}
		return err
	})
	return err == nil && !differ.Load(), err
}

func (c *comparer) sameChunk(l, r Content, off int64) (bool, error) {
	buf := chunks.Get().(*[2][chunk]byte)
	defer chunks.Put(buf)
	n := min(chunk, l.Size-off)
	a, b := buf[0][:n], buf[1][:n]
	if err := l.read(a, off); err != nil {
		return false, err
	}
	if err := r.read(b, off); err != nil {
		return false, err
	}
	return bytes.Equal(a, b), nil
}

// firstDifference returns the first offset from one on where the bytes differ,
// or where one side ends; -1 if they do not.
func firstDifference(ctx context.Context, l, r Content, from int64) (int64, error) {
	buf := chunks.Get().(*[2][chunk]byte)
	defer chunks.Put(buf)
	for end := min(l.Size, r.Size); from < end; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		n := min(chunk, end-from)
		a, b := buf[0][:n], buf[1][:n]
		if err := l.read(a, from); err != nil {
			return 0, err
		}
		if err := r.read(b, from); err != nil {
			return 0, err
		}
		if !bytes.Equal(a, b) {
			for i := range a {
				if a[i] != b[i] {
					return from + int64(i), nil
				}
			}
		}
		from += n
	}
	if l.Size != r.Size {
		return max(from, min(l.Size, r.Size)), nil
	}
	return -1, nil
}
