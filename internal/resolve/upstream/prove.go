package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/store"
)

// Prove shows, from what the store has and without a network, that a pin is
// what the recipe names: each part by the hashes of its kind, and the tree by
// making it again of the parts. Signatures are judged as of a time; zero is the
// one that they say themselves. Evidence that is not there is a
// *resolve.MissingError, and what the pin says differently an
// *resolve.UntrustedError.
func (m *Machine) Prove(ctx context.Context, s recipe.Source, t *lockfile.Tree, asOf time.Time) error {
	p := &proof{m: m, ctx: ctx, source: s, tree: t, asOf: asOf}
	switch {
	case s.Git != nil:
		return p.git()
	case s.OCI != nil:
		return p.oci()
	}
	return p.set()
}

// proof is the proof of one pin.
type proof struct {
	m      *Machine
	ctx    context.Context
	source recipe.Source
	tree   *lockfile.Tree
	asOf   time.Time
}

// contradiction says that the lock does not say what the evidence does.
func (p *proof) contradiction(format string, args ...any) error {
	return &resolve.UntrustedError{What: string(p.source.Address), Reason: "the evidence contradicts the lock: " + fmt.Sprintf(format, args...),
		Remedy: "somebody has changed the lock: take the last one that you trust, or run dombuild update and look at what changes"}
}

// refuted says that something is not what it has to be.
func (p *proof) refuted(reason string, err error) error {
	var untrusted *resolve.UntrustedError
	var missing *resolve.MissingError
	var corrupt *store.IntegrityError
	if err == nil || errors.As(err, &untrusted) || errors.As(err, &missing) || errors.As(err, &corrupt) || p.ctx.Err() != nil {
		return err
	}
	return &resolve.UntrustedError{What: string(p.source.Address), Reason: reason, Err: err}
}

func (p *proof) evidence(name string, d digest.Digest) lockfile.Evidence {
	return lockfile.Evidence{Name: name, Digest: d, Of: p.source.Address}
}

// present checks that every blob of the pin is there, whole, and of the size
// that the lock says.
func (p *proof) present() error {
	blobs := append([]lockfile.Part{{Path: "tree", Digest: p.tree.Digest, Size: p.tree.Size}}, p.tree.Parts...)
	for _, part := range blobs {
		blob, err := p.m.Store.Get(p.ctx, part.Digest)
		var gone *store.NotFoundError
		if errors.As(err, &gone) {
			return &resolve.MissingError{Evidence: p.evidence(part.Path, part.Digest)}
		}
		if err != nil {
			return err
		}
		if blob.Size() != part.Size {
			return p.contradiction("%s has %d bytes, and the lock says %d", part.Path, blob.Size(), part.Size)
		}
	}
	return nil
}

// exactly checks that the lock has these parts and no others.
func (p *proof) exactly(want []lockfile.Part) error {
	for _, w := range want {
		if have, ok := p.tree.Part(w.Path); !ok || have.Digest != w.Digest || w.Size >= 0 && have.Size != w.Size {
			return p.contradiction("%s is %s, and the lock says %q", w.Path, w.Digest, have.Digest)
		}
	}
	for _, have := range p.tree.Parts {
		if !slices.ContainsFunc(want, func(w lockfile.Part) bool { return w.Path == have.Path }) {
			return p.contradiction("nothing names the part %s", have.Path)
		}
	}
	return nil
}

// read returns the bytes of a part.
func (p *proof) read(part lockfile.Part, limit int64) ([]byte, error) {
	if part.Size > limit {
		return nil, p.contradiction("%s has %d bytes, which is too much", part.Path, part.Size)
	}
	r, err := p.m.Store.Reader(part.Digest, part.Size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// made checks that the tree of the lock is what fill packs.
func (p *proof) made(pack fill, at int64) error {
	sum, size := digest.SHA256.Digester(), counted(0)
	index, err := canonical(pack, io.MultiWriter(sum.Hash(), &size), at)
	if err != nil {
		return p.refuted("its tree cannot be made again of its parts", err)
	}
	if t := p.tree; sum.Digest() != t.Digest || int64(size) != t.Size || index.Digest() != t.Index {
		return p.contradiction("its parts make the tree %s, %s of %d bytes, and the lock says %s, %s of %d bytes",
			index.Digest(), sum.Digest(), size, t.Index, t.Digest, t.Size)
	}
	return nil
}

// counted is how many bytes were written.
type counted int64

func (c *counted) Write(b []byte) (int, error) {
	*c += counted(len(b))
	return len(b), nil
}
