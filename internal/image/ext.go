package image

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Offsets of the ext superblock and its features (Documentation/filesystems/
// ext4 of Linux).
const (
	extSuper = 1024

	extCompatSparse2   = 0x200
	extIncompatRecover = 0x4
	extIncompatMetaBG  = 0x10
	extIncompat64      = 0x80
	extIncompatSeed    = 0x2000
	extROSparse        = 0x1
	extROChecksum      = 0x400

	// filetype, meta_bg, extents, 64bit, mmp, flex_bg, ea_inode, csum_seed,
	// largedir, inline_data, encrypt (of single inodes) and casefold
	extIncompatKnown = 0x2 | 0x10 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000

	extRoot = 2 // inode of the root
)

// isExt wants a revision and a block size that exist.
func isExt(h []byte) bool {
	return len(h) >= 2048 && le.Uint32(h[extSuper+76:]) <= 1 && le.Uint32(h[extSuper+24:]) <= 6
}

// ext is an ext2, ext3 or ext4 file system.
type ext struct {
	*walker
	in        input
	blockSize int64
	blocks    int64
	inodes    uint32
	perGroup  uint32 // inodes in a group
	inodeSize int64
	descSize  int64
	super     []byte

	incompat  uint32
	checksums bool
	seed      uint32 // of the checksums

	first map[uint32]string // paths of files that have several, by inode
	seen  map[uint32]bool   // directories
}

func (w *walker) ext(in input) error {
	x := &ext{walker: w, in: in, super: make([]byte, 1024), first: map[uint32]string{}, seen: map[uint32]bool{}}
	if _, err := in.ReadAt(x.super, extSuper); err != nil {
		return w.fail("", err)
	}
	if err := x.readSuper(); err != nil {
		return w.fail("", err)
	}
	if w.noting() {
		if err := x.noteSuper(); err != nil {
			return w.fail("", err)
		}
	}
	return x.list("", extRoot)
}

var errChecksum = errors.New("metadata that do not have their checksum")

func (x *ext) readSuper() error {
	s := x.super
	x.incompat = le.Uint32(s[96:])
	x.blockSize = 1024 << (le.Uint32(s[24:]) & 15)
	x.blocks = int64(le.Uint32(s[4:]))
	x.inodes, x.perGroup = le.Uint32(s[:]), le.Uint32(s[40:])
	x.inodeSize, x.descSize = 128, 32
	if le.Uint32(s[76:]) > 0 {
		x.inodeSize = int64(le.Uint16(s[88:]))
	}
	if x.incompat&extIncompat64 != 0 {
		x.descSize = int64(le.Uint16(s[254:]))
		x.blocks |= int64(le.Uint32(s[0x150:])) << 32
	}
	if le.Uint32(s[100:])&extROChecksum != 0 {
		if x.checksums = true; s[0x175] != 1 || extSum(1<<32-1, s[:0x3fc]) != le.Uint32(s[0x3fc:]) {
			return errChecksum
		}
		x.seed = extSum(1<<32-1, s[104:120])
		if x.incompat&extIncompatSeed != 0 {
			x.seed = le.Uint32(s[0x270:])
		}
	}
	switch unknown := x.incompat &^ extIncompatKnown; {
	case x.incompat&extIncompatRecover != 0:
		return errors.New("the journal was not replayed (e2fsck replays it)")
	case unknown != 0:
		return fmt.Errorf("features that are not supported: incompat %#x", unknown)
	case x.perGroup == 0 || le.Uint32(s[32:]) == 0 || x.inodeSize < 128 || x.inodeSize > x.blockSize || x.inodeSize%4 != 0 ||
		x.descSize < 32 || x.descSize > x.blockSize || x.descSize%4 != 0 || x.blockSize > 65536:
		return errors.New("a damaged superblock")
	case x.blocks <= 0 || x.blocks > x.in.size/x.blockSize:
		return io.ErrUnexpectedEOF
	}
	return nil
}

// extSum is CRC-32C as the file system computes it, without inversions.
func extSum(seed uint32, data ...[]byte) uint32 {
	c := ^seed
	for _, d := range data {
		c = crc32.Update(c, castagnoli, d)
	}
	return ^c
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func le32(v uint32) []byte { return le.AppendUint32(nil, v) }

// block reads a block of metadata.
func (x *ext) block(n int64) ([]byte, error) {
	if n <= 0 || n >= x.blocks {
		return nil, errors.New("a block outside the file system")
	}
	b := make([]byte, x.blockSize)
	_, err := x.in.ReadAt(b, n*x.blockSize)
	return b, err
}

// inodeTable is the block where the inodes of a group begin.
func (x *ext) inodeTable(group uint32) (int64, error) {
	d, err := x.descriptor(group)
	if err != nil {
		return 0, err
	}
	table := int64(le.Uint32(d[8:]))
	if x.descSize >= 64 {
		table |= int64(le.Uint32(d[0x28:])) << 32
	}
	return table, nil
}

// descriptor reads the descriptor of a group.
func (x *ext) descriptor(group uint32) ([]byte, error) {
	perBlock := uint32(x.blockSize / x.descSize)
	block, first := group/perBlock, int64(le.Uint32(x.super[20:]))
	at := extSuper/x.blockSize + 1 + int64(block)
	if x.incompat&extIncompatMetaBG != 0 && block >= le.Uint32(x.super[260:]) {
		lead := block * perBlock
		at = first + int64(lead)*int64(le.Uint32(x.super[32:]))
		if x.hasSuper(lead) {
			at++
		}
		if block == 0 && x.blockSize == 1024 && first == 0 {
			at++
		}
	}
	b, err := x.block(at)
	if err != nil {
		return nil, err
	}
	d := b[int64(group%perBlock)*x.descSize:][:x.descSize]
	if x.checksums {
		if extSum(x.seed, le32(group), d[:30], []byte{0, 0}, d[32:])&0xffff != uint32(le.Uint16(d[30:])) {
			return nil, errChecksum
		}
	}
	return d, nil
}

// hasSuper says whether a group begins with a copy of the superblock.
func (x *ext) hasSuper(group uint32) bool {
	switch {
	case group == 0:
		return true
	case le.Uint32(x.super[92:])&extCompatSparse2 != 0:
		return group == le.Uint32(x.super[0x24c:]) || group == le.Uint32(x.super[0x250:])
	case le.Uint32(x.super[100:])&extROSparse == 0 || group == 1:
		return true
	}
	for _, base := range []uint32{3, 5, 7} {
		n := group
		for n%base == 0 {
			n /= base
		}
		if n == 1 {
			return true
		}
	}
	return false
}
