package xz

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
)

// The errors of a Reader.
var (
	ErrCorrupt = errors.New("corrupt xz data")
	ErrFilter  = errors.New("xz data with a filter other than LZMA2 behind x86 or ARM64")
	ErrMemory  = errors.New("xz data with a dictionary that is too large")
)

var (
	headerMagic = []byte("\xfd7zXZ\x00")
	crc64Table  = crc64.MakeTable(crc64.ECMA)
)

// Reader unpacks xz data.
type Reader struct {
	in      *counter
	maxDict int64
	err     error

	flags   [2]byte   // of the stream
	blocks  hash.Hash // over the sizes of the stream's blocks
	nblocks uint64

	lz     *lzma2
	bcj    *bcj // before LZMA2 in the chain of the block, or nil
	open   bool // inside a block
	block  blockHeader
	start  int64 // of the block in the input
	size   int64 // unpacked so far in the block
	check  hash.Hash
	unread []byte // unpacked and not yet read
	begun  bool   // a stream header was read
}

type blockHeader struct {
	packed, unpacked int64 // -1: not given
	size             int64 // of the header
	filter           int64 // before LZMA2, or 0
}

// NewReader returns a reader of what r holds packed. Dictionaries may have up
// to maxDict bytes.
func NewReader(r io.Reader, maxDict int64) *Reader {
	return &Reader{in: newCounter(r), maxDict: maxDict, lz: &lzma2{}}
}

// Read reads unpacked data.
func (x *Reader) Read(p []byte) (int, error) {
	for len(x.unread) == 0 {
		if x.err != nil {
			return 0, x.err
		}
		if x.err = x.next(); x.err == io.EOF && x.open {
			x.err = io.ErrUnexpectedEOF
		}
	}
	n := copy(p, x.unread)
	x.unread = x.unread[n:]
	return n, nil
}

// next reads one part of the input: a header, a chunk or a trailer.
func (x *Reader) next() error {
	switch {
	case x.open:
		return x.chunk()
	case x.blocks == nil:
		return x.streamHeader()
	}
	b, err := x.in.ReadByte()
	switch {
	case err != nil:
		return unexpected(err)
	case b == 0:
		return x.trailer()
	}
	return x.blockHeader(b)
}

// chunk unpacks one chunk of the block, or ends the block.
func (x *Reader) chunk() error {
	out, err := x.lz.chunk(x.in)
	end := err == io.EOF
	if err != nil && !end {
		return err
	}
	if x.bcj != nil {
		out = x.bcj.feed(out, end)
	}
	x.size += int64(len(out))
	if x.check != nil {
		x.check.Write(out)
	}
	x.unread = out
	if end {
		return x.endBlock()
	}
	return nil
}

// streamHeader reads what begins a stream, and padding before a further one.
func (x *Reader) streamHeader() error {
	var h [12]byte
	for padding := 0; ; padding += 4 {
		if _, err := io.ReadFull(x.in, h[:4]); err == io.EOF && x.begun {
			return io.EOF
		} else if err != nil {
			return unexpected(err)
		}
		if !x.begun || h[0] != 0 {
			break
		}
		if h[1]|h[2]|h[3] != 0 {
			return ErrCorrupt
		}
	}
	if _, err := io.ReadFull(x.in, h[4:]); err != nil {
		return unexpected(err)
	}
	if !bytes.Equal(h[:6], headerMagic) || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) ||
		h[6] != 0 || h[7] > 15 {
		return ErrCorrupt
	}
	x.flags = [2]byte(h[6:8])
	x.blocks, x.nblocks, x.begun = sha256.New(), 0, true
	return nil
}

func (x *Reader) blockHeader(sizeByte byte) error {
	x.start = x.in.n - 1
	h := make([]byte, (int(sizeByte)+1)*4)
	h[0] = sizeByte
	if _, err := io.ReadFull(x.in, h[1:]); err != nil {
		return unexpected(err)
	}
	body, sum := h[:len(h)-4], h[len(h)-4:]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(sum) {
		return ErrCorrupt
	}
	dict, err := x.block.parse(body)
	if err != nil {
		return err
	}
	if dict > x.maxDict {
		return ErrMemory
	}
	if x.check, err = newCheck(x.flags[1]); err != nil {
		return err
	}
	x.block.size = int64(len(h))
	x.open, x.size, x.bcj = true, 0, nil
	if x.block.filter != 0 {
		x.bcj = newBCJ(x.block.filter)
	}
	x.lz.begin(int(dict))
	return nil
}

// parse returns the size of the dictionary.
func (b *blockHeader) parse(h []byte) (dict int64, err error) {
	flags := h[1]
	if flags&0x3c != 0 {
		return 0, ErrCorrupt
	}
	r := bytes.NewReader(h[2:])
	b.packed, b.unpacked = -1, -1
	for _, f := range []struct {
		bit byte
		v   *int64
	}{{0x40, &b.packed}, {0x80, &b.unpacked}} {
		if flags&f.bit != 0 {
			if *f.v, err = number(r); err != nil {
				return 0, err
			}
		}
	}
	if b.filter, err = firstFilter(r, flags&3); err != nil {
		return 0, err
	}
	if id, err := number(r); err != nil {
		return 0, err
	} else if id != idLZMA2 {
		return 0, ErrFilter
	}
	if n, err := number(r); err != nil || n != 1 {
		return 0, ErrCorrupt
	}
	bits, err := r.ReadByte()
	if err != nil || bits > 40 {
		return 0, ErrCorrupt
	}
	for r.Len() > 0 {
		if pad, _ := r.ReadByte(); pad != 0 {
			return 0, ErrCorrupt
		}
	}
	if bits == 40 {
		return 1<<32 - 1, nil
	}
	return int64(2|bits&1) << (bits/2 + 11), nil
}

// firstFilter reads the filter before the last one of a chain of one or two:
// 0 when there is none.
func firstFilter(r *bytes.Reader, more byte) (int64, error) {
	switch more {
	case 0:
		return 0, nil
	case 1:
	default:
		return 0, ErrFilter
	}
	id, err := number(r)
	if err != nil {
		return 0, err
	}
	n, err := number(r)
	if err != nil {
		return 0, err
	}
	if id != idX86 && id != idARM64 || n != 0 { // a start offset is never used
		return 0, ErrFilter
	}
	return id, nil
}

// newCheck returns nil for a stream without checks.
func newCheck(kind byte) (hash.Hash, error) {
	switch kind {
	case 0:
		return nil, nil
	case 1:
		return crc32.NewIEEE(), nil
	case 4:
		return crc64.New(crc64Table), nil
	case 10:
		return sha256.New(), nil
	}
	return nil, ErrCorrupt
}

func (x *Reader) endBlock() error {
	x.open = false
	packed := x.in.n - x.start - x.block.size
	if x.block.packed >= 0 && x.block.packed != packed || x.block.unpacked >= 0 && x.block.unpacked != x.size {
		return ErrCorrupt
	}
	unpadded := x.in.n - x.start
	if err := x.padding(unpadded); err != nil {
		return err
	}
	if x.check != nil {
		want := x.check.Sum(nil)
		if x.check.Size() < 32 { // the CRCs are little-endian
			for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
				want[i], want[j] = want[j], want[i]
			}
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(x.in, got); err != nil {
			return unexpected(err)
		}
		if !bytes.Equal(got, want) {
			return ErrCorrupt
		}
		unpadded += int64(len(want))
	}
	x.nblocks++
	record(x.blocks, unpadded, x.size)
	return nil
}

// record notes the sizes of a block.
func record(h hash.Hash, unpadded, size int64) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], uint64(unpadded))
	binary.LittleEndian.PutUint64(b[8:], uint64(size))
	h.Write(b[:])
}

// padding reads zeros up to a multiple of four bytes behind n.
func (x *Reader) padding(n int64) error {
	for ; n%4 != 0; n++ {
		b, err := x.in.ReadByte()
		if err != nil {
			return unexpected(err)
		}
		if b != 0 {
			return ErrCorrupt
		}
	}
	return nil
}

// trailer reads the index, whose first byte was read, and the footer.
func (x *Reader) trailer() error {
	start := x.in.n - 1
	x.in.sum = crc32.Update(0, crc32.IEEETable, []byte{0})
	x.in.summing = true
	n, err := number(x.in)
	if err != nil || uint64(n) != x.nblocks {
		return corrupt(err)
	}
	blocks := sha256.New()
	for range n {
		unpadded, err := number(x.in)
		if err != nil {
			return err
		}
		size, err := number(x.in)
		if err != nil {
			return err
		}
		record(blocks, unpadded, size)
	}
	if err := x.padding(x.in.n - start); err != nil {
		return err
	}
	x.in.summing = false
	var f [16]byte // sum of the index; sum, size of the index, flags and magic of the footer
	if _, err := io.ReadFull(x.in, f[:]); err != nil {
		return unexpected(err)
	}
	if binary.LittleEndian.Uint32(f[:]) != x.in.sum || !bytes.Equal(blocks.Sum(nil), x.blocks.Sum(nil)) ||
		binary.LittleEndian.Uint32(f[4:]) != crc32.ChecksumIEEE(f[8:14]) ||
		(int64(binary.LittleEndian.Uint32(f[8:]))+1)*4 != x.in.n-12-start ||
		[2]byte(f[12:14]) != x.flags || string(f[14:]) != "YZ" {
		return ErrCorrupt
	}
	x.blocks = nil
	return nil
}

// number reads an integer of up to nine bytes, seven bits each.
func number(r io.ByteReader) (int64, error) {
	var v int64
	for shift := 0; shift < 63; shift += 7 {
		b, err := r.ReadByte()
		if err != nil {
			return 0, unexpected(err)
		}
		v |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			if b == 0 && shift > 0 {
				return 0, ErrCorrupt
			}
			return v, nil
		}
	}
	return 0, ErrCorrupt
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func corrupt(err error) error {
	if err != nil {
		return err
	}
	return ErrCorrupt
}
