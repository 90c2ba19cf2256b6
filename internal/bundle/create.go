package bundle

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

// Texts are small blobs by their digest: locks, and the files of recipes.
type Texts map[digest.Digest][]byte

// Writing is what a bundle is written from.
type Writing struct {
	Manifest   Manifest
	Signatures [][]byte // Sigstore bundles of the manifest's statement
	Texts      Texts
	Store      *store.Store
	Task       progress.Task // told how many bytes were written; nil: nobody
}

// Write writes a whole bundle into an empty file: the texts, and from the
// store the blobs that are not left out, each of them hashed on the way. A blob
// that is corrupt or missing is an error of the store, and what was written
// until then is not a bundle.
func (c Writing) Write(ctx context.Context, w *os.File) error {
	text, err := c.Manifest.Format()
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	a, err := whole(c.Manifest, text, c.Signatures)
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	return c.write(ctx, w, a)
}

// write fills a file with an archive. All places are known, so the members are
// written at the same time.
func (c Writing) write(ctx context.Context, w *os.File, a archive) error {
	if err := w.Truncate(a.size); err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, m := range a.members {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return c.member(ctx, w, m)
		})
	}
	return g.Wait()
}

func (c Writing) member(ctx context.Context, w *os.File, m member) error {
	head, err := header(m.name, m.size)
	if err != nil {
		return err
	}
	if _, err := w.WriteAt(head, m.at); err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	r, err := c.open(ctx, m)
	if err != nil {
		return fmt.Errorf("bundling %s: %w", m.item.name, err)
	}
	n, err := io.Copy(io.NewOffsetWriter(w, m.start), r)
	if err == nil && n != m.size {
		err = fmt.Errorf("%d bytes instead of %d", n, m.size)
	}
	if err := r.Close(); err != nil {
		return err
	}
	if c.Task != nil && m.text == nil {
		c.Task.Add(n)
	}
	if err != nil {
		return fmt.Errorf("bundling %s: %w", m.item.name, err)
	}
	return nil
}

// open opens the content of a member.
func (c Writing) open(ctx context.Context, m member) (io.ReadCloser, error) {
	text := m.text
	if text == nil {
		text = c.Texts[m.item.digest]
	}
	switch {
	case text != nil:
		return io.NopCloser(bytes.NewReader(text[m.offset : m.offset+m.size])), nil
	case m.size == m.item.size:
		return c.Store.Reader(m.item.digest, m.size)
	}
	whole, err := c.Store.Content().ReaderAt(ctx, ocispec.Descriptor{Digest: m.item.digest})
	if err != nil {
		return nil, err
	}
	if whole.Size() != m.item.size {
		return nil, fmt.Errorf("it has %d bytes instead of %d", whole.Size(), m.item.size)
	}
	return section{io.NewSectionReader(whole, m.offset, m.size), whole}, nil
}

// section is a part of something that has to be closed.
type section struct {
	io.Reader
	io.Closer
}

// Add adds a text.
func (t Texts) Add(text []byte) { t[digest.FromBytes(text)] = text }
