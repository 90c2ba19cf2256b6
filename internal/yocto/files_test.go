package yocto

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// A directory is passed by only when it is certain that it is not there.
func TestMayHold(t *testing.T) {
	root := t.TempDir()
	layer := filepath.Join(root, "meta")
	if err := os.MkdirAll(filepath.Join(layer, "recipes/a/files"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("files", filepath.Join(layer, "recipes/a/link")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(layer, "recipes/a/file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	f := &files{root: root, layers: []bitbake.Layer{{Name: "core", Dir: layer}}}
	for dir, want := range map[string]bool{
		layer:                                    true, // its parent is outside of the layers
		filepath.Join(layer, "recipes/a"):        true,
		filepath.Join(layer, "recipes/b"):        false,
		filepath.Join(layer, "recipes/b/c"):      false,
		filepath.Join(root, "nowhere"):           true,
		filepath.Join(root, "nowhere/files"):     true,
		filepath.Join(layer, "recipes/a/files"):  true,
		filepath.Join(layer, "recipes/a/link"):   true,
		filepath.Join(layer, "recipes/a/file/b"): true, // why its parent cannot be read is not looked at
		"/":                                      true,
	} {
		if got := f.mayHold(dir); got != want {
			t.Errorf("%s: got %v, want %v", dir, got, want)
		}
	}
}
