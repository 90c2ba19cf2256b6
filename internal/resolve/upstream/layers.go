package upstream

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/resolve"
)

// Limits of an image.
const (
	maxImage        = 32 << 30 // bytes of all layers, unpacked
	maxImageEntries = 4 << 20
)

// image lays out the layers of an image, one upon the other, as the image
// specification says: whiteouts take away what is below them. Owners, devices
// and fifos are left out, which a tree does not have.
func (r *registry) image(ctx context.Context, w *tar.Writer, manifest ocispec.Manifest) error {
	diffs, err := r.diffIDs(ctx, manifest)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "layers-")
	if err != nil {
		return fmt.Errorf("making a temporary file: %w", err)
	}
	defer f.Close()
	if err := os.Remove(f.Name()); err != nil {
		return fmt.Errorf("unlinking a temporary file: %w", err)
	}
	root := &rootfs{file: f, nodes: map[string]*layerNode{}}
	for i, l := range manifest.Layers {
		if err := r.layer(ctx, root, l.Digest, diffs[i]); err != nil {
			return fmt.Errorf("layer %d (%s): %w", i, l.Digest, err)
		}
	}
	return root.write(w)
}

// diffIDs reads the digests of the unpacked layers.
func (r *registry) diffIDs(ctx context.Context, manifest ocispec.Manifest) ([]digest.Digest, error) {
	if manifest.Config.Size > maxManifest {
		return nil, fmt.Errorf("the configuration has more than %d MiB", maxManifest>>20)
	}
	blob, err := r.m.Store.Get(ctx, manifest.Config.Digest)
	if err != nil {
		return nil, err
	}
	content, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer content.Close()
	text, err := io.ReadAll(content)
	var config ocispec.Image
	if err == nil {
		err = json.Unmarshal(text, &config)
	}
	if err == nil && len(config.RootFS.DiffIDs) != len(manifest.Layers) {
		err = fmt.Errorf("it names %d layers, the manifest %d", len(config.RootFS.DiffIDs), len(manifest.Layers))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return config.RootFS.DiffIDs, nil
}

func (r *registry) layer(ctx context.Context, root *rootfs, d, diff digest.Digest) error {
	blob, err := r.m.Store.Get(ctx, d)
	if err != nil {
		return err
	}
	packed, err := blob.Open()
	if err != nil {
		return err
	}
	defer packed.Close()
	plain, err := decompressed(packed)
	if err != nil {
		return err
	}
	defer plain.Close()
	sum := digest.SHA256.Digester()
	in := io.TeeReader(io.LimitReader(plain, maxImage+1), sum.Hash())
	if err := root.apply(ctx, tar.NewReader(in)); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if got := sum.Digest(); got != diff {
		return &resolve.IntegrityError{What: "the unpacked layer", Want: diff, Got: got, From: r.repo.Name()}
	}
	return nil
}

// decompressed tells by the first bytes how a layer is compressed.
func decompressed(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(4)
	if err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case strings.HasPrefix(string(head), "\x1f\x8b"):
		return gzip.NewReader(b)
	case strings.HasPrefix(string(head), "\x28\xb5\x2f\xfd"):
		z, err := zstd.NewReader(b, zstd.WithDecoderMaxMemory(1<<30), zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(b), nil
}

// layerNode is a path of an image on its way through the layers.
type layerNode struct {
	h      *tar.Header
	offset int64 // of a file's content
}

// rootfs is the tree of the layers so far. Contents wait in a nameless file.
type rootfs struct {
	file  *os.File
	size  int64
	count int
	nodes map[string]*layerNode
}

const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

// apply lays one layer over the tree. Whiteouts are about the layers below,
// wherever in the layer they stand.
func (r *rootfs) apply(ctx context.Context, tr *tar.Reader) error {
	own := map[string]bool{}
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if r.count++; r.count > maxImageEntries {
			return fmt.Errorf("the image has more than %d entries", maxImageEntries)
		}
		p := path.Clean(strings.TrimLeft(h.Name, "/"))
		if p == "." {
			continue
		}
		if p == ".." || strings.HasPrefix(p, "../") {
			return fmt.Errorf("entry %q leads out of the tree", h.Name)
		}
		if err := r.entry(p, h, tr, own); err != nil {
			return fmt.Errorf("entry %q: %w", h.Name, err)
		}
	}
}

func (r *rootfs) entry(p string, h *tar.Header, content io.Reader, own map[string]bool) error {
	dir, base := path.Split(p)
	dir = strings.TrimSuffix(dir, "/")
	switch {
	case base == opaque:
		r.remove(dir, false, own)
		return nil
	case strings.HasPrefix(base, whiteout+whiteout):
		return nil // other marks of aufs
	case strings.HasPrefix(base, whiteout):
		r.remove(path.Join(dir, base[len(whiteout):]), true, own)
		return nil
	}
	own[p] = true
	n := &layerNode{h: h}
	switch h.Typeflag {
	case tar.TypeDir:
		if old := r.nodes[p]; old == nil || old.h.Typeflag != tar.TypeDir {
			r.remove(p, true, nil)
		}
	case tar.TypeReg:
		r.remove(p, true, nil)
		if err := r.take(n, content); err != nil {
			return err
		}
	case tar.TypeLink:
		target := r.nodes[path.Clean(strings.TrimLeft(h.Linkname, "/"))]
		if target == nil || target.h.Typeflag != tar.TypeReg {
			return fmt.Errorf("is a hard link to %q, which is no file before it", h.Linkname)
		}
		same := *target // the link is broken up: the copies are equal
		r.remove(p, true, nil)
		n = &same
	case tar.TypeSymlink:
		r.remove(p, true, nil)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		r.remove(p, true, nil)
		return nil
	default:
		return fmt.Errorf("is of the type %q", h.Typeflag)
	}
	r.nodes[p] = n
	return r.addParents(p, own)
}

// addParents adds the directories that an entry implies.
func (r *rootfs) addParents(p string, own map[string]bool) error {
	for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
		n := r.nodes[dir]
		if n == nil {
			r.nodes[dir] = &layerNode{h: &tar.Header{Typeflag: tar.TypeDir, Mode: 0o755}}
			own[dir] = true
		} else if n.h.Typeflag != tar.TypeDir {
			return fmt.Errorf("is below %q, which is no directory", dir)
		} else {
			return nil
		}
	}
	return nil
}

func (r *rootfs) take(n *layerNode, content io.Reader) error {
	if r.size += n.h.Size; n.h.Size < 0 || r.size > maxImage {
		return fmt.Errorf("the image has more than %d GiB", maxImage>>30)
	}
	n.offset = r.size - n.h.Size
	copied, err := io.Copy(r.file, io.LimitReader(content, n.h.Size))
	if err == nil && copied != n.h.Size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// remove takes away what lies at and below a path, but not what the same
// layer has put there.
func (r *rootfs) remove(p string, itself bool, own map[string]bool) {
	if n := r.nodes[p]; itself {
		if n == nil {
			return
		}
		if !own[p] {
			delete(r.nodes, p)
		}
		if n.h.Typeflag != tar.TypeDir {
			return
		}
	}
	for q := range r.nodes {
		if (p == "" || strings.HasPrefix(q, p+"/")) && !own[q] {
			delete(r.nodes, q)
		}
	}
}

func (r *rootfs) write(w *tar.Writer) error {
	for _, p := range slices.Sorted(maps.Keys(r.nodes)) {
		n := r.nodes[p]
		h := &tar.Header{Typeflag: n.h.Typeflag, Name: p, Mode: n.h.Mode & 0o7777, Linkname: n.h.Linkname, Format: tar.FormatPAX}
		switch h.Typeflag {
		case tar.TypeDir:
			h.Name, h.Linkname = p+"/", ""
		case tar.TypeReg:
			h.Size, h.Linkname = n.h.Size, ""
			if value, ok := n.h.PAXRecords["SCHILY.xattr.security.capability"]; ok {
				h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": value}
			}
		}
		if err := w.WriteHeader(h); err != nil {
			return fmt.Errorf("packing %q: %w", p, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if _, err := io.Copy(w, io.NewSectionReader(r.file, n.offset, h.Size)); err != nil {
			return fmt.Errorf("packing %q: %w", p, err)
		}
	}
	return nil
}
