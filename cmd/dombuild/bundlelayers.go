package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// layers finds out what the locks of layers among some locks need.
func (a *app) layers(ctx context.Context, locks []bundle.File) (map[string]*bundle.Layers, error) {
	out := map[string]*bundle.Layers{}
	for _, f := range locks {
		if !pins.Is(f.Text) {
			continue
		}
		l, err := pins.Parse(f.Name, f.Text)
		if err != nil {
			return nil, err
		}
		st, err := a.openStore()
		if err != nil {
			return nil, err
		}
		out[f.Name], err = bundle.Follow(ctx, bundle.FromStore{Store: st}, l)
		var gone *store.NotFoundError
		if errors.As(err, &gone) {
			return nil, &hintError{err, "dombuild fetch --lock " + f.Name}
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wantedCommit is a commit that a store lacks, whose blob the lock does not
// name.
type wantedCommit struct {
	Clone string `json:"clone"`
	ID    string `json:"id"`
}

// below are the blobs of the commits that the other side lacks, and of all that
// they name: of that the other side knew nothing.
func (a *app) below(ctx context.Context, wanted []wantedCommit, layers map[string]*bundle.Layers) (map[digest.Digest]bool, error) {
	out := map[digest.Digest]bool{}
	l := new(pins.Lock)
	for _, of := range layers {
		for _, c := range of.Commits {
			if slices.Contains(wanted, wantedCommit{c.Clone, c.ID}) {
				l.Commits = append(l.Commits, c)
			}
		}
	}
	if len(l.Commits) == 0 {
		return out, nil
	}
	st, err := a.openStore()
	if err != nil {
		return nil, err
	}
	found, err := bundle.Follow(ctx, bundle.FromStore{Store: st}, l)
	if err != nil {
		return nil, err
	}
	for _, b := range found.Blobs {
		out[b.Digest] = true
	}
	return out, nil
}

// wants lists what a store lacks of what locks pin, and counts what they pin.
func wants(ctx context.Context, st *store.Store, locks []bundle.File) (doc wantDocument, all int, err error) {
	doc = wantDocument{Schema: wantSchema, Blobs: []wantedBlob{}}
	var own []bundle.File
	for _, f := range locks {
		if !pins.Is(f.Text) {
			own = append(own, f)
			continue
		}
		n, err := doc.layers(ctx, st, f)
		if err != nil {
			return doc, 0, err
		}
		all += n
	}
	if len(own) == 0 {
		return doc, all, nil
	}
	known := func(e lockfile.Evidence) (int64, bool) { return e.Size, e.Size > 0 }
	m, err := bundle.Describe(bundle.Content{Name: "want", Serial: 1, Locks: own, Evidence: known})
	if err != nil {
		return doc, 0, err
	}
	for _, b := range m.Blobs {
		if err := doc.blob(st, wantedBlob{b.Digest, b.Size, b.Name}); err != nil {
			return doc, 0, err
		}
	}
	return doc, all + len(m.Blobs), nil
}

// size says how many bytes are lacking, as far as locks say.
func (doc *wantDocument) size() string {
	unknown := func(b wantedBlob) bool { return b.Size < 0 }
	switch n := fmt.Sprintf("%d bytes", doc.Bytes); {
	case len(doc.Commits) == 0 && !slices.ContainsFunc(doc.Blobs, unknown):
		return n
	case doc.Bytes == 0:
		return "of unknown size"
	default:
		return n + " and those of unknown size"
	}
}

// blob adds a blob unless the store has it.
func (doc *wantDocument) blob(st *store.Store, b wantedBlob) error {
	has, err := st.Has(b.Digest)
	if err == nil && !has {
		doc.Blobs = append(doc.Blobs, b)
		doc.Bytes += max(b.Size, 0)
	}
	return err
}

// layers adds what a store lacks of what a lock of layers pins, and counts that
// as far as it is known: a commit that is not there may have submodules.
func (doc *wantDocument) layers(ctx context.Context, st *store.Store, f bundle.File) (all int, err error) {
	l, err := pins.Parse(f.Name, f.Text)
	if err != nil {
		return 0, err
	}
	for _, f := range l.Files {
		if err := doc.blob(st, wantedBlob{f.Digest, -1, f.Name}); err != nil {
			return 0, err
		}
	}
	var mu sync.Mutex
	err = commits.Each(ctx, l.Commits, func(ctx context.Context, c pins.Commit) (*commits.Opened, error) {
		o, err := commits.Open(ctx, st, c)
		mu.Lock()
		defer mu.Unlock()
		all++
		var gone *store.NotFoundError
		if errors.As(err, &gone) {
			doc.Commits = append(doc.Commits, wantedCommit{c.Clone, c.ID})
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		objects, err := o.Objects(c)
		for _, x := range objects {
			all++
			err = errors.Join(err, doc.blob(st, wantedBlob{x.Digest, x.Size, "file of git LFS for " + c.Clone}))
		}
		if o.Cut && len(objects) > 0 && err == nil {
			err = doc.history(st, c)
		}
		if err != nil {
			return nil, errors.Join(err, o.Close())
		}
		return o, nil
	})
	slices.SortFunc(doc.Commits, func(a, b wantedCommit) int { return strings.Compare(a.Clone+" "+a.ID, b.Clone+" "+b.ID) })
	doc.Commits = slices.Compact(doc.Commits)
	return all + len(l.Files), err
}

// history asks for a commit again whose history is not there.
func (doc *wantDocument) history(st *store.Store, c pins.Commit) error {
	d, err := commits.HistoryContent(st, c)
	var gone *store.NotFoundError
	has := true
	if err == nil && d != "" {
		has, err = st.Has(d)
	}
	if errors.As(err, &gone) || err == nil && !has {
		doc.Commits, err = append(doc.Commits, wantedCommit{c.Clone, c.ID}), nil
	}
	return err
}
