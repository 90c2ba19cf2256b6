package image

import (
	"errors"
	"io"
	"sync"
)

// maxSquashBlocks bounds the list of a file's blocks that is held: 512 GiB of
// the usual 128 KiB each.
const maxSquashBlocks = 4 << 20

// Bits of the size of a data block.
const squashStored = 1 << 24

// squashContent is a file's content, whose blocks are unpacked when they are
// read.
type squashContent struct {
	s *squash
	n *squashInode

	mu     sync.Mutex
	loaded bool
	starts []int64  // of the blocks in the image
	sizes  []uint32 // of the blocks; 0: a hole
	last   cachedBlock
}

// cachedBlock is an unpacked block.
type cachedBlock struct {
	at   int64
	data []byte // nil: nothing is held
}

func (c *squashContent) keep() error  { return nil }
func (c *squashContent) close() error { return nil }

func (c *squashContent) ReadAt(p []byte, off int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.load(); err != nil {
		return 0, err
	}
	done := 0
	for done < len(p) && off < c.n.Size {
		i := off / c.s.blockSize
		b, err := c.block(i)
		if err != nil {
			return done, err
		}
		n := copy(p[done:], b[off-i*c.s.blockSize:])
		done, off = done+n, off+int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// load reads the list of blocks.
func (c *squashContent) load() error {
	if c.loaded {
		return nil
	}
	count := c.n.Size / c.s.blockSize
	if c.n.fragment == squashNoFragment && c.n.Size%c.s.blockSize != 0 {
		count++
	}
	if count > maxSquashBlocks {
		return errors.New("the file has too many blocks")
	}
	at, r := c.n.start, *c.n.blocks
	for range count {
		var b [4]byte
		if err := r.read(b[:]); err != nil {
			return err
		}
		c.starts, c.sizes = append(c.starts, at), append(c.sizes, le.Uint32(b[:]))
		at += int64(le.Uint32(b[:]) &^ squashStored)
	}
	c.loaded = true
	return nil
}

// block returns the bytes of block i, or of the file's end in a fragment.
func (c *squashContent) block(i int64) ([]byte, error) {
	want := min(c.s.blockSize, c.n.Size-i*c.s.blockSize)
	if c.last.data != nil && c.last.at == i {
		return c.last.data, nil
	}
	var b []byte
	var err error
	switch {
	case i >= int64(len(c.starts)):
		return c.s.fragment(c.n.fragment, c.n.offset, want)
	case c.sizes[i] == 0:
		b = make([]byte, want)
		err = c.s.take(c.s.place, int(want))
	default:
		size := c.sizes[i]
		b, err = c.s.readBlock(c.starts[i], int64(size&^squashStored), c.s.blockSize, size&squashStored == 0)
	}
	if err != nil {
		return nil, err
	}
	if int64(len(b)) != want {
		return nil, errors.New("a block does not have the size that the file needs")
	}
	c.last = cachedBlock{i, b}
	return b, nil
}

// fragment returns a part of a block that holds the ends of several files.
func (s *squash) fragment(number uint32, offset, want int64) ([]byte, error) {
	s.fragMu.Lock()
	defer s.fragMu.Unlock()
	b, err := s.fragmentBlock(int64(number))
	if err != nil {
		return nil, err
	}
	if offset > int64(len(b)) || want > int64(len(b))-offset {
		return nil, errors.New("the file's end lies outside its fragment block")
	}
	return b[offset : offset+want], nil
}

func (s *squash) fragmentBlock(number int64) ([]byte, error) {
	for _, f := range s.frags {
		if f.data != nil && f.at == number {
			return f.data, nil
		}
	}
	var e [16]byte
	if err := s.fragments.read(s, number, e[:]); err != nil {
		return nil, err
	}
	size := le.Uint32(e[8:])
	b, err := s.readBlock(int64(le.Uint64(e[:])), int64(size&^squashStored), s.blockSize, size&squashStored == 0)
	if err != nil {
		return nil, err
	}
	s.frags[s.fragNext] = cachedBlock{number, b}
	s.fragNext = (s.fragNext + 1) % len(s.frags)
	return b, nil
}
