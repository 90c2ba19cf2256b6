package bundle

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// carried is the origin of what a bundle says that locks of layers need.
type carried struct {
	records map[[2]string]string
	blobs   map[digest.Digest]Blob
	open    func(ctx context.Context, d digest.Digest) (io.ReadCloser, error)
}

func (b *Bundle) carried(open func(context.Context, digest.Digest) (io.ReadCloser, error)) carried {
	c := carried{map[[2]string]string{}, map[digest.Digest]Blob{}, open}
	for _, r := range b.Manifest.Records {
		c.records[[2]string{r.Kind, r.Key}] = r.Data
	}
	for _, x := range b.Manifest.Blobs {
		c.blobs[x.Digest] = x
	}
	return c
}

func (c carried) Record(kind, key string) ([]byte, error) {
	data, ok := c.records[[2]string{kind, key}]
	if !ok {
		return nil, &store.NotFoundError{Record: kind + "/" + key}
	}
	return []byte(data), nil
}

func (c carried) Size(_ context.Context, d digest.Digest) (int64, error) {
	b, ok := c.blobs[d]
	if !ok {
		return 0, fmt.Errorf("the manifest does not name %s", d)
	}
	return b.Size, nil
}

func (c carried) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
	return c.open(ctx, d)
}

// member opens a blob of a whole bundle.
func (b *Bundle) member(_ context.Context, d digest.Digest) (io.ReadCloser, error) {
	for _, m := range b.members {
		if m.item.digest == d {
			return io.NopCloser(b.content(m)), nil
		}
	}
	return nil, ErrElsewhere
}

// staged opens a blob that was taken in, or else one of the store.
func staged(g *store.Stage, st *store.Store) func(context.Context, digest.Digest) (io.ReadCloser, error) {
	return func(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
		if g.Has(d) {
			return g.Open(d)
		}
		return FromStore{st}.Open(ctx, d)
	}
}

// follow finds out what the locks of layers in a bundle need. What is left out,
// and cannot be looked into, may need anything that the manifest names.
func (b *Bundle) follow(ctx context.Context, from carried, locks []File) (map[string]*Layers, error) {
	out := map[string]*Layers{}
	for _, f := range locks {
		if !pins.Is(f.Text) {
			continue
		}
		l, err := pins.Parse(f.Name, f.Text)
		if err != nil {
			return nil, err
		}
		if out[f.Name], err = Follow(ctx, from, l); err != nil {
			return nil, err
		}
		if out[f.Name].Partial {
			out[f.Name].Blobs = append(out[f.Name].Blobs, slices.Collect(maps.Values(from.blobs))...)
			out[f.Name].Records = append(out[f.Name].Records, b.Manifest.Records...)
		}
	}
	return out, nil
}
