package hardening

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/image"
)

// ScanOptions say what Scan looks at. The zero value looks at everything that
// a path holds, but not into artifacts inside artifacts.
type ScanOptions struct {
	Prove    prove.Options
	Limits   image.Limits
	Descend  bool // also into artifacts within the artifact
	Parallel int  // files judged at once; 0: one for each processor
}

// Scan judges every file of the artifact or tree at a path. Files that no rule
// applies to are left out. It opens what it is named and nothing else, and
// executes nothing.
func Scan(ctx context.Context, path string, opt ScanOptions) ([]prove.File, error) {
	if f, ok := thinArchive(path, opt); ok {
		return []prove.File{f}, nil
	}
	img, err := image.Open(path, image.Options{Limits: opt.Limits, Descend: descend(opt.Descend)})
	if err != nil {
		return nil, err
	}
	defer img.Close()
	files, err := scan(ctx, img, opt)
	if err == nil && len(files) == 0 && !opt.Descend && img.Format() != image.Tree {
		opt.Descend = true // a file within, such as a compressed module, is what was named
		return Scan(ctx, path, opt)
	}
	return files, err
}

// thinArchive judges a thin archive, which holds names and no files and is
// therefore no artifact; false if the path is of something else.
func thinArchive(path string, opt ScanOptions) (prove.File, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return prove.File{}, false
	}
	f, err := os.Open(path)
	if err != nil {
		return prove.File{}, false
	}
	defer f.Close()
	const magic = "!<thin>\n"
	head := make([]byte, len(magic))
	if _, err := f.ReadAt(head, 0); err != nil || string(head) != magic {
		return prove.File{}, false
	}
	return prove.Prove(filepath.Base(path), f, info.Size(), opt.Prove), true
}

// ScanAt judges the artifact of size bytes at r.
func ScanAt(ctx context.Context, name string, r io.ReaderAt, size int64, opt ScanOptions) ([]prove.File, error) {
	img, err := image.Read(name, r, size, image.Options{Limits: opt.Limits, Descend: descend(opt.Descend)})
	if err != nil {
		return nil, err
	}
	return scan(ctx, img, opt)
}

// descend goes into every artifact, except those that the prover and the
// search for configurations read themselves.
func descend(yes bool) func(image.Entry, image.Format) bool {
	if !yes {
		return nil
	}
	return func(_ image.Entry, f image.Format) bool {
		return f != image.Ar && f != image.ELF && f != image.Kernel && f != image.FDT
	}
}

// scanner collects verdicts in the order in which files came.
type scanner struct {
	opt   ScanOptions
	mu    sync.Mutex
	files map[int]prove.File
	boot  bootFiles
}

func scan(ctx context.Context, img *image.Image, opt ScanOptions) ([]prove.File, error) {
	if opt.Parallel <= 0 {
		opt.Parallel = runtime.GOMAXPROCS(0)
	}
	s := &scanner{opt: opt, files: map[int]prove.File{}}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(opt.Parallel)
	n := 0
	err := img.Walk(ctx, func(e image.Entry, c *image.Content) error {
		i := n
		n++
		checks := entryChecks(e)
		if err := s.boot.take(e, c); err != nil {
			return err
		}
		judge := s.judgeOf(e, c)
		if judge == nil {
			s.add(i, prove.File{Path: e.Path, Type: prove.Other, Checks: checks})
			return nil
		}
		if err := c.Keep(); err != nil {
			return err
		}
		group.Go(func() error {
			f, err := judge(e.Path, c, opt)
			f.Checks = append(f.Checks, checks...)
			s.add(i, f)
			return errors.Join(err, c.Close())
		})
		return nil
	})
	if err := errors.Join(err, group.Wait()); err != nil {
		return nil, fmt.Errorf("scanning %w", err)
	}
	for _, f := range s.boot.judge() {
		s.add(n, f)
		n++
	}
	return s.sorted(), nil
}

// judgeOf says who judges a content; nil if nobody does.
func (s *scanner) judgeOf(e image.Entry, c *image.Content) func(string, *image.Content, ScanOptions) (prove.File, error) {
	switch {
	case c == nil:
		return nil
	case worthProving(c):
		return func(name string, c *image.Content, opt ScanOptions) (prove.File, error) {
			return prove.Prove(name, c, c.Size(), opt.Prove), nil
		}
	case namedLikeKernel(e.Path):
		return s.judgeKernel
	}
	return nil
}

// worthProving reports whether the first bytes are those of an ELF file or an
// archive of object files. What cannot be read is for the prover to say.
func worthProving(c *image.Content) bool {
	var head [8]byte
	n, err := c.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return true
	}
	for _, magic := range []string{"\x7fELF", "!<arch>\n", "!<thin>\n", "BC\xc0\xde"} {
		if strings.HasPrefix(string(head[:n]), magic) {
			return true
		}
	}
	return false
}

func (s *scanner) add(i int, f prove.File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(f.Checks, func(c prove.Check) bool { return c.Status != prove.NotApplicable }) {
		s.files[i] = f
	}
}

func (s *scanner) sorted() []prove.File {
	files := make([]prove.File, 0, len(s.files))
	for _, i := range slices.Sorted(maps.Keys(s.files)) {
		files = append(files, s.files[i])
	}
	slices.SortStableFunc(files, func(a, b prove.File) int { return strings.Compare(a.Path, b.Path) })
	return files
}
