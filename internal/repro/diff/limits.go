package diff

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/dombuild/dombuild/internal/image"
)

// Limits bound one comparison, all levels together. A field that is 0 has its
// default, which for Entries and Bytes grows with what is compared: a bomb is
// small, and becomes large.
type Limits struct {
	Depth   int   // artifacts within artifacts, compressions too; 16
	Entries int64 // of each side; 65,536 and one for every 32 bytes of both, at most 4 million
	Bytes   int64 // that are unpacked or copied out of streams; 512 MiB and 200 for every byte of both, at most 64 GiB or 16 for every byte
}

// Defaults of Limits.
const (
	maxDepth     = 16
	maxEntries   = 4 << 20 // also of a directory on disk
	leastEntries = 64 << 10
	entryBytes   = 32 // of input that allow for one entry more
	maxBytes     = 64 << 30
	leastBytes   = 512 << 20
	byteRatio    = 200
	leastRatio   = 16
	nestedRatio  = 4 // of bytes in artifacts that may be compared to those that may be unpacked
	maxInput     = 1 << 52
)

// budget is what a comparison has used of its limits.
type budget struct {
	limits   Limits
	input    atomic.Int64 // bytes of what was named, of both sides
	entries  [2]atomic.Int64
	bytes    atomic.Int64 // that were unpacked
	compared atomic.Int64 // of contents in artifacts
}

func newBudget(l Limits) *budget {
	if l.Depth <= 0 {
		l.Depth = maxDepth
	}
	return &budget{limits: l}
}

// grant notes bytes of what was named. Files of holes may have more than can be
// counted.
func (b *budget) grant(bytes int64) {
	if b.input.Load() < maxInput {
		b.input.Add(min(bytes, maxInput))
	}
}

func (b *budget) maxEntries() int64 {
	if b.limits.Entries > 0 {
		return b.limits.Entries
	}
	return min(maxEntries, leastEntries+b.input.Load()/entryBytes)
}

func (b *budget) maxBytes() int64 {
	if b.limits.Bytes > 0 {
		return b.limits.Bytes
	}
	in := b.input.Load()
	return min(max(maxBytes, leastRatio*in), leastBytes+byteRatio*in)
}

// entry counts one, of the weight that image gives it.
func (b *budget) entry(side int, place string, weight int64) error {
	if most := b.maxEntries(); b.entries[side].Add(weight) > most {
		return b.exceeded(place, "Entries", most)
	}
	return nil
}

func (b *budget) take(place string, n int) error {
	if most := b.maxBytes(); b.bytes.Add(int64(n)) > most {
		return b.exceeded(place, "Bytes", most)
	}
	return nil
}

// compare counts the contents of an entry, which may stand in the artifact as
// they are and in those of others too, or be holes.
func (b *budget) compare(place string, n int64) error {
	most := b.maxBytes()
	if b.compared.Add(n) > nestedRatio*min(most, maxInput)+leastRatio*b.input.Load() {
		return b.exceeded(place, "Bytes", most)
	}
	return nil
}

func (b *budget) depth(at level, place string) error {
	if at.depth > b.limits.Depth {
		return b.exceeded(place, "Depth", int64(b.limits.Depth))
	}
	return nil
}

func (b *budget) exceeded(place, limit string, most int64) error {
	return &image.LimitError{Place: place, Limit: limit, Max: most}
}

// forTree is how a directory on disk is read: its entries are not packed.
func (b *budget) forTree() image.Options {
	most := b.limits.Entries
	if most <= 0 {
		most = maxEntries
	}
	return image.Options{Format: image.Tree, Limits: image.Limits{Entries: most}}
}

// forImage is how an image of a format is read: with what is left.
func (b *budget) forImage(side int, f image.Format) image.Options {
	left := image.Limits{Entries: max(1, b.maxEntries()-b.entries[side].Load()), Bytes: b.maxBytes(), Depth: 1}
	return image.Options{Format: f, Limits: left, Unpacked: &b.bytes}
}

// ofImage makes a limit of one walk the limit of the comparison.
func (b *budget) ofImage(err error) error {
	var limit *image.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	switch limit.Limit {
	case "Entries":
		return b.exceeded(limit.Place, "Entries", b.maxEntries())
	case "Bytes":
		return b.exceeded(limit.Place, "Bytes", b.maxBytes())
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
