package debroot

import (
	"bufio"
	"compress/bzip2"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/dombuild/dombuild/internal/xz"
)

// maxWindow bounds the dictionary of a decompressor.
const maxWindow = 128 << 20

// decompress returns the unpacked form of the archive member name, whose stem
// is "control.tar" or "data.tar".
func decompress(name, stem string, r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	switch suffix := strings.TrimPrefix(name, stem); suffix {
	case "":
		return io.NopCloser(br), nil
	case ".xz":
		return io.NopCloser(xz.NewReader(r, maxWindow)), nil
	case ".zst":
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	case ".gz":
		return gzip.NewReader(br)
	case ".bz2":
		return io.NopCloser(bzip2.NewReader(br)), nil
	default:
		return nil, fmt.Errorf("compression %q is not known", suffix)
	}
}
