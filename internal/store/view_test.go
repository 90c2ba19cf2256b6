package store_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/errdefs"
	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/store"
)

func TestContent(t *testing.T) {
	s := open(t)
	text := strings.Repeat("layer", 1000)
	b := put(t, s, text)
	view := s.Content()
	got, err := content.ReadBlob(t.Context(), view, ocispec.Descriptor{Digest: b.Digest()})
	if err != nil || string(got) != text {
		t.Fatal(err)
	}
	info, err := view.Info(t.Context(), b.Digest())
	if err != nil || info.Size != b.Size() {
		t.Errorf("info is %+v, %v", info, err)
	}
	var walked int
	view.Walk(t.Context(), func(content.Info) error { walked++; return nil })
	if walked != 1 {
		t.Errorf("walked %d blobs", walked)
	}
	missing := digest.FromString("missing")
	_, err = view.ReaderAt(t.Context(), ocispec.Descriptor{Digest: missing})
	_, err2 := view.Info(t.Context(), missing)
	if !errdefs.IsNotFound(err) || !errdefs.IsNotFound(err2) {
		t.Errorf("errors are %v, %v", err, err2)
	}
	_, err = view.Writer(t.Context(), content.WithRef("x"))
	for _, err := range []error{err, view.Delete(t.Context(), b.Digest()), view.Abort(t.Context(), "x")} {
		if !errdefs.IsFailedPrecondition(err) {
			t.Errorf("error is %v", err)
		}
	}
	// It was verified, and is verified again as soon as it was touched.
	overwrite(t, blobFile(s, b.Digest()), []byte(strings.ToUpper(text)))
	_, err = view.ReaderAt(t.Context(), ocispec.Descriptor{Digest: b.Digest()})
	as[*store.IntegrityError](t, err)
}

// TestContainerdReadsIt holds the layout against containerd's own store.
func TestContainerdReadsIt(t *testing.T) {
	s := open(t)
	b := put(t, s, "blob")
	theirs, err := local.NewStore(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	got, err := content.ReadBlob(t.Context(), theirs, descriptor(b))
	if err != nil || string(got) != "blob" {
		t.Error(err)
	}
}

func TestDiskUsage(t *testing.T) {
	s := open(t)
	put(t, s, "12345")
	p, err := s.Resume(t.Context(), digest.FromString("x"), -1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	io.WriteString(&partialWriter{p}, "123")
	u, err := s.DiskUsage(t.Context())
	if want := (store.Usage{Blobs: 1, BlobBytes: 5, Partial: 3}); err != nil || u != want {
		t.Errorf("usage is %+v, %v", u, err)
	}
}

type partialWriter struct{ p *store.Partial }

func (w *partialWriter) Write(b []byte) (int, error) {
	n, err := w.p.ReadFrom(bytes.NewReader(b))
	return int(n), err
}

func TestErrorsSayWhatPeopleNeed(t *testing.T) {
	s := open(t)
	b := put(t, s, "good")
	overwrite(t, blobFile(s, b.Digest()), []byte("evil!"))
	_, err := s.Get(t.Context(), b.Digest())
	want := fmt.Sprintf(`a blob of the store does not hold the bytes it should
  wanted  %s
  got     %s (5 bytes)
  from    %s
  action  nothing was changed on disk`, b.Digest(), digest.FromString("evil!"), blobFile(s, b.Digest()))
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}
