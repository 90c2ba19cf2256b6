package yocto

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/git"
)

var hashes = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}

// check looks at one file or repository. An error is one of the context.
func (d *download) check(ctx context.Context, dir string) (CheckedFile, error) {
	name := filepath.Join(dir, d.File)
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.Status = Absent
	case err != nil:
		d.unproven(err)
	case d.repository:
		return d.CheckedFile, d.repositoryIn(ctx, name)
	case !info.Mode().IsRegular():
		d.unproven(errors.New("not a regular file"))
	default:
		d.file(name)
	}
	return d.CheckedFile, nil
}

func (d *download) unproven(err error) {
	d.Status = Unproven
	d.Reasons = append(d.Reasons, err.Error())
}

// file hashes a file with every algorithm that the recipe names.
func (d *download) file(name string) {
	f, err := os.Open(name)
	if err != nil {
		d.unproven(err)
		return
	}
	defer f.Close()
	running := map[string]hash.Hash{}
	var writers []io.Writer
	for _, s := range d.sums {
		if h := hashes[s.Algorithm]; h != nil {
			running[s.Algorithm] = h()
			writers = append(writers, running[s.Algorithm])
		}
	}
	if len(writers) == 0 {
		d.unproven(errors.New("the recipe has no checksum that can be compared"))
		return
	}
	if _, err := io.Copy(io.MultiWriter(writers...), f); err != nil {
		d.unproven(err)
		return
	}
	d.Status = Equal
	for _, s := range d.sums {
		h := running[s.Algorithm]
		if h == nil {
			continue
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != s.Expected {
			d.Status, d.Algorithm, d.Expected, d.Got = Different, s.Algorithm, s.Expected, got
			return
		}
	}
}

// repositoryIn verifies a clone, or a mirror tarball of one.
func (d *download) repositoryIn(ctx context.Context, name string) error {
	if d.tarball {
		dir, err := os.MkdirTemp("", "dombuild-git-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if err := unpackRepository(ctx, name, dir); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			d.unproven(err)
			return nil
		}
		name = dir
	}
	report, err := git.Verify(ctx, name, d.Expected)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		d.unproven(err)
	case len(report.Wrong) > 0:
		d.Status, d.Reasons = Different, append(report.Wrong, report.Doubts...)
	case len(report.Doubts) > 0:
		d.Status, d.Reasons = Unproven, report.Doubts
	default:
		d.Status = Equal
	}
	return nil
}

// Limits of a mirror tarball.
const (
	maxTarball = 64 << 30 // bytes unpacked
	maxEntries = 5_000_000
)

// unpackRepository writes the regular files of a repository's tarball below
// dir, with mode 0600. Anything but files and directories is refused: a link
// could lead git elsewhere.
func unpackRepository(ctx context.Context, name, dir string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	left := int64(maxTarball)
	r := tar.NewReader(z)
	for range maxEntries {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if left -= h.Size; left < 0 || h.Size < 0 {
			return fmt.Errorf("more than %d bytes", int64(maxTarball))
		}
		if err := writeEntry(r, h, dir); err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d entries", maxEntries)
}

func writeEntry(r io.Reader, h *tar.Header, dir string) error {
	clean := path.Clean(strings.TrimPrefix(h.Name, "./"))
	if clean == "." {
		return nil
	}
	if !filepath.IsLocal(clean) {
		return fmt.Errorf("entry %q lies outside of the repository", h.Name)
	}
	name := filepath.Join(dir, filepath.FromSlash(clean))
	switch h.Typeflag {
	case tar.TypeDir:
		return os.MkdirAll(name, 0o700)
	case tar.TypeReg:
	default:
		return fmt.Errorf("entry %q is a link or device", h.Name)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	// a second entry of the same name wins, as it does for tar
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
