package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/rpm"
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

// goodSignature is a signature that fits, by a key of the keyring.
type goodSignature struct {
	signer string // fingerprint of the primary key
	at     time.Time
}

// verifyDetached checks OpenPGP signatures, packets or armored, of what is
// signed. It returns the good ones, of which there is at least one, by
// fingerprint. A signature by a good key over other bytes refuses everything.
func verifyDetached(signatures, signed []byte, keys openpgp.EntityList, now time.Time) ([]goodSignature, error) {
	var packets io.Reader = bytes.NewReader(signatures)
	if bytes.HasPrefix(signatures, []byte("-----BEGIN")) {
		block, err := armor.Decode(packets)
		if err != nil || block.Type != openpgp.SignatureType {
			return nil, errors.New("its signature is no armored OpenPGP signature")
		}
		packets = block.Body
	}
	list, err := readSignatures(packets)
	if err != nil {
		return nil, err
	}
	var good []goodSignature
	var reasons []string
	for _, sig := range list {
		signer, err := verifyOne(sig, signed, keys, now)
		switch {
		case err == nil:
			good = append(good, goodSignature{fmt.Sprintf("%X", signer.PrimaryKey.Fingerprint), sig.CreationTime.UTC()})
		case isForgery(err):
			return nil, fmt.Errorf("the signature by key %s does not fit: %w", keyID(sig), err)
		default:
			reasons = append(reasons, fmt.Sprintf("key %s: %s", keyID(sig), explain(err)))
		}
	}
	if len(good) == 0 {
		return nil, fmt.Errorf("no good signature (%s)", strings.Join(reasons, "; "))
	}
	slices.SortStableFunc(good, func(a, b goodSignature) int { return strings.Compare(a.signer, b.signer) })
	return good, nil
}

// verifyPackage checks that a package file is the package that metadata say it
// is, that a key of the keyring signed its header, and that its payload is the
// one that the header names. That no signature is there is an error.
func verifyPackage(f PackageFile, want rpm.NEVRA, keys openpgp.EntityList, now time.Time) (goodSignature, error) {
	var none goodSignature
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
	var good []goodSignature
	var reasons []error
	for _, s := range signatures {
		list, err := verifyDetached(s, signed, keys, now)
		if err != nil {
			reasons = append(reasons, err)
		}
		good = append(good, list...)
	}
	if len(good) == 0 {
		return none, joined(reasons)
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
