package image

import "errors"

// zipPrefix is how many bytes stand before the archive, which its offsets do
// not count: the magic of a Java module.
func (w *walker) zipPrefix(in input) (int64, error) {
	head, err := readAtMost(in, 0, 8)
	if err != nil {
		return 0, err
	}
	switch {
	case len(head) < 8:
	case string(head) == jmodMagic+zipLocal:
		return int64(len(jmodMagic)), nil
	case string(head[4:]) == zipCentral && w.noting():
		w.notes.number("bytes to read ahead", int64(le.Uint32(head)))
	}
	return 0, nil
}

// zipPlace wants the central directory to end where its end begins, or to stand
// at the beginning, as Mozilla arranges archives: behind four bytes, with an end
// of its own behind it.
func zipPlace(in input, off, size, end int64) error {
	if off < 0 || size < 0 || off > end || size > end-off {
		return errZipPlace
	}
	head, err := readAtMost(in, 0, 8)
	if err != nil {
		return err
	}
	switch {
	case size == end-off, string(head) == jmodMagic+zipLocal && size == end-off-int64(len(jmodMagic)):
		return nil
	case len(head) == 8 && string(head[4:]) == zipCentral && off == 4:
		return zipInnerEnd(in, off+size)
	}
	return errZipPlace
}

var errZipPlace = errors.New("the central directory is not where the end says")

// zipInnerEnd wants the same end behind a central directory as the archive has.
func zipInnerEnd(in input, at int64) error {
	inner, err := readAtMost(in, at, 22)
	if err != nil {
		return err
	}
	outer, err := readAtMost(in, in.size-22, 22)
	if err != nil {
		return err
	}
	if string(inner) != string(outer) || string(inner[:4]) != zipEnd {
		return errors.New("the two ends of the central directory do not say the same")
	}
	return nil
}

// undecoded says whether the content cannot be had: it is encrypted, or packed
// by a method that is not known here.
func (f *zipFile) undecoded() bool {
	return f.flags&1 != 0 || f.method != zipStored && f.method != zipDeflated
}

// zipUndecoded shows a content as it stands in the archive.
func (w *walker) zipUndecoded(in input, f *zipFile, at int64) error {
	e := f.Entry
	if e.Type == Directory {
		return w.emit(e, nil)
	}
	e.Type, e.Size = Regular, f.packed
	return w.emit(e, section(in, at, f.packed))
}
