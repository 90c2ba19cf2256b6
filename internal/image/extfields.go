package image

import (
	"strconv"
	"time"
)

// Names of features (include/ext4.h of Linux, lib/e2p/feature.c of e2fsprogs),
// by bit.
var (
	extCompatNames = []string{"dir_prealloc", "imagic_inodes", "has_journal", "ext_attr", "resize_inode", "dir_index", "lazy_bg", "",
		"snapshot_bitmap", "sparse_super2", "fast_commit", "stable_inodes", "orphan_file"}
	extIncompatNames = []string{"compression", "filetype", "needs_recovery", "journal_dev", "meta_bg", "", "extent", "64bit", "mmp", "flex_bg",
		"ea_inode", "", "dirdata", "metadata_csum_seed", "large_dir", "inline_data", "encrypt", "casefold"}
	extROCompatNames = []string{"sparse_super", "large_file", "btree_dir", "huge_file", "uninit_bg", "dir_nlink", "extra_isize", "snapshot",
		"quota", "bigalloc", "metadata_csum", "replica", "read-only", "project", "shared_blocks", "verity", "orphan_present"}
)

// extField is a number of the superblock: its size in bytes, and "x" for
// hexadecimal, "t" for a time whose upper byte may stand elsewhere.
type extField struct {
	name     string
	at, size int
	form     byte
	high     int // where the upper eight bits of a time are
}

var extSuperFields = []extField{
	{"inodes", 0, 4, 'd', 0}, {"blocks", 4, 4, 'd', 0}, {"reserved blocks", 8, 4, 'd', 0}, {"free blocks", 12, 4, 'd', 0}, {"free inodes", 16, 4, 'd', 0},
	{"first data block", 20, 4, 'd', 0}, {"log block size", 24, 4, 'd', 0}, {"log cluster size", 28, 4, 'd', 0}, {"blocks per group", 32, 4, 'd', 0},
	{"clusters per group", 36, 4, 'd', 0}, {"inodes per group", 40, 4, 'd', 0}, {"mount time", 44, 4, 't', 0x275}, {"write time", 48, 4, 't', 0x274},
	{"mount count", 52, 2, 'd', 0}, {"max mount count", 54, 2, 'd', 0}, {"state", 58, 2, 'x', 0}, {"errors behaviour", 60, 2, 'd', 0}, {"minor revision", 62, 2, 'd', 0},
	{"last checked", 64, 4, 't', 0x277}, {"check interval", 68, 4, 'd', 0}, {"creator os", 72, 4, 'd', 0}, {"revision", 76, 4, 'd', 0},
	{"reserved uid", 80, 2, 'd', 0}, {"reserved gid", 82, 2, 'd', 0}, {"first inode", 84, 4, 'd', 0}, {"inode size", 88, 2, 'd', 0}, {"block group", 90, 2, 'd', 0},
	{"preallocation", 204, 2, 'x', 0}, {"reserved GDT blocks", 206, 2, 'd', 0}, {"journal inode", 224, 4, 'd', 0}, {"journal device", 228, 4, 'd', 0},
	{"last orphan", 232, 4, 'd', 0}, {"hash version", 252, 1, 'd', 0}, {"journal backup type", 253, 1, 'd', 0}, {"descriptor size", 254, 2, 'd', 0},
	{"default mount options", 256, 4, 'x', 0}, {"first meta block group", 260, 4, 'd', 0}, {"mkfs time", 264, 4, 't', 0x276},
	{"blocks high", 0x150, 4, 'd', 0}, {"reserved blocks high", 0x154, 4, 'd', 0}, {"free blocks high", 0x158, 4, 'd', 0}, {"min extra isize", 0x15c, 2, 'd', 0},
	{"want extra isize", 0x15e, 2, 'd', 0}, {"flags", 0x160, 4, 'x', 0}, {"raid stride", 0x164, 2, 'd', 0}, {"mmp interval", 0x166, 2, 'd', 0}, {"mmp block", 0x168, 8, 'd', 0},
	{"raid stripe width", 0x170, 4, 'd', 0}, {"log groups per flex", 0x174, 1, 'd', 0}, {"checksum type", 0x175, 1, 'd', 0}, {"encryption level", 0x176, 1, 'd', 0},
	{"lifetime KiB written", 0x178, 8, 'd', 0}, {"snapshot inode", 0x180, 4, 'd', 0}, {"error count", 0x194, 4, 'd', 0}, {"first error time", 0x198, 4, 't', 0x278},
	{"last error time", 0x1cc, 4, 't', 0x279}, {"user quota inode", 0x240, 4, 'd', 0}, {"group quota inode", 0x244, 4, 'd', 0}, {"overhead blocks", 0x248, 4, 'd', 0},
	{"backup group 0", 0x24c, 4, 'd', 0}, {"backup group 1", 0x250, 4, 'd', 0}, {"lost+found inode", 0x268, 4, 'd', 0}, {"project quota inode", 0x26c, 4, 'd', 0},
	{"checksum seed", 0x270, 4, 'x', 0}, {"encoding", 0x27c, 2, 'd', 0}, {"encoding flags", 0x27e, 2, 'x', 0}, {"orphan file inode", 0x280, 4, 'd', 0}, {"checksum", 0x3fc, 4, 'x', 0},
}

// noteSuper notes the superblock, and digests of what else describes the file
// system and is no entry.
func (x *ext) noteSuper() error {
	f, s := x.notes, x.super
	f.uuid("uuid", s[104:])
	f.text("volume name", padded(s[120:136], "\x00"))
	f.text("last mounted", padded(s[136:200], "\x00"))
	f.flags("compat", uint64(le.Uint32(s[92:])), extCompatNames)
	f.flags("incompat", uint64(le.Uint32(s[96:])), extIncompatNames)
	f.flags("ro_compat", uint64(le.Uint32(s[100:])), extROCompatNames)
	f.uuid("journal uuid", s[208:])
	f.uuid("hash seed", s[236:])
	for _, field := range extSuperFields {
		field.note(f, s)
	}
	f.some("mount options", padded(s[0x200:0x240], "\x00"))
	f.bytes("journal backup", s[268:336])
	f.bytes("encryption", s[0x254:0x268])
	f.bytes("reserved", s[0x284:0x3fc])
	f.bytes("first error", s[0x19c:0x1cc])
	f.bytes("last error", s[0x1d0:0x200])
	return x.noteParts()
}

func (e extField) note(f *facts, s []byte) {
	var v uint64
	for i := e.size - 1; i >= 0; i-- {
		v = v<<8 | uint64(s[e.at+i])
	}
	switch {
	case e.form == 'x':
		f.hex(e.name, v)
	case e.form == 't':
		f.seconds(e.name, int64(v|uint64(s[e.high])<<32))
	default:
		f.text(e.name, strconv.FormatUint(v, 10))
	}
}

// Inodes that hold no entries of the tree (fs/ext4/ext4.h), by number.
var extReserved = map[uint32]string{1: "bad blocks", 3: "user quota", 4: "group quota", 7: "resize inode", 8: "journal"}

// noteParts notes the boot block, the descriptors of block groups, the inodes
// that are reserved, and the root.
func (x *ext) noteParts() error {
	if err := x.notes.part("boot block", x.in, 0, 1024); err != nil {
		return err
	}
	if err := x.noteGroups(); err != nil {
		return err
	}
	for _, number := range []uint32{1, 3, 4, 7, 8} {
		if err := x.noteReserved(number); err != nil {
			return err
		}
	}
	return x.notes.part("behind the end", x.in, x.blocks*x.blockSize, x.in.size-x.blocks*x.blockSize)
}

// noteGroups notes the descriptors of all block groups as one digest, and the
// bitmaps that they lead to as two.
func (x *ext) noteGroups() error {
	groups := (x.blocks - int64(le.Uint32(x.super[20:])) + int64(le.Uint32(x.super[32:])) - 1) / int64(le.Uint32(x.super[32:]))
	if want := (int64(x.inodes) + int64(x.perGroup) - 1) / int64(x.perGroup); groups < want {
		groups = want
	}
	var all, blockMaps, inodeMaps digestOf
	for g := range groups {
		if err := x.take(x.place, int(x.descSize)); err != nil {
			return err
		}
		d, err := x.descriptor(uint32(g))
		if err != nil {
			return err
		}
		all.add(d)
		flags := le.Uint16(d[18:])
		if flags&2 == 0 { // its block bitmap is written
			err = x.addBlock(&blockMaps, d, 0, 0x20)
		}
		if flags&1 == 0 && err == nil {
			err = x.addBlock(&inodeMaps, d, 4, 0x24)
		}
		if err != nil {
			return err
		}
	}
	x.notes.number("groups", groups)
	x.notes.text("group descriptors", all.String())
	x.notes.text("block bitmaps", blockMaps.String())
	x.notes.text("inode bitmaps", inodeMaps.String())
	return nil
}

func (x *ext) addBlock(to *digestOf, d []byte, low, high int) error {
	at := int64(le.Uint32(d[low:]))
	if len(d) >= 64 {
		at |= int64(le.Uint32(d[high:])) << 32
	}
	b, err := x.block(at)
	to.add(b)
	return err
}

// noteReserved notes a reserved inode that is in use.
func (x *ext) noteReserved(number uint32) error {
	n, err := x.rawInode(number)
	if err != nil || le.Uint16(n.raw) == 0 && le.Uint64(n.raw[4:]) == 0 {
		return err
	}
	name := extReserved[number]
	if err := x.checkInode(n); err != nil {
		return err
	}
	if err := x.describe(n); err != nil { // with no type: the bad blocks
		x.notes.bytes(name, n.raw)
		return nil
	}
	n.Fields = x.inodeFields(n)
	x.notes.entry(name, n.Entry)
	x.notes.number(name+" size", n.size)
	if number == 8 {
		text, err := x.journalText(n)
		if err != nil {
			return err
		}
		x.notes.text("journal content", text)
	}
	return nil
}

func (x *ext) journalText(n *extInode) (string, error) {
	size := min(n.size, x.blocks*x.blockSize)
	return partText(&meter{sectionOf(x.content(n), size), x.budget, x.place}, size)
}

// inodeFields are what an inode records beside the entry.
func (x *ext) inodeFields(n *extInode) []Field {
	var f facts
	b, extra := n.raw, n.extra()
	f.number("ino", int64(n.number))
	f.number("links", int64(n.links))
	f.number("generation", int64(le.Uint32(b[100:])))
	f.hex("flags", uint64(n.flags))
	f.stamp("atime", extTime(b, 8, 140, extra))
	f.stamp("ctime", extTime(b, 12, 132, extra))
	if extra >= 20 && len(b) >= 148 {
		f.stamp("crtime", extTime(b, 144, 148, extra))
	}
	if d := le.Uint32(b[20:]); d != 0 {
		f.seconds("dtime", int64(d))
	}
	f.number("blocks", int64(le.Uint32(b[28:]))|int64(le.Uint16(b[116:]))<<32)
	f.text("i_version", strconv.FormatUint(uint64(le.Uint32(b[36:])), 10))
	if extra > 0 {
		f.number("extra size", int64(extra))
	}
	if extra >= 32 && len(b) >= 160 {
		f.nonzero("project", int64(le.Uint32(b[156:])))
	}
	if n.Type == Directory {
		f.number("size", n.size)
	}
	if le.Uint32(b[104:]) != 0 {
		f.text("xattrs", "in a block of their own")
	}
	return f.list
}

// extTime reads a time, of which large inodes have two more bits of seconds
// and nanoseconds at another place.
func extTime(b []byte, at, more, extra int) time.Time {
	seconds, nanoseconds := int64(int32(le.Uint32(b[at:]))), int64(0)
	if more+4 <= 128+extra && more+4 <= len(b) {
		v := le.Uint32(b[more:])
		seconds, nanoseconds = seconds+int64(v&3)<<32, int64(v>>2)
	}
	return time.Unix(seconds, nanoseconds).UTC()
}
