package image

import (
	"fmt"
	"io"
	"strings"
)

var cpioFormats = map[string]string{"070701": "newc", "070702": "crc", "070707": "odc",
	oldCPIOLittle + "\x00\x00\x00\x00": "bin", oldCPIOBig + "\x00\x00\x00\x00": "bin, big-endian"}

// fields are what a header records beside the entry.
func (h *cpioHeader) fields(e Entry) []Field {
	var f facts
	f.text("format", cpioFormats[string(h.magic[:])])
	f.text("ino", fmt.Sprint(h.key.inode))
	f.text("nlink", fmt.Sprint(h.links))
	f.text("dev", fmt.Sprintf("%d:%d", h.key.major, h.key.minor))
	if !e.Type.isDevice() && (h.rmajor != 0 || h.rminor != 0) {
		f.text("rdev", fmt.Sprintf("%d:%d", h.rmajor, h.rminor))
	}
	if h.checked || h.check != 0 {
		f.hex("check", uint64(h.check))
	}
	if h.name != e.Path {
		f.text("name", h.name)
	}
	if h.fill != [4]byte{} {
		f.bytes("padding of the name", h.fill[:])
	}
	return f.list
}

// cpioPadding reads over what fills a content up, and notes it when it is not
// zero.
func (w *walker) cpioPadding(s *stream, path string, n int64) error {
	if !w.noting() {
		return s.skip(n)
	}
	b := make([]byte, n)
	_, err := io.ReadFull(s, b)
	if strings.Trim(string(b), "\x00") != "" {
		w.notes.bytes("padding of "+path, b)
	}
	return unexpected(err)
}

// noteTrailer notes the header of the entry that ends an archive.
func (w *walker) noteTrailer(h *cpioHeader) {
	if !w.noting() {
		return
	}
	w.notes.text("trailer", fmt.Sprintf("%s, ino %d, nlink %d, mode %o, owner %d:%d, mtime %d, dev %d:%d, rdev %d:%d, size %d, check %d, padding %x", cpioFormats[string(h.magic[:])],
		h.key.inode, h.links, h.mode, h.uid, h.gid, h.mtime, h.key.major, h.key.minor, h.rmajor, h.rminor, h.size, h.check, h.fill))
}

// noteZeros notes what stands between and behind archives.
func (w *walker) noteZeros(n int64) {
	if w.noting() && n > 0 {
		w.notes.number("zero bytes", n)
	}
}

// noteMember notes a compressed member and what was noted in it.
func (w *walker) noteMember(f Format, in input, inner *facts) error {
	var own facts
	if err := w.compressionFields(&own, f, in); err != nil {
		return w.fail("", err)
	}
	w.notes.under(string(f), own.list)
	w.notes.under(string(f), inner.list)
	return nil
}
