// Package commit fetches the commits of a lock of Yocto layers into the store.
// Git is not run, and nothing of a repository is: what a server sends is
// believed by its hashes alone, and of the history before a commit nothing is
// asked for.
package commit

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/fetch/gitwire"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Machine is where commits come from and where they go.
type Machine struct {
	Store    *store.Store
	Client   *fetch.Client
	Progress progress.Reporter // nil: none
	Doubts   []string          // after Fetch: what no server could show

	putting sync.Mutex
}

// Got is a commit in the store.
type Got struct {
	pins.Commit      // with its Content and Objects
	Fresh       bool // it was not there before
}

// Fetch brings the commits that the store lacks, those of their submodules, and
// the files that git LFS keeps elsewhere unless they are not wanted.
// A commit that is not what its name says is a *commits.Error.
func (m *Machine) Fetch(ctx context.Context, list []pins.Commit) ([]Got, error) {
	if m.Progress == nil {
		m.Progress = progress.None{}
	}
	var mu sync.Mutex
	var got []Got
	m.Doubts = nil
	err := commits.Each(ctx, list, func(ctx context.Context, c pins.Commit) (*commits.Opened, error) {
		o, fresh, err := m.bring(ctx, c)
		if err != nil {
			return nil, err
		}
		if err := m.contained(ctx, c, o.Commit); err != nil {
			return nil, errors.Join(err, o.Close())
		}
		if c.Objects, err = m.objects(ctx, c, o); err != nil {
			return nil, errors.Join(err, o.Close())
		}
		c.Content = o.Content
		mu.Lock()
		defer mu.Unlock()
		got = append(got, Got{c, fresh})
		return o, nil
	})
	if err == nil {
		err = m.histories(ctx, got)
	}
	return got, err
}

// bring opens a commit, after it was fetched where that is needed.
func (m *Machine) bring(ctx context.Context, c pins.Commit) (o *commits.Opened, fresh bool, err error) {
	o, err = commits.Open(ctx, m.Store, c)
	var gone *store.NotFoundError
	var corrupt *store.IntegrityError
	var wrong *commits.Error
	switch {
	case err == nil && m.tagged(c):
		return o, false, nil
	case err == nil:
		o.Close()
	case errors.As(err, &corrupt):
		if err := m.Store.Quarantine(ctx, corrupt.Want); err != nil && !errors.As(err, &corrupt) {
			return nil, false, err
		}
	case errors.As(err, &wrong) && c.Content == "": // the record is wrong, and is made anew
		if err := m.Store.DeleteRecord(commits.RecordCommit, c.ID); err != nil {
			return nil, false, err
		}
	case !errors.As(err, &gone):
		return nil, false, err
	}
	if err := m.receive(ctx, c); err != nil {
		return nil, false, err
	}
	o, err = commits.Open(ctx, m.Store, c)
	return o, true, err
}

// tagged says whether a server was asked for all tags of a commit.
func (m *Machine) tagged(c pins.Commit) bool {
	for _, tag := range c.Tags {
		if data, err := m.Store.Record(commits.RecordTag, commits.TagKey(c.Clone, tag)); err != nil || string(data) != c.ID {
			return false
		}
	}
	return true
}

// receive asks the servers of a commit, one after the other.
func (m *Machine) receive(ctx context.Context, c pins.Commit) (err error) {
	task := m.Progress.Begin("commit "+c.ID[:12]+" of "+c.Clone, 0)
	defer func() { task.End(err) }()
	var errs []error
	for _, url := range c.URLs {
		if err = m.from(ctx, c, url); err == nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// from receives a commit from one server.
func (m *Machine) from(ctx context.Context, c pins.Commit, url string) error {
	if err := m.ask(ctx, func() error { return m.try(ctx, c, url) }); err != nil {
		return fmt.Errorf("commit %s of %s: %w", c.ID, c.Clone, err)
	}
	return nil
}

// ask asks a server, and again after what may be the network's fault: not what
// the server says, nor that what it gave is wrong.
func (m *Machine) ask(ctx context.Context, question func() error) error {
	var lasting error
	err := m.Client.Retry(ctx, func() error {
		err := question()
		var says *gitwire.ServerError
		var wrong *commits.Error
		if errors.As(err, &says) || errors.As(err, &wrong) || errors.Is(err, gitwire.ErrFilter) {
			lasting = err
			return nil
		}
		return err
	})
	return errors.Join(lasting, err)
}

func (m *Machine) try(ctx context.Context, c pins.Commit, url string) error {
	if err := m.tags(ctx, c, url); err != nil {
		return err
	}
	r, err := gitwire.Open(ctx, m.Client, url)
	if err != nil {
		return err
	}
	defer r.Close()
	if r.Format() != git.ID(c.ID).Format() {
		return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: fmt.Errorf("the repository names objects by %s", r.Format())}
	}
	p, err := r.Fetch(ctx, git.ID(c.ID))
	var pack *git.PackError
	if errors.As(err, &pack) {
		return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: err}
	}
	if err != nil {
		return err
	}
	defer p.Close()
	_, err = commits.Put(ctx, m.Store, &m.putting, c, url, p)
	return err
}

// tags asks a server what the tags of a commit are, which BitBake compares with
// SRCREV.
func (m *Machine) tags(ctx context.Context, c pins.Commit, url string) error {
	for _, tag := range c.Tags {
		object, commit, err := m.ref(ctx, url, "refs/tags/"+tag)
		if err != nil {
			return err
		}
		if object == "" {
			return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: fmt.Errorf("there is no tag %s", tag)}
		}
		if want := git.ID(c.ID); want != object && want != commit {
			return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: fmt.Errorf("the tag %s is at %s", tag, commit)}
		}
		if err := m.Store.PutRecord(commits.RecordTag, commits.TagKey(c.Clone, tag), []byte(c.ID)); err != nil {
			return err
		}
	}
	return nil
}

// ref asks for one name, in a conversation of its own: git's own protocol has
// one answer in each.
func (m *Machine) ref(ctx context.Context, url, name string) (object, commit git.ID, err error) {
	r, err := gitwire.Open(ctx, m.Client, url)
	if err != nil {
		return "", "", err
	}
	defer r.Close()
	return r.Ref(ctx, name)
}
