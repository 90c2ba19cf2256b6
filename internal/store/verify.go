package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/progress"
)

// VerifyOptions say what Verify looks at and what it does about what it finds.
type VerifyOptions struct {
	Digests  []digest.Digest   // nil: every blob, and the records and the index too
	Heal     bool              // move corrupt blobs to quarantine and remove damaged records
	Parallel int               // blobs at the same time; 0: as many as are hashed best
	Progress progress.Reporter // nil: none
}

// VerifyReport is what Verify found, sorted.
type VerifyReport struct {
	Blobs    int   // blobs that were hashed
	Bytes    int64 // their sizes added up
	Corrupt  []*IntegrityError
	Missing  []*NotFoundError      // of the Digests asked for
	Damaged  []*DamagedRecordError // records
	Foreign  []string              // paths under blobs that are not blobs
	IndexErr error                 // what is wrong with index.json
}

// Err joins everything that is wrong; nil means that the store is sound.
func (r *VerifyReport) Err() error {
	var errs []error
	for _, e := range r.Corrupt {
		errs = append(errs, e)
	}
	for _, e := range r.Missing {
		errs = append(errs, e)
	}
	for _, e := range r.Damaged {
		errs = append(errs, e)
	}
	for _, path := range r.Foreign {
		errs = append(errs, fmt.Errorf("%s is not a blob; dombuild did not put it there", path))
	}
	return errors.Join(append(errs, r.IndexErr)...)
}

// Verify hashes blobs in parallel and checks records. What is wrong stands in
// the report; an error means that Verify could not do its work.
func (s *Store) Verify(ctx context.Context, opt VerifyOptions) (*VerifyReport, error) {
	report := new(VerifyReport)
	infos, foreign, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	if opt.Digests != nil {
		infos = s.only(opt.Digests, report)
	} else {
		report.Foreign = foreign
		if err := s.verifyRecords(ctx, opt.Heal, report); err != nil {
			return nil, err
		}
		_, report.IndexErr = s.indexed()
	}
	return report, s.verifyBlobs(ctx, infos, opt, report)
}

func (s *Store) only(digests []digest.Digest, report *VerifyReport) []Info {
	var infos []Info
	for _, d := range digests {
		fi, err := os.Lstat(s.blobPath(d))
		if err != nil {
			report.Missing = append(report.Missing, &NotFoundError{Digest: d})
			continue
		}
		infos = append(infos, Info{d, fi.Size(), fi.ModTime()})
	}
	return infos
}

func (s *Store) verifyBlobs(ctx context.Context, infos []Info, opt VerifyOptions, report *VerifyReport) error {
	var total int64
	for _, i := range infos {
		total += i.Size
	}
	if opt.Progress == nil {
		opt.Progress = progress.None{}
	}
	task := opt.Progress.Begin("verify", total)
	errs := make([]error, len(infos))
	g, ctx := errgroup.WithContext(ctx)
	if opt.Parallel <= 0 {
		opt.Parallel = s.Parallel()
	}
	g.SetLimit(opt.Parallel)
	for i, info := range infos {
		g.Go(func() error {
			errs[i] = s.verifyBlob(ctx, info.Digest, opt.Heal)
			task.Add(info.Size)
			return ctx.Err()
		})
	}
	err := g.Wait()
	if err == nil {
		err = report.add(infos, errs)
	}
	task.End(errors.Join(err, report.Err()))
	return err
}

// add sorts what was found about each blob into the report.
func (r *VerifyReport) add(infos []Info, errs []error) error {
	var failed []error
	for i, err := range errs {
		var corrupt *IntegrityError
		var gone *NotFoundError
		switch {
		case errors.As(err, &corrupt):
			r.Corrupt = append(r.Corrupt, corrupt)
		case errors.As(err, &gone): // collected meanwhile
			continue
		case err != nil:
			failed = append(failed, err)
		}
		r.Blobs++
		r.Bytes += infos[i].Size
	}
	return errors.Join(failed...)
}

func (s *Store) verifyBlob(ctx context.Context, d digest.Digest, heal bool) error {
	if heal {
		return s.Quarantine(ctx, d)
	}
	_, err := s.Get(ctx, d)
	return err
}

// Quarantine hashes a blob and, if its bytes are wrong, moves it out of the
// way so that it can be put again. It returns the *IntegrityError that says
// so, nil if the blob is sound, *NotFoundError if there is none.
func (s *Store) Quarantine(ctx context.Context, d digest.Digest) error {
	_, err := s.Get(ctx, d)
	var corrupt *IntegrityError
	if !errors.As(err, &corrupt) {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	to := s.path(areaQuarantine, d.Algorithm().String()+"-"+d.Encoded())
	if err := os.RemoveAll(to); err != nil {
		return errors.Join(corrupt, explain(s.dir, err))
	}
	if err := os.Rename(s.blobPath(d), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(corrupt, fmt.Errorf("moving a corrupt blob away: %w", explain(s.dir, err)))
	}
	if err := s.giveBack(ctx, d, to); err != nil {
		return errors.Join(corrupt, err)
	}
	corrupt.Action = "it was moved to " + to
	corrupt.Remedy = "dombuild fetch downloads it again, dombuild build builds it again"
	return corrupt
}

// giveBack undoes a move to quarantine that took a sound blob: one that
// another process had put in the meantime.
func (s *Store) giveBack(ctx context.Context, d digest.Digest, from string) error {
	f, err := os.OpenFile(from, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil // not there, or not to be read: nothing to give back
	}
	defer f.Close()
	if _, err := s.check(ctx, f, d); err != nil {
		return ctx.Err()
	}
	return os.Rename(from, s.blobPath(d))
}

func (s *Store) verifyRecords(ctx context.Context, heal bool, report *VerifyReport) error {
	return s.walkRecords(ctx, func(path string, _ Record, err error) error {
		var damaged *DamagedRecordError
		if !errors.As(err, &damaged) {
			return err
		}
		report.Damaged = append(report.Damaged, damaged)
		if heal {
			return os.RemoveAll(path)
		}
		return nil
	})
}
