package diff

import (
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/dombuild/dombuild/internal/image"
)

// data is where the content of a node is. It is opened when it is compared,
// and let go when all comparisons that were planned are done.
type data struct {
	name string
	size int64
	open func() (Content, func() error, error)

	mu    sync.Mutex
	users int // comparisons that are planned
	free  func()
}

// use opens the content for one comparison and returns what ends that.
func (d *data) use() (Content, func() error, error) {
	c, end, err := d.open()
	if err != nil {
		return c, nil, err
	}
	return c, func() error {
		err := end()
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.users--; d.users <= 0 && d.free != nil {
			d.free()
			d.open, d.free = d.gone, nil
		}
		return err
	}, nil
}

func (d *data) gone() (Content, func() error, error) {
	return Content{}, nil, &fs.PathError{Op: "read", Path: d.name, Err: fs.ErrClosed}
}

// plan announces a comparison.
func (d *data) plan() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users++
}

// keep makes the data of a content that Walk shows: where it is, when that is
// a place that can be read again, else a copy.
func (c *comparer) keep(s *scratch, name string, content *image.Content) (*data, error) {
	if content.Streamed() {
		at := s.size
		n, err := s.fill(&meter{content, c.limits, name, func() error { return nil }})
		if err != nil {
			return nil, err
		}
		return &data{name: name, size: n, open: func() (Content, func() error, error) {
			return Content{Name: name, Size: n, ReaderAt: offsetReader{s, at}}, nothing, nil
		}}, nil
	}
	if err := content.Keep(); err != nil {
		return nil, err
	}
	return &data{name: name, size: content.Size(), free: func() { content.Close() }, open: func() (Content, func() error, error) {
		return Content{Name: name, Size: content.Size(), ReaderAt: content}, nothing, nil
	}}, nil
}

func nothing() error { return nil }

// offsetReader is what stands in something from an offset on.
type offsetReader struct {
	r  io.ReaderAt
	at int64
}

func (r offsetReader) ReadAt(p []byte, off int64) (int, error) { return r.r.ReadAt(p, r.at+off) }

// inTree is the content of a file in a directory on disk.
func inTree(root *os.Root, place, path string, e image.Entry) *data {
	name := place + "/" + path
	return &data{name: name, size: e.Size, open: func() (Content, func() error, error) {
		f, err := root.OpenFile(filepath.FromSlash(path), os.O_RDONLY|nonblock, 0)
		if err != nil {
			return Content{}, nil, err
		}
		h, err := hold(f, name)
		info, statErr := f.Stat()
		if err = cmp.Or(err, statErr); err == nil && (!info.Mode().IsRegular() || info.Size() != e.Size || !info.ModTime().Equal(e.ModTime)) {
			err = &fs.PathError{Op: "read", Path: name, Err: errChanged}
		}
		if err != nil {
			f.Close()
			return Content{}, nil, err
		}
		return Content{Name: name, Size: e.Size, ReaderAt: f}, func() error { return cmp.Or(h.same(), f.Close()) }, nil
	}}
}
