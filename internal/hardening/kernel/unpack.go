package kernel

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"

	"github.com/dombuild/dombuild/internal/xz"
)

// The first bytes of compressed data.
const (
	gzipMagic  = "\x1f\x8b\x08"
	xzMagic    = "\xfd7zXZ\x00"
	zstdMagic  = "\x28\xb5\x2f\xfd"
	lz4Magic   = "\x02\x21\x4c\x18"
	bzip2Magic = "BZh"
	lzmaMagic  = "\x5d\x00\x00"
	lzopMagic  = "\x89LZO\x00\r\n\x1a\n"
)

// compression is a format of compressed data.
type compression struct {
	name, magic string
	open        func(r io.Reader, window int64) (io.Reader, error)
}

func compressions() []compression {
	return []compression{
		{"gzip", gzipMagic, func(r io.Reader, _ int64) (io.Reader, error) { return openGzip(r) }},
		{"xz", xzMagic, func(r io.Reader, window int64) (io.Reader, error) { return xz.NewReader(r, window), nil }},
		{"zstd", zstdMagic, openZstd},
		{"lz4", lz4Magic, func(r io.Reader, _ int64) (io.Reader, error) { return newLZ4Reader(r) }},
		{"bzip2", bzip2Magic, func(r io.Reader, _ int64) (io.Reader, error) { return bzip2.NewReader(r), nil }},
		{"lzma", lzmaMagic, openLZMA},
		{"lzo", lzopMagic, func(r io.Reader, _ int64) (io.Reader, error) { return newLZOPReader(r) }},
	}
}

// compressionOf recognises compressed data by its first bytes.
func compressionOf(head []byte) (compression, bool) {
	for _, c := range compressions() {
		if bytes.HasPrefix(head, []byte(c.magic)) {
			return c, true
		}
	}
	return compression{}, false
}

// openGzip opens one member: what stands behind it is not its continuation.
func openGzip(r io.Reader) (io.Reader, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return z, nil
}

func openZstd(r io.Reader, window int64) (io.Reader, error) {
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(window)))
}

// openLZMA looks at the size of the dictionary before it is allocated.
func openLZMA(r io.Reader, window int64) (io.Reader, error) {
	var h [lzma.HeaderLen]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return nil, err
	}
	if dict := int64(binary.LittleEndian.Uint32(h[1:])); dict > window {
		return nil, fmt.Errorf("a dictionary of %d bytes is larger than allowed", dict)
	}
	return lzma.NewReader(io.MultiReader(bytes.NewReader(h[:]), r))
}
