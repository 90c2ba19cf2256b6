package bundle

import (
	"os"
	"path/filepath"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/content/oci"
	"oras.land/oras-go/v2/registry"
)

// TestORASReads reads a store, and a bundle as it is, with the library that
// oras is made of, and copies the bundle to a new layout with it.
func TestORASReads(t *testing.T) {
	f := newFixture(t)
	m := f.describe(1)
	there, err := oci.NewFromFS(t.Context(), os.DirFS(f.store.Dir()))
	if err != nil {
		t.Fatal(err)
	}
	if tags, err := registry.Tags(t.Context(), there); err != nil || len(tags) != 0 {
		t.Errorf("the store has the tags %q, %v", tags, err)
	}
	wantFetched(t, "the store", there, m.Blobs)
	path := filepath.Join(t.TempDir(), "bundle.tar")
	if err := os.WriteFile(path, f.write(m, newKey(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	source, err := oci.NewFromTar(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	wantFetched(t, "the bundle", source, m.Blobs)
	tags, err := registry.Tags(t.Context(), source)
	if err != nil || len(tags) != 1 {
		t.Fatalf("the bundle has the tags %q, %v", tags, err)
	}
	to, err := oci.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root, err := oras.Copy(t.Context(), source, tags[0], to, "", oras.DefaultCopyOptions)
	if err != nil || root.MediaType != ocispec.MediaTypeImageManifest {
		t.Fatalf("%+v %v", root, err)
	}
	wantFetched(t, "the copy", to, m.Blobs)
}

// wantFetched has the library fetch every blob, and compare it with its digest.
func wantFetched(t *testing.T, where string, from content.Fetcher, blobs []Blob) {
	t.Helper()
	for _, b := range blobs {
		if _, err := content.FetchAll(t.Context(), from, ocispec.Descriptor{Digest: b.Digest, Size: b.Size}); err != nil {
			t.Errorf("%s: %s: %v", where, b.Name, err)
		}
	}
}
