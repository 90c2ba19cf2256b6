package image

import (
	"fmt"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// diskFile is a file of a directory, which is opened when it is first read.
type diskFile struct {
	dir  *os.File
	name string
	id   inode

	mu   sync.Mutex
	file *os.File
}

func (d *diskFile) open() (*os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file != nil {
		return d.file, nil
	}
	fd, err := unix.Openat(int(d.dir.Fd()), d.name, unix.O_RDONLY|unix.O_NOFOLLOW|openFlags, 0)
	if err != nil {
		return nil, pathError("open", d.name, err)
	}
	f := os.NewFile(uintptr(fd), d.name)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		f.Close()
		return nil, pathError("stat", d.name, err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || (inode{st.Dev, st.Ino}) != d.id {
		f.Close()
		return nil, pathError("open", d.name, errChanged)
	}
	d.file = f
	return f, nil
}

func (d *diskFile) ReadAt(p []byte, off int64) (int, error) {
	f, err := d.open()
	if err != nil {
		return 0, err
	}
	return f.ReadAt(p, off)
}

func (d *diskFile) keep() error {
	_, err := d.open()
	return err
}

func (d *diskFile) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}

// xattrReader reads extended attributes of files on disk.
type xattrReader struct{ names, value []byte }

// at reads the attributes of a directory's entry, without following it when
// it is a symbolic link, through the process's own table of open files.
func (x *xattrReader) at(dir *os.File, name string) (map[string][]byte, error) {
	path := fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), name)
	return x.read(func(buf []byte) (int, error) { return unix.Llistxattr(path, buf) },
		func(attr string, buf []byte) (int, error) { return unix.Lgetxattr(path, attr, buf) })
}

func (x *xattrReader) of(f *os.File) (map[string][]byte, error) {
	return x.read(func(buf []byte) (int, error) { return unix.Flistxattr(int(f.Fd()), buf) },
		func(attr string, buf []byte) (int, error) { return unix.Fgetxattr(int(f.Fd()), attr, buf) })
}

func (x *xattrReader) read(list func([]byte) (int, error), get func(string, []byte) (int, error)) (map[string][]byte, error) {
	if x.names == nil {
		x.names, x.value = make([]byte, maxXattr), make([]byte, maxXattr) // the largest that Linux allows
	}
	n, err := list(x.names)
	if err == unix.ENOTSUP || err == unix.ENOSYS {
		return nil, nil
	} else if err != nil || n == 0 {
		return nil, err
	}
	attrs := map[string][]byte{}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(x.names[:n]), "\x00"), "\x00") {
		n, err := get(name, x.value)
		if err == unix.ENODATA { // system.posix_acl_* may be listed and not there
			continue
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		attrs[name] = append([]byte{}, x.value[:n]...)
	}
	return attrs, nil
}
