package bundle

import (
	"context"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/store"
)

// UntrustedError says why a bundle that is sound is not imported.
type UntrustedError struct {
	Name   string
	Reason string
	Remedy string
}

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("the bundle %s is not trusted: %s", e.Name, e.Reason)
}

// Hint says what helps.
func (e *UntrustedError) Hint() string { return e.Remedy }

// Judge holds the signatures of a bundle against a policy: as many owners as
// its threshold must have signed the manifest. It returns who did.
func Judge(b *Bundle, p attest.Policy) ([]attest.Trusted, error) {
	want, err := b.Manifest.Statement()
	if err != nil {
		return nil, err
	}
	var signed []attest.Trusted
	owners, reasons := map[string]bool{}, ""
	for _, s := range b.Signatures {
		by, ok := p.Trusted(s.Hint)
		if !ok {
			reasons += fmt.Sprintf("; nobody in the policy has the key %s", s.Hint)
			continue
		}
		v, err := attest.Verify[Claim](s, by.Key, StatementType)
		if err == nil && !v.Statement.Equal(want) {
			err = errors.New("it is about another bundle")
		}
		if err != nil {
			reasons += fmt.Sprintf("; the signature of %s: %v", by.Name, err)
			continue
		}
		if !owners[by.Owner] {
			owners[by.Owner] = true
			signed = append(signed, by)
		}
	}
	if len(signed) < p.Threshold {
		return signed, &UntrustedError{b.Name, fmt.Sprintf("%d of at least %d owners signed it%s", len(signed), p.Threshold, reasons),
			"dombuild bundle create --key FILE signs it"}
	}
	return signed, nil
}

// Fresh refuses a bundle that is older than the last one of its name, or
// another one with the same serial.
func Fresh(st *store.Store, b *Bundle) error {
	last, ok, err := Last(st, b.Manifest.Name)
	if err != nil || !ok || b.Manifest.Serial > last.Serial || (b.Manifest.Serial == last.Serial && b.Digest == last.Digest) {
		return err
	}
	return &UntrustedError{b.Name, fmt.Sprintf("it is number %d of %s, and number %d was imported before", b.Manifest.Serial, b.Manifest.Name, last.Serial),
		"ask for the newest bundle; an old one may bring back what was mended since"}
}

// MissingError says what a bundle leaves out and the store does not hold.
type MissingError struct {
	Name    string
	Base    digest.Digest
	Missing []Blob
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("the bundle %s leaves out %d blobs that the store does not hold, %s the first", e.Name, len(e.Missing), e.Missing[0].Name)
}

// Hint says what helps.
func (e *MissingError) Hint() string {
	return "import the bundle that it builds on first, or have one made with what dombuild bundle want prints"
}

// Complete looks for what a bundle leaves out: the store must hold it, sound.
func Complete(ctx context.Context, st *store.Store, b *Bundle) error {
	e := &MissingError{Name: b.Name, Base: b.Manifest.Base}
	for _, x := range b.Manifest.Blobs {
		if x.Here {
			continue
		}
		_, err := st.Get(ctx, x.Digest)
		var none *store.NotFoundError
		if errors.As(err, &none) {
			e.Missing = append(e.Missing, x)
		} else if err != nil {
			return fmt.Errorf("looking for %s, which the bundle leaves out: %w", x.Name, err)
		}
	}
	if len(e.Missing) > 0 {
		return e
	}
	return nil
}
