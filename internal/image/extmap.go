package image

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"sync"
)

// extent is a run of blocks of a file.
type extent struct {
	logical, physical, count int64 // in blocks; physical 0: not written yet
}

// extContent is an inode's content, in place.
type extContent struct {
	x *ext
	n *extInode

	mu      sync.Mutex
	loaded  bool
	extents []extent
	tables  [3]cachedBlock // indirect blocks that were read last, by level
}

func (x *ext) content(n *extInode) source {
	if n.flags&extInline != 0 {
		data := append(bytes.Clone(n.block()), n.inline...)
		return inPlace{bytes.NewReader(data[:min(int64(len(data)), n.size)])}
	}
	return &extContent{x: x, n: n}
}

func (c *extContent) keep() error  { return nil }
func (c *extContent) close() error { return nil }

func (c *extContent) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) && off < c.n.size {
		physical, run, err := c.run(off / c.x.blockSize)
		if err != nil {
			return done, err
		}
		skip := off % c.x.blockSize
		n := int(min(int64(len(p)-done), run*c.x.blockSize-skip, c.n.size-off))
		if physical == 0 {
			clear(p[done : done+n])
			if err := c.x.take(c.x.place, n); err != nil {
				return done, err
			}
		} else if err := c.x.readData(p[done:done+n], physical, skip); err != nil {
			return done, err
		}
		done, off = done+n, off+int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

func (x *ext) readData(p []byte, block, skip int64) error {
	if block >= x.blocks || block*x.blockSize+skip > x.blocks*x.blockSize-int64(len(p)) {
		return errors.New("a block outside the file system")
	}
	_, err := x.in.ReadAt(p, block*x.blockSize+skip)
	if err == io.EOF { // at the very end
		err = nil
	}
	return err
}

// run returns where a block is and how many follow it there; 0 is a hole.
func (c *extContent) run(logical int64) (physical, count int64, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n.flags&extExtents == 0 {
		physical, err = c.indirect(logical)
		return physical, 1, err
	}
	if !c.loaded {
		if c.extents, err = c.x.extents(nil, c.n, c.n.block(), -1); err != nil {
			return 0, 0, err
		}
		c.loaded = true
	}
	i, found := slices.BinarySearchFunc(c.extents, logical, func(e extent, at int64) int {
		switch {
		case e.logical+e.count <= at:
			return -1
		case e.logical > at:
			return 1
		}
		return 0
	})
	switch {
	case found:
		e := c.extents[i]
		if e.physical == 0 {
			return 0, e.logical + e.count - logical, nil
		}
		return e.physical + logical - e.logical, e.logical + e.count - logical, nil
	case i < len(c.extents):
		return 0, c.extents[i].logical - logical, nil
	}
	return 0, 1 << 32, nil
}

var errExtents = errors.New("a damaged tree of extents")

// extents reads a node of the tree of extents and what is below it. The depth
// is -1 for the root. Blocks of the file must ascend, which also ends loops.
func (x *ext) extents(list []extent, n *extInode, node []byte, depth int) ([]extent, error) {
	entries, d := int(le.Uint16(node[2:])), int(le.Uint16(node[6:]))
	if le.Uint16(node) != 0xf30a || d > 5 || depth >= 0 && d != depth || 12+entries*12 > len(node) {
		return nil, errExtents
	}
	for e := range slices.Chunk(node[12:12+entries*12], 12) {
		logical := int64(le.Uint32(e))
		if len(list) > 0 && logical < list[len(list)-1].logical+list[len(list)-1].count {
			return nil, errExtents
		}
		if d == 0 {
			count, physical := int64(le.Uint16(e[4:])), int64(le.Uint32(e[8:]))|int64(le.Uint16(e[6:]))<<32
			if count > 1<<15 {
				count, physical = count-1<<15, 0
			}
			if count == 0 || physical > x.blocks {
				return nil, errExtents
			}
			list = append(list, extent{logical, physical, count})
			continue
		}
		b, err := x.block(int64(le.Uint32(e[4:])) | int64(le.Uint16(e[8:]))<<32)
		if err != nil {
			return nil, err
		}
		if end := 12 + 12*int(le.Uint16(b[4:])); x.checksums && (end+4 > len(b) || extSum(n.seed, b[:end]) != le.Uint32(b[end:])) {
			return nil, errChecksum
		}
		before := len(list)
		if list, err = x.extents(list, n, b, d-1); err != nil {
			return nil, err
		}
		if len(list) == before {
			return nil, errExtents
		}
	}
	return list, nil
}

// indirect finds a block in the old way: twelve direct ones, then tables of
// blocks, of tables and of tables of tables.
func (c *extContent) indirect(logical int64) (int64, error) {
	root, per := c.n.block(), c.x.blockSize/4
	if logical < 12 {
		return int64(le.Uint32(root[logical*4:])), nil
	}
	logical -= 12
	span := int64(1)
	for level := range 3 {
		if span *= per; logical < span {
			return c.table(int64(le.Uint32(root[(12+level)*4:])), level, logical, span/per)
		}
		logical -= span
	}
	return 0, errors.New("the file is larger than its blocks can be")
}

func (c *extContent) table(at int64, level int, logical, span int64) (int64, error) {
	if at == 0 {
		return 0, nil
	}
	t := &c.tables[level]
	if t.data == nil || t.at != at {
		b, err := c.x.block(at)
		if err != nil {
			return 0, err
		}
		*t = cachedBlock{at, b}
	}
	next := int64(le.Uint32(t.data[logical/span*4:]))
	if level == 0 {
		return next, nil
	}
	return c.table(next, level-1, logical%span, span/(c.x.blockSize/4))
}
