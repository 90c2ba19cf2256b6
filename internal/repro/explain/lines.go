package explain

import (
	"cmp"
	"slices"

	"github.com/aymanbagabas/go-udiff/lcs"
)

// edit says that elements from leftFrom to leftTo became those from rightFrom
// to rightTo.
type edit struct{ leftFrom, leftTo, rightFrom, rightTo int }

// align finds where two lists differ. Elements that are unique on both sides
// and in the same order hold the lists together (as in Bram Cohen's patience
// diff); between them the longest common subsequence is searched for with a
// limit, so that time and memory are about linear in the length of the lists.
func align(left, right []string) []edit {
	var edits []edit
	l, r := 0, 0
	for _, a := range append(anchors(left, right), [2]int{len(left), len(right)}) {
		for _, d := range lcs.DiffLines(left[l:a[0]], right[r:a[1]]) {
			edits = join(edits, edit{l + d.Start, l + d.End, r + d.ReplStart, r + d.ReplEnd})
		}
		l, r = min(a[0]+1, len(left)), min(a[1]+1, len(right))
	}
	return edits
}

// join appends an edit, and makes it one with the last if they touch.
func join(edits []edit, e edit) []edit {
	if n := len(edits); n > 0 && edits[n-1].leftTo == e.leftFrom && edits[n-1].rightTo == e.rightFrom {
		edits[n-1].leftTo, edits[n-1].rightTo = e.leftTo, e.rightTo
		return edits
	}
	return append(edits, e)
}

// anchors are pairs of indices of equal elements that occur once on each side,
// rising on both sides, as many as possible.
func anchors(left, right []string) [][2]int {
	type seen struct{ count, at int }
	inRight := make(map[string]seen, len(right))
	for i, s := range right {
		inRight[s] = seen{inRight[s].count + 1, i}
	}
	inLeft := make(map[string]int, len(left))
	for _, s := range left {
		inLeft[s]++
	}
	var unique [][2]int
	for i, s := range left {
		if r := inRight[s]; inLeft[s] == 1 && r.count == 1 {
			unique = append(unique, [2]int{i, r.at})
		}
	}
	return rising(unique)
}

// rising is the longest subsequence whose second numbers rise.
func rising(pairs [][2]int) [][2]int {
	var tails []int // indices into pairs: ends of the best sequences of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(tails, p[1], func(t, v int) int { return cmp.Compare(pairs[t][1], v) })
		before[i] = -1
		if n > 0 {
			before[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	out := make([][2]int, len(tails))
	if len(tails) == 0 {
		return nil
	}
	for i, at := len(tails)-1, tails[len(tails)-1]; i >= 0; i, at = i-1, before[at] {
		out[i] = pairs[at]
	}
	return out
}

// contextLines stand before and after what differs, as in diff -u.
const contextLines = 3

// hunk is some edits that are shown together, with the lines around them.
type hunk struct {
	edits []edit
	edit  // the lines shown
}

// hunks puts edits together whose context would touch.
func hunks(edits []edit, leftLen int) []hunk {
	var all []hunk
	for _, e := range edits {
		before := min(contextLines, e.leftFrom)
		after := min(contextLines, leftLen-e.leftTo)
		if n := len(all); n > 0 && e.leftFrom-before <= all[n-1].leftTo {
			last := &all[n-1]
			last.edits = append(last.edits, e)
			last.leftTo, last.rightTo = e.leftTo+after, e.rightTo+after
			continue
		}
		all = append(all, hunk{[]edit{e}, edit{e.leftFrom - before, e.leftTo + after, e.rightFrom - before, e.rightTo + after}})
	}
	return all
}
