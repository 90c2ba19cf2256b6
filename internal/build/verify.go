package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// Beside says whether a name is that of a file of an export directory that is no
// artifact.
func Beside(name string) bool {
	switch name {
	case RecordName, SumsName, "provenance.json", "sbom.spdx.json":
		return true
	}
	return !strings.Contains(name, "/") && strings.HasSuffix(name, ".sigstore.json")
}

// HashExport returns the SHA-256 of every artifact of an export directory by
// its path, which is relative and separated by slashes. A symbolic link is only
// another name: it must lead to something in the directory. Anything but files,
// such links and directories is an error.
func HashExport(ctx context.Context, dir string) (map[string]digest.Digest, error) {
	sums := map[string]digest.Digest{}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("hashing the artifacts: %w", err)
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || Beside(filepath.ToSlash(rel)) {
			return err
		}
		switch e.Type() {
		case fs.ModeSymlink:
			to, err := filepath.EvalSymlinks(path)
			if err == nil && !strings.HasPrefix(to, root+string(filepath.Separator)) {
				err = fmt.Errorf("the link %s leads out of the directory", path)
			}
			return err
		case 0:
			sums[filepath.ToSlash(rel)], err = HashFile(path)
			return err
		}
		return fmt.Errorf("%s is no regular file", path)
	})
	if err != nil {
		return nil, fmt.Errorf("hashing the artifacts in %s: %w", dir, err)
	}
	return sums, nil
}

// HashFile returns the SHA-256 of a file.
func HashFile(path string) (digest.Digest, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	d := digest.SHA256.Digester()
	_, err = io.Copy(d.Hash(), f)
	return d.Digest(), err
}

// VerifyExport hashes the artifacts of an export directory. One that is not as
// recorded, or that the record does not know, is a *store.IntegrityError.
func VerifyExport(ctx context.Context, dir string, rec Record) error {
	sums, err := HashExport(ctx, dir)
	if err != nil {
		return err
	}
	var errs []error
	wrong := func(path string, want, got digest.Digest) {
		errs = append(errs, &store.IntegrityError{What: filepath.Join(dir, path), Want: want, WantSize: -1, Got: got, GotSize: -1,
			Action: "the file was left as it is", Remedy: "dombuild build writes it again"})
	}
	for _, a := range rec.Artifacts {
		if got := sums[a.Path]; got != a.Digest {
			wrong(a.Path, a.Digest, got)
		}
		delete(sums, a.Path)
	}
	for path, got := range sums {
		wrong(path, "", got)
	}
	return errors.Join(errs...)
}

// WriteBeside writes a file into an export directory, whole or not at all.
func WriteBeside(dir, name string, text []byte) error {
	if !Beside(name) {
		return fmt.Errorf("%s would be an artifact", name)
	}
	t, err := os.CreateTemp(dir, ".partial-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer os.Remove(t.Name())
	_, err = t.Write(text)
	if err := errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(t.Name(), filepath.Join(dir, name))
}
