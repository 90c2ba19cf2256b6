package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Remove ends and removes whatever lies in the engine directory root, which no
// engine may have open, and the directory itself. A directory that is not
// there is no error.
func Remove(root string) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock, err := acquire(context.Background(), root, nil)
	if err != nil {
		return fmt.Errorf("removing the engine in %s: %w", root, err)
	}
	err = errors.Join(sweep(root), os.RemoveAll(root), lock.Unlock())
	if err != nil {
		return fmt.Errorf("removing the engine in %s: %w", root, err)
	}
	return nil
}
