package vouch

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/dombuild/dombuild/internal/xz"
)

const (
	maxWindow   = 128 << 20 // of a decompressor
	maxUnpacked = 64 << 30  // bytes of one file
)

var errNotCompressed = errors.New("it is not compressed by gzip, bzip2, xz or zstd, so a signature cannot cover what is inside")

// Uncompressed returns what a file compressed by gzip, bzip2, xz or zstd
// holds. More than 64 GiB, and bytes after the end, are errors.
func Uncompressed(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	magic, err := br.Peek(6)
	if err != nil && err != io.EOF {
		return nil, err
	}
	plain, err := decompressor(magic, br)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{&bounded{plain, maxUnpacked}, plain}, nil
}

func decompressor(magic []byte, br *bufio.Reader) (io.ReadCloser, error) {
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		return gzip.NewReader(br)
	case bytes.HasPrefix(magic, []byte("BZh")):
		return io.NopCloser(bzip2.NewReader(br)), nil
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ\x00")):
		return io.NopCloser(xz.NewReader(br, maxWindow)), nil
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, errNotCompressed
}

// bounded is an error when there is more.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("it unpacks to more than %d GiB", maxUnpacked>>30)
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("unpacking what is signed: %w", err)
	}
	return n, err
}
