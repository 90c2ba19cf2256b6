// Package store is the content-addressed store: the archive everything else
// is built from.
//
// # On disk
//
// A store is an OCI image layout, version 1.0.0, that any OCI tool can read:
//
//	oci-layout            {"imageLayoutVersion":"1.0.0"}
//	index.json            an image index; this package adds nothing to it
//	blobs/sha256/<hex>    blobs, mode 0444
//	blobs/sha512/<hex>
//	dombuild/version      the version of what follows
//	dombuild/lock         flock: shared by every open store, exclusive for GC
//	dombuild/tmp/         files being written, each locked by its writer
//	dombuild/partial/     interrupted downloads, to be resumed
//	dombuild/quarantine/  blobs whose bytes turned out wrong
//	dombuild/records/     small named records, see PutRecord
//
// # Invariants
//
// Nothing unverified has a path under blobs/. Bytes land in a temporary file,
// are hashed while they stream, made durable, and only then renamed to the
// name that is their digest; the directory is then made durable too. Wrong
// bytes leave nothing.
//
// A Blob can be had only from Put, Get and Partial.Commit, which all have
// hashed the bytes. Reading a Blob hashes them once more, and the last bytes
// are given out only when the digest is right. The package gives nobody the
// path of a blob.
//
// Get and the readers change nothing on disk. Verify and Quarantine move a
// corrupt blob out of the way, so that fetching or building it again heals
// the store.
//
// A killed process leaves temporary files only. A temporary file is locked by
// the process that writes it, so the kernel says which of them are dead; Open
// removes those. Interrupted downloads are kept until they are resumed or
// collected.
//
// Identity is SHA-256 or SHA-512. Several processes may use one store at the
// same time; only GC needs it for itself.
package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/dombuild/dombuild/internal/lanes"
)

// Store is an open store. It is safe for concurrent use.
type Store struct {
	dir      string
	lock     *os.File
	mu       sync.RWMutex // GC holds it for writing, publishing for reading
	verified sync.Map     // digest.Digest → *memo, for Content
	disk     diskSync
	pool     *lanes.Pool
	reserves bool // see intake
}

const (
	areaTemp       = "dombuild/tmp"
	areaPartial    = "dombuild/partial"
	areaQuarantine = "dombuild/quarantine"
	areaRecords    = "dombuild/records"
)

// Open opens the store in dir, which it makes if dir is absent or empty. It
// removes the temporary files of processes that no longer live. A directory
// that holds something else, or a store of a newer version, is a *LayoutError.
// A store that cannot be written can be read; what would write to it is a *ReadOnlyError.
func Open(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("opening store %s: %w", dir, err)
	}
	if err := prepare(abs); err != nil {
		return nil, fmt.Errorf("opening store %s: %w", dir, explain(abs, err))
	}
	lock, writable, err := lockShared(filepath.Join(abs, "dombuild/lock"))
	if err != nil {
		return nil, fmt.Errorf("opening store %s: %w", dir, err)
	}
	s := &Store{dir: abs, lock: lock, pool: lanes.NewPool(), reserves: reserves(abs)}
	s.disk.coming, s.disk.patience = s.pool.Bringing, patience
	if !writable {
		return s, nil
	}
	if err := s.sweep(); err != nil {
		lock.Close()
		return nil, fmt.Errorf("opening store %s: %w", dir, err)
	}
	return s, nil
}

// Dir is the directory of the store, for messages.
func (s *Store) Dir() string { return s.dir }

// Close gives up the store, so that another process may collect garbage.
// Blobs of a closed store must not be used any more.
func (s *Store) Close() error { return s.lock.Close() }

func (s *Store) path(elem ...string) string {
	return filepath.Join(append([]string{s.dir}, elem...)...)
}

// removeIfThere removes a file; that it is gone already is no error.
func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
