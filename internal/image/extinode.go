package image

import "errors"

// Flags of inodes.
const (
	extCompressed = 0x4
	extEncrypted  = 0x800
	extIndexed    = 0x1000
	extExtents    = 0x80000
	extInline     = 0x10000000
)

// extInode is an inode: the entry without its path, and where the content is.
type extInode struct {
	Entry
	number uint32
	raw    []byte
	flags  uint32
	links  uint16
	size   int64  // of the content, also of a directory's
	seed   uint32 // of the checksums of what belongs to it
	inline []byte // what of the content is among the attributes
}

func (n *extInode) block() []byte { return n.raw[40:100] }

func (x *ext) inode(number uint32) (*extInode, error) {
	n, err := x.inodeWithoutXattrs(number)
	if err != nil {
		return nil, err
	}
	return n, x.xattrs(n)
}

func (x *ext) inodeWithoutXattrs(number uint32) (*extInode, error) {
	n, err := x.rawInode(number)
	if err != nil {
		return nil, err
	}
	if err := x.checkInode(n); err != nil {
		return nil, err
	}
	return n, x.describe(n)
}

// rawInode reads an inode as it stands in its table.
func (x *ext) rawInode(number uint32) (*extInode, error) {
	if number == 0 || number > x.inodes {
		return nil, errors.New("an inode that does not exist")
	}
	table, err := x.inodeTable((number - 1) / x.perGroup)
	if err != nil {
		return nil, err
	}
	at := table*x.blockSize + int64((number-1)%x.perGroup)*x.inodeSize
	if table <= 0 || table >= x.blocks || at > x.blocks*x.blockSize-x.inodeSize {
		return nil, errors.New("a block outside the file system")
	}
	n := &extInode{number: number, raw: make([]byte, x.inodeSize)}
	_, err = x.in.ReadAt(n.raw, at)
	return n, err
}

// checkInode verifies the checksum, of which 16 bits stand at 124 and, in
// large inodes, 16 more at 130.
func (x *ext) checkInode(n *extInode) error {
	if !x.checksums {
		return nil
	}
	b, zero := n.raw, []byte{0, 0}
	n.seed = extSum(x.seed, le32(n.number), b[100:104])
	want, mask := uint32(le.Uint16(b[124:])), uint32(0xffff)
	sum := extSum(n.seed, b[:124], zero, b[126:128])
	if len(b) > 128 {
		if extra := n.extra(); extra >= 4 {
			want, mask = want|uint32(le.Uint16(b[130:]))<<16, 1<<32-1
			sum = extSum(sum, b[128:130], zero, b[132:])
		} else {
			sum = extSum(sum, b[128:])
		}
	}
	if sum&mask != want {
		return errChecksum
	}
	return nil
}

// extra is how many bytes of fields a large inode has beyond the first 128.
func (n *extInode) extra() int {
	if len(n.raw) < 132 {
		return 0
	}
	return int(le.Uint16(n.raw[128:]))
}

func (x *ext) describe(n *extInode) error {
	b := n.raw
	mode := uint32(le.Uint16(b))
	t, ok := typeOfStat(mode)
	if !ok {
		return errors.New("an inode of an unknown type")
	}
	n.flags, n.links = le.Uint32(b[32:]), le.Uint16(b[26:])
	n.size = int64(le.Uint32(b[4:]))
	if t == Regular || t == Directory {
		n.size |= int64(le.Uint32(b[108:])) << 32
	}
	n.Entry = Entry{Type: t, Mode: mode & 0o7777, UID: int64(le.Uint16(b[2:])) | int64(le.Uint16(b[120:]))<<16,
		GID: int64(le.Uint16(b[24:])) | int64(le.Uint16(b[122:]))<<16}
	n.ModTime = extTime(b, 16, 136, n.extra())
	switch {
	case n.size < 0 || n.extra() > len(b)-128 && len(b) > 128:
		return errors.New("a damaged inode")
	case n.flags&extEncrypted != 0 && (t == Regular || t == Directory || t == Symlink):
		return errors.New("it is encrypted")
	case n.flags&extCompressed != 0 && t == Regular:
		return errors.New("it is compressed")
	case t == Regular:
		n.Size = n.size
	case t.isDevice():
		if old := le.Uint32(n.block()); old != 0 { // 8 bits each
			n.Major, n.Minor = old>>8&0xff, old&0xff
		} else {
			n.Major, n.Minor = deviceNumber(le.Uint32(n.block()[4:]))
		}
	}
	return nil
}

// readLink reads a symbolic link's text, which is in the inode when it is
// short.
func (x *ext) readLink(n *extInode) error {
	if n.size > maxLink {
		return errNameLong
	}
	if n.size < 60 && n.flags&(extExtents|extInline) == 0 {
		n.Link = string(n.block()[:n.size])
		return nil
	}
	text := make([]byte, n.size)
	if _, err := x.content(n).ReadAt(text, 0); err != nil {
		return err
	}
	n.Link = string(text)
	return nil
}
