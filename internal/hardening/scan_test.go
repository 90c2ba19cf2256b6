package hardening

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// TestScanThinArchive: an archive of names is unknown, alone and in a tree.
func TestScanThinArchive(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "lib.a")
	if err := os.WriteFile(name, []byte("!<thin>\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{name, dir} {
		files, err := Scan(t.Context(), path, ScanOptions{})
		if err != nil || len(files) != 1 || files[0].Path != "lib.a" || files[0].Type != prove.Archive {
			t.Fatalf("%s: %+v, %v", path, files, err)
		}
		if c, _ := files[0].Check("stack-protector"); c.Status != prove.Unknown {
			t.Errorf("%s: %+v", path, c)
		}
	}
}

// TestScanCompressed: a compressed file that is named is looked into; in a tree
// only if that is asked for.
func TestScanCompressed(t *testing.T) {
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(self); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "module.ko.gz")
	write(t, name, packed.Bytes())
	for _, tt := range []struct {
		path string
		deep bool
		want int
	}{{name, false, 1}, {name, true, 1}, {dir, false, 0}, {dir, true, 1}} {
		files, err := Scan(t.Context(), tt.path, ScanOptions{Descend: tt.deep})
		if err != nil || len(files) != tt.want {
			t.Errorf("%s, deep %v: %d files, %v", tt.path, tt.deep, len(files), err)
		}
	}
}

// TestScanLayout judges an OCI layout whose layers are not compressed: of what
// a later layer removes nothing is said.
func TestScanLayout(t *testing.T) {
	dir := t.TempDir()
	blob := func(mediaType string, b []byte) ocispec.Descriptor {
		d := digest.FromBytes(b)
		write(t, filepath.Join(dir, "blobs/sha256", d.Encoded()), b)
		return ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(b))}
	}
	text := func(v any) []byte {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	layers := []ocispec.Descriptor{
		blob(ocispec.MediaTypeImageLayer, archive(t, "gone", self, "kept", self)),
		blob(ocispec.MediaTypeImageLayer, archive(t, ".wh.gone", nil)),
	}
	versioned := specs.Versioned{SchemaVersion: 2}
	manifest := blob(ocispec.MediaTypeImageManifest, text(ocispec.Manifest{Versioned: versioned, MediaType: ocispec.MediaTypeImageManifest,
		Config: blob(ocispec.MediaTypeImageConfig, text(ocispec.Image{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"}})), Layers: layers}))
	write(t, filepath.Join(dir, "index.json"), text(ocispec.Index{Versioned: versioned, Manifests: []ocispec.Descriptor{manifest}}))
	write(t, filepath.Join(dir, "oci-layout"), text(ocispec.ImageLayout{Version: "1.0.0"}))
	files, err := Scan(t.Context(), dir, ScanOptions{})
	if err != nil || len(files) != 1 || files[0].Path != "kept" {
		t.Fatalf("%+v, %v", files, err)
	}
	if c, ok := files[0].Check("setuid"); !ok || c.Status != prove.Refuted {
		t.Errorf("setuid: %+v", c)
	}
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// archive is a tar archive of setuid files: names, each followed by its
// content.
func archive(t *testing.T, files ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		body, _ := files[i+1].([]byte)
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: files[i].(string), Mode: 0o4755, Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
