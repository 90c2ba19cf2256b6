package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
)

// Options say how an artifact is read. The zero value is the default.
type Options struct {
	Limits Limits
	// Format is what the artifact is taken for; empty: what Detect says. File
	// gives a tree of one file, whatever is in it.
	Format Format
	// Descend says whether to go into a file, which was shown before, and
	// whose beginning is of the format; nil: never. A format that cannot be
	// opened may be asked for too, and is an error when the answer is yes.
	Descend func(Entry, Format) bool
	// Verify reads every content to its end. Without it damage of a content
	// that nobody reads may stay unseen where contents are read in place.
	Verify bool
	// Inside shows what the artifact holds also where it is like a file: the
	// sections of an ELF or PE file, the members of an ar archive, the one file
	// that is packed in a compression. Without it such an artifact is shown as
	// one file, and only Descend leads into it.
	Inside bool
	// Fields fills in the fields of entries, which cost time.
	Fields bool
	// Undecoded shows the contents that an archive holds encrypted, or packed by
	// a method that is not known, as they stand in it, instead of an error. It
	// is for those who compare bytes and ask nothing else of them.
	Undecoded bool
	// Unpacked counts the bytes that are unpacked or expanded, for several images
	// that have one limit together; nil: each walk has Limits.Bytes.
	Unpacked *atomic.Int64
}

// Image is an artifact that is open.
type Image struct {
	name   string
	format Format
	in     input
	opt    Options
	dir    string // of a Tree, or an OCI layout on disk
	self   Entry  // the artifact as a file
	file   *os.File
	held   held // of an OCI layout on disk
}

// input is the bytes of an artifact.
type input struct {
	io.ReaderAt
	size int64
}

// Open opens the artifact at a path of the file system: a directory, or a
// file or block device, which may be named by a symbolic link.
func Open(path string, opt Options) (*Image, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("opening an artifact: %w", err)
	}
	name := filepath.ToSlash(filepath.Clean(path))
	if info.IsDir() {
		return openDirectory(path, name, opt)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, fmt.Errorf("opening an artifact: %w", err)
	}
	i, err := openFile(f, name, opt)
	if err != nil {
		f.Close()
		return nil, err
	}
	return i, nil
}

func openFile(f *os.File, name string, opt Options) (*Image, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening an artifact: %w", err)
	}
	size := info.Size()
	if !info.Mode().IsRegular() {
		if info.Mode().Type() != fs.ModeDevice {
			return nil, &FormatError{Place: name, Format: File, Reason: "it is neither a file, a directory nor a block device"}
		}
		if size, err = f.Seek(0, io.SeekEnd); err != nil {
			return nil, fmt.Errorf("opening an artifact: %w", err)
		}
	}
	i, err := Read(name, f, size, opt)
	if err != nil {
		return nil, err
	}
	i.file = f
	if info.Mode().IsRegular() {
		path := i.self.Path
		if i.self, err = statEntry(f); err != nil {
			return nil, fmt.Errorf("opening an artifact: %w", err)
		}
		i.self.Path = path
	}
	return i, nil
}

// Read opens the artifact of size bytes at r, which stays open until the
// image is no longer used. The name is for messages.
func Read(name string, r io.ReaderAt, size int64, opt Options) (*Image, error) {
	i := &Image{name: name, format: opt.Format, in: input{r, size}, opt: opt}
	i.opt.Limits = opt.Limits.withDefaults()
	base := strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "\x00", "_")
	if base == "" || base == "." || base == ".." {
		base = "file"
	}
	i.self = Entry{Path: base, Type: Regular, Mode: 0o644, Size: size}
	if i.format == "" {
		var err error
		if i.format, err = detect(r, size); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return i, nil
}

// Format is the outermost format of the artifact.
func (i *Image) Format() Format { return i.format }

// Close closes what Open opened. Contents that were kept end too.
func (i *Image) Close() error {
	err := i.held.close()
	if i.file == nil {
		return err
	}
	return errors.Join(err, i.file.Close())
}

// stopped carries an error of a caller's function through the parsers.
type stopped struct{ error }

func (s stopped) Unwrap() error { return s.error }

// Walk calls fn for every entry, one after the other, in the order of the
// artifact; parents need not come first in all formats, and where a format
// allows a path twice the last one counts. The content is nil unless the entry
// is Regular, and ends with the call. An error of fn ends the walk and is
// returned, except fs.SkipAll, which ends it well. An image that was opened
// with Read, or of a file, may be walked again.
func (i *Image) Walk(ctx context.Context, fn func(Entry, *Content) error) error {
	w := &walker{budget: newBudget(ctx, i.opt.Limits, i.opt.Unpacked), opt: i.opt, fn: fn, place: i.name, format: i.format}
	err := i.walk(w)
	var stop stopped
	if errors.As(err, &stop) {
		err = stop.error
	}
	if err == fs.SkipAll {
		return nil
	}
	return err
}

func (i *Image) walk(w *walker) error {
	switch {
	case i.dir != "" && i.format == OCI:
		return w.layoutDirectory(i.dir, &i.held)
	case i.dir != "":
		return w.directory(i.dir)
	}
	return w.top(i.in, i.format, i.self)
}

// Index returns the entries sorted by path, in the order of the artifact
// where paths are the same.
func (i *Image) Index(ctx context.Context) ([]Entry, error) {
	var entries []Entry
	err := i.Walk(ctx, func(e Entry, _ *Content) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries, nil
}
