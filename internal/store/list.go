package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// Info describes a blob without its bytes having been looked at.
type Info struct {
	Digest  digest.Digest
	Size    int64
	Changed time.Time
}

// List returns what lies in the store, sorted by digest. It does not look at
// the bytes; Verify does.
func (s *Store) List(ctx context.Context) ([]Info, error) {
	infos, _, err := s.list(ctx)
	return infos, err
}

// list also returns the paths under blobs that are not blobs.
func (s *Store) list(ctx context.Context) (infos []Info, foreign []string, err error) {
	algorithms, err := os.ReadDir(s.path("blobs"))
	if err != nil {
		return nil, nil, fmt.Errorf("listing blobs: %w", err)
	}
	for _, a := range algorithms {
		dir := s.path("blobs", a.Name())
		entries, err := os.ReadDir(dir)
		if err != nil {
			foreign = append(foreign, dir)
			continue
		}
		for _, e := range entries {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			d := digest.NewDigestFromEncoded(digest.Algorithm(a.Name()), e.Name())
			fi, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil || checkDigest(d) != nil {
				foreign = append(foreign, filepath.Join(dir, e.Name()))
				continue
			}
			infos = append(infos, Info{d, fi.Size(), fi.ModTime()})
		}
	}
	slices.SortFunc(infos, func(a, b Info) int { return cmp.Compare(a.Digest, b.Digest) })
	return infos, foreign, nil
}

// Usage is how many bytes lie in the parts of a store.
type Usage struct {
	Blobs                                               int
	BlobBytes, Records, Partial, Quarantine, Unfinished int64
}

// DiskUsage adds up the sizes of the files in the store.
func (s *Store) DiskUsage(ctx context.Context) (Usage, error) {
	infos, err := s.List(ctx)
	if err != nil {
		return Usage{}, err
	}
	u := Usage{Blobs: len(infos)}
	for _, i := range infos {
		u.BlobBytes += i.Size
	}
	areas := []struct {
		dir string
		sum *int64
	}{{areaRecords, &u.Records}, {areaPartial, &u.Partial}, {areaQuarantine, &u.Quarantine}, {areaTemp, &u.Unfinished}}
	for _, a := range areas {
		if *a.sum, err = treeSize(ctx, s.path(a.dir)); err != nil {
			return Usage{}, fmt.Errorf("adding up store %s: %w", s.dir, err)
		}
	}
	return u, nil
}

func treeSize(ctx context.Context, dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		if fi, err := d.Info(); err == nil {
			sum += fi.Size()
		}
		return nil
	})
	return sum, err
}
