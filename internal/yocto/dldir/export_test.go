package dldir

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// prepared is a store with one file, and a lock that names it.
func prepared(t *testing.T, sum string) (*store.Store, *pins.Lock) {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	const text = "the source"
	d := digest.FromString(text)
	if _, err := st.Put(context.Background(), strings.NewReader(text), d, int64(len(text))); err != nil {
		t.Fatal(err)
	}
	l, err := pins.New(pins.Lock{BitBake: "2.8", Files: []pins.File{{
		Name: "a-1.0.tar.gz", Digest: d, Sums: []string{sum}, URLs: []string{"https://example.org/a"}, Recipes: []string{"a"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return st, l
}

func right() string {
	sum := md5.Sum([]byte("the source"))
	return "md5:" + hex.EncodeToString(sum[:])
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestExport(t *testing.T) {
	st, l := prepared(t, right())
	dir := filepath.Join(t.TempDir(), "dl")
	for _, want := range []Report{{1, 0, 10}, {0, 1, 10}} { // the second finds the file there
		got, err := Export(t.Context(), st, l, dir, nil)
		if err != nil || *got != want {
			t.Fatalf("%+v %v", got, err)
		}
		if n := names(t, dir); !slices.Equal(n, []string{"a-1.0.tar.gz", "a-1.0.tar.gz.done"}) {
			t.Fatal(n)
		}
		file, err1 := os.Stat(filepath.Join(dir, "a-1.0.tar.gz"))
		stamp, err2 := os.Stat(filepath.Join(dir, "a-1.0.tar.gz.done"))
		if err := errors.Join(err1, err2); err != nil || !file.ModTime().Before(stamp.ModTime()) {
			t.Errorf("the stamp is not newer: %v %v %v", file, stamp, err)
		}
	}
}

func TestExportRefuses(t *testing.T) {
	st, l := prepared(t, "md5:"+strings.Repeat("0", 32))
	dir := t.TempDir()
	var different *DifferentError
	if _, err := Export(t.Context(), st, l, dir, nil); !errors.As(err, &different) || different.Kept {
		t.Errorf("a file that BitBake would refuse: %v", err)
	}
	if n := names(t, dir); len(n) > 0 {
		t.Errorf("left %v", n)
	}
	st, l = prepared(t, right())
	own := filepath.Join(dir, "a-1.0.tar.gz")
	if err := os.WriteFile(own, []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Export(t.Context(), st, l, dir, nil); !errors.As(err, &different) || !different.Kept {
		t.Errorf("a file of somebody else: %v", err)
	}
	if text, _ := os.ReadFile(own); string(text) != "another" {
		t.Errorf("it was replaced by %q", text)
	}
	if err := os.Remove(own); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/null", own); err != nil {
		t.Fatal(err)
	}
	if _, err := Export(t.Context(), st, l, dir, nil); err == nil {
		t.Error("a link was taken for the file")
	}
	empty, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer empty.Close()
	var none *store.NotFoundError
	if _, err := Export(t.Context(), empty, l, t.TempDir(), nil); !errors.As(err, &none) {
		t.Errorf("a file that was not fetched: %v", err)
	}
}

// TestStamp: the bytes are those of Python's
// pickle.Pickler(f, 2).dump({"md5": …, "sha256": …, …}).
func TestStamp(t *testing.T) {
	s := newSums()
	stamp := s.stamp()
	want := "\x80\x02}q\x00(X\x03\x00\x00\x00md5q\x01X \x00\x00\x00d41d8cd98f00b204e9800998ecf8427eq\x02X\x06\x00\x00\x00sha256q\x03X@\x00\x00\x00"
	if !bytes.HasPrefix(stamp, []byte(want)) || !bytes.HasSuffix(stamp, []byte("q\nu.")) {
		t.Errorf("%q", stamp)
	}
}
