package image

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestKeepWithin keeps contents of artifacts within artifacts, and closes some
// of those that they lie in while the walk is in them.
func TestKeepWithin(t *testing.T) {
	dir := t.TempDir()
	innermost := makeTar(t, file("a", "content of a"))
	must(t, os.WriteFile(filepath.Join(dir, "x.tar"), makeTar(t, file("y.tar", string(innermost)), file("z", "content of z")), 0o644))
	i, err := Open(dir, Options{Descend: func(Entry, Format) bool { return true }})
	must(t, err)
	kept := map[string]*Content{}
	var dropped *Content
	must(t, i.Walk(context.Background(), func(e Entry, c *Content) error {
		must(t, c.Keep())
		switch e.Path {
		case "x.tar":
			return c.Close()
		case "x.tar!/y.tar":
			dropped = c
			must(t, c.Keep()) // twice is once
			return c.Close()
		}
		kept[e.Path] = c
		return nil
	}))
	if len(kept) != 2 {
		t.Errorf("kept %v, want two", kept)
	}
	for path, want := range map[string]string{"x.tar!/y.tar!/a": "content of a", "x.tar!/z": "content of z"} {
		b, err := io.ReadAll(kept[path])
		if err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", path, b, err)
		}
		must(t, kept[path].Close())
		must(t, kept[path].Close())
	}
	for _, c := range []*Content{dropped, kept["x.tar!/z"]} {
		if _, err := c.ReadAt(make([]byte, 1), 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("after the last one was closed: %v", err)
		}
	}
	must(t, i.Close())
}

// TestRefused: a content that the caller ends is not gone into.
func TestRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x.tar"), makeTar(t, file("a", "x")), 0o644))
	i, err := Open(dir, Options{Descend: func(Entry, Format) bool { return true }})
	must(t, err)
	n := 0
	must(t, i.Walk(context.Background(), func(_ Entry, c *Content) error {
		n++
		return c.Close()
	}))
	if n != 1 {
		t.Errorf("%d entries, want the archive alone", n)
	}
	must(t, i.Close())
}
