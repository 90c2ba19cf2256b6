package explain

import (
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// where is a place in a line: bytes from (included) to (excluded).
type where struct{ from, to int }

// holds says whether p lies in w; an empty p may lie at its ends.
func (w where) holds(p where) bool { return w.from <= p.from && p.to <= w.to }

// region is a place where two lines differ; one side may be empty.
type region struct{ left, right where }

// found is the two values, around a region, that a rule recognised.
type found struct{ left, right where }

// finding is one place where two texts differ and what makes it differ. The
// cause is empty when that is not known.
type finding struct {
	cause       Cause
	left, right string // printable
	why         string // the evidence, in a few words
}

const (
	maxLine    = 2 << 10 // how much of a line is examined
	maxRegions = 100     // how many places of it
)

// explainPair explains each place where two lines, or two other short texts,
// differ. Equal ones have no findings.
func (h Hints) explainPair(left, right string) []finding {
	left, right = strings.TrimRight(left, "\r\n"), strings.TrimRight(right, "\r\n")
	left, right = clip(left, right)
	line := [2]string{left, right}
	seen := matches{}
	var all []finding
	var last found
	places := regions(left, right)
	for i, r := range places {
		if i == maxRegions {
			all = append(all, finding{why: plural(len(places)-i, "more place") + " of one line were not examined"})
			break
		}
		if last.left.to > 0 && last.left.holds(r.left) && last.right.holds(r.right) {
			continue // explained by what explained the one before
		}
		f, at := h.explainRegion(line, r, seen)
		last = at
		all = append(all, f)
	}
	if len(all) == 0 && left == right {
		return []finding{{why: "only the line ends differ"}}
	}
	return h.whole(line, all)
}

// whole looks at lines as a whole when a place of them is not explained.
func (h Hints) whole(line [2]string, all []finding) []finding {
	for _, f := range all {
		if f.cause != "" {
			continue
		}
		for _, rule := range lineRules {
			if cause, why := rule(line); cause != "" {
				n := commonPrefix([]byte(line[0]), []byte(line[1]))
				return []finding{{cause, shorten(line[0], n), shorten(line[1], n), why}}
			}
		}
		return all
	}
	return all
}

// clip cuts what is equal at the begin and end of long lines, all but a little.
func clip(left, right string) (string, string) {
	const around = 256
	if len(left) <= maxLine && len(right) <= maxLine {
		return left, right
	}
	if n := commonPrefix([]byte(left), []byte(right)); n > around {
		left, right = left[n-around:], right[n-around:]
	}
	return left[:min(len(left), maxLine)], right[:min(len(right), maxLine)]
}

// regions are the places where two lines differ, in whole words and numbers.
func regions(left, right string) []region {
	l, r := tokens(left), tokens(right)
	atL, atR := offsets(l), offsets(r)
	var all []region
	for _, d := range lcs.DiffLines(l, r) {
		all = append(all, region{where{atL[d.Start], atL[d.End]}, where{atR[d.ReplStart], atR[d.ReplEnd]}})
	}
	return all
}

// tokens splits a text into words, numbers, and single other characters.
func tokens(s string) []string {
	var all []string
	for i := 0; i < len(s); {
		j := i + 1
		for j < len(s) && class(s[i]) != 0 && class(s[j]) == class(s[i]) {
			j++
		}
		all = append(all, s[i:j])
		i = j
	}
	return all
}

func class(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return 1
	case wordByte(b) || b >= 0x80:
		return 2
	}
	return 0
}

func offsets(tokens []string) []int {
	at := make([]int, len(tokens)+1)
	for i, t := range tokens {
		at[i+1] = at[i] + len(t)
	}
	return at
}

// explainRegion asks the hints, then the rules.
func (h Hints) explainRegion(line [2]string, r region, seen matches) (finding, found) {
	for _, v := range h.Values {
		if at, ok := v.explains(line, r); ok {
			return finding{v.Cause, shorten(at.cut(line, 0), 0), shorten(at.cut(line, 1), 0), "as in the two builds' environments"}, at
		}
	}
	for i, rule := range rules {
		at, ok := seen.around(i, line, r)
		if !ok {
			continue
		}
		c := clue{left: at.cut(line, 0), right: at.cut(line, 1), line: line, at: at, hints: h}
		if cause, why := rule.judge(c); cause != "" || why != "" {
			return finding{cause, shorten(c.left, 0), shorten(c.right, 0), why}, at
		}
	}
	at := found{widen(line[0], r.left), widen(line[1], r.right)}
	return finding{left: shorten(at.cut(line, 0), 0), right: shorten(at.cut(line, 1), 0)}, found(r)
}

func (f found) cut(line [2]string, side int) string {
	w := f.left
	if side == 1 {
		w = f.right
	}
	return line[side][w.from:w.to]
}

// widen takes in the rest of the word, up to a space or quote.
func widen(s string, w where) where {
	stop := func(b byte) bool { return b == ' ' || b == '\t' || b == '"' || b == '\'' || b == 0 }
	for w.from > 0 && !stop(s[w.from-1]) {
		w.from--
	}
	for w.to < len(s) && !stop(s[w.to]) {
		w.to++
	}
	return w
}

// matches remembers where the rules' patterns occur in the two lines.
type matches map[[2]int][]where

// around finds what a rule recognises around a region, on both sides.
func (m matches) around(rule int, line [2]string, at region) (found, bool) {
	l, ok := m.match(rule, 0, line[0], at.left)
	if !ok {
		return found{}, false
	}
	r, ok := m.match(rule, 1, line[1], at.right)
	f := found{l, r}
	return f, ok && f.cut(line, 0) != f.cut(line, 1)
}

func (m matches) match(rule, side int, s string, at where) (where, bool) {
	all, ok := m[[2]int{rule, side}]
	if !ok {
		all = rules[rule].places(s)
		m[[2]int{rule, side}] = all
	}
	for _, w := range all {
		if w.holds(at) {
			return w, true
		}
	}
	return where{}, false
}

func (r rule) places(s string) []where {
	if len(r.needs) > 0 && !slices.ContainsFunc(r.needs, func(part string) bool { return strings.Contains(s, part) }) {
		return nil
	}
	var all []where
	for _, m := range r.pattern.FindAllStringIndex(s, -1) {
		if w := (where{m[0], m[1]}); r.bounded == nil || r.bounded(s, w) {
			all = append(all, w)
		}
	}
	return all
}
