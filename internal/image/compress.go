package image

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dombuild/dombuild/internal/xz"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz/lzma"
)

// unpack returns what r holds packed, all its members, frames or streams in a
// row. The reader is to be closed.
func unpack(f Format, r *bufio.Reader) (io.ReadCloser, error) {
	switch f {
	case Gzip:
		return gzip.NewReader(r)
	case XZ:
		return io.NopCloser(xz.NewReader(r, maxWindow)), nil
	case Zstandard:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case Bzip2:
		return io.NopCloser(bzip2.NewReader(r)), nil
	case LZ4:
		return io.NopCloser(lz4.NewReader(r)), nil
	case LZMA:
		z, err := lzma.ReaderConfig{DictCap: maxWindow}.NewReader(r)
		if err != nil {
			return nil, err
		}
		return &sealedLZMA{z: z, r: r}, nil
	case Lzip:
		return newLzip(r), nil
	}
	return nil, fmt.Errorf("%s is not supported", f)
}

var errTrailing = errors.New("data follow the end")

// sealedLZMA refuses what follows the stream, but for zeros.
type sealedLZMA struct {
	z *lzma.Reader
	r *bufio.Reader
}

func (s *sealedLZMA) Read(p []byte) (int, error) {
	n, err := s.z.Read(p)
	if err == io.EOF {
		if rest := onlyZeros(s.r); rest != nil {
			return n, rest
		}
	}
	return n, err
}

func (*sealedLZMA) Close() error { return nil }

// onlyZeros reads to the end.
func onlyZeros(r io.Reader) error {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			if b != 0 {
				return errTrailing
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// suffixes of the names of packed files, and what names they leave.
var suffixes = []struct{ packed, unpacked string }{
	{".tgz", ".tar"}, {".txz", ".tar"}, {".tzst", ".tar"}, {".tbz2", ".tar"}, {".tbz", ".tar"},
	{".gz", ""}, {".xz", ""}, {".zst", ""}, {".bz2", ""}, {".lz4", ""}, {".lzma", ""}, {".lz", ""}, {".lzip", ""}, {".tlz", ".tar"},
}

// unpackedName is the name of what the file of that name holds packed.
func unpackedName(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	for _, s := range suffixes {
		if base, ok := strings.CutSuffix(name, s.packed); ok && base != "" {
			return base + s.unpacked
		}
	}
	if name == "" {
		return "unpacked"
	}
	return name
}
