package xz

import (
	"bufio"
	"hash/crc32"
	"io"
)

// counter counts what is read, and sums it up while summing is set.
type counter struct {
	r       *bufio.Reader
	n       int64
	summing bool
	sum     uint32
}

func newCounter(r io.Reader) *counter { return &counter{r: bufio.NewReaderSize(r, 128<<10)} }

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
		if c.summing {
			c.sum = crc32.Update(c.sum, crc32.IEEETable, []byte{b})
		}
	}
	return b, err
}
