package explain

import (
	"bytes"
	"context"
	"fmt"
)

// explainResized explains contents of two sizes: texts that became longer or
// shorter, bytes that were put in or taken out.
func explainResized(ctx context.Context, w place, p pair, e extent, opt Options) ([]Difference, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l, r := around(e.left(), e.sizes[0]), around(e.right(), e.sizes[1])
	if l.size() > maxStrings || r.size() > maxStrings {
		return shiftedBytes(w, p, e)
	}
	left, err := readSpan(p.left, l)
	if err != nil {
		return nil, err
	}
	right, err := readSpan(p.right, r)
	if err != nil {
		return nil, err
	}
	t := compareTexts(w, left, right, l.from, opt)
	all := t.groups.differences(w)
	switch {
	case len(all) > 0 && t.only != nil:
		all = append(all, *t.only)
	case t.only != nil && t.only.Kind == Order:
		return []Difference{*t.only}, nil
	}
	if len(all) > 0 && t.complete {
		return all, nil
	}
	rest, err := shiftedBytes(w, p, e)
	if len(all) > 0 {
		for i := range rest {
			rest[i].Detail = "not only texts differ: " + rest[i].Detail
		}
	}
	return append(all, rest...), err
}

func around(s span, size int64) span {
	return span{max(0, s.from-maxString), min(size, s.to+maxString)}
}

func shiftedBytes(w place, p pair, e extent) ([]Difference, error) {
	if e.left().size() == 0 || e.right().size() == 0 {
		return insertedBytes(w, p, e)
	}
	return bytesFrom(w, p, e)
}

// insertedBytes: all of one side is in the other.
func insertedBytes(w place, p pair, e extent) ([]Difference, error) {
	n, verb, side, c, s := e.sizes[1]-e.sizes[0], "inserted", Right, p.right, e.right()
	if n < 0 {
		n, verb, side, c, s = -n, "removed", Left, p.left, e.left()
	}
	at := "at " + w.at(e.prefix)
	if e.suffix == 0 {
		at = "at the end, at " + w.at(e.prefix)
	}
	d := Difference{Path: w.path, Kind: Bytes, Detail: fmt.Sprintf("%s %s %s, all others are the same", plural(n, "byte"), verb, at)}
	b, err := readSpan(c, span{s.from, min(s.to, s.from+maxString)})
	if err != nil {
		return nil, err
	}
	switch {
	case n <= maxString && n >= minString && isText(b) && side == Left:
		d.Left = shorten(string(b), 0)
	case n <= maxString && n >= minString && isText(b):
		d.Right = shorten(string(b), 0)
	case n <= maxString && len(bytes.Trim(b, "\x00")) == 0:
		d.Detail += ": zeros"
	}
	d.Lines, err = rows(c, w, span{s.from, min(s.to, s.from+windowBytes)}, side)
	return []Difference{d}, err
}

// bytesFrom shows what differs from the first place on, found again after
// bytes that were put in or taken out.
func bytesFrom(w place, p pair, e extent) ([]Difference, error) {
	l, r := e.left(), e.right()
	head := func(c Content, s span) ([]byte, error) {
		return readSpan(c, span{s.from, min(s.to, s.from+resyncBytes)})
	}
	left, err := head(p.left, l)
	if err != nil {
		return nil, err
	}
	right, err := head(p.right, r)
	if err != nil {
		return nil, err
	}
	d := Difference{Path: w.path, Kind: Bytes, Left: plural(e.sizes[0], "byte"), Right: plural(e.sizes[1], "byte"),
		Detail: fmt.Sprintf("sizes differ; bytes differ from %s on, and the last %d are the same", w.at(e.prefix), e.suffix)}
	edits, whole := resync(left, right)
	for _, x := range edits[:min(len(edits), maxWindows)] {
		d.Lines = append(d.Lines, Line{Place, x.sentence(w, l.from, r.from)})
		for _, s := range []struct {
			c    Content
			side Side
			span span
		}{{p.left, Left, span{l.from + x.left.from, l.from + x.left.to}}, {p.right, Right, span{r.from + x.right.from, r.from + x.right.to}}} {
			lines, err := rows(s.c, w, span{s.span.from, min(s.span.to, s.span.from+windowBytes)}, s.side)
			if err != nil {
				return nil, err
			}
			d.Lines = append(d.Lines, lines...)
		}
	}
	if whole && l.size() <= resyncBytes && r.size() <= resyncBytes && len(edits) <= maxWindows {
		d.Detail = fmt.Sprintf("%s, first at %s", plural(len(edits), "place"), w.at(e.prefix))
		if len(edits) == 1 {
			d.Detail = edits[0].sentence(w, l.from, r.from)
		}
	}
	return []Difference{d}, nil
}

const (
	resyncBytes = 1 << 20 // how much is searched for the place where both sides go on alike
	resyncAhead = 4 << 10 // how far ahead
	resyncMatch = 16      // so many equal bytes are taken for going on alike
	maxEdits    = 64
)

// change says that the left bytes became the right ones; one may be empty.
type change struct{ left, right span }

func (c change) sentence(w place, left, right int64) string {
	switch {
	case c.left.size() == 0:
		return fmt.Sprintf("%s inserted at %s", plural(c.right.size(), "byte"), w.at(right+c.right.from))
	case c.right.size() == 0:
		return fmt.Sprintf("%s removed at %s", plural(c.left.size(), "byte"), w.at(left+c.left.from))
	}
	return fmt.Sprintf("%s at %s became %d", plural(c.left.size(), "byte"), w.at(left+c.left.from), c.right.size())
}

// resync walks both sides and finds, after each difference, where they go on
// alike. It says whether it came to the end of both.
func resync(l, r []byte) (changes []change, whole bool) {
	for i, j := 0, 0; ; {
		n := commonPrefix(l[i:], r[j:])
		i, j = i+n, j+n
		if i == len(l) && j == len(r) {
			return changes, true
		}
		if len(changes) == maxEdits {
			return changes, false
		}
		di, dj, ok := goOn(l[i:], r[j:])
		changes = append(changes, change{span{int64(i), int64(i + di)}, span{int64(j), int64(j + dj)}})
		if !ok {
			return changes, false
		}
		i, j = i+di, j+dj
	}
}

// goOn finds how far to skip on each side: the nearest of replaced, inserted
// and removed bytes.
func goOn(l, r []byte) (di, dj int, ok bool) {
	if len(l) <= resyncMatch || len(r) <= resyncMatch {
		return len(l), len(r), true
	}
	best := resyncAhead + 1
	ahead := func(b []byte) []byte { return b[:min(len(b), resyncAhead)] }
	if k := bytes.Index(ahead(r), l[:resyncMatch]); k > 0 && k < best {
		best, di, dj = k, 0, k
	}
	if k := bytes.Index(ahead(l), r[:resyncMatch]); k > 0 && k < best {
		best, di, dj = k, k, 0
	}
	run := 0
	for k := 1; k < best && k < len(l) && k < len(r); k++ {
		if l[k] != r[k] {
			run = 0
			continue
		}
		if run++; run == resyncMatch {
			return k - run + 1, k - run + 1, true
		}
	}
	if best > resyncAhead {
		return len(l), len(r), false
	}
	return di, dj, true
}
