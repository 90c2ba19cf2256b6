package tree

import (
	"archive/tar"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// ExtractExact is Extract with the twelve permission bits, the modification
// times and the capabilities of the archive. Whoever extracts what nobody
// trusts does so below a directory that nobody else can enter.
func ExtractExact(r io.Reader, dir string) error { return extract(r, dir, exactly) }

// exactly gives what was extracted what the headers say: what lies deepest
// first, so that directories are still open for it.
func exactly(root *os.Root, headers []*tar.Header) error {
	for _, h := range slices.Backward(headers) {
		if err := exact(root, path.Clean(h.Name), h); err != nil {
			return err
		}
	}
	return nil
}

func exact(root *os.Root, name string, h *tar.Header) error {
	if value, ok := h.PAXRecords[capabilityRecord]; ok {
		f, err := root.OpenFile(name, os.O_RDONLY, 0)
		if err != nil {
			return err
		}
		err = errors.Join(unix.Fsetxattr(int(f.Fd()), "security.capability", []byte(value), 0), f.Close())
		if err != nil {
			return fmt.Errorf("setting the capability %s of %q, which only root may: %w", hex.EncodeToString([]byte(value)), name, err)
		}
	}
	if h.Typeflag != tar.TypeSymlink {
		mode := fs.FileMode(h.Mode & 0o777)
		for bit, flag := range map[int64]fs.FileMode{Setuid: fs.ModeSetuid, Setgid: fs.ModeSetgid, Sticky: fs.ModeSticky} {
			if h.Mode&bit != 0 {
				mode |= flag
			}
		}
		if err := root.Chmod(name, mode); err != nil {
			return err
		}
	}
	parent, err := root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer parent.Close()
	at := unix.NsecToTimespec(h.ModTime.UnixNano())
	return unix.UtimesNanoAt(int(parent.Fd()), path.Base(name), []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW)
}
