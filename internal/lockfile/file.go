package lockfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// MissingError says that a recipe has no lock yet.
type MissingError struct{ Path string }

func (e *MissingError) Error() string { return fmt.Sprintf("there is no lock at %s", e.Path) }

// Hint says what helps.
func (e *MissingError) Hint() string { return "dombuild lock" }

// Read parses the lock at path. A file that is not there is a *MissingError.
func Read(path string) (*Lock, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{path}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the lock: %w", err)
	}
	return Parse(path, text)
}

// Write replaces the lock at path, whole or not at all.
func Write(path string, l *Lock) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".lock-")
	if err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(l.Format())
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	return nil
}
