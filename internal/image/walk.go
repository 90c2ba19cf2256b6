package image

import (
	"bufio"
	"errors"
	"io"
)

// walker walks one artifact. One that is nested has a walker of its own.
type walker struct {
	*budget
	opt    Options
	fn     func(Entry, *Content) error
	place  string   // of the artifact
	format Format   // of the artifact
	prefix string   // of the paths of its entries
	depth  int      // of nesting
	outer  *Content // that is the artifact; nil: it is no content
	notes  *facts   // of the artifact as a whole; nil: nobody asks
}

// fail makes an error that names a path of the artifact.
func (w *walker) fail(path string, err error) error {
	var stop stopped
	if errors.As(err, &stop) {
		return err
	}
	return damaged(within(w.place, path), w.format, err)
}

// failf is fail with a reason.
func (w *walker) failf(path, reason string) error {
	return &FormatError{Place: within(w.place, path), Format: w.format, Reason: reason}
}

// emit shows an entry whose path is relative to the artifact. The source is of
// a Regular entry only. It is closed.
func (w *walker) emit(e Entry, src source) error {
	if err := w.entriesLike(within(w.place, e.Path), e.Weight()); err != nil {
		if src != nil {
			src.close()
		}
		return err
	}
	var c *Content
	if e.Type == Regular {
		c = newContent(src, e.Size, within(w.place, e.Path), w.format)
		c.outer = w.outer
	}
	err := w.show(e, c)
	if c != nil {
		if end := c.end(); err == nil {
			err = end
		}
	}
	return err
}

// show calls the caller's function, and goes into the content when asked to.
func (w *walker) show(e Entry, c *Content) error {
	shown := e
	shown.Path = w.prefix + escapePath(e.Path)
	if e.Type == HardLink {
		shown.Link = escapePath(e.Link)
	}
	if err := w.fn(shown, c); err != nil {
		return stopped{err}
	}
	if c == nil || c.refused() {
		return nil
	}
	if w.opt.Descend != nil {
		f, err := detect(c, c.Size())
		if err != nil {
			return w.fail(e.Path, err)
		}
		if f != File && w.opt.Descend(shown, f) {
			n := w.nested(e.Path, f)
			n.outer = c
			return n.inside(input{c, c.Size()}, e.Path)
		}
	}
	if w.opt.Verify {
		_, err := io.Copy(io.Discard, io.NewSectionReader(c, 0, c.Size()))
		return w.fail(e.Path, err)
	}
	return nil
}

// nested returns the walker of the artifact that is the content at a path.
func (w *walker) nested(path string, f Format) *walker {
	n := *w
	n.place, n.format, n.prefix, n.depth, n.notes = within(w.place, path), f, w.prefix+escapePath(path)+"!/", w.depth+1, nil
	return &n
}

// top walks the outermost artifact: what is like a file is shown as one, the
// rest is gone into.
func (w *walker) top(in input, f Format, self Entry) error {
	if f.isCompression() {
		inner, err := w.innerFormat(in)
		if err != nil {
			return err
		}
		if !inner.isFileLike() && !inner.isCompression() {
			return w.packed(in, self.Path)
		}
	}
	if (f.isFileLike() || f.isCompression()) && (f == File || !w.opt.Inside) {
		w.format = File
		return w.emit(self, inPlace{in})
	}
	return w.inside(in, self.Path)
}

// inside walks what an artifact of the name holds.
func (w *walker) inside(in input, name string) error {
	if w.depth > w.limits.Depth {
		return &LimitError{w.place, "Depth", int64(w.limits.Depth)}
	}
	if w.format.isCompression() {
		return w.packed(in, name)
	}
	if w.format == Tar || w.format == CPIO {
		return w.sequential(inPlaceStream(in, 0, in.size), &in)
	}
	return w.randomAccess(in)
}

// sequential walks a format that is read from front to back. The input is nil
// when the stream is unpacked on the way.
func (w *walker) sequential(s *stream, in *input) error {
	if w.format == CPIO {
		return w.cpio(s)
	}
	return w.tarOrLayout(s, in)
}

// randomAccess walks a format that is read here and there.
func (w *walker) randomAccess(in input) error {
	switch w.format {
	case Ar:
		return w.ar(in)
	case Deb:
		return w.deb(in)
	case SquashFS:
		return w.squashFS(in)
	case Ext:
		return w.ext(in)
	case ISO9660:
		return w.iso(in)
	case FAT:
		return w.fat(in)
	case Zip:
		return w.zip(in)
	case EROFS:
		return w.erofs(in)
	case PE:
		return w.pe(in)
	case ELF:
		return w.elf(in)
	case Kernel:
		return w.kernel(in)
	case FDT:
		return w.fdt(in)
	case RPM:
		return w.rpm(in)
	case GPT:
		return w.gpt(in)
	case MBR:
		return w.mbr(in)
	}
	return w.failf("", "this format is not supported")
}

// opened is a compressed stream that was opened.
type opened struct {
	*bufio.Reader // of the unpacked bytes
	close         func() error
}

func (w *walker) unpacked(in input) (*opened, error) {
	z, err := unpack(w.format, bufio.NewReaderSize(io.NewSectionReader(in, 0, in.size), 64<<10))
	if err != nil {
		return nil, w.fail("", err)
	}
	r := bufio.NewReaderSize(&meter{z, w.budget, w.place}, headSize)
	return &opened{r, z.Close}, nil
}

// innerFormat says what is packed.
func (w *walker) innerFormat(in input) (Format, error) {
	r, err := w.unpacked(in)
	if err != nil {
		return "", err
	}
	defer r.close()
	return w.peekFormat(r)
}

// peekFormat says what is packed. An error soon behind the beginning is none
// yet for an initramfs, where something else may follow what is packed.
func (w *walker) peekFormat(r *opened) (Format, error) {
	head, err := r.Peek(headSize)
	f := detectHead(head, -1)
	if err != nil && err != io.EOF && f != CPIO {
		return "", w.fail("", err)
	}
	return f, nil
}

// packed walks what is in a compressed artifact: the entries of an archive or
// file system, else the one file that is packed.
func (w *walker) packed(in input, name string) error {
	r, err := w.unpacked(in)
	if err != nil {
		return err
	}
	defer r.close()
	inner := *w
	if inner.format, err = w.peekFormat(r); err != nil {
		return err
	}
	switch {
	case inner.format == CPIO: // more archives may follow, packed or not
		return inner.cpio(inPlaceStream(in, 0, in.size))
	case inner.format == Tar:
		return inner.sequential(unpackedStream(r), nil)
	}
	all, err := w.spoolAll(r)
	if err != nil {
		return w.fail("", err)
	}
	if inner.format.isFileLike() || inner.format.isCompression() {
		return w.emit(Entry{Path: unpackedName(name), Type: Regular, Mode: 0o644, Size: all.size}, all)
	}
	defer all.close()
	return inner.randomAccess(input{all, all.size})
}
