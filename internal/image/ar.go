package image

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
)

// arHeader is the size of a member's header: name (16 bytes), time (12), owner
// (6), group (6), mode in octal (8), size (10), "`\n".
const arHeader = 60

// arMember is a member of an archive, whose content is at off.
type arMember struct {
	Entry
	off int64
}

// ar shows the members of an archive: GNU's and BSD's long names, without the
// tables of names and symbols.
func (w *walker) ar(in input) error {
	return w.arMembers(in, func(m arMember) error {
		return w.emit(m.Entry, section(in, m.off, m.Size))
	})
}

func (w *walker) arMembers(in input, fn func(arMember) error) error {
	var long []byte // GNU's table of names
	var h [arHeader]byte
	if magic, err := readAtMost(in, 0, 8); err != nil || string(magic) != "!<arch>\n" {
		return w.fail("", errorsOr(err, errors.New("there is no magic")))
	}
	for off := int64(8); off < in.size; {
		if _, err := in.ReadAt(h[:], off); err != nil {
			return w.fail("", err)
		}
		m, name, err := arEntry(&h)
		m.off = off + arHeader
		if err != nil {
			return w.fail(strconv.Quote(name), err)
		}
		if m.Size > in.size-m.off {
			return w.fail(strconv.Quote(name), io.ErrUnexpectedEOF)
		}
		if w.opt.Fields {
			m.Fields = arFields(&h)
		}
		off = m.off + m.Size + m.Size%2
		if w.noting() && m.Size%2 == 1 {
			if err := w.notePadding(in, name, off-1); err != nil {
				return err
			}
		}
		if name == "//" {
			if long != nil || m.Size > maxDocument {
				return w.failf("", "a second or too large table of names")
			}
			long = make([]byte, m.Size)
			if _, err := in.ReadAt(long, m.off); err != nil {
				return w.fail("", err)
			}
			w.noteNames(&h, long)
			continue
		}
		if name == "/" || name == "/SYM64/" {
			if err := w.noteTable(name, in, m); err != nil {
				return err
			}
			continue
		}
		if name, err = arName(name, long, in, &m); err == nil {
			if name == "__.SYMDEF" || name == "__.SYMDEF SORTED" {
				err = w.noteTable(name, in, m)
			} else if m.Path, err = joinName("", name); err == nil {
				if err := fn(m); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return w.fail(strconv.Quote(name), err)
		}
	}
	return nil
}

// arEntry reads a header; the name is as it stands there.
func arEntry(h *[arHeader]byte) (m arMember, name string, err error) {
	name = strings.TrimRight(string(h[:16]), " ")
	if string(h[58:]) != "`\n" {
		return m, name, errors.New("a damaged header")
	}
	var v [5]int64
	for i, f := range []struct{ from, to, base int }{{16, 28, 10}, {28, 34, 10}, {34, 40, 10}, {40, 48, 8}, {48, 58, 10}} {
		text := strings.TrimRight(string(h[f.from:f.to]), " ")
		if text == "" && i < 4 { // of tables
			continue
		}
		n, err := strconv.ParseUint(text, f.base, 62)
		if err != nil {
			return m, name, errors.New("a damaged number in a header")
		}
		v[i] = int64(n)
	}
	m.Entry = Entry{Type: Regular, ModTime: time.Unix(v[0], 0).UTC(), UID: v[1], GID: v[2], Mode: uint32(v[3]) & 0o7777, Size: v[4]}
	return m, name, nil
}

// arName resolves a name. BSD's long names stand before the content, which
// then begins later.
func arName(name string, long []byte, in input, m *arMember) (string, error) {
	if digits, ok := strings.CutPrefix(name, "#1/"); ok {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || int64(n) > m.Size {
			return name, errors.New("a damaged long name")
		}
		b := make([]byte, n)
		if _, err := in.ReadAt(b, m.off); err != nil {
			return name, err
		}
		m.off, m.Size = m.off+int64(n), m.Size-int64(n)
		return strings.TrimRight(string(b), "\x00"), nil
	}
	if digits, ok := strings.CutPrefix(name, "/"); ok {
		n, err := strconv.ParseUint(digits, 10, 31)
		if err != nil || int(n) >= len(long) {
			return name, errors.New("a long name that is not in the table")
		}
		end := bytes.IndexByte(long[n:], '\n')
		if end < 0 {
			return name, errors.New("a long name without an end")
		}
		return strings.TrimSuffix(string(long[n:int(n)+end]), "/"), nil
	}
	return strings.TrimSuffix(name, "/"), nil
}

// deb shows a binary package's members, and always what is in its control.tar
// and data.tar, after deb(5).
func (w *walker) deb(in input) error {
	n, data := 0, false
	err := w.arMembers(in, func(m arMember) error {
		src := section(in, m.off, m.Size)
		if n++; n == 1 {
			version := make([]byte, min(m.Size, 16))
			if _, err := src.ReadAt(version, 0); err != nil || !strings.HasPrefix(string(version), "2.") {
				return w.failf(m.Path, "not version 2 of the format")
			}
		}
		if !strings.HasPrefix(m.Path, "control.tar") && !strings.HasPrefix(m.Path, "data.tar") {
			return w.emit(m.Entry, src)
		}
		data = data || strings.HasPrefix(m.Path, "data.tar")
		return w.archivePart(m.Entry, src, Tar)
	})
	if err == nil && !data {
		return w.failf("", "there is no data.tar")
	}
	return err
}

// archivePart shows a part that is an archive, packed or not, and what is in
// it.
func (w *walker) archivePart(e Entry, src source, want Format) error {
	once := *w
	once.opt.Descend = nil
	if err := once.emit(e, src); err != nil {
		return err
	}
	part := input{src, e.Size}
	f, err := detect(part, part.size)
	if err != nil {
		return w.fail(e.Path, err)
	}
	nested := w.nested(e.Path, f)
	nested.depth = w.depth
	inner := f
	if f.isCompression() {
		if inner, err = nested.innerFormat(part); err != nil {
			return err
		}
	}
	if inner != want {
		return w.failf(e.Path, "it holds no "+string(want)+" archive")
	}
	if !w.noting() {
		return nested.inside(part, e.Path)
	}
	nested.notes = &facts{}
	err = nested.fields(part, e.Path)
	w.notes.under(e.Path, nested.notes.list)
	return err
}
