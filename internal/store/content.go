package store

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/pkg/filters"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Content is the store as containerd and BuildKit see one: read-only. A blob
// is hashed when it is first opened, and again only if its file was touched
// since; wrong bytes are an *IntegrityError before a single one is given out.
func (s *Store) Content() content.Store { return contentView{s} }

type contentView struct{ s *Store }

func (c contentView) ReaderAt(ctx context.Context, desc ocispec.Descriptor) (content.ReaderAt, error) {
	f, err := c.s.openBlob(desc.Digest)
	if err != nil {
		return nil, notFound(err)
	}
	size, err := c.s.checkOnce(ctx, f, desc.Digest)
	if err != nil {
		f.Close()
		return nil, err
	}
	return readerAt{f, size}, nil
}

// checkOnce hashes an open blob unless this process has done so before.
func (s *Store) checkOnce(ctx context.Context, f *os.File, d digest.Digest) (int64, error) {
	m := s.memo(d)
	m.work.Lock()
	defer m.work.Unlock()
	st, err := stampOf(f)
	if err != nil {
		return 0, err
	}
	if m.is(st) {
		return st.size, nil
	}
	return s.check(ctx, f, d)
}

type readerAt struct {
	f    *os.File
	size int64
}

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r.f.ReadAt(p, off) }
func (r readerAt) Size() int64                             { return r.size }
func (r readerAt) Close() error                            { return r.f.Close() }

func (c contentView) Info(_ context.Context, d digest.Digest) (content.Info, error) {
	f, err := c.s.openBlob(d)
	if err != nil {
		return content.Info{}, notFound(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return content.Info{}, err
	}
	return contentInfo(Info{d, fi.Size(), fi.ModTime()}), nil
}

func contentInfo(i Info) content.Info {
	return content.Info{Digest: i.Digest, Size: i.Size, CreatedAt: i.Changed, UpdatedAt: i.Changed}
}

func (c contentView) Walk(ctx context.Context, fn content.WalkFunc, exprs ...string) error {
	filter, err := filters.ParseAll(exprs...)
	if err != nil {
		return err
	}
	infos, err := c.s.List(ctx)
	if err != nil {
		return err
	}
	for _, i := range infos {
		info := contentInfo(i)
		if !filter.Match(content.AdaptInfo(info)) {
			continue
		}
		if err := fn(info); err != nil {
			return err
		}
	}
	return nil
}

// notFound lets errdefs recognise a missing blob.
func notFound(err error) error {
	var missing *NotFoundError
	if errors.As(err, &missing) {
		return fmt.Errorf("%w: %w", err, errdefs.ErrNotFound)
	}
	return err
}

var errReadOnly = fmt.Errorf("this view of the store is read-only: %w", errdefs.ErrFailedPrecondition)

func (contentView) Update(context.Context, content.Info, ...string) (content.Info, error) {
	return content.Info{}, errReadOnly
}

func (contentView) Delete(context.Context, digest.Digest) error { return errReadOnly }

func (contentView) Abort(context.Context, string) error { return errReadOnly }

func (contentView) Writer(context.Context, ...content.WriterOpt) (content.Writer, error) {
	return nil, errReadOnly
}

func (contentView) Status(_ context.Context, ref string) (content.Status, error) {
	return content.Status{}, fmt.Errorf("ingestion %q: %w", ref, errdefs.ErrNotFound)
}

func (contentView) ListStatuses(context.Context, ...string) ([]content.Status, error) {
	return nil, nil
}
