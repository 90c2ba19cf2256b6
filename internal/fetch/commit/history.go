package commit

import (
	"context"
	"errors"
	"fmt"

	"github.com/dombuild/dombuild/internal/fetch/gitwire"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// histories brings the commits before those of clones with files of git LFS:
// see commits.RecordHistory.
func (m *Machine) histories(ctx context.Context, got []Got) error {
	large := map[string]bool{}
	for _, g := range got {
		large[g.Clone] = large[g.Clone] || len(g.Objects) > 0
	}
	var errs []error
	for _, g := range got {
		if large[g.Clone] && ctx.Err() == nil {
			errs = append(errs, m.history(ctx, g.Commit))
		}
	}
	return errors.Join(append(errs, ctx.Err())...)
}

func (m *Machine) history(ctx context.Context, c pins.Commit) error {
	o, err := commits.Open(ctx, m.Store, c)
	if err != nil {
		return err
	}
	defer o.Close()
	if !o.Cut {
		return nil
	}
	known, err := commits.OpenHistory(ctx, m.Store, c, o)
	var gone *store.NotFoundError
	var wrong *commits.Error
	switch {
	case err == nil && known != nil:
		return known.Close()
	case err != nil && !errors.As(err, &gone) && !errors.As(err, &wrong):
		return err
	}
	task := m.Progress.Begin("history of "+c.ID[:12]+" of "+c.Clone, 0)
	var errs []error
	for _, url := range c.URLs {
		if err = m.before(ctx, c, o, url); err == nil {
			break
		}
		errs = append(errs, err)
	}
	task.End(err)
	if err != nil && errors.Is(err, gitwire.ErrFilter) {
		m.doubt(fmt.Sprintf("commit %s of %s: without its history git-lfs does not find its files when BitBake unpacks it without a network: %v", c.ID, c.Clone, gitwire.ErrFilter))
		return m.Store.PutRecord(commits.RecordHistory, c.ID, []byte(commits.NotGiven))
	}
	if err != nil {
		return errors.Join(errs...)
	}
	return nil
}

// before asks one server.
func (m *Machine) before(ctx context.Context, c pins.Commit, o *commits.Opened, url string) error {
	if err := m.ask(ctx, func() error { return m.tryBefore(ctx, c, o, url) }); err != nil {
		return fmt.Errorf("history of commit %s of %s: %w", c.ID, c.Clone, err)
	}
	return nil
}

func (m *Machine) tryBefore(ctx context.Context, c pins.Commit, o *commits.Opened, url string) error {
	r, err := gitwire.Open(ctx, m.Client, url)
	if err != nil {
		return err
	}
	defer r.Close()
	p, err := r.History(ctx, o.Commit)
	var pack *git.PackError
	if errors.As(err, &pack) {
		return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: err}
	}
	if err != nil {
		return err
	}
	defer p.Close()
	return commits.PutHistory(ctx, m.Store, c, o, url, p)
}
