package diff

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

var (
	errChanged = errors.New("it changed while it was compared")
	errMore    = errors.New("it holds more bytes than its size says, as files of /proc do")
)

// held is a file on disk from the time it is opened until it was compared.
type held struct {
	file *os.File
	name string // for messages
	info unix.Stat_t
}

func hold(f *os.File, name string) (*held, error) {
	h := &held{file: f, name: name}
	if err := unix.Fstat(int(f.Fd()), &h.info); err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return h, nil
}

// same is an error if the file was written while it was held, or if there is
// something behind its size. Files that are not regular, such as devices, are
// not asked.
func (h *held) same() error {
	if h.info.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil
	}
	var now unix.Stat_t
	err := unix.Fstat(int(h.file.Fd()), &now)
	if err == nil && (now.Size != h.info.Size || now.Mtim != h.info.Mtim || now.Ctim != h.info.Ctim) {
		err = errChanged
	}
	if n, _ := h.file.ReadAt(make([]byte, 1), h.info.Size); err == nil && n > 0 {
		err = errMore
	}
	if err != nil {
		return &fs.PathError{Op: "read", Path: h.name, Err: err}
	}
	return nil
}
