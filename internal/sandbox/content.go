package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/errdefs"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Blobs is what the sandbox needs of the store: bytes by digest, verified by
// whoever gives them out.
type Blobs interface {
	content.Provider
	content.InfoProvider
}

// contents is the content store that BuildKit sees: the caller's blobs and the
// few small ones that the engine makes up (image manifests, layers that hold
// nothing but mount points). It refuses writes.
type contents struct {
	blobs Blobs

	mu    sync.Mutex
	own   map[digest.Digest][]byte
	extra map[digest.Digest]Blobs
	fault error // the first error of blobs other than not found
}

var _ content.Store = (*contents)(nil)

func newContents(blobs Blobs) *contents {
	return &contents{blobs: blobs, own: map[digest.Digest][]byte{}, extra: map[digest.Digest]Blobs{}}
}

// add makes data available and returns its descriptor.
func (c *contents) add(mediaType string, data []byte) ocispecs.Descriptor {
	d := digest.FromBytes(data)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own[d] = data
	return ocispecs.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}
}

// link makes a blob of another provider available.
func (c *contents) link(d digest.Digest, from Blobs) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extra[d] = from
}

func (c *contents) lookup(d digest.Digest) ([]byte, Blobs) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if data, ok := c.own[d]; ok {
		return data, nil
	}
	if from, ok := c.extra[d]; ok {
		return nil, from
	}
	return nil, c.blobs
}

// note keeps the first fault of the store, because an error that has been
// through BuildKit has lost its type.
func (c *contents) note(err error) error {
	if err == nil || errdefs.IsNotFound(err) || errdefs.IsCanceled(err) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fault == nil {
		c.fault = err
	}
	return err
}

// takeFault returns the fault noted since the last call.
func (c *contents) takeFault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.fault
	c.fault = nil
	return err
}

func (c *contents) Info(ctx context.Context, d digest.Digest) (content.Info, error) {
	data, from := c.lookup(d)
	if from == nil {
		return content.Info{Digest: d, Size: int64(len(data))}, nil
	}
	info, err := from.Info(ctx, d)
	return info, c.note(err)
}

func (c *contents) ReaderAt(ctx context.Context, desc ocispecs.Descriptor) (content.ReaderAt, error) {
	data, from := c.lookup(desc.Digest)
	if from == nil {
		return memory{bytes.NewReader(data)}, nil
	}
	r, err := from.ReaderAt(ctx, desc)
	if err != nil {
		return nil, c.note(err)
	}
	return noting{r, c}, nil
}

// memory is a blob in memory.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// noting is a reader whose faults are noted.
type noting struct {
	content.ReaderAt
	c *contents
}

func (n noting) ReadAt(p []byte, off int64) (int, error) {
	k, err := n.ReaderAt.ReadAt(p, off)
	if err != nil && k < len(p) && off+int64(k) < n.Size() {
		return k, n.c.note(err)
	}
	return k, err
}

var errReadOnly = fmt.Errorf("the sandbox does not write to the store: %w", errdefs.ErrPermissionDenied)

func (c *contents) Walk(context.Context, content.WalkFunc, ...string) error { return nil }
func (c *contents) Delete(context.Context, digest.Digest) error             { return errReadOnly }
func (c *contents) Abort(context.Context, string) error                     { return errReadOnly }

func (c *contents) Update(context.Context, content.Info, ...string) (content.Info, error) {
	return content.Info{}, errReadOnly
}

func (c *contents) Status(context.Context, string) (content.Status, error) {
	return content.Status{}, errdefs.ErrNotFound
}

func (c *contents) ListStatuses(context.Context, ...string) ([]content.Status, error) {
	return nil, nil
}

func (c *contents) Writer(context.Context, ...content.WriterOpt) (content.Writer, error) {
	return nil, errReadOnly
}

// shared is the worker's own content store with the caller's blobs beneath it,
// so that an embedded worker reads them where they lie instead of copying them.
// Deleting and walking concern only the worker's own.
type shared struct {
	content.Store
	beneath *contents
}

func (s shared) Info(ctx context.Context, d digest.Digest) (content.Info, error) {
	info, err := s.Store.Info(ctx, d)
	if errdefs.IsNotFound(err) {
		return s.beneath.Info(ctx, d)
	}
	return info, err
}

func (s shared) ReaderAt(ctx context.Context, desc ocispecs.Descriptor) (content.ReaderAt, error) {
	r, err := s.Store.ReaderAt(ctx, desc)
	if errdefs.IsNotFound(err) {
		return s.beneath.ReaderAt(ctx, desc)
	}
	return r, err
}
