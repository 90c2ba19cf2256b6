package diff

import (
	"cmp"
	"context"
	"crypto/sha256"
	"io"

	"github.com/dombuild/dombuild/internal/image"
)

// renames finds files that only one side has and whose content the other side
// has under another path, which it does not share either. It returns the path
// on the other side.
func (c *comparer) renames(ctx context.Context, all []pair) (map[*node]string, error) {
	alone := candidates(all)
	sums := make([][sha256.Size]byte, len(alone))
	err := c.each(ctx, len(alone), func(i int) (err error) {
		sums[i], err = sumOf(alone[i].node())
		if isDamage(err) {
			err = nil // a hint is not worth more: no other file has the zero sum
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	first := [2]map[[sha256.Size]byte]*node{{}, {}}
	for i, p := range alone {
		side := first[sideOf(p)]
		if _, ok := side[sums[i]]; !ok {
			side[sums[i]] = p.node()
		}
	}
	moved := map[*node]string{}
	for i, p := range alone {
		if sums[i] == ([sha256.Size]byte{}) {
			continue
		}
		if other := first[1-sideOf(p)][sums[i]]; other != nil {
			moved[p.node()] = other.Path
		}
	}
	return moved, nil
}

func sideOf(p pair) int {
	if p.left == nil {
		return 1
	}
	return 0
}

// candidates are the files that only one side has, of a size that files of
// both sides have.
func candidates(all []pair) []pair {
	sizes := [2]map[int64]bool{{}, {}}
	eligible := func(p pair) bool {
		return (p.left == nil || p.right == nil) && p.node().Type == image.Regular && p.node().data.size > 0
	}
	for _, p := range all {
		if eligible(p) {
			sizes[sideOf(p)][p.node().data.size] = true
		}
	}
	var out []pair
	for _, p := range all {
		if eligible(p) && sizes[1-sideOf(p)][p.node().data.size] {
			out = append(out, p)
		}
	}
	return out
}

func sumOf(n *node) (sum [sha256.Size]byte, err error) {
	n.data.plan()
	c, end, err := n.data.use()
	if err != nil {
		return sum, err
	}
	defer func() { err = cmp.Or(err, end()) }()
	h := sha256.New()
	if _, err := io.CopyBuffer(h, io.NewSectionReader(c, 0, c.Size), make([]byte, chunk)); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
