package kernel

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"hash/crc32"
	"io"

	"github.com/anchore/go-lzo"
)

var errLZOP = errors.New("corrupt lzop data")

// Flags of lzop's header.
const (
	lzopAdlerUnpacked = 1 << 0
	lzopAdlerPacked   = 1 << 1
	lzopExtraField    = 1 << 6
	lzopCRCUnpacked   = 1 << 8
	lzopCRCPacked     = 1 << 9
	lzopMultipart     = 1 << 10
	lzopFilter        = 1 << 11

	lzopBlock = 1 << 20 // largest block taken; lzop makes blocks of 256 KiB
)

// lzopReader unpacks lzop's container of LZO1X blocks, as lzop 1.04 writes it:
// a header, then blocks behind their sizes and sums, big-endian, up to a block
// of no size. The sums over unpacked data are checked.
type lzopReader struct {
	in     *bufio.Reader
	flags  uint32
	packed []byte
	block  []byte
	unread []byte
	err    error
}

func newLZOPReader(r io.Reader) (*lzopReader, error) {
	z := &lzopReader{in: bufio.NewReader(r)}
	var h struct {
		Magic           [9]byte
		Version         uint16
		Library, Needed uint16
		Method, Level   uint8
		Flags           uint32
	}
	if err := binary.Read(z.in, binary.BigEndian, &h); err != nil {
		return nil, errLZOP
	}
	// Older versions have other headers; the filter changes the data.
	if h.Version < 0x0940 || h.Method < 1 || h.Method > 3 || h.Flags&(lzopFilter|lzopExtraField|lzopMultipart) != 0 {
		return nil, errors.New("a form of lzop data that is not known")
	}
	var file struct {
		Mode, Low, High uint32
		Name            uint8
	}
	if err := binary.Read(z.in, binary.BigEndian, &file); err != nil {
		return nil, errLZOP
	}
	if _, err := z.in.Discard(int(file.Name) + 4); err != nil { // the name, and the header's sum
		return nil, errLZOP
	}
	z.flags = h.Flags
	return z, nil
}

func (z *lzopReader) Read(p []byte) (int, error) {
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

func (z *lzopReader) number() (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(z.in, b[:]); err != nil {
		return 0, io.ErrUnexpectedEOF
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

func (z *lzopReader) next() error {
	size, err := z.number()
	if err != nil {
		return err
	}
	if size == 0 {
		return io.EOF
	}
	packed, err := z.number()
	if err != nil {
		return err
	}
	if size > lzopBlock || packed > size {
		return errLZOP
	}
	sums, err := z.sums(packed < size)
	if err != nil {
		return err
	}
	if z.block == nil {
		z.packed, z.block = make([]byte, lzopBlock), make([]byte, lzopBlock)
	}
	in, out := z.packed[:packed], z.block[:size]
	if _, err := io.ReadFull(z.in, in); err != nil {
		return io.ErrUnexpectedEOF
	}
	if packed == size {
		copy(out, in)
	} else if n, err := lzo.Decompress(in, out); err != nil || n != len(out) {
		return errLZOP
	}
	if z.flags&lzopAdlerUnpacked != 0 && adler32.Checksum(out) != sums[0] ||
		z.flags&lzopCRCUnpacked != 0 && crc32.ChecksumIEEE(out) != sums[1] {
		return errLZOP
	}
	z.unread = out
	return nil
}

// sums reads the sums before a block: over unpacked data by Adler-32 and
// CRC-32, then those over packed data, which a stored block does not have.
func (z *lzopReader) sums(isPacked bool) (unpacked [2]uint32, err error) {
	for i, flag := range []uint32{lzopAdlerUnpacked, lzopCRCUnpacked, lzopAdlerPacked, lzopCRCPacked} {
		if z.flags&flag == 0 || i >= 2 && !isPacked {
			continue
		}
		n, err := z.number()
		if err != nil {
			return unpacked, err
		}
		if i < 2 {
			unpacked[i] = n
		}
	}
	return unpacked, nil
}
