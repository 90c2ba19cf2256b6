package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

// Learn downloads a file and keeps it if check, which reads all of it, finds
// nothing wrong, and if it has the digest want; want is "" when nobody knows
// it. It returns the digest of the bytes, by want's algorithm or SHA-256, and
// their number.
type Learn func(ctx context.Context, name, url string, want digest.Digest, check func(io.Reader) error) (digest.Digest, int64, error)

const maxSignature = 1 << 20

// http pins a file at a URL. It is taken to learn its size and, where the
// recipe does not have it, its digest, and that the URL has it.
func (j *job) http(ctx context.Context, s recipe.Source) (lockfile.Source, error) {
	s = j.recipe.DemandedOfSource(s)
	t := s.HTTP.Trust
	if t != nil && t.FirstUse && j.recipe.Demands().NoFirstUse {
		return lockfile.Source{}, &UntrustedError{What: string(s.Address), From: s.HTTP.URL,
			Reason: "nobody vouches for it, and the recipe's policy has first_use = false",
			Remedy: fmt.Sprintf("at %snow trust = \"first-use\" stands there: name a signature with its keyring, or a sha256 that somebody has checked", place(s.Range))}
	}
	for _, before := range j.old.Sources {
		if before.Address == s.Address && before.Fits(s) && (t == nil || !j.freed.dsc(s)) {
			return before, nil
		}
	}
	if j.opt.Take == nil {
		return lockfile.Source{}, errNoNetwork
	}
	out := lockfile.Source{Address: s.Address, URL: s.HTTP.URL, Digest: s.HTTP.Digest}
	var err error
	switch {
	case t == nil:
		out.Size, err = j.opt.Take(ctx, string(s.Address), out.URL, out.Digest)
	case t.FirstUse:
		out.Vouch.Kind = lockfile.FirstUse
		out.Digest, out.Size, err = j.learn(ctx, s, nil)
	default:
		err = j.signed(ctx, s, &out)
	}
	return out, err
}

func (j *job) learn(ctx context.Context, s recipe.Source, check func(io.Reader) error) (digest.Digest, int64, error) {
	if j.opt.Learn == nil {
		return "", 0, errNoNetwork
	}
	return j.opt.Learn(ctx, string(s.Address), s.HTTP.URL, s.HTTP.Digest, check)
}

// signed pins a file that a signature vouches for.
func (j *job) signed(ctx context.Context, s recipe.Source, out *lockfile.Source) error {
	if j.opt.Downloader == nil {
		return errNoNetwork
	}
	t := s.HTTP.Trust
	keys, err := vouch.ReadKeyring(t.Keyring.Content)
	if err != nil {
		return fmt.Errorf("%sreading keyring %s: %w", place(s.Range), t.Keyring.Path, err)
	}
	c := &signedFile{job: j, source: s, keys: keys}
	c.vouch = lockfile.Vouch{Kind: string(keys.Kind), Covers: t.Covers, File: s.HTTP.SignedName()}
	if err := c.keep(ctx, lockfile.EvidenceKeyring, "", t.Keyring.Content); err != nil {
		return err
	}
	if t.Checksums != "" {
		err = c.byChecksums(ctx, out)
	} else {
		err = c.bySignature(ctx, out)
	}
	out.Vouch = c.vouch
	return err
}

// signedFile is a file that is being pinned because somebody signed it.
type signedFile struct {
	*job
	source recipe.Source
	keys   *vouch.Keyring
	vouch  lockfile.Vouch
}

func (c *signedFile) terms() vouch.Terms {
	t := c.source.HTTP.Trust
	return vouch.Terms{Signers: t.Signers, Min: t.MinSigners, Now: c.opt.Now}
}

// evidence downloads a small file that proves something.
func (c *signedFile) evidence(ctx context.Context, name, url string, limit int64) ([]byte, error) {
	return c.client.fetch(ctx, fmt.Sprintf("%s %s", c.source.Address, name), url, 0, limit)
}

// keep notes evidence after it was verified.
func (c *signedFile) keep(ctx context.Context, name, url string, data []byte) error {
	sum := digest.FromBytes(data)
	c.vouch.Evidence = append(c.vouch.Evidence, lockfile.Evidence{Name: name, URL: url, Digest: sum, Size: int64(len(data))})
	return c.client.keeps(ctx, data, sum)
}

func (c *signedFile) accept(good []vouch.Signature) {
	c.vouch.Signers, c.vouch.SignedAt = vouch.Signers(good), vouch.Latest(good)
}

// untrusted says why something does not vouch for the file.
func (c *signedFile) untrusted(from string, err error) error {
	return &UntrustedError{What: string(c.source.Address), From: from, Err: err,
		Reason: "it is not signed as " + c.source.HTTP.Trust.Keyring.Path + " and the recipe demand",
		Remedy: "if upstream has another key now, compare its fingerprint with upstream by another way and put it into the keyring; otherwise do not use these bytes"}
}

// byChecksums pins the digest that a signed checksum file names.
func (c *signedFile) byChecksums(ctx context.Context, out *lockfile.Source) error {
	t := c.source.HTTP.Trust
	c.vouch.Covers = lockfile.CoversChecksums
	sums, err := c.evidence(ctx, lockfile.EvidenceChecksums, t.Checksums, vouch.MaxChecksums)
	if err != nil {
		return err
	}
	var signature []byte
	if t.Signature != "" {
		if signature, err = c.evidence(ctx, lockfile.EvidenceSignature, t.Signature, maxSignature); err != nil {
			return err
		}
	}
	want, good, err := readChecksums(c.keys, c.terms(), sums, signature, path.Base(t.Checksums), c.vouch.File, c.source.HTTP.Digest)
	if err != nil {
		return c.untrusted(t.Checksums, err)
	}
	c.accept(good)
	if signature != nil {
		err = c.keep(ctx, lockfile.EvidenceSignature, t.Signature, signature)
	}
	if err = errors.Join(err, c.keep(ctx, lockfile.EvidenceChecksums, t.Checksums, sums)); err != nil {
		return err
	}
	out.Digest = want
	out.Size, err = c.opt.Take(ctx, string(c.source.Address), out.URL, want)
	return err
}

// readChecksums verifies a checksum file and returns the digest of the file
// called name in it: known, when the recipe has a digest too. Without
// signature, the checksum file holds its own.
func readChecksums(keys *vouch.Keyring, t vouch.Terms, sums, signature []byte, called, name string, known digest.Digest) (digest.Digest, []vouch.Signature, error) {
	t.Text, t.File = true, called
	var good []vouch.Signature
	var err error
	text := sums
	if signature != nil {
		good, err = keys.Detached(signature, bytes.NewReader(sums), t)
	} else {
		text, good, err = keys.Message(sums, t)
	}
	if err != nil {
		return "", nil, err
	}
	list, err := vouch.ParseChecksums(text)
	if err != nil {
		return "", nil, err
	}
	var algorithm digest.Algorithm
	if known != "" {
		algorithm = known.Algorithm()
	}
	sum, err := list.Find(name, algorithm)
	if err == nil && known != "" && sum != known {
		err = fmt.Errorf("it says that %s is %s, and the recipe that it is %s", name, sum, known)
	}
	return sum, good, err
}

// bySignature pins the digest of a file that a signature fits.
func (c *signedFile) bySignature(ctx context.Context, out *lockfile.Source) error {
	url := c.source.HTTP.Trust.Signature
	signature, err := c.evidence(ctx, lockfile.EvidenceSignature, url, maxSignature)
	if err != nil {
		return err
	}
	out.Digest, out.Size, err = c.learn(ctx, c.source, func(r io.Reader) error {
		good, err := readSigned(c.keys, c.terms(), signature, r, c.vouch.Covers, c.vouch.File)
		if err != nil {
			return c.untrusted(url, err)
		}
		c.accept(good)
		return nil
	})
	if err != nil {
		return err
	}
	return c.keep(ctx, lockfile.EvidenceSignature, url, signature)
}

// readSigned verifies a signature over the bytes of r or over what they
// unpack to.
func readSigned(keys *vouch.Keyring, t vouch.Terms, signature []byte, r io.Reader, covers, name string) ([]vouch.Signature, error) {
	t.File = name
	if covers == recipe.CoversUncompressed {
		t.File = "" // the name is that of the compressed file
		plain, err := vouch.Uncompressed(r)
		if err != nil {
			return nil, err
		}
		defer plain.Close()
		r = plain
	}
	return keys.Detached(signature, r, t)
}
