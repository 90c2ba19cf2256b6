package upstream

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	server "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

// layerOf makes a layer of headers, in order; files hold their own name.
func layerOf(t *testing.T, list ...tar.Header) v1.Layer {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range list {
		text := ""
		if h.Typeflag == 0 || h.Typeflag == tar.TypeReg {
			text = h.Name
			h.Typeflag, h.Size = tar.TypeReg, int64(len(text))
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, text)
	}
	w.Close()
	l, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func imageOf(t *testing.T, layers ...v1.Layer) v1.Image {
	t.Helper()
	i, err := mutate.AppendLayers(empty.Image, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// images are on a registry of their own; push puts one there.
func images(t *testing.T) (host string, push func(tag string, what remote.Taggable)) {
	s := httptest.NewServer(server.New(server.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(s.Close)
	host = strings.TrimPrefix(s.URL, "http://") + "/a/b"
	return host, func(tag string, what remote.Taggable) {
		t.Helper()
		ref, err := name.ParseReference(host + ":" + tag)
		if err != nil {
			t.Fatal(err)
		}
		switch what := what.(type) {
		case v1.ImageIndex:
			err = remote.WriteIndex(ref, what)
		case v1.Image:
			err = remote.Write(ref, what)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func ociSource(host, tag string) recipe.Source {
	return recipe.Source{Address: "source.i", Name: "i", OCI: &recipe.OCI{Repository: host, Tag: tag, Platform: "linux/amd64"}}
}

// layered has every kind of entry and whiteout.
func layered(t *testing.T) v1.Image {
	dir := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755} }
	return imageOf(t,
		layerOf(t, dir("etc/"), tar.Header{Name: "etc/gone"}, tar.Header{Name: "etc/kept"}, tar.Header{Name: "etc/twin"},
			tar.Header{Typeflag: tar.TypeLink, Name: "etc/hard", Linkname: "etc/twin"},
			tar.Header{Typeflag: tar.TypeSymlink, Name: "etc/soft", Linkname: "/etc/kept"},
			tar.Header{Typeflag: tar.TypeChar, Name: "etc/null"}, dir("old/"), tar.Header{Name: "old/a"}, tar.Header{Name: "turns"}),
		layerOf(t, tar.Header{Name: "etc/.wh.gone"}, dir("old/"), tar.Header{Name: "old/new"}, tar.Header{Name: "old/.wh..wh..opq"},
			tar.Header{Name: "./run", Mode: 0o4755}, dir("turns/"), tar.Header{Name: "turns/x"}, tar.Header{Name: "etc/twin", Mode: 0o600}))
}

func TestOCIImage(t *testing.T) {
	host, push := images(t)
	push("1", layered(t))
	m := newMachine(t)
	src := ociSource(host, "1")
	pin := mustPin(t, m, src)
	want := map[string]string{"etc/": "755 ", "etc/kept": "644 etc/kept", "etc/twin": "600 etc/twin", "etc/hard": "644 etc/twin", "etc/soft": "777 /etc/kept",
		"old/": "755 ", "old/new": "644 old/new", "run": "4755 ./run", "turns/": "755 ", "turns/x": "644 turns/x"}
	if got := files(t, m, pin); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the tree holds\n%v, want\n%v", got, want)
	}
	if len(pin.Parts) != 4 { // manifest, config, two layers
		t.Errorf("parts are %v", pin.Parts)
	}
	push("1", imageOf(t, layerOf(t, tar.Header{Name: "other"})))
	if err := newMachine(t).Bring(t.Context(), src, pin); err != nil {
		t.Errorf("the tag moved, the digest is still there: %v", err)
	}
	if again := mustPin(t, m, src); again.Pinned == pin.Pinned {
		t.Error("pinning anew does not follow the tag")
	}
	exact := src
	exact.OCI = &recipe.OCI{Repository: host, Digest: digest.Digest(pin.Pinned), Platform: "linux/amd64"}
	if again := mustPin(t, newMachine(t), exact); again.Digest != pin.Digest {
		t.Error("by digest another tree is made")
	}
	var unknown *resolve.UnknownError
	m.Client = &fetch.Client{Waits: []time.Duration{time.Hour}} // before a second try
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := m.Pin(ctx, ociSource(host, "9")); !errors.As(err, &unknown) {
		t.Errorf("no such tag: %v", err)
	}
}

func TestOCIIndex(t *testing.T) {
	host, push := images(t)
	one := func(file, arch string) mutate.IndexAddendum {
		return mutate.IndexAddendum{Add: imageOf(t, layerOf(t, tar.Header{Name: file})), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}}
	}
	push("1", mutate.AppendManifests(empty.Index, one("intel", "amd64"), one("arm", "arm64")))
	m := newMachine(t)
	pin := mustPin(t, m, ociSource(host, "1"))
	if got := files(t, m, pin); got["intel"] == "" || len(got) != 1 {
		t.Errorf("the tree holds %v", got)
	}
	if err := newMachine(t).Bring(t.Context(), ociSource(host, "1"), pin); err != nil {
		t.Error(err)
	}
	src := ociSource(host, "1")
	src.OCI.Platform = "linux/riscv64"
	if _, err := m.Pin(t.Context(), src); err == nil || !strings.Contains(err.Error(), "linux/amd64, linux/arm64") {
		t.Errorf("a platform that is not there: %v", err)
	}
}

func TestOCIArtifact(t *testing.T) {
	host, push := images(t)
	artifact := func(title string) v1.Image {
		base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), "application/vnd.example.config")
		i, err := mutate.Append(base, mutate.Addendum{Layer: static.NewLayer([]byte("text"), "text/plain"),
			Annotations: map[string]string{"org.opencontainers.image.title": title}})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	push("1", artifact("docs/read.me"))
	push("2", artifact(""))
	push("3", artifact("../escape"))
	m := newMachine(t)
	if got := files(t, m, mustPin(t, m, ociSource(host, "1"))); got["docs/read.me"] != "644 text" || len(got) != 2 {
		t.Errorf("the tree holds %v", got)
	}
	for tag, want := range map[string]string{"2": "no title", "3": `".."`} {
		if _, err := m.Pin(t.Context(), ociSource(host, tag)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("artifact %s: %v", tag, err)
		}
	}
}

func TestOCIRefused(t *testing.T) {
	host, push := images(t)
	for tag, layers := range map[string][]v1.Layer{
		"leads out": {layerOf(t, tar.Header{Name: "../x"})},
		"no file":   {layerOf(t, tar.Header{Typeflag: tar.TypeLink, Name: "x", Linkname: "/etc/passwd"})},
		"no direc":  {layerOf(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "d", Linkname: "/etc"}), layerOf(t, tar.Header{Name: "d/x"})},
	} {
		ref := strings.ReplaceAll(tag, " ", "-")
		push(ref, imageOf(t, layers...))
		if _, err := newMachine(t).Pin(t.Context(), ociSource(host, ref)); err == nil || !strings.Contains(err.Error(), tag) {
			t.Errorf("%s: %v", tag, err)
		}
	}
}
