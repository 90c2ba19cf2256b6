package diff

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/dombuild/dombuild/internal/image"
)

// Limits bound one comparison, all levels together. A field that is 0 has its
// default.
type Limits struct {
	Depth   int   // artifacts within artifacts, compressions too; 16
	Entries int64 // of each side; 4 million
	Bytes   int64 // that are unpacked or copied out of streams; 64 GiB
}

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = 16
	}
	if l.Entries <= 0 {
		l.Entries = 4 << 20
	}
	if l.Bytes <= 0 {
		l.Bytes = 64 << 30
	}
	return l
}

// budget is what a comparison has used of its limits.
type budget struct {
	max     Limits
	entries [2]atomic.Int64
	bytes   atomic.Int64
}

func (b *budget) entry(side int, place string) error {
	if b.entries[side].Add(1) > b.max.Entries {
		return b.exceeded(place, "Entries", b.max.Entries)
	}
	return nil
}

func (b *budget) take(place string, n int) error {
	if b.bytes.Add(int64(n)) > b.max.Bytes {
		return b.exceeded(place, "Bytes", b.max.Bytes)
	}
	return nil
}

func (b *budget) depth(at level, place string) error {
	if at.depth > b.max.Depth {
		return b.exceeded(place, "Depth", int64(b.max.Depth))
	}
	return nil
}

func (b *budget) exceeded(place, limit string, most int64) error {
	return &image.LimitError{Place: place, Limit: limit, Max: most}
}

// forImage is what is left, for one walk of an image.
func (b *budget) forImage(side int) image.Limits {
	return image.Limits{Entries: max(1, b.max.Entries-b.entries[side].Load()), Bytes: max(1, b.max.Bytes-b.bytes.Load()), Depth: 1}
}

// ofImage makes a limit of one walk the limit of the comparison.
func (b *budget) ofImage(err error) error {
	var limit *image.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	switch limit.Limit {
	case "Entries":
		return b.exceeded(limit.Place, "Entries", b.max.Entries)
	case "Bytes":
		return b.exceeded(limit.Place, "Bytes", b.max.Bytes)
	}
	return err
}

// meter counts what comes out of a compression.
type meter struct {
	r      io.Reader
	budget *budget
	place  string
	check  func() error
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.check(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if over := m.budget.take(m.place, n); over != nil {
		return 0, over
	}
	return n, err
}
