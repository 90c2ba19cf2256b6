package image

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
)

// Packs says whether the format is a compression of one stream of bytes.
func (f Format) Packs() bool { return f.isCompression() }

// Unpack returns what r holds packed, all its members, frames or streams in a
// row. How much that may be is for the caller to bound. The reader is to be
// closed.
func Unpack(f Format, r io.Reader) (io.ReadCloser, error) {
	return unpack(f, bufio.NewReaderSize(r, 64<<10))
}

// Streamed says whether the content comes out of a stream: Keep then copies
// it, while a content that is read in place costs nothing to be kept.
func (c *Content) Streamed() bool {
	_, ok := c.src.(*spool)
	return ok
}

// WalkInside is Walk for one level only: it shows the entries that an artifact
// on a file or in a reader has as an artifact of its format, also of formats
// that Walk shows as a file first, and of a tar archive also when it holds an
// OCI image layout.
func (i *Image) WalkInside(ctx context.Context, fn func(Entry, *Content) error) error {
	w := &walker{budget: newBudget(ctx, i.opt.Limits, i.opt.Unpacked), opt: i.opt, fn: fn, place: i.name, format: i.format}
	w.opt.Descend = nil
	err := w.oneLevel(i.in, i.self.Path)
	var stop stopped
	if errors.As(err, &stop) {
		err = stop.error
	}
	if err == fs.SkipAll {
		return nil
	}
	return err
}

// FieldsInside is Fields for one level only: of a compression the header
// alone, not what is packed.
func (i *Image) FieldsInside(ctx context.Context) ([]Field, error) {
	notes := &facts{}
	opt := i.opt
	opt.Descend, opt.Verify, opt.Fields = nil, false, true
	w := &walker{budget: newBudget(ctx, i.opt.Limits, i.opt.Unpacked), opt: opt, notes: notes, place: i.name, format: i.format,
		fn: func(Entry, *Content) error { return nil }}
	err := w.oneLevelFields(i.in, i.self.Path)
	if err != nil {
		return nil, err
	}
	return notes.list, nil
}

func (w *walker) oneLevelFields(in input, name string) error {
	switch {
	case in.ReaderAt == nil:
		return w.failf("", "it is a directory")
	case w.format.isCompression():
		return w.fail("", w.compressionFields(w.notes, w.format, in))
	case w.format == Tar:
		return w.oneLevel(in, name)
	}
	return w.fields(in, name)
}

func (w *walker) oneLevel(in input, name string) error {
	if in.ReaderAt == nil {
		return w.failf("", "it is a directory")
	}
	if w.format == Tar {
		return w.tar(inPlaceStream(in, 0, in.size), w.emit)
	}
	return w.inside(in, name)
}

// Offset returns where the content begins in the artifact that holds it, if it
// stands there in one piece and as it is.
func (c *Content) Offset() (int64, bool) {
	place, ok := c.src.(inPlace)
	if !ok {
		return 0, false
	}
	s, ok := place.ReaderAt.(*io.SectionReader)
	if !ok {
		return 0, false
	}
	_, off, _ := s.Outer()
	return off, true
}
