package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// recordLock is the kind of a record that names a lock which belongs to no
// recipe; its key is the digest of the lock's path, its data the path.
const recordLock = "lock"

// locks are files that pin what belongs to no recipe: they keep blobs.
type locks struct {
	paths []string
	blobs map[digest.Digest]bool
	keys  map[string]bool // of their records
	also  map[string]bool // records of commits, "kind/key"
}

// registerLock records that a lock was fetched into the store.
func registerLock(st *store.Store, name string) error {
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	key := digest.FromString(abs).Encoded()
	if had, err := st.Record(recordLock, key); err == nil && string(had) == abs {
		return nil
	}
	return st.PutRecord(recordLock, key, []byte(abs))
}

// gcLocks reads the locks that keep what they pin: those that were fetched into
// the store and are still there, and those given. A lock that cannot be read is
// an error: what it needs is not known.
func (a *app) gcLocks(ctx context.Context, st *store.Store, given, forget []string) (*locks, error) {
	kept := &locks{blobs: map[digest.Digest]bool{}, keys: map[string]bool{}, also: map[string]bool{}}
	records, err := st.Records(ctx, recordLock)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		path := string(r.Data)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if forgotten, err := listed(forget, path); err != nil {
			return nil, err
		} else if !forgotten {
			given = append(given, path)
		}
	}
	for _, name := range given {
		if err := kept.add(ctx, st, name); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

func (l *locks) add(ctx context.Context, st *store.Store, name string) error {
	abs, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	key := digest.FromString(abs).Encoded()
	if l.keys[key] {
		return nil
	}
	wanted, records, err := digestsOf(ctx, st, abs)
	if err != nil {
		return &hintError{fmt.Errorf("finding what the lock %s needs: %w", abs, err), "write it again, or dombuild store gc --forget " + abs}
	}
	l.keys[key] = true
	l.paths = append(l.paths, abs)
	for _, d := range wanted {
		l.blobs[d] = true
	}
	for _, r := range records {
		l.also[r] = true
	}
	return nil
}

// digestsOf lists what a lock of either kind pins, and the records of commits.
func digestsOf(ctx context.Context, st *store.Store, name string) ([]digest.Digest, []string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	var out []digest.Digest
	if pins.Is(text) {
		l, err := pins.Parse(name, text)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range l.Files {
			out = append(out, f.Digest)
		}
		blobs, records, err := commitsOf(ctx, st, l)
		return append(out, blobs...), records, err
	}
	l, err := lockfile.Parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range l.Pins() {
		out = append(out, p.Digest)
	}
	for _, e := range l.Evidence() {
		out = append(out, e.Digest)
	}
	return out, nil, nil
}
