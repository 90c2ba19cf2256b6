package explain

import (
	"context"
	"fmt"
	"io"
)

// Content is the bytes of one side: a file, a member of an archive, a section.
type Content interface {
	io.ReaderAt
	Size() int64
}

// Options say what is known of the two builds, and how much is told.
type Options struct {
	Hints       Hints
	Differences int // at most so many of one pair of contents; 0: 100
	Lines       int // at most so many lines of one Difference; 0: 200
}

func (o Options) withDefaults() Options {
	if o.Differences <= 0 {
		o.Differences = 100
	}
	if o.Lines <= 0 {
		o.Lines = 200
	}
	return o
}

// pair is what is compared: the same thing on both sides.
type pair struct{ left, right Content }

// Contents explains why two contents differ. What they are is taken from their
// bytes, and from path where the bytes do not tell. The Path of each Difference
// leads from the contents inwards: [".text", "main"], empty for the whole.
//
// Contents that differ have at least one Difference, equal ones have none. An
// error says that a side could not be read, or that ctx was done. Memory and
// time depend on the size of what differs only up to a limit: what is not
// looked at is said in the Detail of the Difference.
func Contents(ctx context.Context, path string, left, right Content, opt Options) ([]Difference, error) {
	opt = opt.withDefaults()
	p := pair{left, right}
	e, err := compare(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("comparing %s: %w", path, err)
	}
	if e.equal() {
		return nil, nil
	}
	all, err := explain(ctx, path, p, e, opt)
	if err != nil {
		return nil, fmt.Errorf("explaining %s: %w", path, err)
	}
	return limitDifferences(all, opt), nil
}

// explain chooses the way to explain by what both sides are.
func explain(ctx context.Context, path string, p pair, e extent, opt Options) ([]Difference, error) {
	leftSig, rightSig, err := moduleSignatures(p)
	switch {
	case err != nil:
		return nil, err
	case leftSig > 0 || rightSig > 0:
		return explainSigned(ctx, path, p, leftSig, rightSig, opt)
	}
	heads, err := headsOf(p)
	if err != nil {
		return nil, err
	}
	if isELF(heads[0]) && isELF(heads[1]) {
		all, ok, err := explainELF(ctx, p, opt)
		if err != nil || ok {
			return all, err
		}
	}
	if isText(heads[0]) && isText(heads[1]) {
		all, ok, err := explainText(ctx, path, p, e, opt)
		if err != nil || ok {
			return all, err
		}
	}
	all, err := explainBytes(ctx, place{name: path}, p, e, opt)
	for i := range all {
		knownFormat(&all[i], path, heads, e)
	}
	return all, err
}

// limitDifferences cuts a list that nobody would read, and says so.
func limitDifferences(all []Difference, opt Options) []Difference {
	for i := range all {
		if n := len(all[i].Lines); n > opt.Lines {
			all[i].Lines = append(all[i].Lines[:opt.Lines:opt.Lines], Line{Place, fmt.Sprintf("%d more lines are not shown", n-opt.Lines)})
		}
	}
	if len(all) <= opt.Differences {
		return all
	}
	rest := len(all) - opt.Differences
	return append(all[:opt.Differences:opt.Differences], Difference{Kind: Bytes, Detail: fmt.Sprintf("%d more differences are not shown", rest)})
}

// headSize is how much of a content is looked at to tell what it is.
const headSize = 64 << 10

func headsOf(p pair) ([2][]byte, error) {
	var heads [2][]byte
	for i, c := range []Content{p.left, p.right} {
		h, err := readSpan(c, span{0, min(headSize, c.Size())})
		if err != nil {
			return heads, err
		}
		heads[i] = h
	}
	return heads, nil
}

// isText says whether bytes are text: no NUL and no control characters but
// those of layout and of colours. Any 8-bit encoding will do; an empty content
// is text beside text.
func isText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && (c < '\a' || c > '\r') && c != 0x1b {
			return false
		}
	}
	return true
}
