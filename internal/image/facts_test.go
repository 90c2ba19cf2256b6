package image

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestManyFacts: beyond a limit fields are told together, and a difference of one
// of them still shows.
func TestManyFacts(t *testing.T) {
	told := func(last string) (list []Field, size int) {
		var f facts
		for i := range 3 * maxFacts / 1000 {
			f.text(strings.Repeat("n", 1000), fmt.Sprint(i))
		}
		f.text("last", last)
		for _, field := range f.list {
			size += len(field.Name) + len(field.Value)
		}
		return f.list, size
	}
	one, size := told("1")
	two, _ := told("2")
	end, other := one[len(one)-1], two[len(two)-1]
	if size > maxFacts+100 || end.Name != "further fields" || end == other {
		t.Errorf("%d bytes, then %v and %v", size, end, other)
	}
}

// TestWeightOfEntries: many entries with long paths are as many as take that room.
func TestWeightOfEntries(t *testing.T) {
	e := Entry{Path: strings.Repeat("p", 1000), Link: "l", Xattrs: map[string][]byte{"user.a": make([]byte, 3000)}, Fields: []Field{{"name", "value"}}}
	if w := e.Weight(); w != 4 {
		t.Errorf("its weight is %d", w)
	}
	usual := Entry{Path: "usr/bin/x", Fields: []Field{{"ino", "12"}}}
	if w := usual.Weight(); w != 1 {
		t.Errorf("the weight of a usual one is %d", w)
	}
	b := newBudget(context.Background(), Limits{Entries: 8}, nil)
	for range 2 {
		if err := b.entriesLike("x", e.Weight()); err != nil {
			t.Fatal(err)
		}
	}
	if b.entriesLike("x", usual.Weight()) == nil {
		t.Error("a ninth entry is within the limit of eight")
	}
}

// TestEmptyArchives: an initramfs of nothing, many times, ends at the limit of
// entries, though it has none.
func TestEmptyArchives(t *testing.T) {
	begin := concat(newc("a", 0o100644, 1, 1, "text"), trailer())
	for name, more := range map[string][]byte{"members": gzipped(nil), "archives": trailer()} {
		_, err := tryRead("t", concat(begin, bytes.Repeat(more, 100)), Options{Limits: Limits{Entries: 90}})
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Limit != "Entries" {
			t.Errorf("%s: %v", name, err)
		}
		if all := readAll(t, "t", concat(begin, more, more), Options{Limits: Limits{Entries: 140}}); len(all) != 1 {
			t.Errorf("%s: %v", name, paths(all))
		}
	}
}
