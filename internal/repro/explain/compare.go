package explain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// span is the bytes from (included) to (excluded).
type span struct{ from, to int64 }

func (s span) size() int64 { return s.to - s.from }

// extent says how far two contents differ.
type extent struct {
	sizes          [2]int64
	prefix, suffix int64  // equal bytes at the begin and at the end; they do not overlap on either side
	ranges         []span // of equal sizes only: where they differ, near ranges as one, maxRanges at most
	differing      int64  // of equal sizes only: number of bytes that differ
	more           bool   // there are more ranges than these
}

const (
	maxRanges = 256
	nearBytes = 8         // ranges with fewer equal bytes between them are one
	chunkSize = 256 << 10 // what is read of each side at a time
)

func (e extent) equal() bool {
	return e.sizes[0] == e.sizes[1] && e.prefix == e.sizes[0]
}

// left and right are what remains between the equal begin and end.
func (e extent) left() span  { return span{e.prefix, e.sizes[0] - e.suffix} }
func (e extent) right() span { return span{e.prefix, e.sizes[1] - e.suffix} }

// readSpan reads exactly the bytes of a span.
func readSpan(c Content, s span) ([]byte, error) {
	b := make([]byte, s.size())
	return b, readFull(c, b, s.from)
}

func readFull(c Content, b []byte, at int64) error {
	n, err := c.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading %d bytes at 0x%x: %w", len(b), at, err)
}

// compare reads both sides once, a chunk at a time.
func compare(ctx context.Context, p pair) (extent, error) {
	e := extent{sizes: [2]int64{p.left.Size(), p.right.Size()}}
	if e.sizes[0] == e.sizes[1] {
		return e, e.positions(ctx, p)
	}
	return e, e.ends(ctx, p)
}

// chunks calls f with the bytes of both sides at each offset, upwards, until f
// returns false.
func chunks(ctx context.Context, p pair, leftAt, rightAt, size int64, f func(at int64, l, r []byte) bool) error {
	var l, r [chunkSize]byte
	for at := int64(0); at < size; at += chunkSize {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(chunkSize, size-at)
		if err := readFull(p.left, l[:n], leftAt+at); err != nil {
			return err
		}
		if err := readFull(p.right, r[:n], rightAt+at); err != nil {
			return err
		}
		if !f(at, l[:n], r[:n]) {
			return nil
		}
	}
	return nil
}

// positions fills in where contents of one size differ.
func (e *extent) positions(ctx context.Context, p pair) error {
	size := e.sizes[0]
	e.prefix = size
	last := int64(0) // end of the last difference
	err := chunks(ctx, p, 0, 0, size, func(at int64, l, r []byte) bool {
		if bytes.Equal(l, r) {
			return true
		}
		for i := range l {
			if l[i] == r[i] {
				continue
			}
			pos := at + int64(i)
			e.prefix = min(e.prefix, pos)
			e.add(pos)
			last = pos + 1
		}
		return true
	})
	if last > 0 {
		e.suffix = size - last
	}
	return err
}

func (e *extent) add(pos int64) {
	e.differing++
	n := len(e.ranges)
	switch {
	case n > 0 && !e.more && pos < e.ranges[n-1].to+nearBytes:
		e.ranges[n-1].to = pos + 1
	case n == maxRanges:
		e.more = true
	default:
		e.ranges = append(e.ranges, span{pos, pos + 1})
	}
}

// ends fills in the equal begin and end of contents of two sizes.
func (e *extent) ends(ctx context.Context, p pair) error {
	common := min(e.sizes[0], e.sizes[1])
	e.prefix = common
	err := chunks(ctx, p, 0, 0, common, func(at int64, l, r []byte) bool {
		n := commonPrefix(l, r)
		if n == len(l) {
			return true
		}
		e.prefix = at + int64(n)
		return false
	})
	if err != nil {
		return err
	}
	for rest := common - e.prefix; e.suffix < rest; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(chunkSize, rest-e.suffix)
		l, err := readSpan(p.left, span{e.sizes[0] - e.suffix - n, e.sizes[0] - e.suffix})
		if err != nil {
			return err
		}
		r, err := readSpan(p.right, span{e.sizes[1] - e.suffix - n, e.sizes[1] - e.suffix})
		if err != nil {
			return err
		}
		same := int64(commonSuffix(l, r))
		e.suffix += same
		if same < n {
			break
		}
	}
	return nil
}

func commonPrefix(l, r []byte) int {
	n := min(len(l), len(r))
	for i := range n {
		if l[i] != r[i] {
			return i
		}
	}
	return n
}

func commonSuffix(l, r []byte) int {
	n := min(len(l), len(r))
	for i := range n {
		if l[len(l)-1-i] != r[len(r)-1-i] {
			return i
		}
	}
	return n
}
