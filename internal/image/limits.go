package image

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
)

// Limits bound what one Walk may do, all nested artifacts together. A field
// that is 0 has its default.
type Limits struct {
	Depth   int   // artifacts within artifacts; 8
	Entries int64 // 4 million; one with names, attributes and fields of more than 1 KiB counts as several
	Bytes   int64 // that are unpacked or expanded; 64 GiB
	Memory  int64 // bytes of one content that wait in memory, not in a temporary file; 8 MiB
}

// Limits that are properties of the code, not of the caller.
const (
	maxWindow    = 128 << 20 // of a compression: what `zstd --long` and `xz -9` need
	maxLink      = 64 << 10  // of the text of a symbolic link
	maxXattr     = 64 << 10  // of one extended attribute's value, as in Linux
	maxXattrs    = 1 << 10   // of attributes of one entry
	maxXattrsSum = 1 << 20   // of the values of one entry
	maxDocument  = 4 << 20   // of an OCI index or manifest, as in the distribution specification
)

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = 8
	}
	if l.Entries <= 0 {
		l.Entries = 4 << 20
	}
	if l.Bytes <= 0 {
		l.Bytes = 64 << 30
	}
	if l.Memory <= 0 {
		l.Memory = 8 << 20
	}
	return l
}

// budget is what a Walk has used of its limits.
type budget struct {
	ctx     context.Context // of the one call of Walk that the budget lives in
	limits  Limits
	entries int64
	bytes   *atomic.Int64
	buffers sync.Pool // of spools
}

// newBudget is the budget of one call. What it unpacks is counted at spent,
// where other calls may have counted; nil counts for this one alone.
func newBudget(ctx context.Context, limits Limits, spent *atomic.Int64) *budget {
	if spent == nil {
		spent = new(atomic.Int64)
	}
	return &budget{ctx: ctx, limits: limits, bytes: spent}
}

func (b *budget) entry(place string) error { return b.entriesLike(place, 1) }

// entriesLike counts an entry that takes as much memory as n usual ones.
func (b *budget) entriesLike(place string, n int64) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	if b.entries += n; b.entries > b.limits.Entries {
		return &LimitError{place, "Entries", b.limits.Entries}
	}
	return nil
}

// usualEntry is how many bytes of names, attributes and fields an entry has that
// counts as one.
const usualEntry = 1 << 10

// Weight says as how many entries one counts towards a limit: images that are
// small, and share what they record, can have long paths and large attributes in
// each of a great many entries.
func (e *Entry) Weight() int64 {
	n := len(e.Path) + len(e.Link)
	for name, value := range e.Xattrs {
		n += len(name) + len(value)
	}
	for _, f := range e.Fields {
		n += len(f.Name) + len(f.Value)
	}
	return 1 + int64(n/usualEntry)
}

func (b *budget) take(place string, n int) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	if b.bytes.Add(int64(n)) > b.limits.Bytes {
		return &LimitError{place, "Bytes", b.limits.Bytes}
	}
	return nil
}

// meter counts what is unpacked.
type meter struct {
	r      io.Reader
	budget *budget
	place  string
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if over := m.budget.take(m.place, n); over != nil {
		return 0, over
	}
	return n, err
}
