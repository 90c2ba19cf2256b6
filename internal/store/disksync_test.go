package store

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDirSync: each of many callers is answered, with the error of its own directory.
func TestDirSync(t *testing.T) {
	good, gone := t.TempDir(), filepath.Join(t.TempDir(), "gone")
	var disk diskSync
	var g sync.WaitGroup
	for range 200 {
		g.Go(func() {
			if err := disk.dir(good); err != nil {
				t.Error(err)
			}
		})
		g.Go(func() {
			if err := disk.dir(gone); err == nil {
				t.Error("a directory that is not there was made durable")
			}
		})
	}
	g.Wait()
	nobodyWaits(t, &disk)
}

// TestFileSync: each of many callers is answered, with the error of its own
// file; it may share a turn with files that are well.
func TestFileSync(t *testing.T) {
	dir := t.TempDir()
	var disk diskSync
	var g sync.WaitGroup
	for i := range 200 {
		f, err := os.CreateTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("bytes"); err != nil {
			t.Fatal(err)
		}
		closed := i%10 == 0
		if closed {
			f.Close()
		}
		g.Go(func() {
			err := disk.file(f)
			if closed != (errors.Is(err, os.ErrClosed) || errors.Is(err, unix.EBADF)) {
				t.Errorf("closed: %v, the answer: %v", closed, err)
			}
			f.Close()
		})
	}
	g.Wait()
	nobodyWaits(t, &disk)
}

// TestMixedSync: files and directories share turns, and each caller has its own answer.
func TestMixedSync(t *testing.T) {
	good, gone := t.TempDir(), filepath.Join(t.TempDir(), "gone")
	var disk diskSync
	var g sync.WaitGroup
	for i := range 100 {
		f, err := os.CreateTemp(good, "")
		if err != nil {
			t.Fatal(err)
		}
		closed := i%10 == 0
		if closed {
			f.Close()
		}
		g.Go(func() {
			if err := disk.file(f); closed != (err != nil) {
				t.Errorf("closed: %v, the answer: %v", closed, err)
			}
			f.Close()
			if err := disk.dir(good); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	// Alone, a directory is synced by its name.
	if err := disk.dir(gone); err == nil {
		t.Error("a directory that is not there was made durable")
	}
	nobodyWaits(t, &disk)
}

// TestPatience: a turn waits for a file that is under way, and no longer.
func TestPatience(t *testing.T) {
	var coming atomic.Bool
	coming.Store(true)
	disk := diskSync{coming: coming.Load, patience: time.Hour}
	file := func() *os.File {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := file(), file()
	var g sync.WaitGroup
	g.Go(func() {
		if err := disk.file(first); err != nil {
			t.Error(err)
		}
	})
	var shared *turn
	for shared == nil {
		time.Sleep(time.Millisecond)
		disk.mu.Lock()
		shared = disk.next
		disk.mu.Unlock()
	}
	coming.Store(false) // the second was the last one
	if err := disk.file(second); err != nil {
		t.Error(err)
	}
	g.Wait()
	if shared.files != 2 {
		t.Errorf("%d files shared the turn", shared.files)
	}
	coming.Store(true) // and never comes
	disk.patience = time.Millisecond
	if err := disk.file(first); err != nil {
		t.Error(err)
	}
	nobodyWaits(t, &disk)
}

func nobodyWaits(t *testing.T, disk *diskSync) {
	t.Helper()
	disk.mu.Lock()
	defer disk.mu.Unlock()
	if disk.next != nil {
		t.Error("somebody still waits")
	}
}
