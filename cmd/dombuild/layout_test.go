package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout DIR SOURCE writes an OCI image layout of one image, whose one layer
// holds what is in a directory.
func cmdLayout(ts *script, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: layout DIR SOURCE")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(filepath.Join(dir, "blobs", "sha256"), 0o755))
	add := func(mediaType string, data []byte) ocispec.Descriptor {
		d := digest.FromBytes(data)
		ts.Check(os.WriteFile(filepath.Join(dir, "blobs", "sha256", d.Encoded()), data, 0o644))
		return ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}
	}
	text := func(v any) []byte {
		data, err := json.Marshal(v)
		ts.Check(err)
		return data
	}
	var layer bytes.Buffer
	w := tar.NewWriter(&layer)
	ts.Check(w.AddFS(os.DirFS(ts.MkAbs(args[1]))))
	ts.Check(w.Close())
	manifest := ocispec.Manifest{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest,
		Layers: []ocispec.Descriptor{add(ocispec.MediaTypeImageLayer, layer.Bytes())}}
	config := ocispec.Image{Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		RootFS: ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{manifest.Layers[0].Digest}}}
	manifest.Config = add(ocispec.MediaTypeImageConfig, text(config))
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, Manifests: []ocispec.Descriptor{add(ocispec.MediaTypeImageManifest, text(manifest))}}
	ts.Check(os.WriteFile(filepath.Join(dir, ocispec.ImageIndexFile), text(index), 0o644))
	ts.Check(os.WriteFile(filepath.Join(dir, ocispec.ImageLayoutFile), text(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion}), 0o644))
}
