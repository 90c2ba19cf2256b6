package bundle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

// importPart takes in one part, and the bundle when it was the last one.
func (b *Bundle) importPart(ctx context.Context, st *store.Store, task progress.Task) (*Outstanding, error) {
	g, err := st.ResumeStage(ctx, b.Digest)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	if err := b.stage(ctx, g, task); err != nil {
		return nil, err
	}
	// From here on the part need not be brought again.
	if err := errors.Join(g.Sync(), g.Mark(fmt.Sprintf("%d-of-%d", b.Part.Number, b.Part.Of))); err != nil {
		return nil, err
	}
	left, err := b.outstanding(g)
	if err != nil || left != nil {
		return left, err
	}
	if err := Complete(ctx, st, b); err != nil {
		return nil, err
	}
	if err := b.join(ctx, g); err != nil {
		return nil, err
	}
	if err := b.finish(ctx, st, g); err != nil {
		return nil, err
	}
	return nil, g.Discard()
}

// outstanding is what a stage lacks of a bundle; nil: nothing.
func (b *Bundle) outstanding(g *store.Stage) (*Outstanding, error) {
	var left Outstanding
	missing := false
	for _, x := range b.Manifest.items() {
		if g.Has(x.digest) {
			continue
		}
		run, err := consecutive(g, x)
		if err != nil {
			return nil, err
		}
		if len(run) == 0 || end(run) < x.size {
			missing = true
			left.Bytes += x.size - covered(run)
		}
	}
	if !missing {
		return nil, nil
	}
	marks, err := g.Marks()
	if err != nil {
		return nil, err
	}
	var have []int
	for _, m := range marks {
		var k, of int
		if _, err := fmt.Sscanf(m, "%d-of-%d", &k, &of); err == nil && of == b.Part.Of && strings.HasSuffix(m, fmt.Sprint(of)) {
			have = append(have, k)
		}
	}
	left.Parts = missingNumbers(have, b.Part.Of)
	return &left, nil
}

// consecutive are pieces of a blob that follow each other from its beginning,
// as far as they do.
func consecutive(g *store.Stage, x item) ([]store.Piece, error) {
	all, err := g.Pieces(x.digest)
	if err != nil {
		return nil, err
	}
	var run []store.Piece
	for _, p := range all {
		if p.Offset == end(run) {
			run = append(run, p)
		}
	}
	return run, nil
}

func end(run []store.Piece) int64 {
	if len(run) == 0 {
		return 0
	}
	last := run[len(run)-1]
	return last.Offset + last.Size
}

func covered(run []store.Piece) (n int64) {
	for _, p := range run {
		n += p.Size
	}
	return n
}

// join makes the blobs that came in pieces.
func (b *Bundle) join(ctx context.Context, g *store.Stage) error {
	for _, x := range b.Manifest.items() {
		if g.Has(x.digest) {
			continue
		}
		run, err := consecutive(g, x)
		if err != nil {
			return err
		}
		err = g.Join(ctx, x.digest, x.size, run)
		var wrong *store.IntegrityError
		if errors.As(err, &wrong) {
			return &Error{b.Name, fmt.Errorf("the pieces of %s, from this and other parts, are not %s: they are %s", x.name, x.digest, wrong.Got), x.digest}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
