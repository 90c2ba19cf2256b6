package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

// Outstanding says what is still missing of a bundle that comes in parts.
type Outstanding struct {
	Parts []int // by their numbers, of those that were cut like the one just taken
	Bytes int64
}

// Import takes a bundle that was judged into the store. Each blob is hashed
// once, into a stage beside the blobs; when all of them are there, and sound,
// they are published. A part stays in a stage until the last one has come, and
// what is outstanding is returned; nil: the bundle was imported.
func Import(ctx context.Context, st *store.Store, b *Bundle, task progress.Task) (*Outstanding, error) {
	release, err := st.Only(ctx, "bundle "+b.Manifest.Name)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := Fresh(st, b); err != nil {
		return nil, err
	}
	if b.Part != nil {
		if there, err := b.imported(ctx, st); err != nil || there {
			return nil, err
		}
		return b.importPart(ctx, st, task)
	}
	if err := Complete(ctx, st, b); err != nil {
		return nil, err
	}
	g, err := st.Stage()
	if err != nil {
		return nil, err
	}
	defer g.Discard()
	if err := b.stage(ctx, g, task); err != nil {
		return nil, err
	}
	return nil, b.finish(ctx, st, g)
}

// stage takes the members into a stage; those that are there already are not
// read again.
func (b *Bundle) stage(ctx context.Context, g *store.Stage, task progress.Task) error {
	return b.each(ctx, func(ctx context.Context, m member) error {
		r := counting{b.content(m), task}
		var err error
		switch p := (store.Piece{Offset: m.offset, Size: m.size}); {
		case g.Has(m.item.digest), m.sum != "" && g.HasPiece(m.item.digest, p):
		case m.sum != "":
			err = g.PutPiece(ctx, r, m.item.digest, p, m.sum)
		default:
			err = g.Put(ctx, r, m.item.digest, m.size)
		}
		var wrong *store.IntegrityError
		if errors.As(err, &wrong) {
			return b.wrong(m, fmt.Errorf("it is %s", wrong.Got))
		}
		return err
	})
}

// counting tells a task how many bytes are read.
type counting struct {
	r    io.Reader
	task progress.Task
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.task.Add(int64(n))
	return n, err
}

// finish publishes a stage in which every blob is.
func (b *Bundle) finish(ctx context.Context, st *store.Store, g *store.Stage) error {
	if _, err := b.locks(ctx, staged(g, st), func(l Lock) ([]byte, error) { return readStaged(g, l.Digest) }); err != nil {
		return err
	}
	if err := b.agree(ctx, st); err != nil {
		return err
	}
	items := b.Manifest.items()
	digests := make([]digest.Digest, len(items))
	for i, x := range items {
		digests[i] = x.digest
	}
	if err := g.Commit(ctx, digests); err != nil {
		return err
	}
	if err := b.adopt(st); err != nil {
		return err
	}
	return remember(st, b)
}

// readStaged reads a small blob of a stage.
func readStaged(g *store.Stage, d digest.Digest) ([]byte, error) {
	f, err := g.Open(d)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxManifest))
}
