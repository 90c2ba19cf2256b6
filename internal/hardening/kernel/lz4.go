package kernel

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errLZ4 = errors.New("corrupt lz4 data")

// lz4Block is the size of an unpacked block of the legacy frame format, and
// lz4Packed bounds a packed one.
const (
	lz4Block  = 8 << 20
	lz4Packed = lz4Block + lz4Block/255 + 16
)

// lz4Reader unpacks the legacy frame format of LZ4, which kernel images use:
// a magic number, then blocks, each behind its packed size of 32 bits. The
// data ends with the input, or behind a block that is not full.
type lz4Reader struct {
	in     *bufio.Reader
	packed []byte
	block  []byte
	unread []byte
	err    error
}

func newLZ4Reader(r io.Reader) (*lz4Reader, error) {
	z := &lz4Reader{in: bufio.NewReader(r)}
	var magic [4]byte
	if _, err := io.ReadFull(z.in, magic[:]); err != nil || string(magic[:]) != lz4Magic {
		return nil, errLZ4
	}
	return z, nil
}

func (z *lz4Reader) Read(p []byte) (int, error) {
	for len(z.unread) == 0 {
		if z.err != nil {
			return 0, z.err
		}
		z.err = z.next()
	}
	n := copy(p, z.unread)
	z.unread = z.unread[n:]
	return n, nil
}

func (z *lz4Reader) next() error {
	var size [4]byte
	if _, err := io.ReadFull(z.in, size[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n == 0 || n > lz4Packed {
		return errLZ4
	}
	if z.block == nil {
		z.packed, z.block = make([]byte, lz4Packed), make([]byte, 0, lz4Block)
	}
	if _, err := io.ReadFull(z.in, z.packed[:n]); err != nil {
		return io.ErrUnexpectedEOF
	}
	out, ok := lz4Unpack(z.block[:0], z.packed[:n])
	if !ok {
		return errLZ4
	}
	z.unread = out
	if len(out) < lz4Block {
		return io.EOF
	}
	return nil
}

// lz4Unpack appends to out, up to its capacity, what the block in holds. The
// block is a list of sequences: a token, literals, and a match of four bytes
// or more, which the last sequence lacks.
func lz4Unpack(out, in []byte) ([]byte, bool) {
	for {
		if len(in) == 0 {
			return nil, false
		}
		token := in[0]
		literals, rest, ok := lz4Length(int(token>>4), in[1:])
		if !ok || literals > len(rest) || literals > cap(out)-len(out) {
			return nil, false
		}
		out = append(out, rest[:literals]...)
		if in = rest[literals:]; len(in) == 0 {
			return out, true
		}
		if len(in) < 2 {
			return nil, false
		}
		offset := int(binary.LittleEndian.Uint16(in))
		match, rest, ok := lz4Length(int(token&15), in[2:])
		match += 4
		if !ok || offset == 0 || offset > len(out) || match > cap(out)-len(out) {
			return nil, false
		}
		for range match {
			out = append(out, out[len(out)-offset])
		}
		in = rest
	}
}

// lz4Length reads the bytes that continue a length of 15.
func lz4Length(n int, in []byte) (int, []byte, bool) {
	if n < 15 {
		return n, in, true
	}
	for i, b := range in {
		if n += int(b); b < 255 {
			return n, in[i+1:], true
		}
	}
	return 0, nil, false
}
