package image

import (
	"errors"
	"io"
	"sync"
)

// erofsContent is an inode's content.
type erofsContent struct {
	x *erofs
	n *erofsInode

	mu   sync.Mutex
	pack *erofsPacked // of a packed one, when it is first read
	last cachedBlock  // the extent that was unpacked last, by its place in the content
}

func (c *erofsContent) keep() error  { return nil }
func (c *erofsContent) close() error { return nil }

func (c *erofsContent) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) && off < c.n.size {
		want := p[done:int(min(int64(len(p)), int64(done)+c.n.size-off))]
		var n int
		var err error
		switch c.n.layout {
		case erofsPlain:
			n, err = c.x.readPlain(want, int64(c.n.where)*c.x.block+off)
		case erofsInline:
			n, err = c.readInline(want, off)
		case erofsChunks:
			n, err = c.readChunk(want, off)
		default:
			n, err = c.readPacked(want, off)
		}
		if err != nil {
			return done, err
		}
		done, off = done+n, off+int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

var errEROFSBlock = errors.New("a block outside the image")

// readPlain reads bytes that stand as they are.
func (x *erofs) readPlain(p []byte, at int64) (int, error) {
	if at < 0 || at > x.in.size-int64(len(p)) {
		return 0, errEROFSBlock
	}
	n, err := x.in.ReadAt(p, at)
	if n == len(p) {
		err = nil
	}
	return n, err
}

// readInline reads whole blocks from where they are, and the end, which does
// not cross a block, from behind the inode.
func (c *erofsContent) readInline(p []byte, off int64) (int, error) {
	blocks := c.n.size / c.x.block * c.x.block
	if off < blocks {
		return c.x.readPlain(p[:min(int64(len(p)), blocks-off)], int64(c.n.where)*c.x.block+off)
	}
	if c.n.end%c.x.block+c.n.size-blocks > c.x.block {
		return 0, errEROFS
	}
	return c.x.readPlain(p, c.n.end+off-blocks)
}

// readChunk reads from a chunk: a power of two of blocks, of which a list
// behind the inode tells the places, in four bytes or, with a device, eight.
func (c *erofsContent) readChunk(p []byte, off int64) (int, error) {
	format := c.n.where
	if format>>6 != 0 || c.x.incompat&erofsChunked == 0 {
		return 0, errors.New("a form of chunks that is not supported")
	}
	size := c.x.block << (format & 31)
	if size <= 0 {
		return 0, errEROFS
	}
	chunk := off / size
	p = p[:min(int64(len(p)), (chunk+1)*size-off)]
	unit := int64(4)
	if format&0x20 != 0 {
		unit = 8
	}
	var b [8]byte
	if _, err := c.x.readPlain(b[:unit], (c.n.end+unit-1)&^(unit-1)+chunk*unit); err != nil {
		return 0, err
	}
	block := le.Uint32(b[:])
	if unit == 8 {
		if block = le.Uint32(b[4:]); le.Uint16(b[2:]) != 0 && block != 1<<32-1 {
			return 0, errors.New("data on other devices are not supported")
		}
	}
	if block == 1<<32-1 {
		clear(p)
		return len(p), c.x.take(c.x.place, len(p))
	}
	return c.x.readPlain(p, int64(block)*c.x.block+off-chunk*size)
}

// readPacked reads from an extent that is unpacked whole.
func (c *erofsContent) readPacked(p []byte, off int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pack == nil {
		pack, err := c.x.openExtents(c.n)
		if err != nil {
			return 0, err
		}
		c.pack = pack
	}
	e, size, err := c.pack.find(off)
	if err != nil {
		return 0, err
	}
	if e.fragment {
		p = p[:min(int64(len(p)), e.at+size-off)]
		if c.x.packed == nil || c.x.packed.n.nid == c.n.nid {
			return 0, errEROFS
		}
		n, err := c.x.packed.ReadAt(p, e.place+off-e.at)
		if n == len(p) {
			err = nil
		}
		return n, unexpected(err)
	}
	if c.last.data == nil || c.last.at != e.at {
		b, err := c.pack.unpack(e, size)
		if err != nil {
			return 0, err
		}
		c.last = cachedBlock{e.at, b}
	}
	return copy(p, c.last.data[off-e.at:]), nil
}
