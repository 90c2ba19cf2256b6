package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
)

const nothingKept = "the bytes were discarded, nothing was kept"

// Put reads r to its end and keeps the bytes as a blob. They must have the
// digest want, or any SHA-256 if want is "", and be size bytes long, or of any
// length if size is -1; otherwise Put returns an *IntegrityError and keeps
// nothing. Reading stops one byte after size. A blob that is there already is
// replaced by the bytes just verified, which heals it if it was corrupt.
func (s *Store) Put(ctx context.Context, r io.Reader, want digest.Digest, size int64) (Blob, error) {
	alg := digest.SHA256
	if want != "" {
		if err := checkDigest(want); err != nil {
			return Blob{}, err
		}
		alg = want.Algorithm()
	}
	t, err := newTemp(s.path(areaTemp))
	if err != nil {
		return Blob{}, fmt.Errorf("storing a blob: %w", explain(s.dir, err))
	}
	defer t.discard()
	in := s.newIntake(t.f, alg, size)
	defer in.finish()
	if _, err := in.from(contextReader{ctx, r}); err != nil && !errors.Is(err, errTooLong) {
		return Blob{}, fmt.Errorf("storing a blob: %w", explain(s.dir, err))
	} else if err != nil {
		return Blob{}, s.tooLong(want, size)
	}
	return s.seal(t, in, want, size)
}

// seal publishes what was taken in, if it is what was wanted.
func (s *Store) seal(t *temp, in *intake, want digest.Digest, size int64) (Blob, error) {
	got := in.digest()
	if (want != "" && got != want) || (size >= 0 && in.n != size) {
		return Blob{}, &IntegrityError{
			What: "the stream for a blob", Want: want, WantSize: size,
			Got: got, GotSize: in.n, Action: nothingKept,
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := t.publish(s.blobPath(got), 0o444, &s.disk); err != nil {
		return Blob{}, fmt.Errorf("storing blob %s: %w", got, explain(s.dir, err))
	}
	s.remember(got, t.f)
	return Blob{s, got, in.n}, nil
}

func (s *Store) tooLong(want digest.Digest, size int64) error {
	return &IntegrityError{
		What: "the stream for a blob", Want: want, WantSize: size,
		GotSize: -1, Action: nothingKept,
		Err: fmt.Errorf("more than %d bytes", size),
	}
}
