package image

import (
	"errors"
	"io"
	"sync"
)

// maxHeld bounds the files that are open at once; an image has some 100 layers
// at most.
const maxHeld = 512

// held are files that last until the artifact is closed, because contents that
// were kept are read out of them.
type held struct {
	mu    sync.Mutex
	files []io.Closer
}

func (h *held) add(c io.Closer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.files) == maxHeld { // reading on is then an error
		_ = c.Close()
		return
	}
	h.files = append(h.files, c)
}

func (h *held) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	var err error
	for _, c := range h.files {
		err = errors.Join(err, c.Close())
	}
	h.files = nil
	return err
}

func (b diskBlobs) hold(c io.Closer) { b.held.add(c) }
