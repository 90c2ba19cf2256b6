package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// Stage takes in blobs that are published together or not at all. It is a
// directory of the store beside the blobs, locked by its process. Put and
// PutPiece are safe for concurrent use.
type Stage struct {
	s     *Store
	dir   string
	lock  *os.File
	named bool
	mu    sync.Mutex
	fresh map[digest.Digest]bool // hashed by this process
}

// Stage begins a stage that is gone when it is closed, or its process is dead.
func (s *Store) Stage() (*Stage, error) {
	for {
		dir, err := os.MkdirTemp(s.path(areaTemp), "stage-*")
		if err != nil {
			return nil, fmt.Errorf("making a stage: %w", explain(s.dir, err))
		}
		lock, got, err := lockDir(dir)
		if err != nil {
			return nil, fmt.Errorf("making a stage: %w", err)
		}
		if got {
			return &Stage{s: s, dir: dir, lock: lock, fresh: map[digest.Digest]bool{}}, nil
		}
	}
}

// ResumeStage begins or resumes a stage that stays until it is committed,
// discarded or collected. While another process has it, ResumeStage waits.
func (s *Store) ResumeStage(ctx context.Context, of digest.Digest) (*Stage, error) {
	if err := checkDigest(of); err != nil {
		return nil, err
	}
	dir := s.path(areaPartial, "stage-"+of.Algorithm().String()+"-"+of.Encoded())
	for {
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("making a stage: %w", explain(s.dir, err))
		}
		lock, got, err := lockDir(dir)
		if err != nil {
			return nil, fmt.Errorf("making a stage: %w", err)
		}
		if got {
			g := &Stage{s: s, dir: dir, lock: lock, named: true, fresh: map[digest.Digest]bool{}}
			return g, g.tidy()
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
}

// lockDir locks a directory; false means that another process has it, or that
// it is gone again.
func lockDir(dir string) (*os.File, bool, error) {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_DIRECTORY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	got, err := flock(f, unix.LOCK_EX)
	if err == nil && got && linked(f, dir) {
		return f, true, nil
	}
	f.Close()
	return nil, false, err
}

// tidy removes what a killed process had not finished.
func (g *Stage) tidy() error {
	entries, err := os.ReadDir(g.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "new-") {
			if err := removeIfThere(filepath.Join(g.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func stagedName(d digest.Digest) string { return d.Algorithm().String() + "-" + d.Encoded() }

// Put takes in a blob. Wrong bytes are an *IntegrityError, and not kept.
func (g *Stage) Put(ctx context.Context, r io.Reader, want digest.Digest, size int64) error {
	if err := checkDigest(want); err != nil {
		return err
	}
	if err := g.take(ctx, r, stagedName(want), want, size); err != nil {
		return err
	}
	g.mu.Lock()
	g.fresh[want] = true
	g.mu.Unlock()
	return nil
}

// take writes a file of the stage.
func (g *Stage) take(ctx context.Context, r io.Reader, name string, want digest.Digest, size int64) error {
	f, err := os.CreateTemp(g.dir, "new-*")
	if err != nil {
		return fmt.Errorf("staging a blob: %w", explain(g.s.dir, err))
	}
	t := temp{f: f, path: f.Name()}
	defer t.discard()
	in := g.s.newIntake(f, want.Algorithm(), size)
	defer in.finish()
	if _, err := in.from(contextReader{ctx, r}); errors.Is(err, errTooLong) {
		return g.s.tooLong(want, size)
	} else if err != nil {
		return fmt.Errorf("staging a blob: %w", explain(g.s.dir, err))
	}
	if got := in.digest(); got != want || (size >= 0 && in.n != size) {
		return &IntegrityError{What: "the stream for a blob", Want: want, WantSize: size, Got: got, GotSize: in.n, Action: nothingKept}
	}
	if err := f.Chmod(0o444); err != nil {
		return fmt.Errorf("staging a blob: %w", err)
	}
	if err := os.Rename(t.path, filepath.Join(g.dir, name)); err != nil {
		return fmt.Errorf("staging a blob: %w", err)
	}
	t.path = ""
	return nil
}

// Open reads a blob of the stage without hashing it.
func (g *Stage) Open(d digest.Digest) (*os.File, error) {
	f, err := os.Open(filepath.Join(g.dir, stagedName(d)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NotFoundError{Digest: d}
	}
	return f, err
}

// Has says whether the stage holds a blob.
func (g *Stage) Has(d digest.Digest) bool {
	_, err := os.Lstat(filepath.Join(g.dir, stagedName(d)))
	return err == nil
}

// Sync makes what was taken in durable.
func (g *Stage) Sync() error {
	if err := unix.Syncfs(int(g.lock.Fd())); err != nil {
		return fmt.Errorf("writing a stage to disk: %w", explain(g.s.dir, err))
	}
	return nil
}

// Commit publishes exactly the blobs given, all of which must have been put. A
// blob that another process had put is hashed first. When the power fails in
// the middle, some are published and others not, each of them sound.
func (g *Stage) Commit(ctx context.Context, blobs []digest.Digest) error {
	if err := g.recheck(ctx, blobs); err != nil {
		return err
	}
	if err := g.Sync(); err != nil {
		return err
	}
	g.s.mu.RLock()
	defer g.s.mu.RUnlock()
	for _, d := range blobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(g.dir, stagedName(d)), g.s.blobPath(d)); err != nil {
			return fmt.Errorf("storing blob %s: %w", d, explain(g.s.dir, err))
		}
	}
	return errors.Join(syncDir(g.s.path("blobs", "sha256")), syncDir(g.s.path("blobs", "sha512")))
}

// recheck hashes what this process did not.
func (g *Stage) recheck(ctx context.Context, blobs []digest.Digest) error {
	old := slices.DeleteFunc(slices.Clone(blobs), func(d digest.Digest) bool { return g.fresh[d] })
	errs := make([]error, len(old))
	var group errgroup.Group
	group.SetLimit(g.s.Parallel())
	for i, d := range old {
		group.Go(func() error {
			errs[i] = g.recheckOne(ctx, d)
			return nil
		})
	}
	_ = group.Wait() // the errors are in errs
	return errors.Join(errs...)
}

func (g *Stage) recheckOne(ctx context.Context, d digest.Digest) error {
	f, err := g.Open(d)
	if err != nil {
		return err
	}
	defer f.Close()
	h := newHash(d.Algorithm())
	n, err := g.s.hashFile(ctx, f, h)
	if err != nil {
		return err
	}
	if got := digest.NewDigest(d.Algorithm(), h); got != d {
		return errors.Join(&IntegrityError{What: "a staged blob", Want: d, WantSize: -1, Got: got, GotSize: n, From: f.Name(), Action: nothingKept},
			removeIfThere(f.Name()))
	}
	return nil
}

// Close ends the stage; one that was resumed by name is kept.
func (g *Stage) Close() error {
	if !g.named {
		return g.Discard()
	}
	return g.lock.Close()
}

// Discard ends the stage and drops what is in it.
func (g *Stage) Discard() error {
	return errors.Join(os.RemoveAll(g.dir), g.lock.Close())
}
