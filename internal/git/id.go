package git

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"github.com/pjbgf/sha1cd" // names of objects in repositories of the old format; never the identity of a pin
)

// ID names an object: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
type ID string

// The formats of a repository, as the protocol names them.
const (
	SHA1   = "sha1"
	SHA256 = "sha256"
)

// ParseID checks the form of a name.
func ParseID(text string) (ID, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || hex.EncodeToString(raw) != text || (len(raw) != sha1cd.Size && len(raw) != sha256.Size) {
		return "", fmt.Errorf("%q is not the name of an object: 40 or 64 lower-case hexadecimal digits", text)
	}
	return ID(text), nil
}

// Format says which hash made the name.
func (i ID) Format() string {
	if len(i) == 2*sha256.Size {
		return SHA256
	}
	return SHA1
}

func newHash(format string) hash.Hash {
	if format == SHA256 {
		return sha256.New()
	}
	return sha1cd.New()
}

func idSize(format string) int {
	if format == SHA256 {
		return sha256.Size
	}
	return sha1cd.Size
}

// Kind is the type of an object.
type Kind string

// The types of objects.
const (
	CommitKind Kind = "commit"
	TreeKind   Kind = "tree"
	BlobKind   Kind = "blob"
	TagKind    Kind = "tag"
)

// objectHash begins the hash of an object: "blob 12\0".
func objectHash(format string, kind Kind, size int64) hash.Hash {
	h := newHash(format)
	fmt.Fprintf(h, "%s %d\x00", kind, size)
	return h
}

// Name computes the name of an object; "" for one that attacks SHA-1.
func Name(format string, kind Kind, content []byte) ID {
	h := objectHash(format, kind, int64(len(content)))
	h.Write(content)
	id, _ := idOf(h)
	return id
}

// ErrCollision is the error of bytes that were made to have the SHA-1 of
// others. Such have no name here, as git gives them none.
var ErrCollision = errors.New("it was made to have the SHA-1 of something else (a known attack)")

func idOf(h hash.Hash) (ID, error) {
	sum, err := Sum(h)
	return ID(hex.EncodeToString(sum)), err
}

// Sum is what the bytes written to a hash of NewSHA1, or any other, have as
// their sum. The error is ErrCollision.
func Sum(h hash.Hash) ([]byte, error) {
	if h, ok := h.(sha1cd.CollisionResistantHash); ok {
		sum, attack := h.CollisionResistantSum(nil)
		if attack {
			return nil, ErrCollision
		}
		return sum, nil
	}
	return h.Sum(nil), nil
}

// NewSHA1 is a SHA-1 that knows attacks; see Sum.
func NewSHA1() hash.Hash { return sha1cd.New() }
