package image

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// member is one compressed member of an initramfs, of which only the content
// says where it ends.
type member struct {
	io.ReadCloser
	end func() (int64, error) // its packed size, when all was read
}

func (m *member) close() { m.ReadCloser.Close() }

// openMember opens the member at the beginning of the input. gzip tells its
// end while it is unpacked; the frames of xz, Zstandard and LZ4 say where the
// next one begins; the others last to the end of the input but for zeros.
func openMember(f Format, in input) (*member, error) {
	var size int64
	var err error
	switch f {
	case Gzip:
		return openGzipMember(in)
	case XZ:
		size, err = xzSize(in)
	case Zstandard:
		size, err = zstdSize(in)
	case LZ4:
		size, err = lz4Size(in)
	default:
		size, err = withoutZeros(in)
	}
	if err != nil {
		return nil, err
	}
	r, err := unpack(f, bufio.NewReaderSize(io.NewSectionReader(in, 0, size), 64<<10))
	if err != nil {
		return nil, err
	}
	return &member{r, func() (int64, error) { return size, onlyZeros(r) }}, nil
}

func openGzipMember(in input) (*member, error) {
	s := io.NewSectionReader(in, 0, in.size)
	br := bufio.NewReaderSize(s, 64<<10)
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &member{z, func() (int64, error) {
		if err := onlyZeros(z); err != nil {
			return 0, err
		}
		at, err := s.Seek(0, io.SeekCurrent)
		return at - int64(br.Buffered()), err
	}}, nil
}

var errFrame = errors.New("a damaged frame")

// frame reads little-endian numbers of a container in place.
type frame struct {
	input
	pos int64
	err error
}

func (f *frame) bytes(n int) []byte {
	b := make([]byte, n)
	if f.err != nil {
		return b
	}
	if _, err := f.ReadAt(b, f.pos); err != nil {
		f.err = unexpected(err)
	}
	f.pos += int64(n)
	return b
}

func (f *frame) byte() byte     { return f.bytes(1)[0] }
func (f *frame) uint32() uint32 { return binary.LittleEndian.Uint32(f.bytes(4)) }

func (f *frame) size() (int64, error) {
	if f.err == nil && f.pos > f.input.size {
		f.err = io.ErrUnexpectedEOF
	}
	return f.pos, f.err
}

// xzSize finds the end of one xz stream (The .xz File Format 1.2.1): blocks of
// LZMA2 chunks, whose headers give their sizes, an index and a footer. It
// checks nothing that unpacking checks.
func xzSize(in input) (int64, error) {
	f := &frame{input: in}
	check := []int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[f.bytes(12)[7]&15]
	for f.err == nil {
		header := f.byte()
		if header == 0 {
			break
		}
		f.pos += (int64(header)+1)*4 - 1
		start := f.pos
		for f.err == nil {
			if control := f.byte(); control == 0 {
				break
			} else if control < 0x80 { // stored: its size less one
				f.pos += int64(binary.BigEndian.Uint16(f.bytes(2))) + 1
			} else { // sizes less one, unpacked and packed, then properties
				f.pos += int64(binary.BigEndian.Uint16(f.bytes(4)[2:])) + 1
				if control >= 0xc0 {
					f.pos++
				}
			}
		}
		f.pos += (4-(f.pos-start)%4)%4 + check
	}
	return xzIndex(f)
}

// xzIndex skips the index, whose first byte was read, and the footer.
func xzIndex(f *frame) (int64, error) {
	start := f.pos - 1
	records := f.varint()
	for n := uint64(0); n < 2*records && f.err == nil; n++ {
		f.varint()
	}
	f.pos += (4-(f.pos-start)%4)%4 + 4 + 12
	return f.size()
}

func (f *frame) varint() uint64 {
	var v uint64
	for shift := 0; shift < 63; shift += 7 {
		b := f.byte()
		v |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			return v
		}
	}
	f.err = errFrame
	return 0
}

// zstdSize finds the end of one Zstandard frame (RFC 8878).
func zstdSize(in input) (int64, error) {
	f := &frame{input: in, pos: 4}
	d := f.byte()
	f.pos += []int64{0, 1, 2, 4}[d&3] + []int64{0, 2, 4, 8}[d>>6] // dictionary, content size
	switch single := d&0x20 != 0; {
	case !single:
		f.pos++
	case d>>6 == 0:
		f.pos++
	}
	for f.err == nil {
		b := f.bytes(3)
		h := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
		if h>>1&3 == 1 { // one byte, repeated
			f.pos++
		} else {
			f.pos += int64(h >> 3)
		}
		if h&1 != 0 {
			break
		}
	}
	if d&4 != 0 {
		f.pos += 4
	}
	return f.size()
}

// lz4Size finds the end of one LZ4 frame. A legacy frame ends where the input
// does, or where there is no size of a block: the magic of another frame, or
// zeros.
func lz4Size(in input) (int64, error) {
	f := &frame{input: in}
	if f.uint32() == 0x184c2102 {
		return lz4LegacySize(f)
	}
	flags := f.bytes(2)[0]
	f.pos += int64(flags>>3&1)*8 + int64(flags&1)*4 + 1
	for f.err == nil {
		n := f.uint32() &^ (1 << 31)
		if n == 0 {
			break
		}
		f.pos += int64(n) + int64(flags>>4&1)*4
	}
	f.pos += int64(flags>>2&1) * 4
	return f.size()
}

func lz4LegacySize(f *frame) (int64, error) {
	const largest = 8<<20 + 8<<20/255 + 16
	for f.input.size-f.pos >= 4 && f.err == nil {
		n := f.uint32()
		if n == 0 || n > largest {
			f.pos -= 4
			break
		}
		f.pos += int64(n)
	}
	return f.size()
}

// withoutZeros is the size of an input without the zeros at its end.
func withoutZeros(in input) (int64, error) {
	buf := make([]byte, 32<<10)
	for end := in.size; end > 0; {
		start := max(end-int64(len(buf)), 0)
		b := buf[:end-start]
		if _, err := in.ReadAt(b, start); err != nil && err != io.EOF {
			return 0, err
		}
		for i := len(b) - 1; i >= 0; i-- {
			if b[i] != 0 {
				return start + int64(i) + 1, nil
			}
		}
		end = start
	}
	return 0, nil
}
