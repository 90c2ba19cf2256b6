package dldir

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
)

// algorithms in the order of BitBake's CHECKSUM_LIST.
var algorithms = []string{"md5", "sha256", "sha1", "sha384", "sha512"}

// sums hashes what is written to it by every algorithm.
type sums struct {
	io.Writer
	running map[string]hash.Hash
}

func newSums() *sums {
	s := &sums{running: map[string]hash.Hash{
		"md5": md5.New(), "sha1": sha1.New(), "sha256": sha256.New(), "sha384": sha512.New384(), "sha512": sha512.New(),
	}}
	var all []io.Writer
	for _, a := range algorithms {
		all = append(all, s.running[a])
	}
	s.Writer = io.MultiWriter(all...)
	return s
}

// of returns a checksum in hexadecimal digits.
func (s *sums) of(algorithm string) string {
	h, ok := s.running[algorithm]
	if !ok {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// stamp is the stamp of a file: the pickle of a dict of texts, as Python's
// pickle.Pickler(f, 2) writes it.
func (s *sums) stamp() []byte {
	out := []byte{0x80, 2, '}', 'q', 0, '('}
	memo := byte(1)
	text := func(t string) {
		out = append(out, 'X')
		out = binary.LittleEndian.AppendUint32(out, uint32(len(t)))
		out = append(append(out, t...), 'q', memo)
		memo++
	}
	for _, a := range algorithms {
		text(a)
		text(s.of(a))
	}
	return append(out, 'u', '.')
}
