package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/vouch"
)

// PackageFile is a package file whose bytes have the digest it was asked for by.
type PackageFile interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Packages gets package files whose own signatures have to be looked at.
type Packages interface {
	// Take downloads those of the pins that are not there yet.
	Take(ctx context.Context, pins []lockfile.Pin) error
	// Open opens one that was taken.
	Open(ctx context.Context, want digest.Digest) (PackageFile, error)
}

// verifyPackage checks that a package file is the package that metadata say it
// is, that a key of the keyring signed its header, and that its payload is the
// one that the header names. That no signature is there is an error.
func verifyPackage(f PackageFile, want rpm.NEVRA, keys *vouch.Keyring, terms vouch.Terms) (vouch.Signature, error) {
	var none vouch.Signature
	p, err := rpm.Open(f, f.Size())
	if err != nil {
		return none, err
	}
	signed, err := p.Signed()
	if err != nil {
		return none, err
	}
	signatures, err := p.Signatures()
	if err != nil {
		return none, err
	}
	if len(signatures) == 0 {
		return none, errors.New("its header is not signed")
	}
	good, err := keys.Detached(bytes.Join(signatures, nil), bytes.NewReader(signed), terms)
	if err != nil {
		return none, err
	}
	if err := p.Verify(); err != nil {
		return none, err
	}
	is, err := p.NEVRA()
	if err != nil {
		return none, err
	}
	if is != want {
		return none, fmt.Errorf("it is %s, and the metadata say that it is %s", is, want)
	}
	return good[0], nil
}
