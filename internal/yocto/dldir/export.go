package dldir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Store gives blobs whose bytes were hashed.
type Store interface {
	Get(ctx context.Context, d digest.Digest) (store.Blob, error)
}

// Report counts what an export did.
type Report struct {
	Written int   // files
	Kept    int   // files that were there already, and are the same
	Bytes   int64 // of both
}

// DifferentError is a file that is not what the lock names.
type DifferentError struct {
	Path, Want, Got string // "sha256:…"
	Kept            bool   // it was there before, and still is
}

func (e *DifferentError) Error() string {
	text := fmt.Sprintf("%s: want %s, got %s", e.Path, e.Want, e.Got)
	if e.Kept {
		return text + "; the file is left as it is"
	}
	return text + "; nothing was written"
}

// Hint says what to do about it.
func (e *DifferentError) Hint() string {
	if e.Kept {
		return "find out who put the file there, move it and its .done stamp away, and export again"
	}
	return "the checksums of the recipe contradict each other: BitBake would refuse the file"
}

// Export writes the files of a lock and their stamps into dir, which is made
// where it is not there. The errors of all files are joined.
func Export(ctx context.Context, st Store, l *pins.Lock, dir string, p progress.Reporter) (*Report, error) {
	if p == nil {
		p = progress.None{}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("exporting: %w", err)
	}
	task := p.Begin("export to "+dir, 0)
	report := &Report{}
	var errs []error
	for _, f := range l.Files {
		if err := ctx.Err(); err != nil {
			task.End(err)
			return nil, err
		}
		size, kept, err := export(ctx, st, f, dir)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		report.Bytes += size
		task.Add(size)
		if kept {
			report.Kept++
		} else {
			report.Written++
		}
	}
	err := errors.Join(errs...)
	task.End(err)
	return report, err
}

// export writes one file and its stamp, unless they are there.
func export(ctx context.Context, st Store, f pins.File, dir string) (size int64, kept bool, err error) {
	if err := pins.CheckName(f.Name); err != nil {
		return 0, false, fmt.Errorf("exporting %q: %w", f.Name, err)
	}
	path := filepath.Join(dir, f.Name)
	if _, err := os.Lstat(path); err == nil {
		size, err := keep(path, f)
		return size, true, err
	} else if !errors.Is(err, fs.ErrNotExist) {
		return 0, false, fmt.Errorf("exporting: %w", err)
	}
	blob, err := st.Get(ctx, f.Digest)
	if err != nil {
		return 0, false, err
	}
	if err := write(blob, path, f); err != nil {
		return 0, false, err
	}
	return blob.Size(), false, nil
}

// keep checks a file that is there, and makes its stamp anew: the old one is
// nothing to believe.
func keep(path string, f pins.File) (int64, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return 0, fmt.Errorf("exporting: %w", err)
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("exporting: %s is there and no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("exporting: %w", err)
	}
	defer file.Close()
	s := newSums()
	size, err := io.Copy(s, file)
	if err != nil {
		return 0, fmt.Errorf("exporting: %w", err)
	}
	if err := s.check(path, f, true); err != nil {
		return 0, err
	}
	return size, stampFile(path, s, info.ModTime())
}

// write copies a blob beside its place, and puts it there when all checksums
// are right.
func write(blob store.Blob, path string, f pins.File) error {
	in, err := blob.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	tmp, err := os.CreateTemp(filepath.Dir(path), ".dombuild-")
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	s := newSums()
	if _, err := io.Copy(io.MultiWriter(tmp, s), in); err != nil {
		return fmt.Errorf("exporting %s: %w", f.Name, err)
	}
	if err := s.check(path, f, false); err != nil {
		return err
	}
	now := time.Now().Add(-2 * time.Second)
	err = errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close(), os.Chtimes(tmp.Name(), now, now))
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("exporting %s: %w", f.Name, err)
	}
	return stampFile(path, s, now)
}

// check compares every checksum that the lock knows.
func (s *sums) check(path string, f pins.File, kept bool) error {
	for _, want := range append([]string{string(f.Digest)}, f.Sums...) {
		algorithm, _, _ := strings.Cut(want, ":")
		if got := algorithm + ":" + s.of(algorithm); got != want {
			return &DifferentError{path, want, got, kept}
		}
	}
	return nil
}

// stampFile writes the stamp of a file, a second newer than the file: BitBake
// believes it only then.
func stampFile(path string, s *sums, modified time.Time) error {
	return writeStamp(path, s.stamp(), modified.Add(time.Second))
}

// writeStamp puts a stamp beside a file or clone, in place of what is there; a
// link is not followed.
func writeStamp(path string, stamp []byte, newer time.Time) error {
	name := path + ".done"
	tmp, err := os.CreateTemp(filepath.Dir(path), ".dombuild-")
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(stamp)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Close(), os.Chtimes(tmp.Name(), newer, newer))
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	return nil
}
