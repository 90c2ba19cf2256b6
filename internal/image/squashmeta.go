package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/dombuild/dombuild/internal/xz"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

const (
	metaSize  = 8192 // of a metadata block, unpacked
	metaCache = 64   // blocks that are held
)

// metaBlock is an unpacked metadata block.
type metaBlock struct {
	data []byte
	next int64 // where the next block begins
}

func (s *squash) metaBlock(at int64) (*metaBlock, error) {
	s.metaMu.Lock()
	defer s.metaMu.Unlock()
	if m := s.meta[at]; m != nil {
		return m, nil
	}
	var h [2]byte
	if at < squashSuper || at >= s.in.size {
		return nil, errors.New("metadata outside the image")
	}
	if _, err := s.in.ReadAt(h[:], at); err != nil {
		return nil, err
	}
	n := int64(le.Uint16(h[:]) & 0x7fff)
	if n == 0 || n > metaSize {
		return nil, errors.New("a damaged metadata block")
	}
	data, err := s.readBlock(at+2, n, metaSize, h[1]&0x80 == 0)
	if err != nil {
		return nil, err
	}
	m := &metaBlock{data, at + 2 + n}
	s.meta[at] = m
	if s.metaOrder = append(s.metaOrder, at); len(s.metaOrder) > metaCache {
		delete(s.meta, s.metaOrder[0])
		s.metaOrder = s.metaOrder[1:]
	}
	return m, nil
}

// readBlock reads n bytes of the image, which unpack to at most largest.
func (s *squash) readBlock(at, n, largest int64, packed bool) ([]byte, error) {
	if at < 0 || n > s.in.size || at > s.in.size-n || n > largest {
		return nil, errors.New("a block lies outside the image")
	}
	b := make([]byte, n)
	if _, err := s.in.ReadAt(b, at); err != nil {
		return nil, err
	}
	if !packed {
		return b, nil
	}
	out := make([]byte, largest)
	got, err := s.unpack(out, b)
	if err != nil {
		return nil, fmt.Errorf("a block cannot be unpacked: %w", err)
	}
	return out[:got], s.take(s.place, got)
}

// metaReader reads metadata across blocks.
type metaReader struct {
	s     *squash
	block int64 // place of the block
	off   int   // in the unpacked block
}

// metaAt reads from a reference relative to a table: 48 bits of the block's
// place, 16 of the offset in it.
func (s *squash) metaAt(table int64, ref uint64) *metaReader {
	return &metaReader{s, table + int64(ref>>16), int(ref & 0xffff)}
}

func (r *metaReader) read(p []byte) error {
	for len(p) > 0 {
		m, err := r.s.metaBlock(r.block)
		if err != nil {
			return err
		}
		if r.off > len(m.data) {
			return errors.New("a reference behind the end of a metadata block")
		}
		n := copy(p, m.data[r.off:])
		p, r.off = p[n:], r.off+n
		if len(p) > 0 && len(m.data) < metaSize && n == 0 && r.off == 0 {
			return io.ErrUnexpectedEOF
		}
		if r.off == len(m.data) {
			r.block, r.off = m.next, 0
		}
	}
	return nil
}

// blockUnpacker unpacks src to dst and returns how much it was. It is safe for
// concurrent use.
type blockUnpacker func(dst, src []byte) (int, error)

func newBlockUnpacker(id uint16) (blockUnpacker, error) {
	switch id {
	case 1:
		return unpackZlib, nil
	case 4:
		return func(dst, src []byte) (int, error) {
			return readBlockOf(xz.NewReader(bytes.NewReader(src), 8<<20), dst)
		}, nil
	case 5:
		return func(dst, src []byte) (int, error) { return lz4.UncompressBlock(src, dst) }, nil
	case 6:
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(1<<20))
		if err != nil {
			return nil, err
		}
		return func(dst, src []byte) (int, error) {
			out, err := z.DecodeAll(src, dst[:0])
			if err == nil && len(out) > len(dst) {
				err = errBlockLong
			}
			return len(out), err
		}, nil
	}
	name := map[uint16]string{2: "LZMA", 3: "LZO"}[id]
	if name == "" {
		name = fmt.Sprintf("number %d", id)
	}
	return nil, fmt.Errorf("the compression %s is not supported", name)
}

var (
	errBlockLong = errors.New("it is larger than a block")
	zlibs        = sync.Pool{New: func() any { return nil }}
)

func unpackZlib(dst, src []byte) (int, error) {
	z, ok := zlibs.Get().(io.ReadCloser)
	var err error
	if ok {
		err = z.(zlib.Resetter).Reset(bytes.NewReader(src), nil)
	} else {
		z, err = zlib.NewReader(bytes.NewReader(src))
	}
	if err != nil {
		return 0, err
	}
	defer zlibs.Put(z)
	return readBlockOf(z, dst)
}

// readBlockOf reads all of r.
func readBlockOf(r io.Reader, dst []byte) (int, error) {
	n, err := io.ReadFull(r, dst)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		return n, endedWell(r)
	} else if err != nil {
		return 0, err
	}
	var more [1]byte
	if k, _ := io.ReadFull(r, more[:]); k > 0 {
		return 0, errBlockLong
	}
	return n, endedWell(r)
}

// endedWell tells the end of what is packed from the end of a cut block, which
// io.ReadFull does not.
func endedWell(r io.Reader) error {
	var more [1]byte
	if _, err := r.Read(more[:]); err != nil && err != io.EOF {
		return err
	}
	return nil
}
