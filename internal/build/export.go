package build

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// SumsName is the file that `sha256sum -c` checks the artifacts with.
const SumsName = "SHA256SUMS"

// Export writes a target's artifacts to dir/<name of the target>: the trees of
// its steps, for an image also the boot/ files of its packages, the record and
// SHA256SUMS. The directory appears whole or not at all and replaces an older
// export; a directory that is not an export is not touched.
func Export(ctx context.Context, st *store.Store, res *Result, t Target, dir, version string) (Record, error) {
	final := filepath.Join(dir, t.Name)
	if err := replaceable(final); err != nil {
		return Record{}, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Record{}, fmt.Errorf("exporting: %w", err)
	}
	removeLeftovers(dir, t.Name)
	tmp := filepath.Join(dir, fmt.Sprintf(".%s.partial-%d", t.Name, os.Getpid()))
	defer os.RemoveAll(tmp)
	rec, err := export(ctx, st, res, t, tmp, version)
	if err != nil {
		return Record{}, fmt.Errorf("exporting %s: %w", t.Address, err)
	}
	return rec, replace(tmp, final)
}

// export writes everything into tmp, which must not exist yet.
func export(ctx context.Context, st *store.Store, res *Result, t Target, tmp, version string) (Record, error) {
	index, err := writeMerged(tmp, func(w *tar.Writer) error {
		return merge(ctx, merger{to: w, dirs: map[string]bool{}}, st, res, t)
	})
	if err != nil {
		return Record{}, err
	}
	var artifacts []Artifact
	for _, e := range index {
		if e.Type == tree.Regular || e.Type == tree.Hardlink {
			artifacts = append(artifacts, Artifact{e.Path, e.Size, e.Digest})
		}
	}
	rec := newRecord(version, t, res, artifacts)
	return rec, writeSums(tmp, rec)
}

// merge adds everything that a target's export holds.
func merge(ctx context.Context, m merger, st *store.Store, res *Result, t Target) error {
	for _, s := range t.Steps {
		if err := m.add(ctx, st, res, s, func(string) bool { return true }); err != nil {
			return err
		}
	}
	for _, s := range t.Boots {
		if err := m.add(ctx, st, res, s, func(p string) bool { return p == "boot" || strings.HasPrefix(p, "boot/") }); err != nil {
			return err
		}
	}
	return nil
}

// writeMerged makes one canonical tree of what fill writes and extracts it.
func writeMerged(dir string, fill func(*tar.Writer) error) (tree.Index, error) {
	raw, rawIn := io.Pipe()
	canonical, canonicalIn := io.Pipe()
	var index tree.Index
	var group errgroup.Group
	group.Go(func() error {
		w := tar.NewWriter(rawIn)
		err := fill(w)
		if err == nil {
			err = w.Close()
		}
		rawIn.CloseWithError(err)
		return err
	})
	group.Go(func() (err error) {
		index, err = tree.Canonical(raw, canonicalIn, time.Now().Unix())
		raw.CloseWithError(err)
		canonicalIn.CloseWithError(err)
		return err
	})
	group.Go(func() error {
		err := tree.Extract(canonical, dir)
		canonical.CloseWithError(err)
		return err
	})
	return index, group.Wait()
}

// merger puts parts of the trees of several steps into one. Directories may
// come from more than one; a file that does is refused by package tree.
type merger struct {
	to    *tar.Writer
	dirs  map[string]bool
	plain bool // modes are those of exported files
}

func (m merger) add(ctx context.Context, st *store.Store, res *Result, step string, want func(string) bool) error {
	s, ok := res.Step(step)
	if !ok {
		return fmt.Errorf("step %s did not run", step)
	}
	blob, err := st.Get(ctx, s.Output)
	if err != nil {
		return err
	}
	f, err := blob.Open()
	if err != nil {
		return err
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			// read to the end: only then is every byte verified
			_, err = io.Copy(io.Discard, f)
			return err
		}
		if err != nil {
			return fmt.Errorf("reading the output of %s: %w", step, err)
		}
		name := path.Clean(h.Name)
		if !want(name) || h.Typeflag == tar.TypeDir && m.dirs[name] {
			continue
		}
		m.dirs[name] = h.Typeflag == tar.TypeDir
		if m.plain {
			h.Mode = PlainMode(h.Mode, h.Typeflag == tar.TypeDir)
		}
		if err := m.to.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.Copy(m.to, r); err != nil {
			return err
		}
	}
}

func writeSums(dir string, rec Record) error {
	var sums bytes.Buffer
	for _, a := range rec.Artifacts {
		fmt.Fprintf(&sums, "%s  %s\n", a.Digest.Encoded(), a.Path)
	}
	if err := os.WriteFile(filepath.Join(dir, SumsName), sums.Bytes(), 0o644); err != nil {
		return err
	}
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, RecordName), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// replaceable refuses to replace what an earlier export did not write.
func replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	if _, err := ReadRecord(dir); err != nil {
		return fmt.Errorf("exporting to %s: the directory is not an earlier export, it is not replaced", dir)
	}
	return nil
}

// replace puts the finished directory in place of an older one, which at every
// moment is there or replaced, and removes that.
func replace(tmp, final string) error {
	err := unix.Renameat2(unix.AT_FDCWD, tmp, unix.AT_FDCWD, final, unix.RENAME_EXCHANGE)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(tmp, final)
	} else if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // the file system cannot exchange
		err = replaceInTwo(tmp, final)
	}
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	return os.RemoveAll(tmp)
}

func replaceInTwo(tmp, final string) error {
	old := tmp + ".old"
	if err := os.Rename(final, old); err != nil {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return errors.Join(err, os.Rename(old, final))
	}
	return os.RemoveAll(old)
}

// removeLeftovers removes what killed processes left of this target's exports.
func removeLeftovers(dir, name string) {
	// with two dots: what package tree was extracting into
	left, _ := filepath.Glob(filepath.Join(dir, "."+name+".partial-*"))
	half, _ := filepath.Glob(filepath.Join(dir, ".."+name+".partial-*"))
	for _, path := range append(left, half...) {
		var pid int
		_, after, _ := strings.Cut(filepath.Base(path), ".partial-")
		if _, err := fmt.Sscanf(after, "%d", &pid); err != nil {
			continue
		}
		if syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(path)
		}
	}
}
