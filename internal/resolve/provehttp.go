package resolve

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

// source proves the pin of a file at a URL.
func (p *prover) source(s lockfile.Source) {
	by := s.Vouch.String()
	i := slices.IndexFunc(p.recipe.Sources, func(w recipe.Source) bool { return w.Address == s.Address })
	if i < 0 || p.recipe.Sources[i].HTTP == nil {
		p.note(s.Digest, by, &UntrustedError{What: string(s.Address), Reason: "the recipe has no such source"})
		return
	}
	want := p.recipe.DemandedOfSource(p.recipe.Sources[i])
	size := p.size(s)
	switch {
	case s.Vouch.Kind == lockfile.FirstUse && p.recipe.Demands().NoFirstUse:
		p.note(s.Digest, by, &UntrustedError{What: string(s.Address), Reason: "nobody vouches for it, and the recipe's policy has first_use = false"})
	case s.Vouch.Kind == lockfile.FirstUse && size == nil:
		p.noteFirstUse(s.Digest, by)
	case s.Vouch.Kind == lockfile.ByRecipe && want.HTTP.Digest != s.Digest:
		p.note(s.Digest, by, contradiction(string(s.Address), "the recipe says %s, and the lock %s", want.HTTP.Digest, s.Digest))
	case s.Vouch.Kind == lockfile.ByRecipe || s.Vouch.Kind == lockfile.FirstUse:
		p.note(s.Digest, by, size)
	default:
		p.note(s.Digest, by, firstOf(p.signed(s, want), func() error { return size }))
	}
}

// size compares the size of a file with that of the lock, if it is there: no
// signature names it.
func (p *prover) size(s lockfile.Source) error {
	r, err := p.evidence.Open(p.ctx, s.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &MissingError{lockfile.Evidence{Digest: s.Digest, Of: s.Address}, err}
	}
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	if err != nil {
		return &MissingError{lockfile.Evidence{Digest: s.Digest, Of: s.Address}, err}
	}
	if n != s.Size {
		return contradiction(string(s.Address), "it has %d bytes, and the lock says %d", n, s.Size)
	}
	return nil
}

// signed proves the digest of a file by the signature that the lock names.
func (p *prover) signed(s lockfile.Source, want recipe.Source) error {
	v, t := s.Vouch, want.HTTP.Trust
	keys, err := vouch.ReadKeyring(t.Keyring.Content)
	if err != nil {
		return err
	}
	if e := v.Find(lockfile.EvidenceKeyring); v.Kind != string(keys.Kind) || e.Digest != t.Keyring.Digest || e.Size != int64(len(t.Keyring.Content)) {
		return contradiction(string(s.Address), "its keyring is %s of %d bytes for %s", t.Keyring.Digest, len(t.Keyring.Content), keys.Kind)
	}
	var signature []byte
	if e := v.Find(lockfile.EvidenceSignature); e.Digest != "" {
		e.Of = s.Address
		if signature, err = p.read(e, maxSignature); err != nil {
			return err
		}
	}
	terms := vouch.Terms{Signers: t.Signers, Min: t.MinSigners, Now: p.evidence.AsOf}
	var good []vouch.Signature
	if v.Covers == lockfile.CoversChecksums {
		good, err = p.checksums(s, keys, terms, signature)
	} else {
		good, err = p.file(s, keys, terms, signature)
	}
	if err != nil {
		return err
	}
	return sameSigners(string(s.Address), v.Signers, v.SignedAt, good)
}

func (p *prover) checksums(s lockfile.Source, keys *vouch.Keyring, t vouch.Terms, signature []byte) ([]vouch.Signature, error) {
	e := s.Vouch.Find(lockfile.EvidenceChecksums)
	e.Of = s.Address
	sums, err := p.read(e, vouch.MaxChecksums)
	if err != nil {
		return nil, err
	}
	_, good, err := readChecksums(keys, t, sums, signature, path.Base(e.URL), s.Vouch.File, s.Digest)
	if err != nil {
		return nil, &UntrustedError{What: string(s.Address), Reason: "its checksum file does not vouch for it", Err: err}
	}
	return good, nil
}

func (p *prover) file(s lockfile.Source, keys *vouch.Keyring, t vouch.Terms, signature []byte) ([]vouch.Signature, error) {
	file := lockfile.Evidence{Name: "file", Digest: s.Digest, Of: s.Address}
	r, err := p.evidence.Open(p.ctx, s.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{Evidence: file}
	}
	if err != nil {
		return nil, &MissingError{file, err}
	}
	defer r.Close()
	good, err := readSigned(keys, t, signature, r, s.Vouch.Covers, s.Vouch.File)
	if err != nil {
		return nil, &UntrustedError{What: string(s.Address), Reason: "the signature does not vouch for it", Err: err}
	}
	return good, nil
}
