package upstream

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
)

// packed is a file of a packed package.
type packed struct {
	content []byte
	exec    bool
}

// unpack reads a tar.gz whose files lie in one directory, whatever it is
// called, and gives them by their path in it. Links and special files are left
// out, as npm and cargo do; of a name that occurs twice the last one counts.
// At most limit bytes are unpacked.
func unpack(data []byte, limit int64) (map[string]packed, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	files := map[string]packed{}
	bounded := &io.LimitedReader{R: z, N: limit + 1}
	for r := tar.NewReader(bounded); ; {
		h, err := r.Next()
		if bounded.N <= 0 {
			return nil, fmt.Errorf("unpacked it has more than %d bytes", limit)
		}
		if err == io.EOF {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		_, name, ok := strings.Cut(strings.TrimPrefix(h.Name, "./"), "/")
		if h.Typeflag != tar.TypeReg || !ok || name == "" {
			continue
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[name] = packed{content, h.Mode&0o111 != 0}
	}
}
