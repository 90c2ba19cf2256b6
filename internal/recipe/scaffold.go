package recipe

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed scaffold/recipe.hcl
var scaffoldRecipe string

//go:embed scaffold/hello.sh
var scaffoldScript string

//go:embed scaffold/hello.c
var scaffoldProgram string

// Keyring is the path in a new recipe where the distribution's keys belong.
const Keyring = "keys/debian-archive.gpg"

// Scaffold starts a recipe in a directory, which it creates: a commented recipe,
// its script, one C file and, unless it is empty, the keyring. It returns the
// paths written, and writes nothing if one of them or another recipe exists.
func Scaffold(dir, name string, keyring []byte) ([]string, error) {
	if !validName.MatchString(name) || len(name) > maxNameSize {
		return nil, fmt.Errorf("the name %q of the recipe does not begin with a lower-case letter or has other characters than a-z, 0-9, - and _", name)
	}
	files := []struct{ path, text string }{
		{"recipe.hcl", strings.ReplaceAll(scaffoldRecipe, "NAME", name)},
		{"hello.sh", scaffoldScript},
		{"src/hello.c", scaffoldProgram},
		{Keyring, string(keyring)},
	}
	if len(keyring) == 0 {
		files = files[:len(files)-1]
	}
	if old, err := Files(dir); err == nil && len(old) > 0 {
		return nil, fmt.Errorf("starting a recipe in %s: there is already %s: %w", dir, old[0], fs.ErrExist)
	}
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, f.path)); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("starting a recipe in %s: %s: %w", dir, f.path, fs.ErrExist)
		}
	}
	var written []string
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if err := writeNew(path, f.text); err != nil {
			return written, fmt.Errorf("starting a recipe: %w", err)
		}
		written = append(written, path)
	}
	return written, nil
}

// writeNew writes a file that does not exist yet.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
