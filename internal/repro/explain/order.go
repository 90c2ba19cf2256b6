package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// explainOrder recognises the same lines in another order, and the same JSON
// with its keys in another order.
func explainOrder(path string, w window, opt Options) (Difference, bool) {
	if w.cut {
		return Difference{}, false
	}
	if sameJSON(w.lines) {
		return Difference{Kind: Order, Cause: Ordering, Detail: "the same JSON, its keys in another order", Lines: w.view(opt)}, true
	}
	l, r := w.trimmed()
	if len(l) < 2 || !sameSet(l, r) {
		return Difference{}, false
	}
	d := Difference{Kind: Order, Cause: Ordering, Left: firstOf(l), Right: firstOf(r), Lines: w.view(opt),
		Detail: fmt.Sprintf("the same %d lines in another order, from line %d", len(l), w.line+int64(w.firstDifferent())+1)}
	switch {
	case collated(l, r) || collated(r, l):
		d.Cause = Locale
		d.Detail += ": one side is sorted by bytes, the other as a language sorts"
	case isLog(path, l):
		d.Cause = Parallelism
		d.Detail += ": a log of commands that ran at the same time"
	}
	return d, true
}

func (w window) view(opt Options) []Line {
	return w.unified(hunks(align(w.lines[0], w.lines[1]), len(w.lines[0])), opt.Lines)
}

// trimmed are the lines without the equal ones at the begin and at the end.
func (w window) trimmed() (l, r []string) {
	n := w.firstDifferent()
	l, r = w.lines[0][n:], w.lines[1][n:]
	for len(l) > 0 && len(r) > 0 && l[len(l)-1] == r[len(r)-1] {
		l, r = l[:len(l)-1], r[:len(r)-1]
	}
	return l, r
}

func (w window) firstDifferent() int {
	n := 0
	for n < len(w.lines[0]) && n < len(w.lines[1]) && w.lines[0][n] == w.lines[1][n] {
		n++
	}
	return n
}

// sameSet compares as multisets. That the last line has no line end belongs to
// the place, not to the line.
func sameSet(l, r []string) bool {
	if len(l) != len(r) {
		return false
	}
	count := map[string]int{}
	for i := range l {
		count[strings.TrimSuffix(l[i], "\n")]++
		count[strings.TrimSuffix(r[i], "\n")]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

// collated says whether l is sorted by bytes and r without regard to case and
// punctuation, as most locales but C sort.
func collated(l, r []string) bool {
	return len(l) > 2 && slices.IsSorted(l) && slices.IsSortedFunc(r, func(a, b string) int { return strings.Compare(collationKey(a), collationKey(b)) })
}

func collationKey(s string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if strings.ContainsRune("_-. /+,:;'\"()[]{}\n", c) {
			return -1
		}
		return c
	}, s))
}

var logLine = regexp.MustCompile(`^(\s+(CC|LD|AR|AS|CXX|HOSTCC|HOSTLD|GEN|INSTALL|OBJCOPY|DTC|CALL|UPD)(\s+\[M\])?\s+\S|make(\[\d+\])?: |\[\s*\d+(/\d+|%)\] |(\S*-)?(gcc|cc|g\+\+|c\+\+|clang|ld|ar)(-\d+)?\s+-\S)`)

// isLog says whether lines are those of make, ninja or compilers.
func isLog(path string, lines []string) bool {
	if strings.HasSuffix(path, ".log") {
		return true
	}
	n := 0
	for _, l := range lines {
		if logLine.MatchString(l) {
			n++
		}
	}
	return n*2 > len(lines)
}

// sameJSON says whether both texts are JSON that differs in the order of keys
// only. The whole text must be in the window: a part is not JSON.
func sameJSON(lines [2][]string) bool {
	var values [2]any
	var compact [2]bytes.Buffer
	for i := range lines {
		text := strings.TrimSpace(strings.Join(lines[i], ""))
		if text == "" || text[0] != '{' && text[0] != '[' {
			return false
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if d.Decode(&values[i]) != nil || d.More() || json.Compact(&compact[i], []byte(text)) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1]) && !bytes.Equal(compact[0].Bytes(), compact[1].Bytes())
}

var (
	separators = []string{", ", ",", "; ", ";", ":", " "}
	item       = regexp.MustCompile(`^[\w./+"'=@%~:-]{2,}$`)
)

// sameItems says whether two parts of a line are one list of three words or
// more in two orders. Shorter lists may as well be an expression.
func sameItems(left, right string) bool {
	for _, sep := range separators {
		l, r := strings.Split(left, sep), strings.Split(right, sep)
		if len(l) < 3 || len(l) != len(r) || !slices.ContainsFunc(l, item.MatchString) {
			continue
		}
		if all := func(s string) bool { return item.MatchString(s) }; !every(l, all) || !every(r, all) {
			continue
		}
		if sameSet(l, r) {
			return true
		}
	}
	return false
}

func every[T any](list []T, f func(T) bool) bool {
	return !slices.ContainsFunc(list, func(x T) bool { return !f(x) })
}
