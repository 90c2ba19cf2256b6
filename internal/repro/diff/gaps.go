package diff

import (
	"cmp"
	"context"
	"slices"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// span is a range of bytes.
type span struct{ from, to int64 }

// gaps returns the bytes of an artifact that are no content of an entry:
// headers, tables, padding. It is not known (false) when a content does not
// stand in the artifact in one piece.
func (t *container) gaps(size int64) ([]span, bool) {
	if t.streamed {
		return nil, false
	}
	slices.SortFunc(t.contents, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	end := int64(0)
	for _, s := range t.contents {
		if s.from > end {
			out = append(out, span{end, s.from})
		}
		end = max(end, s.to)
	}
	if end < size {
		out = append(out, span{end, size})
	}
	return out, true
}

// sameFrame says whether two artifacts are proved to have the same bytes but
// for contents of entries.
func (c *comparer) sameFrame(ctx context.Context, left, right *container, l, r Content) (bool, error) {
	a, known := left.gaps(l.Size)
	b, known2 := right.gaps(r.Size)
	if !known || !known2 || len(a) != len(b) {
		return false, nil
	}
	for i := range a {
		n := a[i].to - a[i].from
		if b[i].to-b[i].from != n {
			return false, nil
		}
		same, err := c.same(ctx, Content{l.Name, n, offsetReader{l, a[i].from}}, Content{r.Name, n, offsetReader{r, b[i].from}})
		if err != nil || !same {
			return false, err
		}
	}
	return true, nil
}

// noteFrame notes a level that differs in more than contents of entries, as far
// as is known. It matters only where something is excluded.
func (c *comparer) noteFrame(ctx context.Context, at level, left, right *container, l, r Content) error {
	if len(c.opt.Exclude) == 0 {
		return nil
	}
	same, err := c.sameFrame(ctx, left, right, l, r)
	if err == nil && !same {
		c.unproved(at)
	}
	return err
}

// unproved notes a level whose bytes differ, where only what its structure
// shows was compared.
func (c *comparer) unproved(at level) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.levels = append(c.levels, at.path)
}

// hidden returns a difference for each level where all that is known to differ
// is excluded: nobody knows whether its other bytes are the same.
func (c *comparer) hidden(rest []explain.Difference, excluded []Excluded) []explain.Difference {
	slices.SortFunc(c.levels, slices.Compare)
	var out []explain.Difference
	for _, path := range slices.CompactFunc(c.levels, slices.Equal) {
		below := func(d explain.Difference) bool {
			return len(d.Path) >= len(path) && slices.Equal(d.Path[:len(path)], path)
		}
		some := slices.ContainsFunc(excluded, func(e Excluded) bool { return slices.ContainsFunc(e.Differences, below) })
		if some && !slices.ContainsFunc(rest, below) {
			out = append(out, explain.Difference{Path: path, Kind: explain.Layout,
				Detail: "what is excluded is in it, and its other bytes are not proved to be the same"})
		}
	}
	return out
}
