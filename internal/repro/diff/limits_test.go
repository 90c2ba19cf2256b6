package diff

import (
	"errors"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/image"
)

// TestDefaultLimits grow with what is compared: a bomb of 1 MB ends after about
// 1 GB and 130,000 entries, and large images have room.
func TestDefaultLimits(t *testing.T) {
	const mb, gb = 1 << 20, 1 << 30
	for _, c := range []struct{ input, entries, bytes int64 }{
		{0, 64 << 10, 512 * mb},
		{2 * mb, 128 << 10, 912 * mb},
		{gb, 4 << 20, 64 * gb},
		{100 * gb, 4 << 20, 1600 * gb},
		{1 << 62, 4 << 20, leastRatio * maxInput},
	} {
		b := newBudget(Limits{})
		b.grant(c.input)
		if b.maxEntries() != c.entries || b.maxBytes() != c.bytes {
			t.Errorf("of %d bytes: %d entries and %d bytes, not %d and %d", c.input, b.maxEntries(), b.maxBytes(), c.entries, c.bytes)
		}
	}
	b := newBudget(Limits{Entries: 3, Bytes: 4})
	b.grant(gb)
	if b.maxEntries() != 3 || b.maxBytes() != 4 {
		t.Error("limits that are given grow")
	}
	for range 5000 { // files of a directory that are all holes
		b.grant(1 << 60)
	}
	if in := b.input.Load(); in < maxInput || in > 1<<60 {
		t.Errorf("%d bytes of input", in)
	}
}

// TestContentsAgain are contents that stand in an artifact once, and are those of
// many entries.
func TestContentsAgain(t *testing.T) {
	b := newBudget(Limits{Bytes: 1 << 20})
	b.grant(1 << 20)
	for n := 0; ; n++ {
		err := b.compare("x", 1<<20)
		var limit *image.LimitError
		if n < nestedRatio+leastRatio {
			must(t, err)
		} else if !errors.As(err, &limit) || limit.Limit != "Bytes" || limit.Max != 1<<20 {
			t.Fatalf("%d times: %v", n, err)
		} else {
			break
		}
	}
}

// TestLongPaths are few entries that take the room of many.
func TestLongPaths(t *testing.T) {
	var items []item
	for _, name := range []string{"a", "b", "c"} {
		items = append(items, file(name+strings.Repeat("/"+strings.Repeat("d", 100), 100), ""))
	}
	opt := Options{Limits: Limits{Entries: 20}}
	_, err := Read(t.Context(), content("a.tar", makeTar(t, items...)), content("a.tar", makeTar(t, items[1:]...)), opt)
	var limit *image.LimitError
	if !errors.As(err, &limit) || limit.Limit != "Entries" {
		t.Errorf("%v", err)
	}
}
