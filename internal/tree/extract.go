package tree

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Extract writes the tree of a tar archive into dir, which must not exist and
// exists afterwards only if everything went well. Files become 0755 when
// anybody may execute them and else 0644, directories 0755, owned by the
// caller. What Canonical refuses is refused here too; parents must come first.
// A caller that wants to stop lets r fail.
func Extract(r io.Reader, dir string) error { return extract(r, dir, nil) }

// extract lets finish have its way with what was extracted, before dir exists.
func extract(r io.Reader, dir string, finish func(*os.Root, []*tar.Header) error) (err error) {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("extracting to %s: %w", dir, fs.ErrExist)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+"-")
	if err != nil {
		return fmt.Errorf("extracting to %s: %w", dir, err)
	}
	defer func() {
		if err != nil {
			os.RemoveAll(temp)
			err = fmt.Errorf("extracting to %s: %w", dir, err)
		}
	}()
	if err := os.Chmod(temp, 0o755); err != nil {
		return err
	}
	if err := extractInto(r, temp, finish); err != nil {
		return err
	}
	return os.Rename(temp, dir)
}

func extractInto(r io.Reader, dir string, finish func(*os.Root, []*tar.Header) error) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	x := &extractor{root: root, types: map[string]Type{"": Directory}}
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := x.entry(h, tr); err != nil {
			return err
		}
		if finish != nil {
			x.headers = append(x.headers, h)
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil || finish == nil {
		return err
	}
	return finish(root, x.headers)
}

// extractor knows what it made, so that it never goes through a link.
type extractor struct {
	root    *os.Root
	types   map[string]Type
	headers []*tar.Header // of what was extracted, if somebody wants them
}

func (x *extractor) entry(h *tar.Header, r io.Reader) error {
	path, err := cleanPath(h.Name)
	if err != nil {
		return &EntryError{h.Name, err.Error()}
	}
	if path == "" && h.Typeflag == tar.TypeDir {
		return nil
	}
	dir := path[:max(strings.LastIndexByte(path, '/'), 0)]
	if x.types[dir] != Directory {
		return &EntryError{path, fmt.Sprintf("is below %q, which is no directory before it", dir)}
	}
	if _, twice := x.types[path]; twice {
		return &EntryError{path, "occurs twice"}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		x.types[path] = Directory
		return errors.Join(x.root.Mkdir(path, 0o755), x.root.Chmod(path, 0o755))
	case tar.TypeSymlink:
		x.types[path] = Symlink
		return x.root.Symlink(h.Linkname, path)
	case tar.TypeLink:
		x.types[path] = Regular
		return x.link(path, h.Linkname)
	case tar.TypeReg:
		if isSparse(h) {
			return &EntryError{path, "is a sparse file, which is not allowed"}
		}
		x.types[path] = Regular
		return x.file(path, h, r)
	}
	return &EntryError{path, "is " + typeName(h.Typeflag) + ", which is not allowed"}
}

func (x *extractor) link(path, target string) error {
	clean, err := cleanPath(target)
	if err != nil || x.types[clean] != Regular || clean == path {
		return &EntryError{path, fmt.Sprintf("is a hard link to %q, which is no file before it", target)}
	}
	return x.root.Link(clean, path)
}

func (x *extractor) file(path string, h *tar.Header, r io.Reader) error {
	mode := fs.FileMode(0o644)
	if h.Mode&0o111 != 0 {
		mode = 0o755
	}
	f, err := x.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	err = errors.Join(err, f.Chmod(mode), f.Close())
	if err != nil {
		return err
	}
	return x.root.Chtimes(path, h.ModTime, h.ModTime)
}
