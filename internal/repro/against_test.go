package repro

import (
	"errors"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

func TestParseAgainst(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for text, want := range map[string]string{
		dir: "directory", ".": "directory", "oci:" + dir: "layout", "oci:nowhere": "layout",
		"docker://debian": "registry", "ghcr.io/x/y": "registry", "localhost:5000/x": "registry", "x@sha256:" + strings.Repeat("0", 64): "registry",
		"nowhere": "error", "./nowhere": "error", "../nowhere/x": "error", "": "error",
	} {
		theirs, err := ParseAgainst(text)
		got := "directory"
		var registry *RegistryError
		switch {
		case errors.As(err, &registry):
			got = "registry"
			if !strings.Contains(registry.Hint(), "oci:") || strings.Count(registry.Hint(), "docker://") != 1 {
				t.Errorf("%s: hint %q", text, registry.Hint())
			}
		case err != nil:
			got = "error"
		case theirs.Kind == TheirLayout:
			got = "layout"
		}
		if got != want {
			t.Errorf("%q is taken for a %s, want %s", text, got, want)
		}
	}
}

// FuzzSums: a list of hashes is followed, or refused; it never accepts a file
// that has another hash.
func FuzzSums(f *testing.F) {
	hash := digest.FromString("x").Encoded()
	f.Add(hash + "  f\n")
	f.Add(hash + "  f")
	f.Add(hash + "  ../f\n")
	f.Add(digest.FromString("y").Encoded() + "  f\n")
	f.Add("\n")
	f.Add(hash + " *f\n")
	index := tree.Index{{Path: "f", Type: tree.Regular, Digest: digest.FromString("x")}}
	f.Fuzz(func(t *testing.T, sums string) {
		err := (&against{}).verify(index, []byte(sums))
		var bad *store.IntegrityError
		other := false
		for line := range strings.Lines(sums) {
			hex, name, _ := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"), "  ")
			other = other || name == "f" && hex != hash
		}
		if other && err == nil || errors.As(err, &bad) && !other {
			t.Errorf("%q: %v", sums, err)
		}
	})
}

// TestSums: what is not a list of hashes is an error, an empty list is not.
func TestSums(t *testing.T) {
	for sums, ok := range map[string]bool{
		"": true, digest.FromString("x").Encoded() + "  missing\n": true,
		"\n": false, "x  f\n": false, digest.FromString("x").Encoded() + "  ../f\n": false, digest.FromString("x").Encoded() + " *f\n": false,
	} {
		if err := (&against{}).verify(nil, []byte(sums)); (err == nil) != ok {
			t.Errorf("%q: %v", sums, err)
		}
	}
}

// TestWithin: what is in the target's directory is compared, or refused; a hard
// link to what lies elsewhere has no content that could be.
func TestWithin(t *testing.T) {
	a := &against{inside: "out/dom0/"}
	for _, c := range []struct {
		entry image.Entry
		path  string // "": not of the target
		err   bool
	}{
		{image.Entry{Path: "out/dom0/x", Type: image.Regular}, "x", false},
		{image.Entry{Path: "out/dom0", Type: image.Directory}, "", false},
		{image.Entry{Path: "out/dom0x", Type: image.Regular}, "", false},
		{image.Entry{Path: "out/other/x", Type: image.Regular}, "", false},
		{image.Entry{Path: "out/dom0/y", Type: image.HardLink, Link: "out/dom0/x"}, "y", false},
		{image.Entry{Path: "out/dom0/y", Type: image.HardLink, Link: "out/other/x"}, "", true},
		{image.Entry{Path: "out/other/y", Type: image.HardLink, Link: "out/dom0/x"}, "", false},
	} {
		e := c.entry
		ok, err := a.within(&e)
		if ok != (c.path != "") || ok && e.Path != c.path || (err != nil) != c.err {
			t.Errorf("%+v: %+v, %t, %v", c.entry, e, ok, err)
		}
	}
}
