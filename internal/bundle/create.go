package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/store"
)

// Names in the tar, in their order; the blobs come last, sorted by digest.
const (
	manifestName = "manifest.json"
	signatureDir = "signatures/"
	layoutName   = "oci-layout"
	indexName    = "index.json"
)

// ArtifactType is the artifact type of a bundle as an OCI image layout.
const ArtifactType = "application/vnd.dombuild.bundle.v1"

// Media types of what the artifact's manifest names.
const (
	configType = "application/vnd.dombuild.bundle.manifest.v1+json"
	lockType   = "application/vnd.dombuild.lock.v1+hcl"
	blobType   = "application/octet-stream"
)

// layout is the OCI image layout around a bundle.
type layout struct {
	index, manifest []byte
	small           map[digest.Digest][]byte // blobs that are not in the store
}

// layoutOf makes the OCI image layout around what a bundle holds.
func layoutOf(m Manifest, text []byte, locks []File) (layout, error) {
	l := layout{small: map[digest.Digest][]byte{digest.FromBytes(text): text}}
	a := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
		Config: ocispec.Descriptor{MediaType: configType, Digest: digest.FromBytes(text), Size: int64(len(text))},
	}
	add := func(mediaType, name string, d digest.Digest, size int64) {
		a.Layers = append(a.Layers, ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: size,
			Annotations: map[string]string{ocispec.AnnotationTitle: name}})
	}
	for _, f := range locks {
		l.small[digest.FromBytes(f.Text)] = f.Text
	}
	for _, k := range m.Locks {
		add(lockType, k.Name, k.Digest, k.Size)
	}
	for _, b := range m.Blobs {
		if b.Here {
			add(blobType, b.Name, b.Digest, b.Size)
		}
	}
	var err error
	if l.manifest, err = json.Marshal(a); err != nil {
		return l, err
	}
	d := digest.FromBytes(l.manifest)
	l.small[d] = l.manifest
	l.index, err = json.Marshal(ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{{MediaType: ocispec.MediaTypeImageManifest, ArtifactType: ArtifactType,
			Digest: d, Size: int64(len(l.manifest)), Annotations: map[string]string{ocispec.AnnotationRefName: m.Name}}},
	})
	return l, err
}

// Write writes a bundle: the locks of the manifest, and from the store the
// blobs that are not left out. Signatures are Sigstore bundles of the
// manifest's statement. A blob that is corrupt or missing is an error of the
// store, and what was written until then is not a bundle.
func Write(ctx context.Context, w io.Writer, st *store.Store, m Manifest, locks []File, signatures [][]byte) error {
	text, err := m.Format()
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	l, err := layoutOf(m, text, locks)
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	t := writer{tar.NewWriter(w)}
	if err := t.bytes(manifestName, text); err != nil {
		return err
	}
	for i, s := range signatures {
		if err := t.bytes(signatureName(i), s); err != nil {
			return err
		}
	}
	if err := t.bytes(layoutName, []byte(`{"imageLayoutVersion":"1.0.0"}`)); err != nil {
		return err
	}
	if err := t.bytes(indexName, l.index); err != nil {
		return err
	}
	for _, e := range expected(m, l) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if small, ok := l.small[e.digest]; ok {
			err = t.bytes(blobName(e.digest), small)
		} else {
			err = t.stored(ctx, st, e)
		}
		if err != nil {
			return err
		}
	}
	return t.Close()
}

func signatureName(i int) string { return fmt.Sprintf("%s%02d.sigstore.json", signatureDir, i+1) }

func blobName(d digest.Digest) string {
	return "blobs/" + d.Algorithm().String() + "/" + d.Encoded()
}

type writer struct{ *tar.Writer }

// header is the one header that a file of this name and size has.
func header(name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
}

func (w writer) bytes(name string, text []byte) error {
	if err := w.WriteHeader(header(name, int64(len(text)))); err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	if _, err := io.Copy(w, bytes.NewReader(text)); err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	return nil
}

func (w writer) stored(ctx context.Context, st *store.Store, e member) error {
	blob, err := st.Get(ctx, e.digest)
	if err != nil {
		return fmt.Errorf("bundling %s: %w", e.name, err)
	}
	f, err := blob.Open()
	if err != nil {
		return fmt.Errorf("bundling %s: %w", e.name, err)
	}
	defer f.Close()
	if err := w.WriteHeader(header(blobName(e.digest), e.size)); err != nil {
		return fmt.Errorf("bundling %s: %w", e.name, err)
	}
	if _, err := io.Copy(w, f); err != nil {
		return fmt.Errorf("bundling %s: %w", e.name, err)
	}
	return nil
}
