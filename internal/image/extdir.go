package image

import (
	"errors"
	"strconv"
)

// list shows the entries of a directory, and what is below. Indexed
// directories are read as plain ones: their index stands in unused entries.
func (x *ext) list(path string, number uint32) error {
	if x.seen[number] {
		return x.failf(path, "the directory is in the tree twice")
	}
	x.seen[number] = true
	n, err := x.inode(number)
	if err != nil {
		return x.fail(path, err)
	}
	if n.Type != Directory {
		return x.failf(path, "it is listed as a directory and is none")
	}
	if path == "" && x.noting() {
		n.Fields = x.inodeFields(n)
		x.noteRoot(n.Entry)
	}
	if n.flags&extInline != 0 { // the parent's inode, then entries, and more among the attributes
		if err := x.listBlock(path, n.block()[4:]); err != nil || len(n.inline) == 0 {
			return err
		}
		return x.listBlock(path, n.inline)
	}
	if n.size%x.blockSize != 0 {
		return x.failf(path, "a damaged directory")
	}
	c, block := x.content(n), make([]byte, x.blockSize)
	for off := int64(0); off < n.size; off += x.blockSize {
		if _, err := c.ReadAt(block, off); err != nil {
			return x.fail(path, err)
		}
		if err := x.checkDirectory(n, off, block); err != nil {
			return x.fail(path, err)
		}
		if err := x.listBlock(path, block); err != nil {
			return err
		}
	}
	return nil
}

// checkDirectory verifies the checksum in the last entry of a block, which
// those of an index do not have.
func (x *ext) checkDirectory(n *extInode, off int64, b []byte) error {
	indexed := n.flags&extIndexed != 0
	if !x.checksums || indexed && (off == 0 || le.Uint32(b) == 0 && x.recordLength(b) == len(b)) {
		return nil
	}
	tail := b[len(b)-12:]
	if le.Uint32(tail) != 0 || le.Uint16(tail[4:]) != 12 || tail[7] != 0xde || extSum(n.seed, b[:len(b)-12]) != le.Uint32(tail[8:]) {
		return errChecksum
	}
	return nil
}

// recordLength is the size of a directory entry. Where blocks have 64 KiB, the
// largest one does not fit its field.
func (x *ext) recordLength(b []byte) int {
	n := int(le.Uint16(b[4:]))
	if x.blockSize == 65536 && (n == 0 || n == 65535) {
		return 65536
	}
	return n
}

var errExtDirectory = errors.New("a damaged directory")

func (x *ext) listBlock(dir string, b []byte) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return x.fail(dir, errExtDirectory)
		}
		length, nameLength := x.recordLength(b), int(b[6])
		if length < 8 || length > len(b) || length%4 != 0 || 8+nameLength > length {
			return x.fail(dir, errExtDirectory)
		}
		number, name := le.Uint32(b), string(b[8:8+nameLength])
		b = b[length:]
		if number == 0 || name == "." || name == ".." {
			continue
		}
		path, err := joinName(dir, name)
		if err != nil {
			return x.fail(quoted(dir, name), err)
		}
		if err := x.listed(path, number); err != nil {
			return err
		}
	}
	return nil
}

// listed shows an entry of a directory, and what is below it.
func (x *ext) listed(path string, number uint32) error {
	n, err := x.inode(number)
	if err != nil {
		return x.fail(path, err)
	}
	if n.links == 0 {
		return x.failf(path, "its inode "+strconv.FormatUint(uint64(number), 10)+" is not in use")
	}
	e := n.Entry
	e.Path = path
	if x.opt.Fields {
		e.Fields = x.inodeFields(n)
	}
	var src source
	switch {
	case e.Type == Symlink:
		if err := x.readLink(n); err != nil {
			return x.fail(path, err)
		}
		e.Link = n.Link
	case e.Type == Regular && n.links > 1 && x.first[number] != "":
		e.Type, e.Link, e.Size = HardLink, x.first[number], 0
	case e.Type == Regular:
		src = x.content(n)
		if n.links > 1 {
			x.first[number] = path
		}
	}
	if err := x.emit(e, src); err != nil {
		return err
	}
	if e.Type == Directory {
		return x.list(path, number)
	}
	return nil
}
