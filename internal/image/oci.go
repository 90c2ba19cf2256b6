package image

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"
)

// blobs is where the files of an image layout are.
type blobs interface {
	open(name string) (input, io.Closer, error)
	// hold takes over the closing of a file whose contents are shown in place.
	hold(io.Closer)
}

var errNoBlob = errors.New("there is no such file")

// diskBlobs is a layout on disk.
type diskBlobs struct {
	root *os.Root
	held *held
}

func (b diskBlobs) open(name string) (input, io.Closer, error) {
	f, err := b.root.OpenFile(name, openFlags|unix.O_RDONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return input{}, nil, errNoBlob
	} else if err != nil {
		return input{}, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a regular file")
	}
	if err != nil {
		f.Close()
		return input{}, nil, err
	}
	return input{f, info.Size()}, f, nil
}

func (w *walker) layoutDirectory(path string, h *held) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return w.fail("", err)
	}
	defer root.Close()
	return w.layout(diskBlobs{root, h})
}

// layout walks an OCI image layout: of every image the tree that its layers
// make one upon the other. When there are several images, the paths of each
// begin with its platform, such as "linux-arm64-v8", or with its digest where
// that does not tell them apart. Blobs of manifests that are no images, such
// as attestations, are files with the digest for a name. All digests and sizes
// are verified.
func (w *walker) layout(b blobs) error {
	l := &layoutWalk{walker: w, blobs: b, seen: map[digest.Digest]bool{}}
	var marker ocispec.ImageLayout
	if err := l.document("oci-layout", nil, &marker); err != nil {
		return err
	}
	if !strings.HasPrefix(marker.Version, "1.") {
		return w.failf("oci-layout", "not version 1 of image layouts")
	}
	var index ocispec.Index
	if err := l.document("index.json", nil, &index); err != nil {
		return err
	}
	if err := l.collect(index.Manifests, 0); err != nil {
		return err
	}
	if w.noting() {
		return l.note()
	}
	return l.show()
}

// layoutWalk collects the manifests of a layout.
type layoutWalk struct {
	*walker
	blobs     blobs
	seen      map[digest.Digest]bool
	images    []ociImage
	artifacts []ociImage // manifests of something else
}

type ociImage struct {
	digest   digest.Digest
	config   *ocispec.Descriptor
	platform string
	layers   []ocispec.Descriptor
}

// document reads a JSON file, which a descriptor vouches for unless nil.
func (l *layoutWalk) document(name string, d *ocispec.Descriptor, v any) error {
	in, closer, err := l.blobs.open(name)
	if err != nil {
		return l.fail(name, err)
	}
	defer closer.Close()
	if in.size > maxDocument {
		return l.failf(name, "it is larger than a document may be")
	}
	if d != nil {
		if err := l.verify(name, in, d); err != nil {
			return err
		}
	}
	b := make([]byte, in.size)
	if _, err := in.ReadAt(b, 0); err != nil && len(b) > 0 {
		return l.fail(name, err)
	}
	return l.fail(name, json.Unmarshal(b, v))
}

// verify reads a whole blob.
func (w *walker) verify(name string, in input, d *ocispec.Descriptor) error {
	if in.size != d.Size {
		return w.failf(name, "it does not have the size of its descriptor")
	}
	v := d.Digest.Verifier()
	buf := make([]byte, 256<<10)
	for off := int64(0); off < in.size; {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		n, err := in.ReadAt(buf[:min(int64(len(buf)), in.size-off)], off)
		if v.Write(buf[:n]); err != nil && off+int64(n) < in.size {
			return w.fail(name, err)
		}
		off += int64(n)
	}
	if !v.Verified() {
		return w.failf(name, "it does not have the digest "+d.Digest.String())
	}
	return nil
}

// blobName checks a digest and says where its blob is.
func (w *walker) blobName(d digest.Digest) (string, error) {
	if err := d.Validate(); err != nil {
		return "", w.fail("", err)
	}
	return "blobs/" + d.Algorithm().String() + "/" + d.Encoded(), nil
}

// collect follows indexes to manifests.
func (l *layoutWalk) collect(list []ocispec.Descriptor, depth int) error {
	if depth > l.limits.Depth {
		return &LimitError{l.place, "Depth", int64(l.limits.Depth)}
	}
	for _, d := range list {
		name, err := l.blobName(d.Digest)
		if err != nil {
			return err
		}
		if l.seen[d.Digest] { // under another name
			continue
		}
		l.seen[d.Digest] = true
		if err := l.entry(within(l.place, name)); err != nil {
			return err
		}
		var doc struct {
			Manifests []ocispec.Descriptor `json:"manifests"`
			Layers    []ocispec.Descriptor `json:"layers"`
			Config    *ocispec.Descriptor  `json:"config"`
		}
		if err := l.document(name, &d, &doc); err != nil {
			return err
		}
		switch {
		case doc.Config == nil && doc.Manifests == nil:
			return l.failf(name, "it is neither an index nor a manifest")
		case doc.Config == nil:
			err = l.collect(doc.Manifests, depth+1)
		default:
			err = l.manifest(d, doc.Config, doc.Layers)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *layoutWalk) manifest(d ocispec.Descriptor, config *ocispec.Descriptor, layers []ocispec.Descriptor) error {
	m := ociImage{digest: d.Digest, config: config, layers: layers}
	for _, layer := range layers {
		t := layer.MediaType
		if !strings.HasPrefix(t, "application/vnd.oci.image.layer.") && !strings.HasPrefix(t, "application/vnd.docker.image.rootfs.") {
			l.artifacts = append(l.artifacts, m)
			return nil
		}
	}
	p := d.Platform
	if p == nil {
		name, err := l.blobName(config.Digest)
		if err != nil {
			return err
		}
		p = &ocispec.Platform{}
		if err := l.document(name, config, p); err != nil {
			return err
		}
	}
	m.platform = strings.ReplaceAll(strings.Trim(p.OS+"-"+p.Architecture+"-"+p.Variant, "-"), "/", "-")
	l.images = append(l.images, m)
	return nil
}

func (l *layoutWalk) show() error {
	platforms := map[string]int{}
	for _, m := range l.images {
		platforms[m.platform]++
	}
	for _, m := range l.images {
		prefix := ""
		if len(l.images) > 1 {
			prefix = m.platform
			if _, err := joinName("", prefix); err != nil || platforms[prefix] > 1 {
				prefix = m.digest.Encoded()
			}
			prefix += "/"
		}
		if err := l.image(m, prefix); err != nil {
			return err
		}
	}
	for _, m := range l.artifacts {
		for _, d := range m.layers {
			if err := l.artifact(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *layoutWalk) artifact(d ocispec.Descriptor) error {
	name, err := l.blobName(d.Digest)
	if err != nil {
		return err
	}
	in, closer, err := l.blobs.open(name)
	if err != nil {
		return l.fail(name, err)
	}
	defer l.blobs.hold(closer)
	if err := l.verify(name, in, &d); err != nil {
		return err
	}
	return l.emit(Entry{Path: d.Digest.Encoded(), Type: Regular, Mode: 0o644, Size: in.size}, inPlace{in})
}
