package image

import (
	"bytes"
	"encoding/binary"
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
	at := int64(binary.LittleEndian.Uint32(h[peOffset:]))
	return at+4 <= int64(len(h)) && string(h[at:at+4]) == "PE\x00\x00"
}

// pe shows the sections of a PE file, such as a unified kernel image, as files
// of their names. A content ends where the section does in memory, without
// the padding of the file. Of sections that share a name the further ones have
// "#2", "#3" … behind it.
func (w *walker) pe(in input) error {
	var b [coffHeader]byte
	if _, err := in.ReadAt(b[:4], peOffset); err != nil {
		return w.fail("", err)
	}
	at := int64(binary.LittleEndian.Uint32(b[:])) + 4
	if _, err := in.ReadAt(b[:], at); err != nil {
		return w.fail("", err)
	}
	n := int(binary.LittleEndian.Uint16(b[2:]))
	table := make([]byte, n*sectionEntry)
	if _, err := in.ReadAt(table, at+coffHeader+int64(binary.LittleEndian.Uint16(b[16:]))); err != nil && n > 0 {
		return w.fail("", err)
	}
	symbols, count := int64(binary.LittleEndian.Uint32(b[8:])), int64(binary.LittleEndian.Uint32(b[12:]))
	seen := map[string]int{}
	for ; len(table) > 0; table = table[sectionEntry:] {
		name, err := sectionName(in, table[:8], symbols+count*18)
		if err != nil {
			return w.fail(strconv.Quote(name), err)
		}
		path, err := joinName("", name)
		if err != nil {
			return w.fail(strconv.Quote(name), err)
		}
		if seen[name]++; seen[name] > 1 {
			path += "#" + strconv.Itoa(seen[name])
		}
		if err := w.peSection(in, path, table); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) peSection(in input, path string, s []byte) error {
	virtual, raw := int64(binary.LittleEndian.Uint32(s[8:])), int64(binary.LittleEndian.Uint32(s[16:]))
	off := int64(binary.LittleEndian.Uint32(s[20:]))
	size := raw
	if virtual > 0 {
		size = min(virtual, raw)
	}
	if off == 0 { // uninitialised data
		size = 0
	}
	if off+size > in.size {
		return w.fail(path, io.ErrUnexpectedEOF)
	}
	return w.emit(Entry{Path: path, Type: Regular, Mode: 0o644, Size: size}, section(in, off, size))
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
