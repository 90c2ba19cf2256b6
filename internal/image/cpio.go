package image

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"time"
)

// cpio walks archives in a row as the Linux kernel takes an initramfs: newc,
// crc or odc archives, zeros between them, and compressed members, which hold
// such archives again (Documentation/driver-api/early-userspace/buffer-format).
func (w *walker) cpio(s *stream) error {
	for {
		from := s.pos
		f, err := nextMember(s)
		if err != nil && err != io.EOF {
			return w.fail("", err)
		}
		w.noteZeros(s.pos - from)
		if err == io.EOF {
			return nil
		}
		switch {
		case f == CPIO:
			if err := w.cpioArchive(s); err != nil {
				return err
			}
		case f.isCompression() && s.at != nil:
			if err := w.cpioPacked(s, f); err != nil {
				return err
			}
		default:
			return w.failf("", "neither an archive nor a compressed one at offset "+strconv.FormatInt(s.pos, 10))
		}
	}
}

// nextMember skips zeros and says what follows. io.EOF is the end.
func nextMember(s *stream) (Format, error) {
	for {
		b, err := s.peek(512)
		if err != nil {
			return "", err
		}
		if len(b) == 0 {
			return "", io.EOF
		}
		rest := bytes.TrimLeft(b, "\x00")
		if err := s.skip(int64(len(b) - len(rest))); err != nil {
			return "", err
		}
		if len(rest) > 0 {
			break
		}
	}
	b, err := s.peek(512)
	return detectMagic(b), err
}

// memberWeight is as how many entries a compressed member counts: to open a
// decoder costs more than to read many entries, and a member may hold none.
const memberWeight = 64

// cpioPacked walks the compressed member at the stream's position.
func (w *walker) cpioPacked(s *stream, f Format) error {
	if err := w.entriesLike(w.place, memberWeight); err != nil {
		return err
	}
	in := input{io.NewSectionReader(s.at, s.pos, s.at.Size()-s.pos), s.at.Size() - s.pos}
	m, err := openMember(f, in)
	if err != nil {
		return w.fail("", err)
	}
	defer m.close()
	unpacked := unpackedStream(&meter{m, w.budget, w.place})
	inner := *w
	if w.noting() {
		inner.notes = &facts{}
	}
	if err := inner.cpio(unpacked); err != nil {
		return err
	}
	n, err := m.end()
	if err != nil {
		return w.fail("", err)
	}
	if w.noting() {
		if err := w.noteMember(f, input{io.NewSectionReader(in, 0, n), n}, inner.notes); err != nil {
			return err
		}
	}
	return w.fail("", s.skip(n))
}

// cpioHeader is what the formats of headers have in common.
type cpioHeader struct {
	key      cpioKey
	mode     uint32
	uid, gid int64
	links    uint64
	mtime    int64
	size     int64
	major    uint32 // of the device that the entry is
	minor    uint32
	check    uint32
	checked  bool
	magic    [6]byte
	fill     [4]byte // what fills up the name, behind it
	rmajor   uint64  // of the device, as it stands in the header
	rminor   uint64
	align    int64 // what contents, and names with their headers, are padded to
	name     string
}

type cpioKey struct{ major, minor, inode uint64 }

// cpioArchive walks one archive up to its trailer.
func (w *walker) cpioArchive(s *stream) error {
	links := &cpioLinks{w: w, shown: map[cpioKey]string{}, waiting: map[cpioKey][]Entry{}}
	at := ""
	for {
		h, err := readCPIOHeader(s)
		if err != nil {
			return w.fail(at, err)
		}
		if h.name == "TRAILER!!!" {
			if err := cmp.Or(w.entry(w.place), w.fail("", s.skip(h.size))); err != nil {
				return err
			}
			w.noteTrailer(h)
			return links.flush()
		}
		e, err := h.entry()
		if err != nil {
			return w.fail(strconv.Quote(h.name), err)
		}
		if w.opt.Fields {
			e.Fields = h.fields(e)
		}
		at = e.Path
		if err := w.cpioEntry(s, h, e, links); err != nil {
			return err
		}
		if err := w.cpioPadding(s, at, (h.align-h.size%h.align)%h.align); err != nil {
			return w.fail(at, err)
		}
	}
}

func (h *cpioHeader) entry() (Entry, error) {
	t, ok := typeOfStat(h.mode)
	if !ok {
		return Entry{}, errors.New("unknown type of entry, mode " + strconv.FormatUint(uint64(h.mode), 8))
	}
	path, err := cleanPath(h.name)
	if err != nil {
		return Entry{}, err
	}
	e := Entry{Path: path, Type: t, Mode: h.mode & 0o7777, UID: h.uid, GID: h.gid, ModTime: time.Unix(h.mtime, 0).UTC()}
	switch {
	case path == "" && t != Directory:
		return e, errNameEmpty
	case t == Regular:
		e.Size = h.size
	case t == Symlink && h.size > maxLink:
		return e, errNameLong
	case t != Symlink && h.size != 0:
		return e, errors.New("an entry that is not a file has content")
	case t.isDevice():
		e.Major, e.Minor = h.major, h.minor
	}
	return e, nil
}

// cpioEntry shows an entry and reads over its content.
func (w *walker) cpioEntry(s *stream, h *cpioHeader, e Entry, links *cpioLinks) error {
	switch {
	case e.Type == Symlink:
		text := make([]byte, h.size)
		if _, err := io.ReadFull(s, text); err != nil {
			return w.fail(e.Path, unexpected(err))
		}
		e.Link = string(bytes.TrimRight(text, "\x00"))
		return w.emit(e, nil)
	case e.Path == "":
		w.noteRoot(e)
		return nil
	case e.Type != Regular:
		return w.emit(e, nil)
	case h.links > 1 && h.size == 0:
		return links.add(h.key, e)
	}
	if err := w.cpioContent(s, h, e); err != nil {
		return err
	}
	if h.links > 1 {
		return links.found(h.key, e.Path)
	}
	return nil
}

var errSum = errors.New("the content does not have the checksum of its header")

func (w *walker) cpioContent(s *stream, h *cpioHeader, e Entry) error {
	m := &summed{r: s, left: h.size}
	if s.at == nil {
		if err := w.emit(e, w.spool(m, h.size)); err != nil {
			return err
		}
	} else {
		if h.size > s.at.Size()-s.pos {
			return w.fail(e.Path, io.ErrUnexpectedEOF)
		}
		if err := w.emit(e, section(s.at, s.pos, h.size)); err != nil {
			return err
		}
		if !h.checked {
			return w.fail(e.Path, s.skip(h.size))
		}
	}
	if _, err := io.Copy(io.Discard, m); err != nil {
		return w.fail(e.Path, err)
	}
	if h.checked && m.sum != h.check {
		return w.fail(e.Path, errSum)
	}
	return nil
}

// summed reads the next left bytes and adds them up.
type summed struct {
	r    io.Reader
	left int64
	sum  uint32
}

func (m *summed) Read(p []byte) (int, error) {
	if m.left == 0 {
		return 0, io.EOF
	}
	n, err := m.r.Read(p[:min(int64(len(p)), m.left)])
	m.left -= int64(n)
	for _, b := range p[:n] {
		m.sum += uint32(b)
	}
	if m.left > 0 {
		err = unexpected(err)
	}
	return n, err
}

// cpioLinks puts together the paths of a file in a newc archive: the content
// stands with one of them, often the last.
type cpioLinks struct {
	w       *walker
	shown   map[cpioKey]string // path of the one with the content
	waiting map[cpioKey][]Entry
	order   []cpioKey
	n       int64 // entries that ever waited
}

func (l *cpioLinks) add(k cpioKey, e Entry) error {
	if path, ok := l.shown[k]; ok {
		e.Type, e.Link = HardLink, path
		return l.w.emit(e, nil)
	}
	if len(l.waiting[k]) == 0 {
		l.order = append(l.order, k)
	}
	l.waiting[k] = append(l.waiting[k], e)
	if l.n += e.Weight(); l.n > l.w.limits.Entries {
		return &LimitError{l.w.place, "Entries", l.w.limits.Entries}
	}
	return nil
}

func (l *cpioLinks) found(k cpioKey, path string) error {
	waiting := l.waiting[k]
	delete(l.waiting, k)
	l.shown[k] = path
	for _, e := range waiting {
		if err := l.add(k, e); err != nil {
			return err
		}
	}
	return nil
}

// flush shows the files that have no content at all.
func (l *cpioLinks) flush() error {
	for _, k := range l.order {
		waiting := l.waiting[k]
		if len(waiting) == 0 {
			continue
		}
		if err := l.w.emit(waiting[0], inPlace{bytes.NewReader(nil)}); err != nil {
			return err
		}
		l.waiting[k] = waiting[1:]
		if err := l.found(k, waiting[0].Path); err != nil {
			return err
		}
	}
	return nil
}
