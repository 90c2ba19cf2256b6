package bundle

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/opencontainers/go-digest"
)

// OccupiedError says that a file would have to be replaced.
type OccupiedError struct {
	Path string
	What string
}

func (e *OccupiedError) Error() string {
	return fmt.Sprintf("%s is there already, and %s", e.Path, e.What)
}

// Hint says what helps.
func (e *OccupiedError) Hint() string {
	return "nothing was written; move it away, or give another directory"
}

// Vacant looks whether Place would have to replace a file.
func (x Recipe) Vacant(dir string) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range x.Files {
		if _, err := there(root, path.Join(x.Name, f.Path), f.Digest); err != nil {
			return fmt.Errorf("writing the recipe %s: %w", x.Name, err)
		}
	}
	return nil
}

// Place writes the tree of a recipe into dir, below its name. Every path is
// resolved inside dir: a link that leads out is an error. Files that are there
// with the same content stay; another content is an *OccupiedError before
// anything is written.
func (x Recipe) Place(dir string, content func(RecipeFile) ([]byte, error)) error {
	if err := x.Vacant(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range x.Files {
		text, err := content(f)
		if err == nil {
			err = place(root, path.Join(x.Name, f.Path), text, f)
		}
		if err != nil {
			return fmt.Errorf("writing %s of the recipe %s: %w", f.Path, x.Name, err)
		}
	}
	return nil
}

// there says whether a file is there with the right content. Anything else in
// its place is an error.
func there(root *os.Root, name string, want digest.Digest) (bool, error) {
	fi, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !fi.Mode().IsRegular() {
		return false, &OccupiedError{name, "it is no regular file"}
	}
	had, err := root.ReadFile(name)
	if err == nil && want.Algorithm().FromBytes(had) != want {
		err = &OccupiedError{name, "it has another content"}
	}
	return err == nil, err
}

// place writes one file.
func place(root *os.Root, name string, text []byte, f RecipeFile) error {
	mode := fs.FileMode(0o644)
	if f.Exec {
		mode = 0o755
	}
	if ok, err := there(root, name, f.Digest); err != nil {
		return err
	} else if ok {
		return root.Chmod(name, mode)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return errors.Join(err, w.Chmod(mode), w.Close())
}
