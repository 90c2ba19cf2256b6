package explain

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// place says where bytes are, for people.
type place struct {
	name string // a file, or a section such as .rodata
	base uint64 // address of the first byte; 0 in files
	path []string
}

func (w place) at(offset int64) string { return fmt.Sprintf("0x%x", w.base+uint64(offset)) }

const (
	minString  = 6       // shorter runs of printable bytes are taken for chance
	maxString  = 1 << 10 // how far the rest of a text is looked for
	maxStrings = 4 << 20 // how much is searched for texts when sizes differ
)

// explainBytes says which texts in the bytes differ, and shows the rest as
// windows of bytes.
func explainBytes(ctx context.Context, w place, p pair, e extent, opt Options) ([]Difference, error) {
	if e.sizes[0] != e.sizes[1] {
		return explainResized(ctx, w, p, e, opt)
	}
	var texts textGroups
	var rest []span
	done := span{-1, -1}
	for _, s := range e.ranges {
		if s.to <= done.to {
			continue // in the text that was just explained
		}
		l, r, at, ok, err := textAround(p, s)
		if err != nil {
			return nil, err
		}
		if !ok {
			rest = append(rest, s)
			continue
		}
		done = at
		texts.add(opt.Hints, l, r, w.at(at.from))
	}
	all := texts.differences(w)
	if len(rest) == 0 {
		return all, nil
	}
	d, err := windows(p, w, rest)
	if err != nil {
		return nil, err
	}
	d.Detail = fmt.Sprintf("%d of %s differ, first at %s", e.differing, plural(e.sizes[0], "byte"), w.at(rest[0].from))
	d.Cause, err = clockBytes(p, rest, opt.Hints)
	if d.Cause != "" {
		d.Detail += ": the times of the two builds, as binary numbers"
	}
	return append(all, d), err
}

// textAround reads the printable text that a span lies in, on both sides.
func textAround(p pair, s span) (l, r string, at span, ok bool, err error) {
	at = span{max(0, s.from-maxString), min(p.left.Size(), s.to+maxString)}
	if s.size() > maxString {
		return "", "", at, false, nil
	}
	a, err := readSpan(p.left, at)
	if err != nil {
		return "", "", at, false, err
	}
	b, err := readSpan(p.right, at)
	if err != nil {
		return "", "", at, false, err
	}
	i, j := s.from-at.from, s.to-at.from
	l, from, okLeft := textOf(a, int(i), int(j))
	r, _, okRight := textOf(b, int(i), int(j))
	at = span{at.from + int64(from), s.to}
	at.to = max(at.to, at.from+int64(max(len(l), len(r))))
	return l, r, at, okLeft && okRight, nil
}

// textOf widens b[i:j] to the printable bytes around it. Bytes after the end of
// a text that is shorter than the other one count as its end.
func textOf(b []byte, i, j int) (string, int, bool) {
	from := i
	for from > 0 && textByte(b[from-1]) {
		from--
	}
	to := from
	for to < len(b) && textByte(b[to]) {
		to++
	}
	ended := to >= j || len(bytes.Trim(b[to:j], "\x00")) == 0
	return string(b[from:to]), from, ended && isPiece(b, from, to)
}

// textByte says whether a byte may be part of a text: printable ASCII, a tab,
// or part of a longer UTF-8 sequence.
func textByte(b byte) bool { return b >= 0x20 && b < 0x7f || b == '\t' || b >= 0x80 && b < 0xf5 }

// isPiece tells texts from bytes that happen to be printable: a short one must
// end with a NUL or with the content.
func isPiece(b []byte, from, to int) bool {
	n := to - from
	return (n >= 2*minString || n >= minString && (to == len(b) || b[to] == 0)) && utf8.Valid(b[from:to])
}

// textGroups are findings in texts, equal ones together.
type textGroups struct {
	all      []textGroup
	examined int // bytes
	missed   int // texts that were not examined
}

type textGroup struct {
	finding
	places []string
	lines  []Line
}

const maxGroups = 200

func (t *textGroups) add(h Hints, l, r, at string) {
	if t.examined += min(len(l), maxLine) + min(len(r), maxLine); len(t.all) >= maxGroups || t.examined > maxExamined {
		t.missed++
		return
	}
	for _, f := range h.explainPair(l, r) {
		i := slices.IndexFunc(t.all, func(g textGroup) bool { return g.finding == f })
		if i < 0 {
			i = len(t.all)
			n := commonPrefix([]byte(l), []byte(r))
			t.all = append(t.all, textGroup{finding: f, lines: []Line{{Place, at}, {Left, shorten(l, n)}, {Right, shorten(r, n)}}})
		}
		t.all[i].places = append(t.all[i].places, at)
	}
}

func (t *textGroups) differences(w place) []Difference {
	var all []Difference
	for _, g := range t.all {
		all = append(all, Difference{Path: w.path, Kind: Bytes, Cause: g.cause, Left: g.left, Right: g.right, Lines: g.lines,
			Detail: g.sentence(w)})
	}
	if t.missed > 0 {
		all = append(all, Difference{Path: w.path, Kind: Bytes, Detail: plural(t.missed, "more text") + " with differences were not examined"})
	}
	return all
}

// sentence is "path /build/a against /check/build/a in .rodata at 0x2004".
func (g textGroup) sentence(w place) string {
	what := map[Cause]string{BuildPath: "path ", Timestamp: "time ", Timezone: "time ", UUID: "UUID ", Random: "random name "}[g.cause]
	in := ""
	if w.name != "" {
		in = " in " + printable(w.name)
	}
	s := fmt.Sprintf("%s%s against %s%s at %s", what, g.left, g.right, in, strings.Join(g.places[:min(3, len(g.places))], ", "))
	if n := len(g.places) - 3; n > 0 {
		s += fmt.Sprintf(" and in %s", plural(n, "more place"))
	}
	if g.why != "" {
		s += ": " + g.why
	}
	return s
}
