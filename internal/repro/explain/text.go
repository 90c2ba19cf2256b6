package explain

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
)

const (
	maxText     = 4 << 20   // how much of differing text is aligned, of each side
	equalAround = 4 << 10   // how much equal text around it may serve as context
	hugeWindow  = 256 << 10 // how much is shown of more than that
	maxExamined = 256 << 10 // bytes of lines whose cause is looked for
)

// window is the part of two texts that is looked at.
type window struct {
	lines [2][]string // with their line ends
	line  int64       // number of lines before it; the same on both sides
	cut   bool        // there are more lines that differ behind it
}

// explainText says which lines differ. ok is false when what differs turns out
// not to be text.
func explainText(ctx context.Context, path string, p pair, e extent, opt Options) (all []Difference, ok bool, err error) {
	w, ok, err := textWindow(ctx, p, e)
	if err != nil || !ok {
		return nil, ok, err
	}
	if d, ok := explainOrder(path, w, opt); ok {
		return []Difference{d}, true, nil
	}
	if d, ok := explainArmour(p, w, opt); ok {
		return []Difference{d}, true, nil
	}
	return w.differences(align(w.lines[0], w.lines[1]), opt), true, nil
}

// textWindow reads what differs, from the begin of a line to the end of one.
func textWindow(ctx context.Context, p pair, e extent) (window, bool, error) {
	var w window
	from := max(0, e.prefix-equalAround)
	if from > 0 {
		b, err := readSpan(p.left, span{from, e.prefix})
		if err != nil {
			return w, false, err
		}
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			from += int64(i) + 1
		}
	}
	n, err := countLines(ctx, p.left, from)
	if err != nil {
		return w, false, err
	}
	w.line = n
	for i, c := range []Content{p.left, p.right} {
		to := min(c.Size(), c.Size()-e.suffix+equalAround)
		limit := int64(maxText)
		if to-from > limit {
			w.cut, limit = true, hugeWindow
		}
		b, err := readSpan(c, span{from, min(to, from+limit)})
		if err != nil {
			return w, false, err
		}
		if !isText(b) {
			return w, false, nil
		}
		w.lines[i] = splitLines(b, to < c.Size() || to-from > limit)
	}
	return w, true, nil
}

// splitLines keeps the line ends. The last line is dropped if it may be cut.
func splitLines(b []byte, cut bool) []string {
	lines := strings.SplitAfter(string(b), "\n")
	if last := len(lines) - 1; lines[last] == "" || cut && last > 0 {
		lines = lines[:last]
	}
	return lines
}

func countLines(ctx context.Context, c Content, to int64) (int64, error) {
	var n int64
	buf := make([]byte, min(chunkSize, to))
	for at := int64(0); at < to; at += chunkSize {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		b := buf[:min(chunkSize, to-at)]
		if err := readFull(c, b, at); err != nil {
			return 0, err
		}
		n += int64(bytes.Count(b, []byte{'\n'}))
	}
	return n, nil
}

// group is the hunks that have one cause.
type group struct {
	located
	hunks []hunk
	count int
}

// located is a finding in a line of the left window.
type located struct {
	finding
	line int
}

// differences makes one Difference for each cause, each with its hunks: a hunk
// with two causes is in both.
func (w window) differences(edits []edit, opt Options) []Difference {
	var groups []*group
	examined := 0
	for _, h := range hunks(edits, len(w.lines[0])) {
		found := w.findings(h, opt.Hints, &examined)
		for _, f := range found {
			i := slices.IndexFunc(groups, func(g *group) bool { return g.cause == f.cause && g.why == f.why })
			if i < 0 {
				i = len(groups)
				groups = append(groups, &group{located: f})
			}
			g := groups[i]
			g.count++
			if n := len(g.hunks); n == 0 || g.hunks[n-1].edit != h.edit {
				g.hunks = append(g.hunks, h)
			}
		}
	}
	var all []Difference
	for _, g := range groups {
		d := Difference{Kind: Text, Cause: g.cause, Left: g.left, Right: g.right, Detail: w.detail(g), Lines: w.unified(g.hunks, opt.Lines)}
		all = append(all, d)
	}
	if w.cut && len(all) > 0 {
		all[0].Detail += "; only the begin of what differs was looked at"
	}
	if len(all) == 0 {
		all = append(all, Difference{Kind: Text, Detail: "the texts differ, but not in the part that was looked at"})
	}
	return all
}

func (w window) detail(g *group) string {
	at := fmt.Sprintf("line %d", w.line+int64(g.located.line)+1)
	if g.count > 1 {
		at = fmt.Sprintf("%s, first in %s", plural(g.count, "place"), at)
	}
	if g.why == "" {
		return "text differs: " + at
	}
	return g.why + ": " + at
}

// findings explains the lines of a hunk in pairs.
func (w window) findings(h hunk, hints Hints, examined *int) []located {
	var all []located
	for _, e := range h.edits {
		left, right := w.lines[0][e.leftFrom:e.leftTo], w.lines[1][e.rightFrom:e.rightTo]
		switch {
		case *examined >= maxExamined:
			all = append(all, located{finding{left: firstOf(left), right: firstOf(right)}, e.leftFrom})
		case len(left) != len(right):
			all = append(all, hints.unequal(left, right, e.leftFrom, examined)...)
		default:
			for i := range left {
				all = append(all, hints.lines(left[i], right[i], e.leftFrom+i, examined)...)
			}
		}
	}
	return all
}

func (h Hints) lines(left, right string, at int, examined *int) []located {
	*examined += min(len(left), maxLine) + min(len(right), maxLine)
	var all []located
	for _, f := range h.explainPair(left, right) {
		all = append(all, located{f, at})
	}
	return all
}

// maxUnequal is up to how many lines an edit of unequal numbers of lines is
// searched for lines that belong together.
const maxUnequal = 16

// unequal pairs lines that a cause explains, in their order; the rest are not
// explained.
func (h Hints) unequal(left, right []string, at int, examined *int) []located {
	rest := located{finding{left: firstOf(left), right: firstOf(right)}, at}
	if len(left) == 0 || len(right) == 0 || len(left)+len(right) > maxUnequal {
		return []located{rest}
	}
	var all []located
	from := 0
	for i, l := range left {
		for j := from; j < len(right); j++ {
			f := h.lines(l, right[j], at+i, examined)
			if every(f, func(f located) bool { return f.cause != "" }) {
				all = append(all, f...)
				from = j + 1
				break
			}
		}
	}
	return append(all, rest)
}

func firstOf(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return shorten(strings.TrimRight(lines[0], "\r\n"), 0)
}

// unified is the view of diff -u, its line numbers counted from 1.
func (w window) unified(all []hunk, limit int) []Line {
	var lines []Line
	for _, h := range all {
		if len(lines) > limit {
			break
		}
		lines = append(lines, Line{Place, fmt.Sprintf("-%d,%d +%d,%d", w.line+int64(h.leftFrom)+1, h.leftTo-h.leftFrom,
			w.line+int64(h.rightFrom)+1, h.rightTo-h.rightFrom)})
		at := h.leftFrom
		for _, e := range h.edits {
			lines = w.show(lines, Both, w.lines[0][at:e.leftFrom], limit)
			lines = w.show(lines, Left, w.lines[0][e.leftFrom:e.leftTo], limit)
			lines = w.show(lines, Right, w.lines[1][e.rightFrom:e.rightTo], limit)
			at = e.leftTo
		}
		lines = w.show(lines, Both, w.lines[0][at:h.leftTo], limit)
	}
	return lines
}

// show appends lines, one more than limit at most, which tells that there are more.
func (w window) show(out []Line, s Side, lines []string, limit int) []Line {
	for _, l := range lines {
		if len(out) > limit {
			break
		}
		text, ended := strings.CutSuffix(l, "\n")
		out = append(out, Line{s, shorten(text, 0)})
		if !ended && s != Both {
			out = append(out, Line{Place, "no line end at the end"})
		}
	}
	return out
}
