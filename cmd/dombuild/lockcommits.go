package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/fetch/commit"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// fetchCommits fetches the commits of a lock and of their submodules, and
// returns the blobs that hold them.
func (a *app) fetchCommits(ctx context.Context, st *store.Store, l *pins.Lock) ([]digest.Digest, *pins.Lock, error) {
	m := &commit.Machine{Store: st, Client: new(fetch.Client), Progress: a.display}
	got, err := m.Fetch(ctx, l.Commits)
	for _, doubt := range m.Doubts {
		fmt.Fprintf(a.stderr, "warning: %s\n", doubt)
	}
	var blobs []digest.Digest
	known := pins.Lock{}
	for _, g := range got {
		blobs = append(blobs, g.Content)
		for _, o := range g.Objects {
			blobs = append(blobs, o.Digest)
		}
		known.Commits = append(known.Commits, g.Commit)
	}
	return blobs, l.Known(&known), err
}

// commitsOf lists the blobs and records of the commits of a lock that the store
// has, with those of their submodules.
func commitsOf(ctx context.Context, st *store.Store, l *pins.Lock) (blobs []digest.Digest, records []string, err error) {
	var gone *store.NotFoundError
	var mu sync.Mutex
	for _, c := range l.Commits {
		err := commits.Each(ctx, []pins.Commit{c}, func(ctx context.Context, c pins.Commit) (*commits.Opened, error) {
			o, err := commits.Open(ctx, st, c)
			if err != nil {
				return nil, err
			}
			objects, err := o.Objects(c)
			if err != nil {
				return nil, errors.Join(err, o.Close())
			}
			mu.Lock()
			defer mu.Unlock()
			blobs = append(blobs, o.Content)
			for _, object := range objects {
				blobs = append(blobs, object.Digest)
			}
			records = append(records, commits.RecordCommit+"/"+c.ID)
			history, err := commits.HistoryContent(st, c)
			if err != nil && !errors.As(err, &gone) {
				return nil, errors.Join(err, o.Close())
			}
			if err == nil {
				records = append(records, commits.RecordHistory+"/"+c.ID)
			}
			if history != "" {
				blobs = append(blobs, history)
			}
			for _, tag := range c.Tags {
				records = append(records, commits.RecordTag+"/"+commits.TagKey(c.Clone, tag))
			}
			for _, branch := range c.Branches {
				records = append(records, commits.RecordBranch+"/"+commits.BranchKey(c.Clone, branch, c.ID))
			}
			return o, nil
		})
		if err != nil && !errors.As(err, &gone) {
			return nil, nil, err
		}
	}
	return blobs, records, nil
}
