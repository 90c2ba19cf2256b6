package image

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

func TestDirectory(t *testing.T) {
	dir := sampleTree(t)
	all := openAll(t, dir, Options{})
	byPath := map[string]shown{}
	for _, s := range all {
		byPath[s.Path] = s
	}
	var onDisk int
	must(t, filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error { onDisk++; return err }))
	if len(all) != onDisk-1 {
		t.Errorf("%d entries, want %d", len(all), onDisk-1)
	}
	when := time.Unix(1700000000, 0).UTC()
	for _, want := range []shown{
		{Entry{Path: "bin/su", Type: Regular, Mode: 0o4755, Size: 12, ModTime: when}, sumOf("set user id\n")},
		{Entry{Path: "bin/sudo", Type: HardLink, Mode: 0o4755, Link: "bin/su", ModTime: when}, ""},
		{Entry{Path: "bin/wall", Type: Regular, Mode: 0o2755, Size: 13, ModTime: when}, sumOf("set group id\n")},
		{Entry{Path: "bin/empty", Type: Regular, Mode: 0o644, ModTime: when}, sumOf("")},
		{Entry{Path: "bin/short", Type: Symlink, Mode: 0o777, UID: 5, GID: 6, Link: "small", ModTime: when}, ""},
		{Entry{Path: "out", Type: Symlink, Mode: 0o777, Link: "/etc/passwd", ModTime: when}, ""},
		{Entry{Path: "null", Type: CharDevice, Mode: 0o666, Major: 1, Minor: 3, ModTime: when}, ""},
		{Entry{Path: "disk", Type: BlockDevice, Mode: 0o660, Major: 259, Minor: 300, ModTime: when}, ""},
		{Entry{Path: "pipe", Type: FIFO, Mode: 0o622, ModTime: when}, ""},
		{Entry{Path: "socket", Type: Socket, Mode: 0o755, ModTime: when}, ""},
		{Entry{Path: "tmp", Type: Directory, Mode: 0o1777, ModTime: when}, ""},
		{Entry{Path: "bin/ping", Type: Regular, Mode: 0o755, Size: 8, ModTime: when,
			Xattrs: map[string][]byte{"security.capability": capability, "user.note": []byte("a note")}}, sumOf("capable\n")},
	} {
		if d := cmp.Diff(want, byPath[want.Path]); d != "" {
			t.Errorf("%s -want +got:\n%s", want.Path, d)
		}
	}
}

func TestSingleFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tool")
	must(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o750))
	link := path + "-link"
	must(t, os.Symlink("tool", link))
	for _, name := range []string{path, link} {
		all := openAll(t, name, Options{})
		if len(all) != 1 || all[0].Path != filepath.Base(name) || all[0].Mode != 0o750 || all[0].Sum != sumOf("#!/bin/sh\n") {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

// TestSwapped replaces things between listing and reading.
func TestSwapped(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a"), []byte("inside"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "b"), 0o755))
	outside := t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("outside"), 0o644))
	swap := map[string]string{"a": filepath.Join(outside, "secret"), "b": outside}
	for path, target := range swap {
		i, err := Open(dir, Options{})
		must(t, err)
		var seen []string
		err = i.Walk(context.Background(), func(e Entry, c *Content) error {
			seen = append(seen, e.Path)
			if e.Path == path {
				must(t, os.RemoveAll(filepath.Join(dir, path)))
				must(t, os.Symlink(target, filepath.Join(dir, path)))
			}
			if c != nil {
				if b, _ := io.ReadAll(c); strings.Contains(string(b), "outside") {
					t.Errorf("read %q", b)
				}
			}
			return nil
		})
		if err == nil {
			t.Errorf("%s was swapped and nobody noticed: %q", path, seen)
		}
	}
}

func TestKeep(t *testing.T) {
	files := []string{"a", "b", "c"}
	dir := t.TempDir()
	for _, f := range files {
		must(t, os.WriteFile(filepath.Join(dir, f), []byte("content of "+f), 0o644))
	}
	l := layoutFiles{}
	layer := makeTar(t, file("a", "content of a"), file("b", "content of b"), file("c", "content of c"))
	layout := l.index(l.image(ocispec.Platform{OS: "linux", Architecture: "amd64"}, layer)).write(t)
	for name, data := range map[string]func() (*Image, error){
		"OCI layout": func() (*Image, error) { return Open(layout, Options{}) },
		"directory":  func() (*Image, error) { return Open(dir, Options{}) },
		"tar.gz": func() (*Image, error) {
			b := gzipped(makeTar(t, file("a", "content of a"), file("b", "content of b"), file("c", "content of c")))
			return Read("x.tar.gz", bytes.NewReader(b), int64(len(b)), Options{Limits: Limits{Memory: 4}})
		},
	} {
		i, err := data()
		must(t, err)
		kept := map[string]*Content{}
		var dropped *Content
		must(t, i.Walk(context.Background(), func(e Entry, c *Content) error {
			if e.Path == "b" {
				dropped = c
				return nil
			}
			kept[e.Path] = c
			return c.Keep()
		}))
		for path, c := range kept {
			if b, err := io.ReadAll(c); err != nil || string(b) != "content of "+path {
				t.Errorf("%s: %s: %q, %v", name, path, b, err)
			}
			must(t, c.Close())
		}
		if _, err := dropped.ReadAt(make([]byte, 1), 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: a content that was not kept: %v", name, err)
		}
		must(t, i.Close())
	}
}

func TestWalkStops(t *testing.T) {
	data := makeTar(t, file("a", "x"), file("b", "x"))
	i, err := Read("x.tar", bytes.NewReader(data), int64(len(data)), Options{})
	must(t, err)
	mine := errors.New("mine")
	if err := i.Walk(context.Background(), func(Entry, *Content) error { return mine }); err != mine {
		t.Errorf("%v", err)
	}
	n := 0
	if err := i.Walk(context.Background(), func(Entry, *Content) error { n++; return fs.SkipAll }); err != nil || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := i.Walk(ctx, func(Entry, *Content) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
