package diff

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// roots compares the root directories of two trees: mode, owner and extended
// attributes. Their times say when they were put where they are, which is not
// of the tree.
func roots(l, r *artifact) ([]explain.Difference, error) {
	left, err := rootEntry(l.file)
	if err != nil {
		return nil, err
	}
	right, err := rootEntry(r.file)
	if err != nil {
		return nil, err
	}
	found := metadata(left, right)
	remark(found, false, false)
	for i := range found {
		found[i].Detail += " of the root directory"
	}
	return found, nil
}

func rootEntry(dir *os.File) (image.Entry, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(dir.Fd()), &st); err != nil {
		return image.Entry{}, &os.PathError{Op: "stat", Path: dir.Name(), Err: err}
	}
	attrs, err := xattrsOf(int(dir.Fd()))
	if err != nil {
		return image.Entry{}, &os.PathError{Op: "listxattr", Path: dir.Name(), Err: err}
	}
	return image.Entry{Type: image.Directory, Mode: st.Mode & 0o7777, UID: int64(st.Uid), GID: int64(st.Gid), Xattrs: attrs}, nil
}

// xattrSize is the largest list of names, and value, that Linux has.
const xattrSize = 64 << 10

func xattrsOf(fd int) (map[string][]byte, error) {
	names, value := make([]byte, xattrSize), make([]byte, xattrSize)
	n, err := unix.Flistxattr(fd, names)
	if err == unix.ENOTSUP || err == unix.ENOSYS {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	attrs := map[string][]byte{}
	for name := range strings.SplitSeq(string(names[:n]), "\x00") {
		if name == "" {
			continue
		}
		n, err := unix.Fgetxattr(fd, name, value)
		if err == unix.ENODATA { // system.posix_acl_* may be listed and not there
			continue
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		attrs[name] = append([]byte{}, value[:n]...)
	}
	return attrs, nil
}
