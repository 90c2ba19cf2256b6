package image

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// Offsets and sizes of the PE format (Microsoft's PE and COFF specification).
const (
	peOffset     = 0x3c // of the offset of the signature
	coffHeader   = 20
	sectionEntry = 40
)

func isPE(h []byte) bool {
	if len(h) < 64 || h[0] != 'M' || h[1] != 'Z' {
		return false
	}
	at := int64(le.Uint32(h[peOffset:]))
	return at+4 <= int64(len(h)) && string(h[at:at+4]) == "PE\x00\x00"
}

// peFile is a PE file.
type peFile struct {
	in       input
	at       int64  // of the COFF header, behind the signature
	coff     []byte // header
	optional []byte // header, maybe empty
	table    []byte // of sections
	strings0 int64  // where the table of strings begins
}

// pe shows what a PE file, such as a unified kernel image, consists of: "(DOS
// header)", "(header)" with the table of sections, the sections as files of
// their names, and "(symbols)", "(certificates)" and what else stands behind.
// A content ends where the section does in memory, without the padding of the
// file.
func (w *walker) pe(in input) error {
	p, err := openPE(in)
	if err != nil {
		return w.fail("", err)
	}
	list := []region{{name: "(DOS header)", size: p.at - 4}, {name: "(header)", off: p.at - 4, size: p.headerEnd() - p.at + 4}}
	for t := p.table; len(t) > 0; t = t[sectionEntry:] {
		name, err := sectionName(in, t[:8], p.strings0)
		if err != nil {
			return w.fail(strconv.Quote(name), err)
		}
		if _, err := joinName("", name); err != nil {
			return w.fail(strconv.Quote(name), err)
		}
		r := peSection(name, t)
		if w.opt.Fields {
			r.fields = peSectionFields(t)
		}
		list = append(list, r)
	}
	tail, err := p.tail()
	if err != nil {
		return w.fail("", err)
	}
	return w.showRegions(in, append(list, tail...))
}

func (p *peFile) headerEnd() int64 { return p.at + coffHeader + int64(len(p.optional)+len(p.table)) }

func openPE(in input) (*peFile, error) {
	var b [4]byte
	if _, err := in.ReadAt(b[:], peOffset); err != nil {
		return nil, err
	}
	p := &peFile{in: in, at: int64(le.Uint32(b[:])) + 4, coff: make([]byte, coffHeader)}
	if _, err := in.ReadAt(p.coff, p.at); err != nil {
		return nil, err
	}
	p.optional = make([]byte, le.Uint16(p.coff[16:]))
	p.table = make([]byte, int(le.Uint16(p.coff[2:]))*sectionEntry)
	at := p.at + coffHeader
	for _, part := range [][]byte{p.optional, p.table} {
		if n, err := in.ReadAt(part, at); n < len(part) {
			return nil, unexpected(err)
		}
		at += int64(len(part))
	}
	p.strings0 = int64(le.Uint32(p.coff[8:])) + int64(le.Uint32(p.coff[12:]))*18
	return p, nil
}

func peSection(name string, s []byte) region {
	virtual, raw := int64(le.Uint32(s[8:])), int64(le.Uint32(s[16:]))
	r := region{name: name, off: int64(le.Uint32(s[20:])), size: raw}
	if virtual > 0 {
		r.size = min(virtual, raw)
	}
	if r.off == 0 { // uninitialised data
		r.size = 0
	}
	return r
}

// tail is the table of symbols with their strings, and the certificates.
func (p *peFile) tail() ([]region, error) {
	var list []region
	if off := int64(le.Uint32(p.coff[8:])); off > 0 {
		size := p.strings0 - off
		b, err := readAtMost(p.in, p.strings0, 4)
		if err != nil {
			return nil, err
		}
		if len(b) == 4 {
			size += int64(le.Uint32(b))
		}
		list = append(list, region{name: "(symbols)", off: off, size: min(size, p.in.size-off)})
	}
	if d := p.directory(4); d != nil && le.Uint32(d[4:]) > 0 {
		list = append(list, region{name: "(certificates)", off: int64(le.Uint32(d)), size: int64(le.Uint32(d[4:]))})
	}
	return list, nil
}

// sectionName reads a name of up to eight bytes, or, as binutils write them,
// "/" and the offset of a longer one in the table of strings.
func sectionName(in input, b []byte, strings0 int64) (string, error) {
	name := string(bytes.TrimRight(b, "\x00"))
	digits, long := strings.CutPrefix(name, "/")
	if !long {
		return name, nil
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return name, errors.New("a damaged name of a section")
	}
	buf := make([]byte, 256)
	got, err := in.ReadAt(buf, strings0+int64(n))
	if err != nil && err != io.EOF {
		return name, err
	}
	end := bytes.IndexByte(buf[:got], 0)
	if end < 0 {
		return name, errors.New("a damaged name of a section")
	}
	return string(buf[:end]), nil
}
