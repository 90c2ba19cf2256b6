package explain

import (
	"bytes"
	"fmt"
	"slices"
)

// piece is a printable text in bytes.
type piece struct {
	text string
	at   int64
}

// pieces finds the texts in bytes.
func pieces(b []byte, base int64) []piece {
	var all []piece
	for i := 0; i < len(b); i++ {
		from := i
		for i < len(b) && textByte(b[i]) {
			i++
		}
		if isPiece(b, from, i) {
			all = append(all, piece{string(b[from:i]), base + int64(from)})
		}
	}
	return all
}

// texts is what became of the texts in two areas.
type texts struct {
	groups   textGroups
	only     *Difference // texts of one side only, or all of them in another order
	complete bool        // nothing but texts differs, and zeros between them
}

// compareTexts pairs the texts of two areas that have different sizes.
func compareTexts(w place, left, right []byte, base int64, opt Options) texts {
	l, r := pieces(left, base), pieces(right, base)
	a, b := textsOf(l), textsOf(r)
	if len(a) > 2 && !slices.Equal(a, b) && sameSet(a, b) {
		return texts{only: &Difference{Path: w.path, Kind: Order, Cause: Ordering, Detail: "the same texts in another order"}}
	}
	t := texts{complete: bytes.Equal(between(left, l, base), between(right, r, base))}
	var lines []Line
	count := map[Side]int{}
	single := func(s Side, list []piece) {
		count[s] += len(list)
		for _, p := range list[:min(len(list), opt.Lines)] {
			lines = append(lines, Line{s, w.at(p.at) + " " + shorten(p.text, 0)})
		}
	}
	for _, e := range align(a, b) {
		n := min(e.leftTo-e.leftFrom, e.rightTo-e.rightFrom)
		for i := range n {
			t.groups.add(opt.Hints, l[e.leftFrom+i].text, r[e.rightFrom+i].text, w.at(l[e.leftFrom+i].at))
		}
		single(Left, l[e.leftFrom+n:e.leftTo])
		single(Right, r[e.rightFrom+n:e.rightTo])
	}
	if len(lines) > 0 {
		t.only = &Difference{Path: w.path, Kind: Bytes, Lines: lines,
			Detail: fmt.Sprintf("%s only on the left, %d only on the right", plural(count[Left], "text"), count[Right])}
	}
	return t
}

func textsOf(list []piece) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].text
	}
	return out
}

// between is what stands between the texts, runs of zeros as one.
func between(b []byte, list []piece, base int64) []byte {
	var out []byte
	at := 0
	add := func(part []byte) {
		for _, c := range part {
			if n := len(out); c != 0 || n == 0 || out[n-1] != 0 {
				out = append(out, c)
			}
		}
	}
	for _, p := range list {
		from := int(p.at - base)
		add(b[at:from])
		at = from + len(p.text)
	}
	add(b[at:])
	return out
}
