package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A flattened device tree (Devicetree Specification 0.4, chapter 5). All
// numbers are big-endian.
const (
	fdtHeader    = 40
	fdtBeginNode = 1
	fdtEndNode   = 2
	fdtProperty  = 3
	fdtNop       = 4
	fdtEnd       = 9
	maxFDT       = 512 << 20 // bytes of the tree; FIT images hold kernels
	maxFDTDepth  = 64        // Linux follows as many
)

// isFDT wants a version that exists.
func isFDT(h []byte) bool {
	return len(h) >= fdtHeader && be.Uint32(h[20:]) >= 16 && be.Uint32(h[20:]) < 64 && be.Uint32(h[24:]) <= 17 && be.Uint32(h[4:]) >= fdtHeader
}

// fdt is a device tree that is walked.
type fdt struct {
	*walker
	in                 input
	size               int64 // that the header says
	structs, structEnd int64
	strings            []byte
	reserved           int64
	pos                int64
	names              []namer // of the nodes that are open
	path               []string
}

// fdt shows nodes as directories and properties as files, and "(memory
// reservations)". A node that has the name of a property before it gets "#2".
func (w *walker) fdt(in input) error {
	d, err := w.openFDT(in)
	if err != nil {
		return w.fail("", err)
	}
	if w.noting() {
		if err := d.note(); err != nil {
			return w.fail("", err)
		}
	}
	reserved, err := d.reservations()
	if err != nil {
		return w.fail("", err)
	}
	names := namer{}
	names.unique("(memory reservations)")
	if err := w.emit(Entry{Path: "(memory reservations)", Type: Regular, Mode: 0o644, Size: reserved}, section(in, d.reserved, reserved)); err != nil {
		return err
	}
	d.names = []namer{names}
	return d.tokens()
}

var errFDT = errors.New("a damaged header of a device tree")

func (w *walker) openFDT(in input) (*fdt, error) {
	h := make([]byte, fdtHeader)
	if _, err := in.ReadAt(h, 0); err != nil {
		return nil, err
	}
	if !isFDT(h) || be.Uint32(h) != 0xd00dfeed {
		return nil, errFDT
	}
	n := func(i int) int64 { return int64(be.Uint32(h[4*i:])) }
	d := &fdt{walker: w, in: in, size: n(1), structs: n(2), structEnd: n(2) + n(9), reserved: n(4)}
	if n(5) < 17 { // the size of the structure is not told
		d.structEnd = d.size
	}
	stringsAt, stringsSize := n(3), n(8)
	switch {
	case d.size > in.size:
		return nil, io.ErrUnexpectedEOF
	case d.structs < fdtHeader || d.structEnd > d.size || d.structs%4 != 0 || stringsAt > d.size || stringsSize > d.size-stringsAt || d.reserved < fdtHeader || d.reserved%8 != 0 || d.size > maxFDT:
		return nil, errFDT
	case stringsSize > maxDocument:
		return nil, errors.New("the table of strings is too large")
	}
	d.strings = make([]byte, stringsSize)
	if _, err := in.ReadAt(d.strings, stringsAt); err != nil && stringsSize > 0 {
		return nil, err
	}
	d.pos = d.structs
	return d, nil
}

// reservations is the size of the list of reserved memory with its end.
func (d *fdt) reservations() (int64, error) {
	for at := d.reserved; ; at += 16 {
		b, err := readAtMost(d.in, at, 16)
		switch {
		case err != nil:
			return 0, err
		case at+16 > d.size || len(b) < 16:
			return 0, io.ErrUnexpectedEOF
		case [16]byte(b) == [16]byte{}:
			return at + 16 - d.reserved, nil
		case at-d.reserved > maxDocument:
			return 0, errFDT
		}
	}
}

func (d *fdt) uint32() (uint32, error) {
	var b [4]byte
	if d.pos+4 > d.structEnd {
		return 0, io.ErrUnexpectedEOF
	}
	_, err := d.in.ReadAt(b[:], d.pos)
	d.pos += 4
	return be.Uint32(b[:]), err
}

// skipTo goes behind what fills a place up, and notes it when it is not zero.
func (d *fdt) skipTo(from, to int64) error {
	if d.pos = to; !d.noting() {
		return nil
	}
	b, err := readAtMost(d.in, from, int(to-from))
	if strings.Trim(string(b), "\x00") != "" {
		d.notes.bytes(fmt.Sprintf("padding at %#x", from), b)
	}
	return d.fail(d.where(), err)
}

func (d *fdt) where() string { return strings.Join(d.path, "/") }

// tokens walks the structure.
func (d *fdt) tokens() error {
	for {
		token, err := d.uint32()
		if err != nil {
			return d.fail(d.where(), err)
		}
		switch token {
		case fdtBeginNode:
			err = d.begin()
		case fdtProperty:
			err = d.property()
		case fdtEndNode:
			if len(d.names) < 2 {
				return d.failf("", "a node ends that did not begin")
			}
			d.names = d.names[:len(d.names)-1]
			d.path = d.path[:max(len(d.path)-1, 0)]
		case fdtNop:
		case fdtEnd:
			if len(d.names) != 1 {
				return d.failf(d.where(), "the node does not end")
			}
			return nil
		default:
			return d.failf(d.where(), fmt.Sprintf("an unknown token %#x", token))
		}
		if err != nil {
			return err
		}
	}
}

// begin shows a node. The root has no name.
func (d *fdt) begin() error {
	b, err := readAtMost(d.in, d.pos, 256)
	if err != nil {
		return d.fail(d.where(), err)
	}
	end := bytes.IndexByte(b, 0)
	if end < 0 || d.pos+int64(end) >= d.structEnd {
		return d.failf(d.where(), "the name of a node does not end")
	}
	name := string(b[:end])
	if err := d.skipTo(d.pos+int64(end)+1, d.pos+int64(end+4)&^3); err != nil {
		return err
	}
	if len(d.names) > maxFDTDepth {
		return &LimitError{within(d.place, d.where()), "Depth", maxFDTDepth}
	}
	if len(d.names) == 1 {
		if name != "" || len(d.names[0]) > 1 {
			return d.failf("", "a second root, or one with a name")
		}
		d.names[0].unique("\x00") // the root was there
		d.names = append(d.names, d.names[0])
		return nil
	}
	name = d.names[len(d.names)-1].unique(name)
	path, err := joinName(d.where(), name)
	if err != nil {
		return d.fail(quoted(d.where(), name), err)
	}
	d.names, d.path = append(d.names, namer{}), append(d.path, name)
	return d.emit(Entry{Path: path, Type: Directory, Mode: 0o755}, nil)
}

func (d *fdt) property() error {
	size, err := d.uint32()
	if err != nil {
		return d.fail(d.where(), err)
	}
	at, err := d.uint32()
	if err != nil {
		return d.fail(d.where(), err)
	}
	if len(d.names) < 2 {
		return d.failf("", "a property outside a node")
	}
	if int64(size) > d.structEnd-d.pos {
		return d.fail(d.where(), io.ErrUnexpectedEOF)
	}
	name, err := nameIn(d.strings, at)
	if err != nil {
		return d.fail(d.where(), errors.New("the name of a property lies outside the table of strings"))
	}
	path, err := joinName(d.where(), d.names[len(d.names)-1].unique(name))
	if err != nil {
		return d.fail(quoted(d.where(), name), err)
	}
	off := d.pos
	if err := d.skipTo(off+int64(size), off+(int64(size)+3)&^3); err != nil {
		return err
	}
	return d.emit(Entry{Path: path, Type: Regular, Mode: 0o444, Size: int64(size)}, section(d.in, off, int64(size)))
}

// note notes the header, the table of strings, whose order is a choice of the
// compiler, and what stands behind the tree.
func (d *fdt) note() error {
	h := make([]byte, fdtHeader)
	if _, err := d.in.ReadAt(h, 0); err != nil {
		return err
	}
	for i, name := range []string{"total size", "structure at", "strings at", "reservations at", "version", "last compatible version", "boot cpu", "strings size", "structure size"} {
		d.notes.number(name, int64(be.Uint32(h[4+4*i:])))
	}
	d.notes.text("strings", digested(d.strings))
	return d.notes.part("behind the end", d.in, d.size, d.in.size-d.size)
}
