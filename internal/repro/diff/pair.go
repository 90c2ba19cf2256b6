package diff

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// pair is what is compared: an entry of both sides, or of one.
type pair struct{ left, right *node }

func (p pair) node() *node {
	if p.left != nil {
		return p.left
	}
	return p.right
}

// number gives the nodes their keys: the path, and for further entries of the
// same path which one it is. No name that is made is the path of another entry.
func number(nodes []*node) {
	seen := make(map[string]int, len(nodes))
	var further []*node
	for _, n := range nodes {
		seen[n.Path]++
		n.key = n.Path
		if k := seen[n.Path]; k > 1 {
			n.key = fmt.Sprintf("%s\x00%d", n.Path, k)
			n.name = fmt.Sprintf("%s (entry %d of this path)", n.Path, k)
			further = append(further, n)
		}
	}
	for _, n := range further {
		for seen[n.name] > 0 {
			n.name += " (again)"
		}
	}
}

// pairs matches the entries of both sides, sorted by key.
func pairs(l, r *container) []pair {
	right := make(map[string]*node, len(r.nodes))
	for _, n := range r.nodes {
		right[n.key] = n
	}
	all := make([]pair, 0, len(l.nodes))
	for _, n := range l.nodes {
		all = append(all, pair{n, right[n.key]})
		delete(right, n.key)
	}
	for _, n := range right {
		all = append(all, pair{nil, n})
	}
	slices.SortFunc(all, func(a, b pair) int { return strings.Compare(a.node().key, b.node().key) })
	return all
}

// entriesOf compares the entries of two containers, and their order. It fails
// if one of them was not compared.
func (c *comparer) entriesOf(ctx context.Context, at level, l, r *container) ([]explain.Difference, error) {
	rolesOf(l, r)
	all := pairs(l, r)
	w := &pairing{comparer: c, at: at, twins: twinsOf(all), holders: [2]map[string]*node{holders(l), holders(r)}}
	for _, p := range all {
		w.plan(p)
	}
	var err error
	if w.moved, err = c.renames(ctx, all); err != nil {
		return nil, err
	}
	results := make([][]explain.Difference, len(all))
	err = c.each(ctx, len(all), func(i int) error {
		found, err := w.compare(ctx, all[i])
		results[i] = found
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(unexamined(l), unexamined(r)); err != nil {
		return nil, err
	}
	found := slices.Concat(results...)
	return append(found, orderDifferences(at, l, r)...), nil
}

// unexamined is the error that an entry was neither compared nor reported.
func unexamined(t *container) error {
	for _, n := range t.nodes {
		if !n.examined {
			return fmt.Errorf("comparing %s: the entry %q was not examined; this is an error of the program", t.place, n.Path)
		}
	}
	return nil
}

// holders returns the nodes by path: the last of a path is what counts.
func holders(t *container) map[string]*node {
	h := map[string]*node{}
	for _, n := range t.nodes {
		if n.Type == image.Regular {
			h[n.Path] = n
		}
	}
	return h
}

// pairing compares the pairs of two containers.
type pairing struct {
	*comparer
	at      level
	moved   map[*node]string
	twins   map[*node]*node     // files that only one side has, and what each is compared with
	holders [2]map[string]*node // files by path, for hard links
}

// contentsOf returns the data that a pair has to compare: also those of a file
// with those of a hard link, but of two hard links only once, at the file.
func (w *pairing) contentsOf(p pair) (l, r *data) {
	if p.left != nil && p.right == nil && w.twins[p.left] != nil {
		return p.left.data, w.twins[p.left].data
	}
	if p.left == nil || p.right == nil || p.left.Type == image.HardLink && p.right.Type == image.HardLink {
		return nil, nil
	}
	l, r = w.dataOf(0, p.left), w.dataOf(1, p.right)
	if l == nil || r == nil {
		return nil, nil
	}
	return l, r
}

func (w *pairing) dataOf(side int, n *node) *data {
	if n.Type == image.HardLink {
		if h := w.holders[side][n.Link]; h != nil {
			return h.data
		}
	}
	return n.data
}

// linked returns the data that two hard links lead to. They are compared at the
// file, but where differences of that may be excluded, they are not those of the
// link.
func (w *pairing) linked(p pair) (l, r *data) {
	if len(w.opt.Exclude) == 0 || p.left == nil || p.right == nil || p.left.Type != image.HardLink || p.right.Type != image.HardLink {
		return nil, nil
	}
	if l, r = w.dataOf(0, p.left), w.dataOf(1, p.right); l == nil || r == nil {
		return nil, nil
	}
	return l, r
}

func (w *pairing) plan(p pair) {
	for _, of := range []func(pair) (*data, *data){w.contentsOf, w.linked} {
		if l, r := of(p); l != nil {
			l.plan()
			r.plan()
		}
	}
}

// link says whether what two hard links lead to differs.
func (w *pairing) link(ctx context.Context, p pair) ([]explain.Difference, error) {
	l, r := w.linked(p)
	if l == nil {
		return nil, nil
	}
	if err := w.count(l, r); err != nil {
		return nil, err
	}
	same := false
	err := open(l, r, func(left, right Content) (err error) {
		same, err = w.same(ctx, left, right)
		return err
	})
	if err != nil || same {
		return nil, err
	}
	return []explain.Difference{{Kind: explain.Bytes, Detail: "a hard link to a file that differs: " + printable(p.left.Link)}}, nil
}

// compare compares one pair: what is inside first, then what the entry is.
func (w *pairing) compare(ctx context.Context, p pair) ([]explain.Difference, error) {
	at := w.at.into(p.node().name)
	var found []explain.Difference
	l, r := w.contentsOf(p)
	if l != nil {
		if err := w.count(l, r); err != nil {
			return nil, err
		}
		var err error
		if found, err = w.data(ctx, at, l, r); err != nil {
			return nil, err
		}
	}
	if p.left == nil || p.right == nil {
		p.node().examined = true
		return append(found, at.says(w.alone(p))), nil
	}
	linked, err := w.link(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, d := range linked {
		found = append(found, at.says(d))
	}
	meta := metadata(p.left.Entry, p.right.Entry)
	remark(meta, l != nil, len(found) == 0)
	for _, d := range meta {
		found = append(found, at.says(d))
	}
	p.left.examined, p.right.examined = true, true
	return found, nil
}

// count counts contents of entries in artifacts; those of files on disk are
// what was named.
func (w *pairing) count(l, r *data) error {
	if w.at.depth == 0 {
		return nil
	}
	return w.limits.compare(l.name, max(l.size, r.size))
}

// data compares two contents of entries.
func (c *comparer) data(ctx context.Context, at level, l, r *data) (found []explain.Difference, err error) {
	err = open(l, r, func(left, right Content) error {
		found, err = c.contents(ctx, at, left, right)
		return err
	})
	return found, err
}

// open opens two contents for a function.
func open(l, r *data, fn func(left, right Content) error) (err error) {
	left, end, err := l.use()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, end()) }()
	right, end2, err := r.use()
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, end2()) }()
	return fn(left, right)
}

// alone is the difference of an entry that only one side has.
func (w *pairing) alone(p pair) explain.Difference {
	n := p.node()
	d := explain.Difference{Kind: explain.OnlyRight, Right: describe(n.Entry)}
	if p.left != nil {
		d = explain.Difference{Kind: explain.OnlyLeft, Left: describe(n.Entry)}
	}
	if twin := w.twins[n]; twin != nil {
		d.Detail = "compared with " + printable(twin.Path) + ", which only the other side has"
	} else if other, ok := w.moved[n]; ok {
		d.Detail = fmt.Sprintf("the other side has the same content as %s", printable(other))
	}
	return d
}
