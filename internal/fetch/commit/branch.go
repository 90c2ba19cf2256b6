package commit

import (
	"context"
	"errors"
	"fmt"

	"github.com/dombuild/dombuild/internal/fetch/gitwire"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// contained proves that the branches of a commit contain it, which BitBake asks
// when it clones: the tip is what the server says it is, the commits from there
// on prove the rest. What no server can show is a doubt.
func (m *Machine) contained(ctx context.Context, c pins.Commit, commit git.ID) error {
	for _, branch := range c.Branches {
		key := commits.BranchKey(c.Clone, branch, c.ID)
		doubt := fmt.Sprintf("commit %s of %s: whether branch %s contains it is not proven: %v", c.ID, c.Clone, branch, gitwire.ErrFilter)
		if known, err := m.Store.Record(commits.RecordBranch, key); err == nil {
			if string(known) == commits.NotProven {
				m.doubt(doubt)
			}
			continue
		}
		var tip git.ID
		var errs []error
		for _, url := range c.URLs {
			var err error
			if tip, err = m.leads(ctx, c, url, branch, commit); err == nil {
				break
			}
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); tip == "" {
			var wrong *commits.Error
			if !errors.Is(err, gitwire.ErrFilter) || errors.As(err, &wrong) {
				return err
			}
			m.doubt(doubt)
			tip = commits.NotProven
		}
		if err := m.Store.PutRecord(commits.RecordBranch, key, []byte(tip)); err != nil {
			return err
		}
	}
	return nil
}

// leads asks one server for the tip of a branch, and for the way from there.
func (m *Machine) leads(ctx context.Context, c pins.Commit, url, branch string, commit git.ID) (tip git.ID, err error) {
	err = m.ask(ctx, func() (err error) {
		tip, err = m.way(ctx, c, url, branch, commit)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("branch %s of %s: %w", branch, c.Clone, err)
	}
	return tip, nil
}

func (m *Machine) way(ctx context.Context, c pins.Commit, url, branch string, commit git.ID) (git.ID, error) {
	wrong := func(err error) error { return &commits.Error{Commit: c.ID, Clone: c.Clone, From: url, Err: err} }
	tip, _, err := m.ref(ctx, url, "refs/heads/"+branch)
	switch {
	case err != nil:
		return "", err
	case tip == "":
		return "", wrong(fmt.Errorf("there is no branch %s", branch))
	case tip == commit:
		return tip, nil
	}
	r, err := gitwire.Open(ctx, m.Client, url)
	if err != nil {
		return "", err
	}
	defer r.Close()
	p, err := r.Since(ctx, tip, commit)
	var pack *git.PackError
	if errors.As(err, &pack) {
		return "", wrong(err)
	}
	if err != nil {
		return "", err
	}
	defer p.Close()
	ok, err := git.Leads(ctx, p, tip, commit)
	if err == nil && !ok {
		err = wrong(fmt.Errorf("the branch %s, which is at %s, does not contain it", branch, tip))
	}
	return tip, err
}

// doubt keeps what was not proven.
func (m *Machine) doubt(text string) {
	m.putting.Lock()
	defer m.putting.Unlock()
	m.Doubts = append(m.Doubts, text)
}
