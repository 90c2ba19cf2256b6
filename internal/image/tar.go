package image

import (
	"archive/tar"
	"encoding/base64"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// tar calls show for the entries of a tar archive, but for the root. The
// source is of Regular entries only.
func (w *walker) tar(s *stream, show func(Entry, source) error) error {
	r := tar.NewReader(s)
	at := "" // the last path, to name the place of damage
	extended := tarExtended{s: s}
	if w.opt.Fields {
		s.tell = extended.add
	}
	for {
		h, err := r.Next()
		if err == io.EOF {
			return w.fail("", w.endOfTar(s))
		} else if err != nil {
			return w.fail(at, err)
		}
		e, err := w.tarEntry(h)
		if err != nil {
			return w.fail(strconv.Quote(h.Name), err)
		}
		if w.opt.Fields {
			e.Fields = append(tarFields(h, e, &s.last), extended.take()...)
			if e.Fields, err = tarPadding(e.Fields, s, h); err != nil {
				return w.fail(e.Path, err)
			}
		}
		if e.Path == "" {
			w.noteTar(h, e)
			continue
		}
		at = e.Path
		var src source
		if e.Type == Regular {
			if src, err = w.tarContent(s, r, h); err != nil {
				return w.fail(at, err)
			}
		}
		if err := show(e, src); err != nil {
			return err
		}
	}
}

// endOfTar wants nothing but zeros behind the end, and the marker of the end
// where no checksum of a compression vouches for it.
func (w *walker) endOfTar(s *stream) error {
	if s.at != nil && s.last != [512]byte{} {
		return io.ErrUnexpectedEOF
	}
	end := s.pos // behind two blocks of zeros
	if err := onlyZeros(s); err != nil {
		return err
	}
	if w.noting() {
		w.notes.number("zero bytes behind the end", s.pos-end)
	}
	return nil
}

// noteTar notes what is no entry: the root, or a global header.
func (w *walker) noteTar(h *tar.Header, e Entry) {
	switch {
	case !w.noting():
	case h.Typeflag == tar.TypeXGlobalHeader:
		for _, k := range sortedKeys(h.PAXRecords) {
			w.notes.text("global pax "+k, h.PAXRecords[k])
		}
	default:
		w.noteRoot(e)
	}
}

// tarContent returns a member's content, in place if it can be.
func (w *walker) tarContent(s *stream, r *tar.Reader, h *tar.Header) (source, error) {
	sparse := h.Typeflag == tar.TypeGNUSparse
	for k := range h.PAXRecords {
		sparse = sparse || strings.HasPrefix(k, "GNU.sparse.")
	}
	switch {
	case sparse: // holes are expanded, so that they count
		return w.spool(&meter{r, w.budget, w.place}, h.Size), nil
	case s.at == nil:
		return w.spool(r, h.Size), nil
	case h.Size > s.at.Size()-s.pos:
		return nil, io.ErrUnexpectedEOF
	}
	return section(s.at, s.pos, h.Size), nil
}

var tarTypes = map[byte]Type{
	tar.TypeReg: Regular, '7': Regular, tar.TypeGNUSparse: Regular, tar.TypeDir: Directory, tar.TypeSymlink: Symlink,
	tar.TypeLink: HardLink, tar.TypeChar: CharDevice, tar.TypeBlock: BlockDevice, tar.TypeFifo: FIFO,
}

func (w *walker) tarEntry(h *tar.Header) (Entry, error) {
	if h.Typeflag == tar.TypeXGlobalHeader {
		for k := range h.PAXRecords {
			if k != "comment" {
				return Entry{}, errors.New("global PAX records are not supported: " + strconv.Quote(k))
			}
		}
		return Entry{}, nil
	}
	t, ok := tarTypes[h.Typeflag]
	if !ok {
		return Entry{}, errors.New("unknown type of entry " + strconv.QuoteRune(rune(h.Typeflag)))
	}
	path, err := cleanPath(h.Name)
	if err != nil {
		return Entry{}, err
	}
	if path == "" && t != Directory {
		return Entry{}, errNameEmpty
	}
	e := Entry{Path: path, Type: t, Mode: uint32(h.Mode) & 0o7777, UID: int64(h.Uid), GID: int64(h.Gid), ModTime: h.ModTime.UTC()}
	switch {
	case t == Regular:
		e.Size = h.Size
	case t == Symlink:
		if e.Link = h.Linkname; len(e.Link) > maxLink {
			return e, errNameLong
		}
	case t == HardLink:
		if e.Link, err = cleanPath(h.Linkname); err != nil {
			return e, err
		}
	case t.isDevice():
		e.Major, e.Minor = uint32(h.Devmajor), uint32(h.Devminor)
	}
	e.Xattrs, err = tarXattrs(h.PAXRecords)
	return e, err
}

// tarXattrs reads the records of GNU tar and star, and those of libarchive,
// whose names are URL-encoded and whose values are in base64.
func tarXattrs(records map[string]string) (map[string][]byte, error) {
	var attrs map[string][]byte
	set := func(name string, value []byte) {
		if attrs == nil {
			attrs = map[string][]byte{}
		}
		attrs[name] = value
	}
	for k, v := range records {
		if name, ok := strings.CutPrefix(k, "SCHILY.xattr."); ok {
			set(name, []byte(v))
		}
	}
	for k, v := range records {
		coded, ok := strings.CutPrefix(k, "LIBARCHIVE.xattr.")
		if !ok {
			continue
		}
		name, err := url.PathUnescape(coded)
		if err != nil {
			return nil, err
		}
		value, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
		if err != nil {
			return nil, err
		}
		if attrs[name] == nil {
			set(name, value)
		}
	}
	return attrs, nil
}
