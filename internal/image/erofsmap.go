package image

import (
	"errors"
	"math/bits"
	"slices"
)

// How a logical cluster of a packed file begins.
const (
	erofsStored  = 0 // an extent that is not packed begins in it
	erofsHead1   = 1 // a packed extent begins in it
	erofsNonHead = 2 // it is in the middle of an extent
	erofsHead2   = 3 // as 1, with the second compression
)

// Bits of the header of an index, and of its entries.
const (
	erofsCompact2B   = 0x01 // two bytes for most clusters
	erofsBig1        = 0x02 // packed clusters of several blocks
	erofsBig2        = 0x04
	erofsTail        = 0x08 // the last extent stands behind the index
	erofsInterlaced  = 0x10 // what is stored keeps its place in the block
	erofsFragment    = 0x20 // the last extent is in the inode of fragments
	erofsCountBit    = 1 << 11
	erofsPartialBit  = 1 << 15
	erofsMapHeader   = 8
	erofsWholePacked = 1 << 7
)

// erofsExtent is a part of a content that is packed by itself.
type erofsExtent struct {
	at       int64 // in the content
	place    int64 // in the image, or in the inode of fragments
	packed   int64 // bytes
	kind     byte
	partial  bool // it unpacks to more than the part
	fragment bool
}

// erofsPacked is the index of a packed content.
type erofsPacked struct {
	x          *erofs
	n          *erofsInode
	advise     uint16
	algorithms byte
	clusterLog uint
	extents    []erofsExtent
}

var errEROFSIndex = errors.New("a damaged index of a packed file")

// openExtents reads the index of a file, which stands behind its inode.
func (x *erofs) openExtents(n *erofsInode) (*erofsPacked, error) {
	var h [erofsMapHeader]byte
	start := (n.end + 7) &^ 7
	if _, err := x.readPlain(h[:], start); err != nil {
		return nil, err
	}
	p := &erofsPacked{x: x, n: n, advise: le.Uint16(h[4:]), algorithms: h[6], clusterLog: uint(bits.TrailingZeros64(uint64(x.block))) + uint(h[7]&7)}
	if h[7]&erofsWholePacked != 0 { // all of it is a fragment
		p.extents = []erofsExtent{{fragment: true, place: int64(le.Uint64(h[:]) &^ (1 << 63))}}
		return p, nil
	}
	if p.advise >= 0x40 || p.clusterLog > 20 || n.layout == erofsFull && p.advise&erofsCompact2B != 0 {
		return nil, errors.New("an index of a packed file that is not supported")
	}
	clusters := (n.size + 1<<p.clusterLog - 1) >> p.clusterLog
	if clusters > maxEROFSMapped {
		return nil, errors.New("the file has too many clusters")
	}
	entries, end, err := p.entries(start+erofsMapHeader, clusters)
	if err != nil {
		return nil, err
	}
	if err := p.build(entries); err != nil {
		return nil, err
	}
	return p, p.last(h[:], end)
}

// erofsEntry is the entry of a cluster in the index.
type erofsEntry struct {
	kind    byte
	offset  int64 // in the cluster, where the extent begins
	block   int64
	counted bool  // it tells the blocks of its extent
	count   int64 // of blocks; 0 where the extent stands elsewhere
	partial bool
}

// build makes extents of the entries.
func (p *erofsPacked) build(entries []erofsEntry) error {
	for i, e := range entries {
		if e.kind == erofsNonHead {
			if len(p.extents) == 0 {
				return errEROFSIndex
			}
			continue
		}
		x := erofsExtent{at: int64(i)<<p.clusterLog + e.offset, place: e.block * p.x.block, packed: p.x.block, kind: e.kind, partial: e.partial}
		big := p.advise&erofsBig1 != 0 && e.kind == erofsHead1 || p.advise&erofsBig2 != 0 && e.kind != erofsHead1
		if big && i+1 < len(entries) && entries[i+1].kind == erofsNonHead {
			if !entries[i+1].counted {
				return errEROFSIndex
			}
			x.packed = entries[i+1].count * p.x.block
		}
		if e.offset >= 1<<p.clusterLog || x.packed > maxEROFSCluster || len(p.extents) == 0 && x.at != 0 ||
			len(p.extents) > 0 && x.at <= p.extents[len(p.extents)-1].at {
			return errEROFSIndex
		}
		if x.at >= p.n.size { // the mark of the end
			break
		}
		p.extents = append(p.extents, x)
	}
	if len(p.extents) == 0 {
		return errEROFSIndex
	}
	return nil
}

// last corrects the last extent where it stands elsewhere.
func (p *erofsPacked) last(h []byte, end int64) error {
	e := &p.extents[len(p.extents)-1]
	switch {
	case p.advise&erofsTail != 0 && p.advise&erofsFragment != 0:
		return errEROFSIndex
	case p.advise&erofsTail != 0:
		if e.place, e.packed = end, int64(le.Uint16(h[2:])); end%p.x.block+e.packed > p.x.block {
			return errEROFSIndex
		}
	case p.advise&erofsFragment != 0:
		head := e.place
		e.fragment, e.place = true, int64(le.Uint32(h))
		if p.n.layout == erofsFull {
			e.place |= head / p.x.block << 32
		}
	}
	return nil
}

// find returns the extent at an offset and its size, unpacked.
func (p *erofsPacked) find(off int64) (erofsExtent, int64, error) {
	i, found := slices.BinarySearchFunc(p.extents, off, func(e erofsExtent, at int64) int {
		switch {
		case e.at < at:
			return -1
		case e.at > at:
			return 1
		}
		return 0
	})
	if !found {
		i--
	}
	end := p.n.size
	if i+1 < len(p.extents) {
		end = p.extents[i+1].at
	}
	return p.extents[i], end - p.extents[i].at, nil
}

// entries reads the index from a place, and returns where it ends.
func (p *erofsPacked) entries(base, clusters int64) ([]erofsEntry, int64, error) {
	if p.n.layout == erofsFull {
		return p.fullEntries(base+8, clusters)
	}
	return p.compactEntries(base, clusters)
}

// fullEntries reads entries of eight bytes: kind and flags, offset, and the
// block, or the distances to the beginning and the end of the extent.
func (p *erofsPacked) fullEntries(at, clusters int64) ([]erofsEntry, int64, error) {
	b := make([]byte, clusters*8)
	if _, err := p.x.readPlain(b, at); err != nil {
		return nil, 0, err
	}
	list := make([]erofsEntry, clusters)
	for i := range list {
		e := b[8*i:]
		v := &list[i]
		if v.kind = byte(le.Uint16(e) & 3); v.kind == erofsNonHead {
			if d := le.Uint16(e[4:]); d&erofsCountBit != 0 {
				v.counted, v.count = true, int64(d&^erofsCountBit)
			}
			continue
		}
		v.offset, v.block, v.partial = int64(le.Uint16(e[2:])), int64(le.Uint32(e[4:])), le.Uint16(e)&erofsPartialBit != 0
	}
	return list, at + clusters*8, nil
}

// compactEntries reads packs of entries: two in eight bytes up to a multiple of
// 32, then, if the header says so, sixteen in 32 bytes, then two again. Four
// bytes at the end of a pack are the block of the first extent in it.
func (p *erofsPacked) compactEntries(at, clusters int64) ([]erofsEntry, int64, error) {
	first := (32 - at%32) / 4 & 7
	many := int64(0)
	if p.advise&erofsCompact2B != 0 && first < clusters {
		many = (clusters - first) / 16 * 16
	}
	list := make([]erofsEntry, 0, clusters)
	for int64(len(list)) < clusters {
		n := int64(len(list))
		count := 2
		if n >= first && n < first+many {
			count = 16
		}
		size := 8
		if count == 16 {
			size = 32
		}
		b := make([]byte, size)
		if _, err := p.x.readPlain(b, at); err != nil {
			return nil, 0, err
		}
		pack, err := p.unpackEntries(b, count)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, pack[:min(int64(count), clusters-n)]...)
		at += int64(size)
	}
	return list, at, nil
}

// unpackEntries takes a pack apart: for each entry an offset or distance and
// above it two bits of the kind.
func (p *erofsPacked) unpackEntries(b []byte, count int) ([]erofsEntry, error) {
	low := max(p.clusterLog, 12)
	width := (len(b) - 4) * 8 / count
	if int(low)+2 > width {
		return nil, errors.New("an index of a packed file that is not supported")
	}
	base := int64(le.Uint32(b[len(b)-4:]))
	list := make([]erofsEntry, count)
	big := p.advise&(erofsBig1|erofsBig2) != 0
	blocks := int64(0) // of the extents before in the pack
	if !big {
		blocks = 1
	}
	for i := range list {
		at := i * width
		var word [8]byte
		copy(word[:], b[at/8:])
		v := le.Uint64(word[:]) >> (at % 8)
		lo, kind := int64(v&(1<<low-1)), byte(v>>low&3)
		e := &list[i]
		e.kind = kind
		if kind == erofsNonHead {
			if lo&erofsCountBit != 0 && big {
				e.counted, e.count = true, lo&^erofsCountBit
				blocks += e.count - 1
				if i == 0 {
					blocks++
				}
			}
			continue
		}
		e.offset = lo
		e.block = base + blocks
		blocks++
	}
	return list, nil
}
