package image

import (
	"errors"
	"fmt"
	"io"
)

// Features of an EROFS image (fs/erofs/erofs_fs.h of Linux).
const (
	erofsSuper = 1024

	erofsZeroPadding = 0x1  // packed data stand at the end of their blocks
	erofsConfigs     = 0x2  // options of the compressions, or large clusters
	erofsChunked     = 0x4  // files in chunks
	erofsDevices     = 0x8  // a table of devices, or a second kind of clusters
	erofsTails       = 0x10 // the last cluster stands with the inode
	erofsFragments   = 0x20 // ends of files in an inode of their own, or parts that are shared
	erofsPrefixes    = 0x40 // prefixes of attributes
	erofsKnown       = erofsZeroPadding | erofsConfigs | erofsChunked | erofsDevices | erofsTails | erofsFragments | erofsPrefixes
	erofsCompatSum   = 0x1
	maxEROFSMapped   = 4 << 20 // clusters of a file whose places are held
	maxEROFSCluster  = 1 << 20 // bytes of a packed cluster, as in Linux
)

// erofs is an EROFS image (Documentation/filesystems/erofs.rst of Linux).
type erofs struct {
	*walker
	in       input
	super    []byte
	block    int64 // bytes of a block
	blocks   int64
	dirBlock int64 // bytes of a block of a directory
	inodes   int64 // where the inodes are
	attrs    int64 // where shared attributes are
	incompat uint32
	packed   *erofsContent // ends of files, nil: there are none
	prefixes []string      // of attributes, beside the usual ones

	first map[uint64]string // paths of files that have several, by inode
	seen  map[uint64]bool   // directories
}

func (w *walker) erofs(in input) error {
	x := &erofs{walker: w, in: in, first: map[uint64]string{}, seen: map[uint64]bool{}}
	if err := x.readSuper(); err != nil {
		return w.fail("", err)
	}
	root := uint64(le.Uint16(x.super[14:]))
	if w.noting() {
		if err := x.noteSuper(root); err != nil {
			return w.fail("", err)
		}
	}
	return x.list("", root)
}

func (x *erofs) readSuper() error {
	s := make([]byte, 128)
	if _, err := x.in.ReadAt(s, erofsSuper); err != nil {
		return err
	}
	x.super, x.incompat = s, le.Uint32(s[80:])
	bits := s[12]
	if bits < 9 || bits > 16 || string(s[:4]) != "\xe2\xe1\xf5\xe0" {
		return errors.New("a damaged superblock")
	}
	x.block, x.blocks = 1<<bits, int64(le.Uint32(s[36:]))
	x.dirBlock = x.block << (s[90] & 15)
	x.inodes, x.attrs = int64(le.Uint32(s[40:]))*x.block, int64(le.Uint32(s[44:]))*x.block
	switch unknown := x.incompat &^ erofsKnown; {
	case unknown != 0:
		return fmt.Errorf("features that are not supported: incompat %#x", unknown)
	case x.incompat&erofsDevices != 0 && le.Uint16(s[86:]) > 0:
		return errors.New("data on other devices are not supported")
	case x.blocks*x.block > x.in.size:
		return io.ErrUnexpectedEOF
	case s[90] > 4 || x.inodes >= x.in.size:
		return errors.New("a damaged superblock")
	}
	if le.Uint32(s[8:])&erofsCompatSum != 0 {
		if err := x.checkSuper(); err != nil {
			return err
		}
	}
	if err := x.openPacked(); err != nil || x.incompat&erofsPrefixes == 0 {
		return err
	}
	return x.readPrefixes()
}

// checkSuper verifies the checksum, which covers the rest of the first block.
func (x *erofs) checkSuper() error {
	size := x.block
	if size > erofsSuper {
		size -= erofsSuper
	}
	b := make([]byte, size)
	if _, err := x.in.ReadAt(b, erofsSuper); err != nil {
		return err
	}
	if extSum(1<<32-1, b[:4], []byte{0, 0, 0, 0}, b[8:]) != le.Uint32(b[4:]) {
		return errChecksum
	}
	return nil
}

// openPacked opens the inode that holds ends of files.
func (x *erofs) openPacked() error {
	nid := le.Uint64(x.super[96:])
	if x.incompat&erofsFragments == 0 || nid == 0 {
		return nil
	}
	n, err := x.inode(nid)
	if err == nil && n.Type != Regular {
		err = errEROFS
	}
	if err != nil {
		return err
	}
	x.packed = &erofsContent{x: x, n: n}
	return nil
}

var errEROFS = errors.New("a damaged inode")

// list shows the entries of a directory, and what is below.
func (x *erofs) list(path string, nid uint64) error {
	if x.seen[nid] {
		return x.failf(path, "the directory is in the tree twice")
	}
	x.seen[nid] = true
	n, err := x.inode(nid)
	if err != nil {
		return x.fail(path, err)
	}
	if n.Type != Directory {
		return x.failf(path, "it is listed as a directory and is none")
	}
	if path == "" && x.noting() {
		n.Fields = n.fields()
		x.noteRoot(n.Entry)
	}
	c := &erofsContent{x: x, n: n}
	b := make([]byte, x.dirBlock)
	for off := int64(0); off < n.size; off += x.dirBlock {
		part := b[:min(x.dirBlock, n.size-off)]
		if _, err := c.ReadAt(part, off); err != nil {
			return x.fail(path, err)
		}
		if err := x.listBlock(path, part); err != nil {
			return err
		}
	}
	return nil
}

// listBlock shows the entries of a block: twelve bytes each, with the place of
// the name, which lasts to the next one.
func (x *erofs) listBlock(dir string, b []byte) error {
	if len(b) < 12 {
		return x.failf(dir, "a damaged directory")
	}
	names := int(le.Uint16(b[8:]))
	if names < 12 || names%12 != 0 || names > len(b) {
		return x.failf(dir, "a damaged directory")
	}
	for at := 0; at < names; at += 12 {
		from, to := int(le.Uint16(b[at+8:])), len(b)
		if at+12 < names {
			to = int(le.Uint16(b[at+20:]))
		}
		if from < names || to < from || to > len(b) {
			return x.failf(dir, "a damaged directory")
		}
		name := string(b[from:to])
		if at+12 == names {
			name = cutNUL(name)
		}
		if name == "." || name == ".." {
			continue
		}
		path, err := joinName(dir, name)
		if err != nil {
			return x.fail(quoted(dir, name), err)
		}
		if err := x.listed(path, le.Uint64(b[at:])); err != nil {
			return err
		}
	}
	return nil
}

func cutNUL(s string) string {
	for i := range len(s) {
		if s[i] == 0 {
			return s[:i]
		}
	}
	return s
}

// listed shows an entry of a directory, and what is below it.
func (x *erofs) listed(path string, nid uint64) error {
	n, err := x.inode(nid)
	if err != nil {
		return x.fail(path, err)
	}
	e := n.Entry
	e.Path = path
	if x.opt.Fields {
		e.Fields = n.fields()
	}
	var src source
	switch {
	case e.Type == Symlink:
		if n.size > maxLink {
			return x.fail(path, errNameLong)
		}
		text := make([]byte, n.size)
		if _, err := (&erofsContent{x: x, n: n}).ReadAt(text, 0); err != nil && n.size > 0 {
			return x.fail(path, err)
		}
		e.Link = string(text)
	case e.Type == Regular && n.links > 1 && x.first[nid] != "":
		e.Type, e.Link, e.Size = HardLink, x.first[nid], 0
	case e.Type == Regular:
		src = &erofsContent{x: x, n: n}
		if n.links > 1 {
			x.first[nid] = path
		}
	}
	if err := x.emit(e, src); err != nil {
		return err
	}
	if e.Type == Directory {
		return x.list(path, nid)
	}
	return nil
}
