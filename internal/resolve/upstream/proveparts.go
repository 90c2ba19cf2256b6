package upstream

import (
	"archive/tar"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/lockfile"
)

// set proves packages by the lock file that names their hashes, or by the
// module's sum in the recipe.
func (p *proof) set() error {
	s, err := setOf(p.source)
	if err != nil {
		return p.refuted("its lock file cannot be read", err)
	}
	if err := p.present(); err != nil {
		return err
	}
	want := make([]lockfile.Part, len(s.parts))
	for i, part := range s.parts {
		pinned, _ := p.tree.Part(part.path)
		want[i] = lockfile.Part{Path: part.path, Digest: part.digest, Size: -1}
		if part.digest == "" { // its content proves it, when it is read
			want[i].Digest = pinned.Digest
		}
	}
	if err := p.exactly(want); err != nil {
		return err
	}
	for i := range want {
		want[i], _ = p.tree.Part(want[i].Path)
	}
	open := func(path string) ([]byte, error) { return p.m.read(p.ctx, s, want, path) }
	return p.made(func(w *tar.Writer) error { return s.lay(w, open) }, epoch)
}

// oci proves an image or artifact by the digest of its manifest, or of the
// index that names the manifest.
func (p *proof) oci() error {
	repo, err := name.NewRepository(p.source.OCI.Repository, name.StrictValidation)
	if err != nil {
		return p.refuted("its repository has no valid name", err)
	}
	if err := p.present(); err != nil {
		return err
	}
	top, want := digest.Digest(p.tree.Pinned), []lockfile.Part(nil)
	if index, ok := p.tree.Part("index"); ok {
		text, err := p.read(index, maxManifest)
		if err != nil {
			return err
		}
		want = append(want, lockfile.Part{Path: "index", Digest: top, Size: -1})
		if top, err = choose(text, p.source.OCI.Platform); err != nil {
			return p.refuted("its index names no manifest", err)
		}
	}
	part, ok := p.tree.Part("manifest")
	if !ok || part.Digest != top {
		return p.contradiction("the manifest is %s, and the lock says %q", top, part.Digest)
	}
	text, err := p.read(part, maxManifest)
	if err != nil {
		return err
	}
	manifest, err := readManifest(text)
	if err != nil {
		return p.refuted("its manifest cannot be read", err)
	}
	if err := p.exactly(append(want, manifestParts(part, manifest)...)); err != nil {
		return err
	}
	r := &registry{p.m, repo}
	return p.made(r.files(p.ctx, manifest), epoch)
}

// manifestParts are a manifest and what it names.
func manifestParts(manifest lockfile.Part, m ocispec.Manifest) []lockfile.Part {
	list := []lockfile.Part{manifest, {Path: "config", Digest: m.Config.Digest, Size: m.Config.Size}}
	for i, l := range m.Layers {
		list = append(list, lockfile.Part{Path: layerName(i), Digest: l.Digest, Size: l.Size})
	}
	return list
}
