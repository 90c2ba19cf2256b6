package image

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
)

// Fields returns what the artifact's format records of it as a whole, in a
// fixed order: the superblock of a file system, the header of a compression,
// the descriptors of a volume, and the root, which is no entry. Names are the
// format's own words; times are in UTC after RFC 3339, with the precision
// that the format has; a long value is told by its size and digest. What is
// packed and shown by Walk in the artifact's place has its fields too, below
// the name of its format: "tar/zero blocks at the end".
//
// Together with the entries of Walk and their fields these are all that a
// format records, except for where it puts things and how well it packs them.
func (i *Image) Fields(ctx context.Context) ([]Field, error) {
	notes := &facts{}
	opt := i.opt
	opt.Descend, opt.Verify, opt.Fields = nil, false, true
	w := &walker{budget: newBudget(ctx, i.opt.Limits, i.opt.Unpacked), opt: opt, notes: notes, place: i.name, format: i.format,
		fn: func(Entry, *Content) error { return nil }}
	var err error
	switch {
	case i.dir != "" && i.format == OCI:
		err = w.layoutDirectory(i.dir, &i.held)
	case i.dir != "":
		err = w.directoryFields(i.dir)
	default:
		err = w.fields(i.in, i.self.Path)
	}
	if err != nil {
		return nil, err
	}
	return notes.list, nil
}

// fields notes the fields of an artifact.
func (w *walker) fields(in input, name string) error {
	if w.format.isCompression() {
		return w.packedFields(in, name)
	}
	var err error
	switch w.format {
	case Tar, CPIO, Ar, Deb, Zip, ISO9660, SquashFS, Ext, EROFS, FDT, RPM:
		return w.inside(in, name) // notes while it walks
	case FAT:
		err = w.fatFields(in)
	case PE:
		err = w.peFields(in)
	case ELF:
		err = w.elfFields(in)
	case Kernel:
		err = w.kernelFields(in)
	case GPT:
		err = w.gptFields(in)
	case MBR:
		err = w.mbrFields(in)
	case File:
	default:
		return w.failf("", "this format is not supported")
	}
	return w.fail("", err)
}

// packedFields notes the headers of a compression, and the fields of what is
// packed when that is what Walk shows.
func (w *walker) packedFields(in input, name string) error {
	f, err := w.innerFormat(in)
	if err != nil {
		return err
	}
	if f == CPIO { // of which more may follow, packed or not
		return w.packed(in, name)
	}
	if err := w.compressionFields(w.notes, w.format, in); err != nil {
		return w.fail("", err)
	}
	if f.isFileLike() || f.isCompression() {
		return nil
	}
	inner, outer := *w, w.notes
	inner.notes = &facts{}
	if f == FAT || f == GPT || f == MBR {
		err = inner.unpackedFields(in, name, f)
	} else {
		err = inner.packed(in, name)
	}
	outer.under(string(f), inner.notes.list)
	return err
}

// unpackedFields unpacks what notes its fields without a walk.
func (w *walker) unpackedFields(in input, name string, f Format) error {
	r, err := w.unpacked(in)
	if err != nil {
		return err
	}
	defer r.close()
	all, err := w.spoolAll(r)
	if err != nil {
		return w.fail("", err)
	}
	defer all.close()
	w.format = f
	return w.fields(input{all, all.size}, name)
}

// noting says whether fields of the artifact as a whole are wanted.
func (w *walker) noting() bool { return w.notes != nil }

// noteRoot notes the root, which is no entry.
func (w *walker) noteRoot(e Entry) {
	if w.notes != nil {
		w.notes.entry("root", e)
	}
}

func (w *walker) directoryFields(path string) error {
	root, err := os.Open(path)
	if err != nil {
		return w.fail("", err)
	}
	defer root.Close()
	e, err := statEntry(root)
	if err != nil {
		return w.fail("", err)
	}
	w.noteRoot(e)
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// readAtMost reads up to n bytes at an offset, fewer at the end.
func readAtMost(r io.ReaderAt, off int64, n int) ([]byte, error) {
	b := make([]byte, n)
	got, err := r.ReadAt(b, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:got], err
}
