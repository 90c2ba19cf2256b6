package image

import (
	"strconv"
)

var squashCompressors = map[uint16]string{1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}

// Flags of the superblock, by bit.
var squashFlags = []string{"inodes stored", "data stored", "", "fragments stored", "no fragments", "always fragments", "duplicates", "exportable", "xattrs stored",
	"no xattrs", "compressor options", "ids stored"}

// noteSuper notes the superblock, the options of the compressor and the ids.
func (s *squash) noteSuper(b []byte, size int64) error {
	f := s.notes
	f.seconds("mkfs time", int64(le.Uint32(b[8:])))
	f.number("inodes", int64(le.Uint32(b[4:])))
	f.number("block size", s.blockSize)
	f.number("fragments", int64(le.Uint32(b[16:])))
	name := squashCompressors[le.Uint16(b[20:])]
	if name == "" {
		name = strconv.Itoa(int(le.Uint16(b[20:])))
	}
	f.text("compressor", name)
	f.flags("flags", uint64(le.Uint16(b[24:])), squashFlags)
	ids := ""
	for i, id := range s.ids {
		if i > 0 {
			ids += " "
		}
		ids += strconv.FormatUint(uint64(id), 10)
	}
	f.text("ids", ids)
	f.number("bytes used", s.in.size)
	if le.Uint16(b[24:])&(1<<10) != 0 {
		m, err := s.metaBlock(squashSuper)
		if err != nil {
			return err
		}
		f.bytes("compressor options", m.data)
	}
	if s.attrs == 0 {
		f.text("xattr table", "none")
	} else {
		f.number("xattr table", s.attrIDs.n)
	}
	if le.Uint64(b[88:]) == squashNone {
		f.text("export table", "none")
	} else {
		f.text("export table", "yes")
	}
	return f.part("behind the end", s.in, s.in.size, size-s.in.size)
}

// fields are what an inode records beside the entry.
func (n *squashInode) fields() []Field {
	var f facts
	f.number("ino", int64(n.number))
	if n.Type == Directory || n.links != 1 {
		f.number("links", int64(n.links))
	}
	if n.extended {
		f.text("inode", "extended")
	}
	if n.Type == Regular {
		if n.fragment != squashNoFragment {
			f.text("end", "in a fragment")
		}
		f.nonzero("sparse", n.sparse)
	}
	return f.list
}
