package diff

import (
	"fmt"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// orderLines is how many entries of each side are shown.
const orderLines = 8

// orderDifferences compares the order of the entries that both sides have.
func orderDifferences(at level, l, r *container) []explain.Difference {
	if !l.ordered || !r.ordered {
		return nil
	}
	left, right := common(l, r), common(r, l)
	first := 0
	for first < len(left) && left[first].key == right[first].key {
		first++
	}
	if first == len(left) {
		return nil
	}
	d := explain.Difference{Kind: explain.Order, Cause: explain.Ordering, Left: printable(left[first].name), Right: printable(right[first].name),
		Detail: fmt.Sprintf("same set, other order from entry %d on", first+1)}
	if len(left) != len(l.nodes) || len(right) != len(r.nodes) {
		d.Detail = fmt.Sprintf("what both sides have is in another order from entry %d of these on", first+1)
	}
	last := min(first+orderLines, len(left))
	for _, n := range left[first:last] {
		d.Lines = append(d.Lines, explain.Line{Side: explain.Left, Text: printable(n.name)})
	}
	for _, n := range right[first:last] {
		d.Lines = append(d.Lines, explain.Line{Side: explain.Right, Text: printable(n.name)})
	}
	return []explain.Difference{at.says(d)}
}

// common returns the entries of a container that another one has too, in its
// order.
func common(t, other *container) []*node {
	keys := make(map[string]bool, len(other.nodes))
	for _, n := range other.nodes {
		keys[n.key] = true
	}
	var out []*node
	for _, n := range t.nodes {
		if keys[n.key] {
			out = append(out, n)
		}
	}
	return out
}
