package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// KindLayers is the kind of a lock of audit yocto --lock; that of a recipe's
// lock is "".
const KindLayers = pins.Kind

// Origin is where files and commits are looked for that locks of layers pin.
type Origin interface {
	// Record returns what is known of a commit, see package commits; a
	// *store.NotFoundError says that nothing is.
	Record(kind, key string) ([]byte, error)
	// Size is the size of a blob in bytes.
	Size(ctx context.Context, d digest.Digest) (int64, error)
	// Open reads a blob whose bytes were hashed; ErrElsewhere says that they
	// are not here.
	Open(ctx context.Context, d digest.Digest) (io.ReadCloser, error)
}

// ErrElsewhere says that a blob is one that the other side has.
var ErrElsewhere = errors.New("the bundle leaves it out")

// Layers is all that a lock of layers needs: a lock names commits, these name
// submodules, and neither says how many bytes that is.
type Layers struct {
	Blobs   []Blob // of files and commits, in no order; Here is not meant
	Records []Record
	Commits []pins.Commit // those of submodules too, with their Content

	// Partial says that a commit could not be looked into, so that what it names
	// is not in the list.
	Partial bool
}

// Follow finds out what a lock of layers needs. Every commit is hashed.
func Follow(ctx context.Context, from Origin, l *pins.Lock) (*Layers, error) {
	out := &Layers{}
	for _, f := range l.Files {
		size, err := from.Size(ctx, f.Digest)
		if err != nil {
			return nil, fmt.Errorf("bundling %s: %w", f.Name, err)
		}
		out.Blobs = append(out.Blobs, Blob{Digest: f.Digest, Size: size, Name: f.Name})
	}
	var mu sync.Mutex
	err := commits.Each(ctx, l.Commits, func(ctx context.Context, c pins.Commit) (*commits.Opened, error) {
		o, found, err := look(ctx, from, c)
		if err != nil {
			return nil, fmt.Errorf("bundling commit %s of %s: %w", c.ID, c.Clone, err)
		}
		mu.Lock()
		defer mu.Unlock()
		out.Blobs, out.Records = append(out.Blobs, found.Blobs...), append(out.Records, found.Records...)
		out.Commits = append(out.Commits, found.Commits...)
		out.Partial = out.Partial || found.Partial
		return o, nil
	})
	return out, err
}

// look opens one commit; nil if its blob is elsewhere.
func look(ctx context.Context, from Origin, c pins.Commit) (*commits.Opened, *Layers, error) {
	d, err := commits.Content(from, c)
	if err != nil {
		return nil, nil, err
	}
	size, err := from.Size(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	c.Content = d
	out := &Layers{Blobs: []Blob{{Digest: d, Size: size, Name: "commit " + c.ID + " of " + c.Clone}}, Commits: []pins.Commit{c}}
	if out.Records, err = recorded(from, c); err != nil {
		return nil, nil, err
	}
	r, err := from.Open(ctx, d)
	if errors.Is(err, ErrElsewhere) {
		out.Partial = c.Submodules || !c.NoLFS
		return nil, out, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	o, err := commits.Read(ctx, r, c)
	if err != nil {
		return nil, nil, err
	}
	objects, err := o.Objects(c)
	for _, x := range objects {
		size, err2 := from.Size(ctx, x.Digest)
		if err2 == nil && size != x.Size {
			err2 = fmt.Errorf("the file %s of git LFS has %d bytes instead of %d", x.Digest, size, x.Size)
		}
		err = errors.Join(err, err2)
		out.Blobs = append(out.Blobs, Blob{Digest: x.Digest, Size: x.Size, Name: "file of git LFS for " + c.Clone})
	}
	err = errors.Join(err, out.history(ctx, from, c, o))
	if err != nil {
		return nil, nil, errors.Join(err, o.Close())
	}
	return o, out, nil
}

// history adds the commits before one, where they are known.
func (l *Layers) history(ctx context.Context, from Origin, c pins.Commit, o *commits.Opened) error {
	d, err := commits.HistoryContent(from, c)
	var none *store.NotFoundError
	if errors.As(err, &none) {
		return nil
	}
	if err != nil || d == "" {
		l.Records = append(l.Records, Record{commits.RecordHistory, c.ID, commits.NotGiven})
		return err
	}
	l.Records = append(l.Records, Record{commits.RecordHistory, c.ID, string(d)})
	size, err := from.Size(ctx, d)
	if err != nil {
		return err
	}
	l.Blobs = append(l.Blobs, Blob{Digest: d, Size: size, Name: "history of commit " + c.ID + " of " + c.Clone})
	r, err := from.Open(ctx, d)
	if errors.Is(err, ErrElsewhere) {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	before, err := commits.ReadHistory(ctx, r, c, o)
	if err != nil {
		return err
	}
	return before.Close()
}

// recorded are the records of a commit. What a server said of its tags has to
// be known, the way from its branches need not.
func recorded(from Origin, c pins.Commit) ([]Record, error) {
	list := []Record{{commits.RecordCommit, c.ID, string(c.Content)}}
	for _, tag := range c.Tags {
		key := commits.TagKey(c.Clone, tag)
		data, err := from.Record(commits.RecordTag, key)
		if err != nil {
			return nil, err
		}
		list = append(list, Record{commits.RecordTag, key, string(data)})
	}
	for _, branch := range c.Branches {
		key := commits.BranchKey(c.Clone, branch, c.ID)
		data, err := from.Record(commits.RecordBranch, key)
		var none *store.NotFoundError
		if errors.As(err, &none) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, Record{commits.RecordBranch, key, string(data)})
	}
	return list, nil
}

// FromStore is the origin of what a bundle is made of.
type FromStore struct{ *store.Store }

// Size hashes a blob.
func (s FromStore) Size(ctx context.Context, d digest.Digest) (int64, error) {
	b, err := s.Get(ctx, d)
	return b.Size(), err
}

// Open hashes a blob, twice: before, and while it is read.
func (s FromStore) Open(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
	b, err := s.Get(ctx, d)
	if err != nil {
		return nil, err
	}
	return b.Open()
}
