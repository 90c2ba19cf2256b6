package image

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout is an image layout in the making: contents by path.
type layoutFiles map[string][]byte

func (l layoutFiles) add(mediaType string, data []byte) ocispec.Descriptor {
	d := digest.FromBytes(data)
	l["blobs/sha256/"+d.Encoded()] = data
	return ocispec.Descriptor{MediaType: mediaType, Digest: d, Size: int64(len(data))}
}

func (l layoutFiles) addJSON(mediaType string, v any) ocispec.Descriptor {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return l.add(mediaType, b)
}

func (l layoutFiles) image(p ocispec.Platform, layers ...[]byte) ocispec.Descriptor {
	m := ocispec.Manifest{MediaType: ocispec.MediaTypeImageManifest, Config: l.addJSON(ocispec.MediaTypeImageConfig, ocispec.Image{Platform: p})}
	m.SchemaVersion = 2
	for _, data := range layers {
		m.Layers = append(m.Layers, l.add(ocispec.MediaTypeImageLayerGzip, data))
	}
	return l.addJSON(ocispec.MediaTypeImageManifest, m)
}

func (l layoutFiles) index(manifests ...ocispec.Descriptor) layoutFiles {
	index := ocispec.Index{Manifests: manifests}
	index.SchemaVersion = 2
	b, err := json.Marshal(index)
	if err != nil {
		panic(err)
	}
	l["index.json"], l["oci-layout"] = b, []byte(`{"imageLayoutVersion": "1.0.0"}`)
	return l
}

func (l layoutFiles) tar(t testing.TB, first string) []byte {
	items := []tarItem{{tar.Header{Typeflag: tar.TypeDir, Name: "./"}, ""}, file("./"+first, string(l[first]))}
	for name, data := range l {
		if name != first {
			items = append(items, file("./"+name, string(data)))
		}
	}
	return makeTar(t, items...)
}

func (l layoutFiles) write(t testing.TB) string {
	dir := t.TempDir()
	for name, data := range l {
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), data, 0o644))
	}
	return dir
}

func directory(name string, mode int64) tarItem {
	return tarItem{tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}, ""}
}

func link(kind byte, name, to string) tarItem {
	return tarItem{tar.Header{Typeflag: kind, Name: name, Linkname: to, Mode: 0o755, Uid: 7}, ""}
}

// sampleLayers has everything that one layer can do to another.
func sampleLayers(t testing.TB) [][]byte {
	return [][]byte{
		makeTar(t, directory("bin/", 0o755), file("bin/a", "a"), file("bin/b", "b"), file("bin/c", "c"),
			directory("usr/", 0o755), directory("usr/lib/", 0o755), file("usr/lib/x", "x"), link(tar.TypeSymlink, "lib", "usr/lib"),
			directory("opaque/", 0o755), directory("opaque/sub/", 0o755), file("opaque/sub/old", "old"), file("opaque/old", "old"),
			directory("gone/", 0o755), file("gone/x", "x"), file("was-file", "x"), directory("was-dir/", 0o755), file("was-dir/x", "x"),
			file("linked", "content"), link(tar.TypeLink, "linked-too", "linked"), file("kept", "kept"), file("hidden-target", "still here")),
		makeTar(t, directory("bin/", 0o700), file("bin/.wh.a", ""), file("bin/b", "new b"), file(".wh.gone", ""),
			directory("opaque/", 0o750), file("opaque/.wh..wh..opq", ""), file("opaque/new", "new"),
			directory("was-file/", 0o755), file("was-file/y", "y"), file("was-dir", "a file now"),
			link(tar.TypeLink, "other-name", "hidden-target"), file(".wh.linked", ""), file("implied/deep/z", "z")),
		gzipped(makeTar(t, file(".wh.hidden-target", ""), file("lib/through-link", "t"), link(tar.TypeLink, "bin/hard", "bin/c"),
			file("kept", "replaced"), directory("bin/", 0o711))),
	}
}

// TestLayers compares with what containerd makes of the layers on disk.
func TestLayers(t *testing.T) {
	needRoot(t)
	layers := sampleLayers(t)
	dir := t.TempDir()
	for _, l := range layers {
		if l[0] == 0x1f {
			l = shell(t, t.TempDir(), "printf '"+escape(l)+"' | gzip -dc")
		}
		_, err := archive.Apply(context.Background(), dir, bytes.NewReader(l))
		must(t, err)
	}
	noTime := func(s *shown) {
		if s.Type == Symlink {
			s.Mode = 0o777
		}
		*s = shown{Entry: Entry{Path: s.Path, Type: s.Type, Mode: s.Mode, UID: s.UID, GID: s.GID, Size: s.Size, Link: s.Link}, Sum: s.Sum}
	}
	want := edit(openAll(t, dir, Options{}), func(s *shown) {
		noTime(s)
		if s.Path == "implied" || s.Path == "implied/deep" { // no layer has them
			s.Path = ""
		}
	})
	files := layoutFiles{}
	files.index(files.image(ocispec.Platform{OS: "linux", Architecture: "amd64"}, layers...))
	for name, got := range map[string][]shown{
		"directory":         openAll(t, files.write(t), Options{}),
		"tar":               readAll(t, "x.tar", files.tar(t, "oci-layout"), Options{}),
		"tar, blobs first":  readAll(t, "x.tar", files.tar(t, firstBlob(files)), Options{}),
		"tar, packed":       readAll(t, "x.tar.gz", gzipped(files.tar(t, "index.json")), Options{}),
		"two names, one it": readAll(t, "x.tar", twice(files).tar(t, "index.json"), Options{}),
	} {
		t.Run(name, func(t *testing.T) { diffShown(t, edit(got, noTime), want) })
	}
}

func twice(l layoutFiles) layoutFiles {
	var index ocispec.Index
	if err := json.Unmarshal(l["index.json"], &index); err != nil {
		panic(err)
	}
	return l.index(append(index.Manifests, index.Manifests...)...)
}

func escape(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		fmt.Fprintf(&s, "\\%03o", c)
	}
	return s.String()
}

func firstBlob(l layoutFiles) string {
	for name := range l {
		if strings.HasPrefix(name, "blobs/") {
			return name
		}
	}
	return ""
}

func TestPlatforms(t *testing.T) {
	l := layoutFiles{}
	one, two := gzipped(makeTar(t, file("x", "one"))), makeTar(t, file("x", "two"))
	inner := ocispec.Index{Manifests: []ocispec.Descriptor{l.image(ocispec.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}, one)}}
	statement := l.add("application/vnd.in-toto+json", []byte("{}"))
	attestation := l.addJSON(ocispec.MediaTypeImageManifest, ocispec.Manifest{Config: l.addJSON(ocispec.MediaTypeImageConfig, struct{}{}), Layers: []ocispec.Descriptor{statement}})
	l.index(l.addJSON(ocispec.MediaTypeImageIndex, inner), l.image(ocispec.Platform{OS: "linux", Architecture: "amd64"}, two), attestation)
	want := []string{statement.Digest.Encoded(), "linux-amd64/x", "linux-arm64-v8/x"}
	if d := cmp.Diff(want, paths(openAll(t, l.write(t), Options{}))); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestNoLayout is a tar archive that only begins like a layout.
func TestNoLayout(t *testing.T) {
	data := makeTar(t, directory("blobs/", 0o755), file("blobs/x", "y"))
	for name, data := range map[string][]byte{"tar": data, "tar.gz": gzipped(data)} {
		if d := cmp.Diff([]string{"blobs", "blobs/x"}, paths(readAll(t, name, data, Options{}))); d != "" {
			t.Errorf("%s: -want +got:\n%s", name, d)
		}
	}
}

func TestLayoutRefused(t *testing.T) {
	layers := sampleLayers(t)
	make := func(change func(layoutFiles)) []byte {
		l := layoutFiles{}
		l.index(l.image(ocispec.Platform{OS: "linux", Architecture: "amd64"}, layers...))
		change(l)
		return l.tar(t, "index.json")
	}
	blob := func(data []byte) string { return "blobs/sha256/" + digest.FromBytes(data).Encoded() }
	for name, c := range map[string]struct {
		change func(layoutFiles)
		place  string
	}{
		"missing layer": {func(l layoutFiles) { delete(l, blob(layers[1])) }, "t!/" + blob(layers[1])},
		"changed layer": {func(l layoutFiles) {
			l[blob(layers[1])] = bytes.Replace(layers[1], []byte("new b"), []byte("old b"), 1)
		}, "t!/" + blob(layers[1])},
		"longer layer": {func(l layoutFiles) { l[blob(layers[1])] = append(bytes.Clone(layers[1]), 0) }, "t!/" + blob(layers[1])},
		"version":      {func(l layoutFiles) { l["oci-layout"] = []byte(`{"imageLayoutVersion": "2.0.0"}`) }, "t!/oci-layout"},
		"no JSON":      {func(l layoutFiles) { l["index.json"] = []byte(`{`) }, "t!/index.json"},
		"digest":       {func(l layoutFiles) { l["index.json"] = []byte(`{"manifests":[{"digest":"sha256:../../x"}]}`) }, "t"},
		"no manifest":  {func(l layoutFiles) { l.index(l.add(ocispec.MediaTypeImageManifest, []byte(`{}`))) }, "t!/blobs/"},
		"link to nothing": {func(l layoutFiles) {
			l.index(l.image(ocispec.Platform{}, makeTar(t, link(tar.TypeLink, "x", "nothing"))))
		}, "t!/blobs/"},
		"below a file": {func(l layoutFiles) {
			l.index(l.image(ocispec.Platform{}, makeTar(t, file("x", ""), file("x/y", ""))))
		}, "t!/blobs/"},
		"loop": {func(l layoutFiles) {
			l.index(l.image(ocispec.Platform{}, makeTar(t, link(tar.TypeSymlink, "x", "x"), file("x/y", ""))))
		}, "t!/blobs/"},
	} {
		_, err := tryRead("t", make(c.change), Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzLayers(f *testing.F) {
	for _, l := range sampleLayers(f) {
		f.Add(l, sampleLayers(f)[1])
	}
	f.Fuzz(func(t *testing.T, one, two []byte) {
		l := layoutFiles{}
		l.index(l.image(ocispec.Platform{}, one, two))
		checkRead(t, "", l.tar(t, "index.json"))
	})
}

func FuzzLayout(f *testing.F) {
	l := layoutFiles{}
	l.index(l.image(ocispec.Platform{}, sampleLayers(f)...))
	f.Add(l["index.json"], l["oci-layout"], l[firstBlob(l)])
	f.Fuzz(func(t *testing.T, index, layout, blob []byte) {
		l := layoutFiles{"index.json": index, "oci-layout": layout}
		l.add("", blob)
		checkRead(t, "", l.tar(t, "index.json"))
	})
}
