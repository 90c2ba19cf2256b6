package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// How the content of an inode is laid out.
const (
	erofsPlain   = 0
	erofsFull    = 1 // packed, with an index of eight bytes for each cluster
	erofsInline  = 2 // the end stands with the inode
	erofsCompact = 3 // packed, with a compact index
	erofsChunks  = 4
)

// erofsInode is an inode: the entry without its path, and where the content
// is.
type erofsInode struct {
	Entry
	nid    uint64
	number uint32
	links  uint32
	wide   bool  // 64 bytes, else 32
	layout int   // of the content
	size   int64 // of the content, also of a directory's or a link's
	where  uint32
	end    int64 // place behind the inode and its attributes
}

func (x *erofs) inode(nid uint64) (*erofsInode, error) {
	if nid > uint64(x.in.size-x.inodes)/32 {
		return nil, errors.New("an inode outside the image")
	}
	at := x.inodes + int64(nid)*32
	b := make([]byte, 64)
	if got, err := x.in.ReadAt(b, at); got < 32 {
		return nil, unexpected(err)
	}
	format, mode := le.Uint16(b), uint32(le.Uint16(b[4:]))
	t, ok := typeOfStat(mode)
	n := &erofsInode{nid: nid, number: le.Uint32(b[20:]), wide: format&1 != 0, layout: int(format >> 1 & 7), where: le.Uint32(b[16:])}
	if !ok || n.layout > erofsChunks || format>>5 != 0 {
		return nil, errEROFS
	}
	n.Entry = Entry{Type: t, Mode: mode & 0o7777}
	n.end = at + 32
	if n.wide {
		n.end += 32
		n.size, n.links = int64(le.Uint64(b[8:])), le.Uint32(b[44:])
		n.UID, n.GID = int64(le.Uint32(b[24:])), int64(le.Uint32(b[28:]))
		n.ModTime = time.Unix(int64(le.Uint64(b[32:])), int64(le.Uint32(b[40:]))).UTC()
	} else {
		n.size, n.links = int64(le.Uint32(b[8:])), uint32(le.Uint16(b[6:]))
		n.UID, n.GID = int64(le.Uint16(b[24:])), int64(le.Uint16(b[26:]))
		n.ModTime = time.Unix(int64(le.Uint64(x.super[24:])), int64(le.Uint32(x.super[32:]))).UTC()
	}
	if n.size < 0 || n.size > 1<<60 {
		return nil, errEROFS
	}
	switch {
	case t == Regular:
		n.Size = n.size
	case t.isDevice():
		n.Major, n.Minor = deviceNumber(n.where)
	}
	return n, x.xattrs(n, int(le.Uint16(b[2:])))
}

// erofsPrefixNames are the names that the index of an attribute stands for.
var erofsPrefixNames = map[byte]string{1: "user.", 2: "system.posix_acl_access", 3: "system.posix_acl_default", 4: "trusted.", 5: "lustre.", 6: "security."}

// readPrefixes reads the table of further prefixes, which stands in the inode
// of fragments if there is one: two bytes of a size, then the index of a usual
// prefix and what follows that; each begins at a multiple of four.
func (x *erofs) readPrefixes() error {
	at := int64(le.Uint32(x.super[92:])) * 4
	from := io.ReaderAt(x.in)
	if x.packed != nil {
		from = x.packed
	}
	for range x.super[91] {
		h, err := readAtMost(from, at, 3)
		if err != nil || len(h) < 3 {
			return errorsOr(err, io.ErrUnexpectedEOF)
		}
		size := int(le.Uint16(h))
		base, ok := erofsPrefixNames[h[2]]
		if size < 1 || size > 256 || !ok {
			return errEROFSXattrs
		}
		infix, err := readAtMost(from, at+3, size-1)
		if err != nil || len(infix) < size-1 {
			return errorsOr(err, io.ErrUnexpectedEOF)
		}
		x.prefixes = append(x.prefixes, base+string(infix))
		at += (int64(size) + 2 + 3) &^ 3
	}
	return nil
}

// xattrs reads the attributes behind an inode: twelve bytes, then numbers of
// shared ones, then those of its own. The count is of four bytes each.
func (x *erofs) xattrs(n *erofsInode, count int) error {
	if count == 0 {
		return nil
	}
	b := make([]byte, 12+4*(count-1))
	if _, err := x.in.ReadAt(b, n.end); err != nil {
		return err
	}
	n.end += int64(len(b))
	shared := int(b[4])
	if 12+4*shared > len(b) {
		return errEROFSXattrs
	}
	attrs, sum := map[string][]byte{}, 0
	add := func(e []byte) error {
		name, value, err := x.xattr(e)
		if sum += len(name) + len(value); err == nil && (sum > maxXattrsSum || len(attrs) > maxXattrs) {
			err = errXattrs
		}
		attrs[name] = value
		return err
	}
	for i := range shared {
		e, err := x.sharedXattr(int64(le.Uint32(b[12+4*i:])))
		if err != nil {
			return err
		}
		if err := add(e); err != nil {
			return err
		}
	}
	for own := b[12+4*shared:]; len(own) >= 4; {
		size := erofsXattrSize(own)
		if size == 4 && le.Uint32(own) == 0 {
			break
		}
		if size > len(own) {
			return errEROFSXattrs
		}
		if err := add(own[:size]); err != nil {
			return err
		}
		own = own[min((size+3)&^3, len(own)):]
	}
	if len(attrs) > 0 {
		n.Xattrs = attrs
	}
	return nil
}

var errEROFSXattrs = errors.New("damaged extended attributes")

func erofsXattrSize(e []byte) int { return 4 + int(e[0]) + int(le.Uint16(e[2:])) }

func (x *erofs) sharedXattr(id int64) ([]byte, error) {
	h := make([]byte, 4)
	if _, err := x.in.ReadAt(h, x.attrs+id*4); err != nil {
		return nil, err
	}
	e := make([]byte, erofsXattrSize(h))
	_, err := x.in.ReadAt(e, x.attrs+id*4)
	return e, err
}

func (x *erofs) xattr(e []byte) (name string, value []byte, err error) {
	prefix, ok := erofsPrefixNames[e[1]]
	if i := int(e[1] & 0x7f); e[1]&0x80 != 0 && i < len(x.prefixes) {
		prefix, ok = x.prefixes[i], true
	}
	if !ok {
		return "", nil, fmt.Errorf("an extended attribute of the unknown kind %d", e[1])
	}
	return prefix + string(e[4:4+int(e[0])]), bytes.Clone(e[4+int(e[0]):]), nil
}

// fields are what an inode records beside the entry.
func (n *erofsInode) fields() []Field {
	var f facts
	f.number("nid", int64(n.nid))
	f.number("ino", int64(n.number))
	f.text("inode", map[bool]string{true: "extended", false: "compact"}[n.wide])
	if n.Type == Directory || n.links != 1 {
		f.number("links", int64(n.links))
	}
	if n.size > 0 {
		f.text("layout", []string{"plain", "packed, full index", "inline", "packed, compact index", "chunks"}[n.layout])
	}
	if n.Type == Directory {
		f.number("size", n.size)
	}
	return f.list
}

var (
	erofsCompatNames   = []string{"sb_chksum", "mtime", "xattr_filter", "shared_ea_in_metabox", "plain_xattr_pfx"}
	erofsIncompatNames = []string{"zero_padding", "compr_cfgs/big_pcluster", "chunked_file", "device_table/compr_head2", "ztailpacking", "fragments/dedupe", "xattr_prefixes"}
)

// noteSuper notes the superblock, the options of the compressions behind it,
// and the inode that holds ends of files.
func (x *erofs) noteSuper(root uint64) error {
	f, s := x.notes, x.super
	f.uuid("uuid", s[48:])
	f.text("volume name", padded(s[64:80], "\x00"))
	f.stamp("build time", time.Unix(int64(le.Uint64(s[24:])), int64(le.Uint32(s[32:]))))
	f.number("block size", x.block)
	f.number("directory block size", x.dirBlock)
	f.number("blocks", x.blocks)
	f.number("inodes", int64(le.Uint64(s[16:])))
	f.number("root nid", int64(root))
	f.number("metadata block", int64(le.Uint32(s[40:])))
	f.number("xattr block", int64(le.Uint32(s[44:])))
	f.flags("compat", uint64(le.Uint32(s[8:])), erofsCompatNames)
	f.flags("incompat", uint64(x.incompat), erofsIncompatNames)
	f.hex("compressions", uint64(le.Uint16(s[84:])))
	f.hex("checksum", uint64(le.Uint32(s[4:])))
	f.number("extra slots", int64(s[13]))
	f.number("devices", int64(le.Uint16(s[86:])))
	f.number("packed nid", int64(le.Uint64(s[96:])))
	if rest := strings.Trim(string(s[88:96])+string(s[104:]), "\x00"); rest != "" {
		f.bytes("reserved", []byte(s[88:]))
	}
	if x.packed != nil {
		x.packed.n.Fields = x.packed.n.fields()
		f.entry("packed inode", x.packed.n.Entry)
	}
	if err := f.part("boot block", x.in, 0, erofsSuper); err != nil {
		return err
	}
	if x.incompat&erofsConfigs != 0 && le.Uint16(s[84:]) != 0 {
		if err := x.noteConfigs(); err != nil {
			return err
		}
	}
	return f.part("behind the end", x.in, x.blocks*x.block, x.in.size-x.blocks*x.block)
}

// noteConfigs notes the options of each compression: a size and that many
// bytes, behind the superblock.
func (x *erofs) noteConfigs() error {
	at := int64(erofsSuper + 128 + 16*int64(x.super[13]))
	for bit, name := range erofsCompressions {
		if le.Uint16(x.super[84:])&(1<<bit) == 0 {
			continue
		}
		b, err := readAtMost(x.in, at, 2)
		if err != nil || len(b) < 2 {
			return errorsOr(err, io.ErrUnexpectedEOF)
		}
		options, err := readAtMost(x.in, at+2, int(le.Uint16(b)))
		if err != nil {
			return err
		}
		x.notes.bytes("options of "+name, options)
		at += 2 + int64(len(options))
	}
	return nil
}

var erofsCompressions = []string{"lz4", "lzma", "deflate", "zstd"}
