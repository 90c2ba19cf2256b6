package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// maxEROFSExtent bounds what an extent unpacks to, as Linux does.
const maxEROFSExtent = 12 << 20

// unpack returns the size bytes of an extent.
func (p *erofsPacked) unpack(e erofsExtent, size int64) ([]byte, error) {
	if size <= 0 || size > maxEROFSExtent || e.packed <= 0 || e.packed > maxEROFSCluster {
		return nil, errEROFSIndex
	}
	if err := p.x.take(p.x.place, int(size)); err != nil {
		return nil, err
	}
	src := make([]byte, e.packed)
	if _, err := p.x.readPlain(src, e.place); err != nil {
		return nil, err
	}
	if e.kind == erofsStored {
		return p.stored(src, e, size)
	}
	algorithm := p.algorithms & 15
	if e.kind == erofsHead2 {
		algorithm = p.algorithms >> 4
	}
	if algorithm > 0 || p.x.incompat&erofsZeroPadding != 0 {
		src = src[p.margin(src):]
	}
	out := make([]byte, size)
	if err := unpackEROFS(algorithm, out, src, e.partial); err != nil {
		return nil, fmt.Errorf("an extent cannot be unpacked: %w", err)
	}
	return out, nil
}

// margin is how many zeros stand before packed data, fewer than a block.
func (p *erofsPacked) margin(src []byte) int {
	limit := min(len(src)-1, int(p.x.block)-1)
	for i := range limit {
		if src[i] != 0 {
			return i
		}
	}
	return limit
}

// stored takes what is not packed. When it is interlaced, it begins where it
// would in a block of the content and goes on at the block's beginning.
func (p *erofsPacked) stored(src []byte, e erofsExtent, size int64) ([]byte, error) {
	if size > int64(len(src)) {
		return nil, errEROFSIndex
	}
	if p.advise&erofsInterlaced == 0 {
		return src[:size], nil
	}
	skip := e.at % p.x.block
	if size > p.x.block || int64(len(src)) > p.x.block || skip > int64(len(src)) {
		return nil, errEROFSIndex
	}
	out := append([]byte{}, src[skip:min(skip+size, int64(len(src)))]...)
	return append(out, src[:size-int64(len(out))]...), nil
}

// unpackEROFS fills out. What is packed may be more, when it is partial, and
// is never less.
func unpackEROFS(algorithm byte, out, src []byte, partial bool) error {
	switch algorithm {
	case 0:
		return unpackLZ4(out, src)
	case 1:
		return unpackMicroLZMA(out, src, partial)
	case 2:
		z := flate.NewReader(bytes.NewReader(src))
		defer z.Close()
		_, err := io.ReadFull(z, out)
		return unexpected(err)
	case 3:
		z, err := zstd.NewReader(bytes.NewReader(src), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxEROFSExtent))
		if err != nil {
			return err
		}
		defer z.Close()
		_, err = io.ReadFull(z, out)
		return unexpected(err)
	}
	return fmt.Errorf("compression number %d is not supported", algorithm)
}

// unpackMicroLZMA reads an LZMA stream whose first byte, which is always 0, is
// replaced by the complement of the properties (MicroLZMA of XZ Utils).
func unpackMicroLZMA(out, src []byte, partial bool) error {
	if len(src) == 0 {
		return io.ErrUnexpectedEOF
	}
	h := make([]byte, 14, 14+len(src))
	h[0] = ^src[0]
	dictionary := uint32(1 << 12)
	for int(dictionary) < len(out) {
		dictionary <<= 1
	}
	le.PutUint32(h[1:], max(dictionary, 8<<20))
	le.PutUint64(h[5:], uint64(len(out)))
	if partial {
		le.PutUint64(h[5:], 1<<64-1)
	}
	z, err := lzma.NewReader(bytes.NewReader(append(h, src[1:]...)))
	if err != nil {
		return err
	}
	_, err = io.ReadFull(z, out)
	return unexpected(err)
}

var errLZ4 = errors.New("a damaged LZ4 block")

// unpackLZ4 unpacks an LZ4 block until dst is full; what follows in src is not
// looked at, because blocks of EROFS may have more, and nothing tells how much.
func unpackLZ4(dst, src []byte) error {
	n := 0
	for n < len(dst) {
		if len(src) == 0 {
			return errLZ4
		}
		token := src[0]
		src = src[1:]
		literals, rest, ok := lz4Length(int(token>>4), src)
		if !ok || literals > len(rest) {
			return errLZ4
		}
		n += copy(dst[n:], rest[:literals])
		if src = rest[literals:]; n == len(dst) {
			return nil
		}
		if len(src) < 2 {
			return errLZ4
		}
		offset := int(le.Uint16(src))
		match, rest, ok := lz4Length(int(token&15), src[2:])
		if !ok || offset == 0 || offset > n {
			return errLZ4
		}
		src = rest
		for end := min(n+match+4, len(dst)); n < end; n++ {
			dst[n] = dst[n-offset]
		}
	}
	return nil
}

// lz4Length reads the bytes that go on with a length of 15.
func lz4Length(length int, src []byte) (int, []byte, bool) {
	if length < 15 {
		return length, src, true
	}
	for i, b := range src {
		length += int(b)
		if b != 255 {
			return length, src[i+1:], true
		}
	}
	return 0, nil, false
}
