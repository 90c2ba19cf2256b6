package bundle

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"
)

// Split lays out the bundle as parts of at most limit bytes each.
func (c Writing) Split(limit int64) ([]Part, error) {
	text, err := c.Manifest.Format()
	if err != nil {
		return nil, fmt.Errorf("splitting a bundle: %w", err)
	}
	parts, err := split(c.Manifest, text, c.Signatures, limit)
	if err != nil {
		return nil, fmt.Errorf("splitting a bundle into parts of %d bytes: %w", limit, err)
	}
	return parts, nil
}

// WritePart writes one part into an empty file. See Write.
func (c Writing) WritePart(ctx context.Context, w *os.File, p Part) error {
	p.Pieces = slices.Clone(p.Pieces)
	manifest, err := c.Manifest.Format()
	if err != nil {
		return fmt.Errorf("writing a part: %w", err)
	}
	for i, x := range p.Pieces {
		if x.Sum == "" {
			continue
		}
		if p.Pieces[i].Sum, err = c.sum(ctx, x); err != nil {
			return fmt.Errorf("writing a part: %w", err)
		}
	}
	text, err := p.format()
	if err != nil {
		return fmt.Errorf("writing a part: %w", err)
	}
	a, err := p.archive(c.Manifest, manifest, text, c.Signatures)
	if err != nil {
		return fmt.Errorf("writing a part: %w", err)
	}
	return c.write(ctx, w, a)
}

// sum hashes a piece.
func (c Writing) sum(ctx context.Context, x Piece) (digest.Digest, error) {
	m := member{offset: x.Offset, size: x.Size}
	for _, it := range c.Manifest.items() {
		if it.digest == x.Digest {
			m.item = it
		}
	}
	r, err := c.open(ctx, m)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := digest.SHA256.Hash()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return digest.NewDigest(digest.SHA256, h), nil
}
