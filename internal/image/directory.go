package image

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// openFlags keep an open from waiting for a FIFO's writer or taking a terminal.
const openFlags = unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

func openDirectory(path, name string, opt Options) (*Image, error) {
	i := &Image{name: name, format: opt.Format, dir: path, opt: opt}
	i.opt.Limits = opt.Limits.withDefaults()
	if i.format == "" {
		i.format = Tree
		layout, err := os.Lstat(filepath.Join(path, "oci-layout"))
		index, err2 := os.Lstat(filepath.Join(path, "index.json"))
		if err == nil && err2 == nil && layout.Mode().IsRegular() && index.Mode().IsRegular() {
			i.format = OCI
		}
	}
	if i.format != Tree && i.format != OCI {
		return nil, &FormatError{Place: name, Format: i.format, Reason: "it is a directory"}
	}
	return i, nil
}

// inode identifies a file of a file system, or of several.
type inode struct{ dev, ino uint64 }

// directoryWalk walks a tree on disk. Every directory is opened below the
// root, one at a time, and its entries by their names in it; symbolic links
// are never followed.
type directoryWalk struct {
	*walker
	root  *os.Root
	first map[inode]string // paths of files that have several
	attrs xattrReader
}

func (w *walker) directory(path string) error {
	root, err := os.OpenRoot(path)
	if err != nil {
		return w.fail("", err)
	}
	defer root.Close()
	d := &directoryWalk{walker: w, root: root, first: map[inode]string{}}
	info, err := root.Stat(".")
	if err != nil {
		return w.fail("", err)
	}
	return d.list("", info)
}

// list shows a directory's entries, sorted by name, then what is below.
func (d *directoryWalk) list(path string, before fs.FileInfo) error {
	if len(path) > pathMax {
		return d.fail(path, errNameLong)
	}
	dir, err := d.root.OpenFile(filepath.FromSlash(cmpOr(path, ".")), unix.O_DIRECTORY|openFlags, 0)
	if err != nil {
		return d.fail(path, err)
	}
	names, err := d.names(dir, path, before)
	if err != nil {
		dir.Close()
		return d.fail(path, err)
	}
	below, err := d.entries(dir, path, names)
	dir.Close()
	if err != nil {
		return err
	}
	for _, b := range below {
		if err := d.list(b.path, b.info); err != nil {
			return err
		}
	}
	return nil
}

func (d *directoryWalk) names(dir *os.File, path string, before fs.FileInfo) ([]string, error) {
	info, err := dir.Stat()
	if err != nil {
		return nil, err
	}
	if !os.SameFile(info, before) {
		return nil, errChanged
	}
	var names []string
	for {
		more, err := dir.Readdirnames(1024)
		names = append(names, more...)
		if err == io.EOF {
			slices.Sort(names)
			return names, nil
		} else if err != nil {
			return nil, err
		}
		if err := d.ctx.Err(); err != nil {
			return nil, err
		}
		if d.budget.entries+int64(len(names)) > d.limits.Entries {
			return nil, &LimitError{within(d.place, path), "Entries", d.limits.Entries}
		}
	}
}

// subdirectory is a directory that is to be listed.
type subdirectory struct {
	path string
	info fs.FileInfo
}

func (d *directoryWalk) entries(dir *os.File, path string, names []string) ([]subdirectory, error) {
	var below []subdirectory
	for _, name := range names {
		child, err := joinName(path, name)
		if err != nil {
			return nil, d.fail(path, err)
		}
		var st unix.Stat_t
		if err := unix.Fstatat(int(dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return nil, d.fail(child, pathError("lstat", child, err))
		}
		e, err := d.describe(dir, name, child, &st)
		if err != nil {
			return nil, d.fail(child, err)
		}
		var src source
		if e.Type == Regular {
			src = &diskFile{dir: dir, name: name, id: inode{st.Dev, st.Ino}}
		}
		if err := d.emit(e, src); err != nil {
			return nil, err
		}
		if e.Type == Directory {
			info, err := d.root.Lstat(filepath.FromSlash(child))
			if err != nil {
				return nil, d.fail(child, err)
			}
			below = append(below, subdirectory{child, info})
		}
	}
	return below, nil
}

func (d *directoryWalk) describe(dir *os.File, name, path string, st *unix.Stat_t) (Entry, error) {
	e, err := entryOfStat(path, st)
	if err != nil {
		return e, err
	}
	if e.Type == Symlink {
		if e.Link, err = readLink(dir, name); err != nil {
			return e, pathError("readlink", path, err)
		}
	}
	if e.Xattrs, err = d.attrs.at(dir, name); err != nil {
		return e, pathError("listxattr", path, err)
	}
	if e.Type == Regular && st.Nlink > 1 {
		id := inode{st.Dev, st.Ino}
		if first, ok := d.first[id]; ok {
			e.Type, e.Link, e.Size = HardLink, first, 0
		} else {
			d.first[id] = path
		}
	}
	return e, nil
}

func entryOfStat(path string, st *unix.Stat_t) (Entry, error) {
	t, ok := typeOfStat(st.Mode)
	if !ok {
		return Entry{}, fmt.Errorf("a file of an unknown type, mode %o", st.Mode)
	}
	e := Entry{Path: path, Type: t, Mode: st.Mode & 0o7777, UID: int64(st.Uid), GID: int64(st.Gid),
		ModTime: time.Unix(st.Mtim.Unix()).UTC()}
	if t == Regular {
		e.Size = st.Size
	}
	if t.isDevice() {
		e.Major, e.Minor = unix.Major(st.Rdev), unix.Minor(st.Rdev)
	}
	return e, nil
}

// statEntry describes an open file.
func statEntry(f *os.File) (Entry, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return Entry{}, pathError("stat", f.Name(), err)
	}
	e, err := entryOfStat("", &st)
	if err != nil {
		return e, err
	}
	var attrs xattrReader
	if e.Xattrs, err = attrs.of(f); err != nil {
		return e, pathError("listxattr", f.Name(), err)
	}
	return e, nil
}

func readLink(dir *os.File, name string) (string, error) {
	buf := make([]byte, maxLink)
	n, err := unix.Readlinkat(int(dir.Fd()), name, buf)
	if err == nil && n == len(buf) {
		err = unix.ENAMETOOLONG
	}
	return string(buf[:max(n, 0)]), err
}

var errChanged = errors.New("it changed while it was read")

func pathError(op, path string, err error) error {
	return &fs.PathError{Op: op, Path: path, Err: err}
}

func cmpOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
