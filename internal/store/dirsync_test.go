package store

import (
	"path/filepath"
	"sync"
	"testing"
)

// TestDirSync: each of many callers is answered, with the error of its own directory.
func TestDirSync(t *testing.T) {
	good, gone := t.TempDir(), filepath.Join(t.TempDir(), "gone")
	var dirs dirSync
	var g sync.WaitGroup
	for range 200 {
		g.Go(func() {
			if err := dirs.sync(good); err != nil {
				t.Error(err)
			}
		})
		g.Go(func() {
			if err := dirs.sync(gone); err == nil {
				t.Error("a directory that is not there was made durable")
			}
		})
	}
	g.Wait()
	for dir, turns := range dirs.dirs {
		if turns.next != nil {
			t.Errorf("%s: somebody still waits", dir)
		}
	}
}
