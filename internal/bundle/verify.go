package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
)

// content reads what a member holds.
func (b *Bundle) content(m member) io.Reader { return io.NewSectionReader(b.r, m.start, m.size) }

// wants is the digest that the content of a member has.
func (m member) wants() digest.Digest {
	if m.sum != "" {
		return m.sum
	}
	return m.item.digest
}

// each works on the members on all processors. The error is the first one's in
// the order of the members.
func (b *Bundle) each(ctx context.Context, work func(context.Context, member) error) error {
	errs := make([]error, len(b.members))
	g, ctx2 := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range b.members {
		g.Go(func() error {
			if ctx2.Err() == nil {
				errs[i] = work(ctx2, m)
			}
			return errs[i]
		})
	}
	_ = g.Wait() // it is in errs
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	return nil
}

// Verify hashes every byte, and holds the manifest against the locks. A blob
// that is not what it should be is an *Error. Of a part, the pieces of blobs
// are only known to be what the part itself says.
func (b *Bundle) Verify(ctx context.Context, task progress.Task) error {
	err := b.each(ctx, func(ctx context.Context, m member) error { return b.hash(ctx, m, task) })
	if err == nil && b.Part == nil {
		_, err = b.Locks(ctx)
	}
	return err
}

const chunk = 256 << 10 // stays in the second-level cache

func (b *Bundle) hash(ctx context.Context, m member, task progress.Task) error {
	h := m.wants().Algorithm().Hash()
	r, buf := b.content(m), make([]byte, chunk)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(buf)
		h.Write(buf[:n])
		task.Add(int64(n))
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return b.wrong(m, err)
		}
	}
	if got := digest.NewDigest(m.wants().Algorithm(), h); got != m.wants() {
		return b.wrong(m, fmt.Errorf("it is %s", got))
	}
	return nil
}

// wrong says that a member does not hold what it should.
func (b *Bundle) wrong(m member, err error) error {
	what := m.item.name
	if m.sum != "" {
		what = fmt.Sprintf("the piece at byte %d of %s", m.offset, what)
	}
	return &Error{b.Name, fmt.Errorf("%s is not %s: %w", what, m.wants(), err), m.item.digest}
}

// Locks reads the locks of a whole bundle and holds the manifest against them.
// Submodules of commits that are left out are not known.
func (b *Bundle) Locks(ctx context.Context) ([]File, error) {
	return b.locks(ctx, b.member, func(l Lock) ([]byte, error) {
		for _, m := range b.members {
			if m.item.digest == l.Digest {
				return io.ReadAll(b.content(m))
			}
		}
		return nil, fmt.Errorf("the lock %s is not in it", l.Name)
	})
}

// locks checks that a manifest is that of its locks: one that leaves out a
// pin, or names a blob that no lock pins and that vouches for none, is wrong.
func (b *Bundle) locks(ctx context.Context, open func(context.Context, digest.Digest) (io.ReadCloser, error), read func(Lock) ([]byte, error)) ([]File, error) {
	fail := func(err error) ([]File, error) { return nil, &Error{Name: b.Name, Err: err} }
	var list []File
	for _, l := range b.Manifest.Locks {
		text, err := read(l)
		if err != nil {
			return fail(err)
		}
		if got := l.Digest.Algorithm().FromBytes(text); got != l.Digest {
			return nil, &Error{b.Name, fmt.Errorf("the lock %s is not %s: it is %s", l.Name, l.Digest, got), l.Digest}
		}
		list = append(list, File{l.Name, text})
	}
	left, sizes := map[digest.Digest]bool{}, map[digest.Digest]int64{}
	for _, x := range b.Manifest.Blobs {
		left[x.Digest], sizes[x.Digest] = !x.Here, x.Size
	}
	layers, err := b.follow(ctx, b.carried(open), list)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return fail(err)
	}
	m := b.Manifest
	again, err := Describe(Content{Name: m.Name, Serial: m.Serial, Base: m.Base, Locks: list, Recipes: m.Recipes, Programs: m.Programs,
		Layers: layers, Has: func(d digest.Digest) bool { return left[d] },
		Evidence: func(e lockfile.Evidence) (int64, bool) {
			size, ok := sizes[e.Digest]
			return size, ok
		}})
	if err != nil {
		return fail(err)
	}
	if text, err := again.Format(); err != nil || !bytes.Equal(text, b.text) {
		return fail(errors.New("its manifest is not that of its locks"))
	}
	return list, nil
}

// Bytes is how many bytes of blobs the file holds.
func (b *Bundle) Bytes() (n int64) {
	for _, m := range b.members {
		n += m.size
	}
	return n
}
