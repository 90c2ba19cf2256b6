package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
)

// GCOptions say what stays.
type GCOptions struct {
	Keep       func(digest.Digest) bool    // blobs; nil keeps all
	KeepRecord func(kind, key string) bool // records; nil keeps all
	DryRun     bool                        // only say what would go
}

// GCReport is what was, or would be, removed.
type GCReport struct {
	Blobs   []Info // sorted by digest
	Records []Record
	Freed   int64 // bytes, with partial downloads, quarantine and leftovers
}

// GC removes every blob that is neither kept nor named by index.json, and all
// partial downloads, quarantined blobs and leftovers. It needs the store for
// itself: while another process has it open, GC is a *BusyError.
func (s *Store) GC(ctx context.Context, opt GCOptions) (*GCReport, error) {
	report := new(GCReport)
	if opt.DryRun {
		return report, s.mark(ctx, opt, report)
	}
	err := s.exclusive(func() error {
		if err := s.mark(ctx, opt, report); err != nil {
			return err
		}
		return explain(s.dir, s.remove(ctx, report))
	})
	return report, err
}

// mark fills the report with what is not kept.
func (s *Store) mark(ctx context.Context, opt GCOptions, report *GCReport) error {
	roots, err := s.indexed()
	if err != nil {
		return err
	}
	infos, err := s.List(ctx)
	if err != nil {
		return err
	}
	for _, i := range infos {
		if opt.Keep != nil && !roots[i.Digest] && !opt.Keep(i.Digest) {
			report.Blobs = append(report.Blobs, i)
			report.Freed += i.Size
		}
	}
	for _, area := range []string{areaPartial, areaQuarantine, areaTemp} {
		n, err := treeSize(ctx, s.path(area))
		if err != nil {
			return err
		}
		report.Freed += n
	}
	if opt.KeepRecord == nil {
		return nil
	}
	return s.walkRecords(ctx, func(_ string, r Record, err error) error {
		if err == nil && !opt.KeepRecord(r.Kind, r.Key) {
			report.Records = append(report.Records, r)
			report.Freed += int64(len(r.Data))
		}
		return nil
	})
}

func (s *Store) remove(ctx context.Context, report *GCReport) error {
	for _, i := range report.Blobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.RemoveAll(s.blobPath(i.Digest)); err != nil {
			return fmt.Errorf("collecting blob %s: %w", i.Digest, err)
		}
	}
	for _, r := range report.Records {
		if err := s.DeleteRecord(r.Kind, r.Key); err != nil {
			return fmt.Errorf("collecting record %s/%s: %w", r.Kind, r.Key, err)
		}
	}
	if _, err := s.removePartials(); err != nil {
		return fmt.Errorf("collecting partial downloads: %w", err)
	}
	quarantined, err := os.ReadDir(s.path(areaQuarantine))
	if err != nil {
		return err
	}
	for _, e := range quarantined {
		if err := os.RemoveAll(s.path(areaQuarantine, e.Name())); err != nil {
			return err
		}
	}
	return s.sweep()
}

// indexed returns every blob that index.json reaches, through any number of
// nested indexes and manifests.
func (s *Store) indexed() (map[digest.Digest]bool, error) {
	src, err := os.ReadFile(s.path("index.json"))
	if err != nil {
		return nil, fmt.Errorf("reading image index: %w", err)
	}
	todo, err := parseIndex(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.path("index.json"), err)
	}
	seen := map[digest.Digest]bool{}
	for len(todo) > 0 {
		d := todo[0]
		todo = todo[1:]
		if seen[d] {
			continue
		}
		seen[d] = true
		children, err := s.children(d)
		if err != nil {
			return nil, err
		}
		todo = append(todo, children...)
	}
	return seen, nil
}

// children returns what a blob names if it is a manifest; layers are not.
func (s *Store) children(d digest.Digest) ([]digest.Digest, error) {
	const maxManifest = 4 << 20
	fi, err := os.Lstat(s.blobPath(d))
	if errors.Is(err, fs.ErrNotExist) || err == nil && fi.Size() > maxManifest {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	src, err := os.ReadFile(s.blobPath(d))
	if err != nil {
		return nil, err
	}
	children, err := parseIndex(src)
	if err != nil {
		return nil, nil // not a manifest
	}
	return children, nil
}
