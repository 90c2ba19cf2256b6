package image

import (
	"archive/tar"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tarFields are what a header records beside the entry. The block is the
// header as it stands in the archive, the last one of the entry.
func tarFields(h *tar.Header, e Entry, block *[512]byte) []Field {
	var f facts
	f.text("format", tarFormat(h, block))
	if h.Typeflag != tar.TypeReg || e.Type != Regular {
		if usual := tarUsualType(e.Type); h.Typeflag != usual {
			f.text("typeflag", string(rune(h.Typeflag)))
		}
	}
	if name := e.Path; h.Name != name && (e.Type != Directory || h.Name != name+"/") {
		f.text("name", h.Name)
	}
	if e.Type == HardLink && h.Linkname != e.Link {
		f.text("linkname", h.Linkname)
	}
	f.some("uname", h.Uname)
	f.some("gname", h.Gname)
	if bits := h.Mode &^ 0o7777; bits != 0 {
		f.text("mode bits", fmt.Sprintf("%#o", bits))
	}
	if !e.Type.isDevice() && (h.Devmajor != 0 || h.Devminor != 0) {
		f.text("device", fmt.Sprintf("%d:%d", h.Devmajor, h.Devminor))
	}
	tarTime(&f, "atime", h.AccessTime)
	tarTime(&f, "ctime", h.ChangeTime)
	for _, k := range sortedKeys(h.PAXRecords) {
		if !strings.HasPrefix(k, "SCHILY.xattr.") && !strings.HasPrefix(k, "LIBARCHIVE.xattr.") {
			f.text("pax "+k, h.PAXRecords[k])
		}
	}
	if s := tarStyle(block); s != tarUsualStyle {
		f.text("numbers", s)
	}
	return f.list
}

func tarTime(f *facts, name string, t time.Time) {
	if !t.IsZero() {
		f.stamp(name, t)
	}
}

func tarUsualType(t Type) byte {
	for flag, of := range tarTypes {
		if of == t && flag != '7' && flag != tar.TypeGNUSparse {
			return flag
		}
	}
	return 0
}

// tarFormat is the format of a header. The magic of a file's own header tells
// USTAR from GNU where archive/tar leaves it open.
func tarFormat(h *tar.Header, block *[512]byte) string {
	text := h.Format.String()
	if h.Format != tar.FormatUSTAR && h.Format != tar.FormatPAX && h.Format != tar.FormatGNU {
		switch string(block[257:265]) {
		case "ustar\x0000":
			text = "USTAR"
		case "ustar  \x00":
			text = "GNU"
		default:
			text = "V7"
		}
	}
	if strings.HasPrefix(string(block[508:]), "tar\x00") {
		text += " (star)"
	}
	return text
}

// tarUsualStyle is how GNU tar and most others write numbers.
const tarUsualStyle = "7o0 7o0 7o0 11o0 11o0 6o0s"

// tarStyle tells how the numbers of a header are written: the digits of mode,
// uid, gid, size, mtime and checksum, and what ends each: "0" a NUL byte, "s"
// a space; "b" is base 256.
func tarStyle(block *[512]byte) string {
	var parts []string
	for _, at := range [][2]int{{100, 108}, {108, 116}, {116, 124}, {124, 136}, {136, 148}, {148, 156}} {
		parts = append(parts, numberStyle(block[at[0]:at[1]]))
	}
	return strings.Join(parts, " ")
}

func numberStyle(b []byte) string {
	if b[0]&0x80 != 0 {
		return "b"
	}
	var out strings.Builder
	digits := 0
	for _, c := range b {
		if c >= '0' && c <= '7' {
			digits++
			continue
		}
		if digits > 0 {
			fmt.Fprintf(&out, "%do", digits)
			digits = 0
		}
		switch c {
		case 0:
			out.WriteByte('0')
		case ' ':
			out.WriteByte('s')
		default:
			out.WriteByte('?')
		}
	}
	if digits > 0 {
		fmt.Fprintf(&out, "%do", digits)
	}
	return out.String()
}

// tarExtended gathers the headers of extensions that stand before that of an
// entry: PAX records, and GNU's long names. They have names, modes, owners and
// times of their own.
type tarExtended struct {
	s    *stream
	list []Field
}

func (x *tarExtended) add(block *[512]byte) {
	kind := map[byte]string{'x': "pax header", 'g': "global pax header", 'L': "long name header", 'K': "long link header"}[block[156]]
	if kind == "" || !isOldTar(block[:]) {
		return
	}
	var f facts
	text := func(from, to int) string { return strings.Trim(string(block[from:to]), " \x00") }
	f.text(kind, fmt.Sprintf("%s, mode %s, owner %s:%s (%s:%s), mtime %s, device %s:%s, magic %q, numbers %s", text(0, 100), text(100, 108), text(108, 116), text(116, 124),
		text(265, 297), text(297, 329), text(136, 148), text(329, 337), text(337, 345), block[257:265], tarStyle(block)))
	if size, err := strconv.ParseInt(text(124, 136), 8, 40); err == nil && x.s.at != nil {
		b, err := readAtMost(x.s.at, x.s.pos+size, int(-size&511))
		if err == nil && strings.Trim(string(b), "\x00") != "" {
			f.text(kind+" padding", digested(b))
		}
	}
	x.list = append(x.list, f.list...)
}

func (x *tarExtended) take() []Field {
	list := x.list
	x.list = nil
	return list
}

// tarPadding adds what fills up the last block of a content in place, when it
// is not zero.
func tarPadding(list []Field, s *stream, h *tar.Header) ([]Field, error) {
	n := -h.Size & 511
	if s.at == nil || n == 0 || h.Size > s.at.Size()-s.pos || tarTypes[h.Typeflag] != Regular || h.Typeflag == tar.TypeGNUSparse {
		return list, nil
	}
	b, err := readAtMost(s.at, s.pos+h.Size, int(n))
	if strings.Trim(string(b), "\x00") != "" {
		var f facts
		f.text("padding", digested(b))
		list = append(list, f.list...)
	}
	return list, err
}
