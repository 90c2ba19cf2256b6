package store

import (
	"io"

	"github.com/opencontainers/go-digest"
)

// Reader returns a reader of a blob whose bytes were not looked at yet: it
// hashes them on the way, and gives out the last ones only if all are right;
// otherwise an *IntegrityError. So each byte is hashed once.
func (s *Store) Reader(d digest.Digest, size int64) (io.ReadCloser, error) {
	if err := checkDigest(d); err != nil {
		return nil, err
	}
	return Blob{s, d, size}.Open()
}
