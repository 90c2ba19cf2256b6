package image

import (
	"errors"
	"fmt"
	"time"
)

// The types of inodes. The extended ones are 7 more.
const (
	squashDir = 1 + iota
	squashFile
	squashSymlink
	squashBlock
	squashChar
	squashFIFO
	squashSocket
	squashExtended = 7
)

var squashTypes = [...]Type{squashDir: Directory, squashFile: Regular, squashSymlink: Symlink, squashBlock: BlockDevice,
	squashChar: CharDevice, squashFIFO: FIFO, squashSocket: Socket}

// squashInode is an inode: the entry without its path, and where the content
// is.
type squashInode struct {
	Entry
	number uint32
	links  uint32
	xattr  uint32

	extended bool
	sparse   int64 // bytes of holes, as an extended inode tells

	start    int64 // of a file's blocks in the image, of a directory in its table
	offset   int64 // in the fragment, in the metadata block
	fragment uint32
	size     int64       // of a directory's listing
	blocks   *metaReader // list of a file's blocks
}

func (s *squash) inode(ref uint64) (*squashInode, error) {
	if ref>>48 != 0 {
		return nil, errors.New("a damaged reference to an inode")
	}
	r := s.metaAt(s.inodes, ref)
	var h [16]byte
	if err := r.read(h[:]); err != nil {
		return nil, err
	}
	kind, extended := le.Uint16(h[:]), false
	if kind > squashExtended {
		kind, extended = kind-squashExtended, true
	}
	uid, gid := int(le.Uint16(h[4:])), int(le.Uint16(h[6:]))
	if kind == 0 || int(kind) >= len(squashTypes) || uid >= len(s.ids) || gid >= len(s.ids) {
		return nil, errors.New("a damaged inode")
	}
	n := &squashInode{number: le.Uint32(h[12:]), links: 1, extended: extended, xattr: squashNoXattr,
		Entry: Entry{Type: squashTypes[kind], Mode: uint32(le.Uint16(h[2:])) & 0o7777, UID: int64(s.ids[uid]), GID: int64(s.ids[gid]),
			ModTime: time.Unix(int64(le.Uint32(h[8:])), 0).UTC()}}
	var err error
	switch kind {
	case squashDir:
		err = n.directory(r, extended)
	case squashFile:
		err = n.file(r, extended)
	default:
		err = n.special(r, extended)
	}
	if err == nil && n.xattr != squashNoXattr {
		n.Xattrs, err = s.xattrs(n.xattr)
	}
	return n, err
}

func (n *squashInode) directory(r *metaReader, extended bool) error {
	var b [24]byte
	if !extended {
		err := r.read(b[:16])
		n.links = le.Uint32(b[4:])
		n.start, n.size, n.offset = int64(le.Uint32(b[:])), int64(le.Uint16(b[8:])), int64(le.Uint16(b[10:]))
		return err
	}
	err := r.read(b[:])
	n.links = le.Uint32(b[:])
	n.size, n.start, n.offset = int64(le.Uint32(b[4:])), int64(le.Uint32(b[8:])), int64(le.Uint16(b[18:]))
	n.xattr = le.Uint32(b[20:])
	return err
}

func (n *squashInode) file(r *metaReader, extended bool) error {
	var b [40]byte
	if !extended {
		if err := r.read(b[:16]); err != nil {
			return err
		}
		n.start, n.fragment, n.offset = int64(le.Uint32(b[:])), le.Uint32(b[4:]), int64(le.Uint32(b[8:]))
		n.Size = int64(le.Uint32(b[12:]))
	} else {
		if err := r.read(b[:]); err != nil {
			return err
		}
		n.start, n.Size, n.sparse = int64(le.Uint64(b[:])), int64(le.Uint64(b[8:])), int64(le.Uint64(b[16:]))
		n.links, n.fragment, n.offset, n.xattr = le.Uint32(b[24:]), le.Uint32(b[28:]), int64(le.Uint32(b[32:])), le.Uint32(b[36:])
	}
	if n.Size < 0 || n.start < 0 {
		return errors.New("a damaged inode")
	}
	n.blocks = r
	return nil
}

// special reads symbolic links, devices, FIFOs and sockets.
func (n *squashInode) special(r *metaReader, extended bool) error {
	var b [8]byte
	length := 8
	if n.Type == FIFO || n.Type == Socket {
		length = 4
	}
	if err := r.read(b[:length]); err != nil {
		return err
	}
	n.links = le.Uint32(b[:])
	switch {
	case n.Type == Symlink:
		size := le.Uint32(b[4:])
		if size > maxLink {
			return errNameLong
		}
		text := make([]byte, size)
		if err := r.read(text); err != nil {
			return err
		}
		n.Link = string(text)
	case n.Type.isDevice():
		n.Major, n.Minor = deviceNumber(le.Uint32(b[4:]))
	}
	if extended {
		if err := r.read(b[:4]); err != nil {
			return err
		}
		n.xattr = le.Uint32(b[:])
	}
	return nil
}

// list shows the entries of the directory that an inode is, and what is
// below.
func (s *squash) list(path string, ref uint64) error {
	if s.seen[ref] {
		return s.failf(path, "the directory is in the tree twice")
	}
	s.seen[ref] = true
	dir, err := s.inode(ref)
	if err != nil {
		return s.fail(path, err)
	}
	if dir.Type != Directory {
		return s.failf(path, "it is listed as a directory and is none")
	}
	if path == "" && s.noting() {
		dir.Fields = dir.fields()
		s.noteRoot(dir.Entry)
	}
	r := &metaReader{s, s.dirs + dir.start, int(dir.offset)}
	for left := dir.size - 3; left > 0; {
		var h [12]byte
		if err := r.read(h[:]); err != nil {
			return s.fail(path, err)
		}
		left -= 12
		count := int64(le.Uint32(h[:])) + 1
		if count > 256 {
			return s.failf(path, "a damaged directory")
		}
		for range count {
			n, err := s.listed(path, r, int64(le.Uint32(h[4:])))
			if err != nil {
				return err
			}
			if left -= n; left < 0 {
				return s.failf(path, "a damaged directory")
			}
		}
	}
	return nil
}

// listed shows one entry of a directory, and what is below it, and returns
// its size in the listing.
func (s *squash) listed(dir string, r *metaReader, block int64) (int64, error) {
	var b [8]byte
	if err := r.read(b[:]); err != nil {
		return 0, s.fail(dir, err)
	}
	name := make([]byte, int(le.Uint16(b[6:]))+1)
	if len(name) > 256 {
		return 0, s.failf(dir, "a damaged directory")
	}
	if err := r.read(name); err != nil {
		return 0, s.fail(dir, err)
	}
	path, err := joinName(dir, string(name))
	if err != nil {
		return 0, s.fail(quoted(dir, string(name)), err)
	}
	ref := uint64(block)<<16 | uint64(le.Uint16(b[:]))
	n, err := s.inode(ref)
	if err != nil {
		return 0, s.fail(path, err)
	}
	if kind := le.Uint16(b[4:]); int(kind) >= len(squashTypes) || squashTypes[kind] != n.Type {
		return 0, s.fail(path, fmt.Errorf("the directory says type %d, the inode %s", kind, n.Type))
	}
	e := n.Entry
	e.Path = path
	if s.opt.Fields {
		e.Fields = n.fields()
	}
	var src source
	if e.Type == Regular {
		if first, ok := s.first[n.number]; ok && n.links > 1 {
			e.Type, e.Link, e.Size = HardLink, first, 0
		} else {
			src = &squashContent{s: s, n: n}
			if n.links > 1 {
				s.first[n.number] = path
			}
		}
	}
	if err := s.emit(e, src); err != nil {
		return 0, err
	}
	if e.Type == Directory {
		err = s.list(path, ref)
	}
	return int64(8 + len(name)), err
}

var squashPrefixes = [...]string{"user.", "trusted.", "security."}

// xattrs reads a list of attributes by its number.
func (s *squash) xattrs(id uint32) (map[string][]byte, error) {
	var b [16]byte
	if err := s.attrIDs.read(s, int64(id), b[:]); err != nil {
		return nil, err
	}
	count := le.Uint32(b[8:])
	if count > maxXattrs || le.Uint64(b[:])>>48 != 0 {
		return nil, errors.New("a damaged list of extended attributes")
	}
	r, sum := s.metaAt(s.attrs, le.Uint64(b[:])), 0
	attrs := map[string][]byte{}
	for range count {
		if err := r.read(b[:4]); err != nil {
			return nil, err
		}
		kind := le.Uint16(b[:])
		name := make([]byte, le.Uint16(b[2:]))
		if err := r.read(name); err != nil {
			return nil, err
		}
		if int(kind&0xff) >= len(squashPrefixes) {
			return nil, fmt.Errorf("an extended attribute of the unknown kind %d", kind)
		}
		value, err := s.xattrValue(r, kind&0x100 != 0)
		if err != nil {
			return nil, err
		}
		if sum += len(name) + len(value); sum > maxXattrsSum {
			return nil, errXattrs
		}
		attrs[squashPrefixes[kind&0xff]+string(name)] = value
	}
	return attrs, nil
}

var errXattrs = errors.New("the extended attributes are larger than Linux allows")

// xattrValue reads a value, which may stand elsewhere.
func (s *squash) xattrValue(r *metaReader, elsewhere bool) ([]byte, error) {
	var b [8]byte
	if err := r.read(b[:4]); err != nil {
		return nil, err
	}
	if elsewhere {
		if err := r.read(b[:]); err != nil {
			return nil, err
		}
		if le.Uint64(b[:])>>48 != 0 {
			return nil, errors.New("a damaged reference to an extended attribute")
		}
		return s.xattrValue(s.metaAt(s.attrs, le.Uint64(b[:])), false)
	}
	n := le.Uint32(b[:])
	if n > maxXattr {
		return nil, errXattrs
	}
	value := make([]byte, n)
	return value, r.read(value)
}
