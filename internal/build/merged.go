package build

import (
	"archive/tar"
	"context"
	"fmt"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// Merged puts into the store what Export writes for a target: the trees of its
// steps, and boot/ of its packages, with the modes that exported files have.
// The outcome is named after the target's address.
func Merged(ctx context.Context, st *store.Store, res *Result, t Target) (Step, error) {
	fill := func(w *tar.Writer) error {
		return merge(ctx, merger{to: w, dirs: map[string]bool{}, plain: true}, st, res, t)
	}
	return PutTree(ctx, st, string(t.Address), res.Plan.Recipe().SourceDateEpoch, fill)
}

// PutTree puts the canonical form of what fill writes into the store, as if a
// step of that name had left it.
func PutTree(ctx context.Context, st *store.Store, name string, epoch int64, fill func(*tar.Writer) error) (Step, error) {
	raw, rawIn := io.Pipe()
	canonical, canonicalIn := io.Pipe()
	out := Step{Name: name}
	var group errgroup.Group
	group.Go(func() error {
		w := tar.NewWriter(rawIn)
		err := fill(w)
		if err == nil {
			err = w.Close()
		}
		rawIn.CloseWithError(err)
		return err
	})
	group.Go(func() error {
		index, err := tree.Canonical(raw, canonicalIn, epoch)
		out.Tree = index.Digest()
		raw.CloseWithError(err)
		canonicalIn.CloseWithError(err)
		return err
	})
	group.Go(func() error {
		blob, err := st.Put(ctx, canonical, "", -1)
		out.Output, out.Size = blob.Digest(), blob.Size()
		canonical.CloseWithError(err)
		return err
	})
	if err := group.Wait(); err != nil {
		return Step{}, fmt.Errorf("taking the tree of %s: %w", name, err)
	}
	return out, nil
}

// PlainMode is the mode that exporting leaves an entry: only whether anybody
// may execute it is kept.
func PlainMode(mode int64, dir bool) int64 {
	if dir || mode&0o111 != 0 {
		return 0o755
	}
	return 0o644
}
