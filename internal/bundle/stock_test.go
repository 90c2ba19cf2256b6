package bundle

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	oci "github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// unpack writes the files of a bundle below a directory.
func unpack(t *testing.T, data []byte) string {
	t.Helper()
	dir := t.TempDir()
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files(t, dir, map[string]string{h.Name: string(text)})
	}
}

// TestStockLibraryReads reads a bundle and a store with go-containerregistry,
// the library that crane is made of.
func TestStockLibraryReads(t *testing.T) {
	f := newFixture(t)
	m := f.describe(1)
	layout, err := oci.FromPath(unpack(t, f.write(m, newKey(t))))
	if err != nil {
		t.Fatal(err)
	}
	index, err := layout.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	list, err := index.IndexManifest()
	if err != nil || len(list.Manifests) != 1 {
		t.Fatal(list, err)
	}
	image, err := index.Image(list.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := image.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]string{}
	for _, l := range manifest.Layers {
		text, err := layout.Bytes(l.Digest)
		if err != nil || digest.FromBytes(text).String() != l.Digest.String() {
			t.Errorf("%s: %v", l.Digest, err)
		}
		titles[l.Annotations[ocispec.AnnotationTitle]] = l.Digest.String()
	}
	for _, b := range m.Blobs {
		if titles[b.Name] != string(b.Digest) {
			t.Errorf("%s is %s, want %s", b.Name, titles[b.Name], b.Digest)
		}
	}
	there, err := oci.FromPath(f.store.Dir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.ImageIndex(); err != nil {
		t.Error(err)
	}
	for _, b := range m.Blobs {
		h, err := v1.NewHash(string(b.Digest))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := there.Bytes(h); err != nil || digest.FromBytes(text) != b.Digest {
			t.Errorf("the store's %s: %v", b.Digest, err)
		}
	}
}

// TestSkopeoReads has skopeo read a bundle as it is, and copy it.
func TestSkopeoReads(t *testing.T) {
	if _, err := exec.LookPath("skopeo"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have skopeo: scripts/deps.sh tests")
		}
		t.Skip("there is no skopeo: make testdeps")
	}
	f := newFixture(t)
	m := f.describe(1)
	dir := t.TempDir()
	path := filepath.Join(dir, "bundle.tar")
	if err := os.WriteFile(path, f.write(m, newKey(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	skopeo := func(args ...string) []byte {
		t.Helper()
		cmd := exec.Command("skopeo", append([]string{"--insecure-policy", "--tmpdir", dir}, args...)...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("skopeo %v: %v\n%s", args, err, errs.String())
		}
		return out
	}
	var got ocispec.Manifest
	if err := json.Unmarshal(skopeo("inspect", "--raw", "oci-archive:"+path), &got); err != nil || got.ArtifactType != ArtifactType {
		t.Errorf("%+v %v", got, err)
	}
	skopeo("copy", "oci-archive:"+path, "dir:"+filepath.Join(dir, "copy"))
	for _, x := range m.items() {
		text, err := os.ReadFile(filepath.Join(dir, "copy", x.digest.Encoded()))
		if err != nil || digest.FromBytes(text) != x.digest {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}
