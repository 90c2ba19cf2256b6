package prove

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

const maxString = 64 << 10 // bytes of a string in debug information

var (
	errCut  = errors.New("it ends too soon")
	errLEB  = errors.New("a LEB128 number is longer than 64 bits")
	errLong = fmt.Errorf("a string is longer than %d bytes", maxString)
)

// cursor decodes what debug information is made of. After an error all values
// are zero and err says what was wrong.
type cursor struct {
	*content
	order binary.ByteOrder
	off   uint64
	end   uint64
	err   error
}

func (c *cursor) fail(err error) {
	if c.err == nil {
		c.err = fmt.Errorf("%s at %#x: %w", c.name, c.off, err)
	}
}

func (c *cursor) take(n uint64) []byte {
	if c.err != nil {
		return nil
	}
	if c.off > c.end || n > c.end-c.off {
		c.fail(errCut)
		return nil
	}
	b, err := c.peek(c.off, n)
	if err != nil {
		c.fail(err)
		return nil
	}
	if uint64(len(b)) < n {
		c.fail(errCut)
		return nil
	}
	c.off += n
	return b
}

func (c *cursor) skip(n uint64) {
	if c.err == nil && (c.off > c.end || n > c.end-c.off) {
		c.fail(errCut)
		return
	}
	c.off += n
}

// uint reads an unsigned number of 1, 2, 3, 4 or 8 bytes.
func (c *cursor) uint(size uint64) uint64 {
	b := c.take(size)
	if b == nil {
		return 0
	}
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(c.order.Uint16(b))
	case 3:
		if c.order == binary.ByteOrder(binary.BigEndian) {
			return uint64(b[0])<<16 | uint64(b[1])<<8 | uint64(b[2])
		}
		return uint64(b[2])<<16 | uint64(b[1])<<8 | uint64(b[0])
	case 4:
		return uint64(c.order.Uint32(b))
	case 8:
		return c.order.Uint64(b)
	}
	c.fail(fmt.Errorf("a number has %d bytes", size))
	return 0
}

func (c *cursor) uleb() uint64 {
	var v uint64
	for shift := 0; ; shift += 7 {
		b := c.uint(1)
		if c.err != nil {
			return 0
		}
		if shift > 63 {
			c.fail(errLEB)
			return 0
		}
		v |= (b & 0x7f) << shift
		if b&0x80 == 0 {
			return v
		}
	}
}

// sleb skips a signed number and returns its bits.
func (c *cursor) sleb() int64 {
	var v int64
	for shift := 0; ; {
		b := c.uint(1)
		if c.err != nil {
			return 0
		}
		if shift > 63 {
			c.fail(errLEB)
			return 0
		}
		v |= int64(b&0x7f) << shift
		shift += 7
		if b&0x80 == 0 {
			if shift < 64 && b&0x40 != 0 {
				v |= -1 << shift
			}
			return v
		}
	}
}

// cstring reads a string that ends with a zero byte.
func (c *cursor) cstring() string {
	if c.err != nil {
		return ""
	}
	for n := uint64(256); ; n *= 4 {
		n = min(n, maxString)
		b, err := c.peek(c.off, n)
		if err != nil {
			c.fail(err)
			return ""
		}
		if end := bytes.IndexByte(b, 0); end >= 0 {
			s := string(b[:end])
			c.skip(uint64(end) + 1)
			return s
		}
		switch {
		case uint64(len(b)) < n:
			c.fail(errCut)
			return ""
		case n == maxString:
			c.fail(errLong)
			return ""
		}
	}
}

// initialLength reads the length that begins a contribution and says whether
// it is in the 64-bit format (DWARF 5, section 7.4).
func (c *cursor) initialLength() (n uint64, wide bool) {
	n = c.uint(4)
	switch {
	case n == 0xffffffff:
		return c.uint(8), true
	case n >= 0xfffffff0:
		c.fail(fmt.Errorf("length %#x is reserved", n))
	}
	return n, false
}

func offsetSize(wide bool) uint64 {
	if wide {
		return 8
	}
	return 4
}
