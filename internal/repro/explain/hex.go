package explain

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	rowBytes    = 16
	windowBytes = 8 * rowBytes // of one place, on each side
	maxWindows  = 8
)

// windows shows bytes of contents of one size where they differ, with the rows
// before and after.
func windows(p pair, w place, ranges []span) (Difference, error) {
	d := Difference{Path: w.path, Kind: Bytes}
	var shown span
	for n, s := range ranges {
		if n == maxWindows {
			d.Lines = append(d.Lines, Line{Place, fmt.Sprintf("%s more are not shown", plural(len(ranges)-n, "place"))})
			break
		}
		win := span{s.from &^ (rowBytes - 1), min((s.to+rowBytes-1)&^(rowBytes-1), s.from&^(rowBytes-1)+windowBytes)}
		win = span{max(win.from-rowBytes, shown.to), min(win.to+rowBytes, p.left.Size())}
		if win.size() <= 0 {
			continue
		}
		if win.from > shown.to || n == 0 {
			d.Lines = append(d.Lines, Line{Place, w.at(win.from)})
		}
		shown = win
		lines, l, r, err := bothRows(p, w, win)
		if err != nil {
			return d, err
		}
		if n == 0 {
			part := span{s.from - win.from, min(s.to-win.from, s.from-win.from+rowBytes, int64(len(l)))}
			d.Left, d.Right = fmt.Sprintf("% x", l[part.from:part.to]), fmt.Sprintf("% x", r[part.from:part.to])
		}
		d.Lines = append(d.Lines, lines...)
	}
	return d, nil
}

// bothRows shows equal rows once, and those that differ in two runs.
func bothRows(p pair, w place, win span) (lines []Line, l, r []byte, err error) {
	if l, err = readSpan(p.left, win); err != nil {
		return nil, nil, nil, err
	}
	if r, err = readSpan(p.right, win); err != nil {
		return nil, nil, nil, err
	}
	var right []Line
	for i := 0; i < len(l); i += rowBytes {
		a, b := l[i:min(i+rowBytes, len(l))], r[i:min(i+rowBytes, len(r))]
		if string(a) == string(b) {
			lines = append(append(lines, right...), Line{Both, row(w, win.from+int64(i), a)})
			right = nil
			continue
		}
		lines = append(lines, Line{Left, row(w, win.from+int64(i), a)})
		right = append(right, Line{Right, row(w, win.from+int64(i), b)})
	}
	return append(lines, right...), l, r, nil
}

// rows shows the bytes of one side.
func rows(c Content, w place, s span, side Side) ([]Line, error) {
	b, err := readSpan(c, s)
	var lines []Line
	for part := range slices.Chunk(b, rowBytes) {
		lines = append(lines, Line{side, row(w, s.from, part)})
		s.from += int64(len(part))
	}
	return lines, err
}

// row is "00002004  2f 62 75 69 …  |/bui…|".
func row(w place, at int64, b []byte) string {
	text := strings.Map(func(c rune) rune {
		if c < 0x20 || c > 0x7e {
			return '.'
		}
		return c
	}, latin1(b))
	return fmt.Sprintf("%08x  %-47s  |%s|", w.base+uint64(at), fmt.Sprintf("% x", b), text)
}

func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}

// clockBytes says Timestamp when each place that differs is a number of seconds
// since 1970, of four or eight bytes in either order, that was the time of the
// build on both sides.
func clockBytes(p pair, ranges []span, h Hints) (Cause, error) {
	for _, s := range ranges {
		if s.size() > 8 {
			return "", nil
		}
		at := span{max(0, s.from-8), min(s.to+8, p.left.Size())}
		l, err := readSpan(p.left, at)
		if err != nil {
			return "", err
		}
		r, err := readSpan(p.right, at)
		if err != nil {
			return "", err
		}
		if !h.clockNumber(l, r, int(s.from-at.from), int(s.to-at.from)) {
			return "", nil
		}
	}
	return Timestamp, nil
}

// clockNumber looks for a 32-bit number around [from, to); those of 64 bits
// have their seconds in one half.
func (h Hints) clockNumber(l, r []byte, from, to int) bool {
	for i := max(0, to-4); i <= from && i+4 <= len(l); i++ {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if h.built(time.Unix(int64(order.Uint32(l[i:])), 0), time.Unix(int64(order.Uint32(r[i:])), 0), 0) {
				return true
			}
		}
	}
	return false
}
