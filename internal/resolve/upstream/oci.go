package upstream

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

const (
	maxManifest = 4 << 20 // bytes; what registries accept
	maxLayers   = 1024
)

const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerConfig   = "application/vnd.docker.container.image.v1+json"
)

// registry is where one source's blobs are.
type registry struct {
	m    *Machine
	repo name.Repository
}

// oci brings an image or artifact: the documents that name it, its
// configuration and layers, and the files in them.
func (m *Machine) oci(ctx context.Context, s recipe.Source, t, pin *lockfile.Tree) error {
	repo, err := name.NewRepository(s.OCI.Repository, name.StrictValidation)
	if err != nil {
		return err
	}
	r := &registry{m, repo}
	var ref name.Reference = repo.Tag(s.OCI.Tag)
	if want := s.OCI.Digest; want != "" || pin != nil {
		if pin != nil {
			want = digest.Digest(pin.Pinned)
		}
		ref = repo.Digest(want.String())
	}
	text, kind, err := r.document(ctx, ref)
	if err != nil {
		return r.explain(err, s)
	}
	t.Pinned = digest.FromBytes(text).String()
	if kind == ocispec.MediaTypeImageIndex || kind == dockerList {
		if err := m.keep(ctx, t, pin, "index", repo.Name(), text); err != nil {
			return err
		}
		chosen, err := choose(text, s.OCI.Platform)
		if err != nil {
			return fmt.Errorf("%s: %w", ref, err)
		}
		if text, kind, err = r.document(ctx, repo.Digest(chosen.String())); err != nil {
			return err
		}
	}
	if kind != ocispec.MediaTypeImageManifest && kind != dockerManifest {
		return fmt.Errorf("%s is of the type %q, which is neither an image nor an artifact", ref, kind)
	}
	if err := m.keep(ctx, t, pin, "manifest", repo.Name(), text); err != nil {
		return err
	}
	return r.contents(ctx, text, t, pin)
}

// document gets a manifest or index, which is hashed if it is asked for by digest.
func (r *registry) document(ctx context.Context, ref name.Reference) (text []byte, kind string, err error) {
	err = r.m.Client.Retry(ctx, func() error {
		d, err := remote.Get(ref, r.options(ctx)...)
		if err == nil {
			text, kind = d.Manifest, string(d.MediaType)
		}
		return definite(err)
	})
	if err != nil {
		return nil, "", err
	}
	if len(text) > maxManifest {
		return nil, "", fmt.Errorf("%s has more than %d MiB", ref, maxManifest>>20)
	}
	if want, ok := ref.(name.Digest); ok && digest.FromBytes(text).String() != want.DigestStr() {
		return nil, "", &resolve.IntegrityError{What: ref.String(), Want: digest.Digest(want.DigestStr()), Got: digest.FromBytes(text), From: r.repo.Name()}
	}
	return text, kind, nil
}

func (r *registry) options(ctx context.Context) []remote.Option {
	return []remote.Option{remote.WithContext(ctx), remote.WithTransport(r.m.Client), remote.WithAuthFromKeychain(authn.DefaultKeychain), remote.WithUserAgent("dombuild")}
}

// explain tells what a registry does not have from other failures.
func (r *registry) explain(err error, s recipe.Source) error {
	var status *transport.Error
	if errors.As(err, &status) && status.StatusCode == http.StatusNotFound {
		what, named := "tag", s.OCI.Tag
		if s.OCI.Digest != "" {
			what, named = "manifest", s.OCI.Digest.String()
		}
		return &resolve.UnknownError{What: what, Name: named, In: recipe.Address(r.repo.Name()), Of: s.Address}
	}
	return err
}

// definite marks what a registry refuses: the same request gets the same answer.
func definite(err error) error {
	var status *transport.Error
	if errors.As(err, &status) && status.StatusCode >= 400 && status.StatusCode < 500 && !status.Temporary() {
		return fetch.Final(err)
	}
	return err
}

// choose finds the one manifest of an index that is for a platform.
func choose(text []byte, platform string) (digest.Digest, error) {
	var index ocispec.Index
	if err := json.Unmarshal(text, &index); err != nil {
		return "", fmt.Errorf("reading the index: %w", err)
	}
	want := strings.Split(platform, "/")
	var found []digest.Digest
	var there []string
	for _, d := range index.Manifests {
		if d.Platform == nil {
			continue
		}
		there = append(there, strings.TrimSuffix(d.Platform.OS+"/"+d.Platform.Architecture+"/"+d.Platform.Variant, "/"))
		if d.Platform.OS == want[0] && d.Platform.Architecture == want[1] && (len(want) == 2 || d.Platform.Variant == want[2]) {
			found = append(found, d.Digest)
		}
	}
	if len(found) != 1 {
		return "", fmt.Errorf("the index has %d manifests for %s; it has %s", len(found), platform, strings.Join(there, ", "))
	}
	return found[0], nil
}

func readManifest(text []byte) (manifest ocispec.Manifest, err error) {
	if err := json.Unmarshal(text, &manifest); err != nil {
		return manifest, fmt.Errorf("reading the manifest: %w", err)
	}
	if len(manifest.Layers) > maxLayers {
		return manifest, fmt.Errorf("the manifest has more than %d layers", maxLayers)
	}
	return manifest, nil
}

// contents brings what a manifest names, and makes a tree of it.
func (r *registry) contents(ctx context.Context, text []byte, t, pin *lockfile.Tree) error {
	manifest, err := readManifest(text)
	if err != nil {
		return err
	}
	if err := r.blob(ctx, "config", manifest.Config, t, pin); err != nil {
		return err
	}
	for i, l := range manifest.Layers {
		if err := r.blob(ctx, layerName(i), l, t, pin); err != nil {
			return err
		}
	}
	return r.m.pack(ctx, t, pin, r.repo.Name(), epoch, r.files(ctx, manifest))
}

// files lays out what a manifest names, which the store has.
func (r *registry) files(ctx context.Context, manifest ocispec.Manifest) fill {
	if k := manifest.Config.MediaType; k != ocispec.MediaTypeImageConfig && k != dockerConfig {
		return func(w *tar.Writer) error { return r.artifact(ctx, w, manifest) }
	}
	return func(w *tar.Writer) error { return r.image(ctx, w, manifest) }
}

func layerName(i int) string { return fmt.Sprintf("layer/%d", i) }

// blob puts one blob into the store, unless it is there.
func (r *registry) blob(ctx context.Context, part string, d ocispec.Descriptor, t, pin *lockfile.Tree) error {
	p := lockfile.Part{Path: part, Digest: d.Digest, Size: d.Size}
	if d.Digest.Algorithm() != digest.SHA256 || d.Digest.Validate() != nil || d.Size < 0 {
		return fmt.Errorf("%s is named by %q, which is no SHA-256", part, d.Digest)
	}
	if pin != nil {
		if want, ok := pin.Part(part); !ok || want != p {
			return changed(t, part, r.repo.Name(), want, p)
		}
	}
	t.Parts = append(t.Parts, p)
	if ok, err := r.m.has(ctx, p); ok || err != nil {
		return err
	}
	return r.m.Client.Retry(ctx, func() error {
		l, err := remote.Layer(r.repo.Digest(d.Digest.String()), r.options(ctx)...)
		if err != nil {
			return err
		}
		body, err := l.Compressed()
		if err != nil {
			return definite(err)
		}
		defer body.Close()
		_, err = r.m.Store.Put(ctx, body, d.Digest, d.Size)
		return err
	})
}

// artifact lays out the layers that have a title, as files of that name.
func (r *registry) artifact(ctx context.Context, w *tar.Writer, manifest ocispec.Manifest) error {
	titled := 0
	for _, l := range manifest.Layers {
		title := l.Annotations[ocispec.AnnotationTitle]
		if title == "" {
			continue
		}
		titled++
		blob, err := r.m.Store.Get(ctx, l.Digest)
		if err != nil {
			return err
		}
		content, err := blob.Open()
		if err != nil {
			return err
		}
		h := &tar.Header{Typeflag: tar.TypeReg, Name: title, Mode: 0o644, Size: blob.Size(), Format: tar.FormatPAX}
		if err = w.WriteHeader(h); err == nil {
			_, err = io.Copy(w, content)
		}
		if err = errors.Join(err, content.Close()); err != nil {
			return fmt.Errorf("packing %q: %w", title, err)
		}
	}
	if titled == 0 {
		return fmt.Errorf("%s is an artifact whose files have no title (%s)", r.repo, ocispec.AnnotationTitle)
	}
	return nil
}
