package commits

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/yocto/pins"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Limits of submodules.
const (
	maxDepth   = 8       // in one another
	maxCommits = 10000   // in all
	maxText    = 1 << 20 // bytes of .gitmodules
)

// Modules are the submodules of a commit, as BitBake's gitsm finds them: what
// .gitmodules and the tree both name. None with nobranch checks of their own.
func Modules(o *Opened, c pins.Commit) ([]pins.Commit, error) {
	text, ok, err := o.Text(o.List, ".gitmodules", maxText)
	if err != nil || !ok {
		return nil, err
	}
	urls, err := git.ModuleURLs(text)
	if err != nil {
		return nil, fmt.Errorf("commit %s of %s: %w", c.ID, c.Clone, err)
	}
	var out []pins.Commit
	for _, l := range o.Links {
		address, ok := urls[l.Path]
		if !ok {
			continue
		}
		m, err := module(c, l, address)
		if err != nil {
			return nil, fmt.Errorf("commit %s of %s: submodule %q: %w", c.ID, c.Clone, l.Path, err)
		}
		out = append(out, m)
	}
	return out, nil
}

func module(c pins.Commit, l git.Link, address string) (m pins.Commit, err error) {
	if address, err = git.Resolve(c.URLs[0], address); err != nil {
		return m, err
	}
	u, err := url.Parse(address)
	if err != nil || strings.Contains(address, ";") {
		return m, fmt.Errorf("%q is no URL that BitBake reads the same way", address)
	}
	if err := pins.CheckRepository(address); err != nil {
		return m, err
	}
	of := source.URI{Host: strings.ToLower(u.Host), Path: u.Path, Params: []source.Param{{Name: "protocol", Value: u.Scheme}}}
	m = pins.Commit{Clone: source.CloneName(of.Host, of.Path), ID: string(l.Commit), URLs: []string{of.Repository()}, Submodules: true, NoLFS: c.NoLFS, Recipes: c.Recipes}
	if m.Clone == c.Clone {
		return m, errors.New("it is the repository itself, at which BitBake stops")
	}
	return m, pins.CheckName(m.Clone)
}

// Each calls do for each commit and then for those of their submodules, a few
// at a time, each once. What do opens is closed; of a commit that it does not
// open none follow. The errors are joined.
func Each(ctx context.Context, list []pins.Commit, do func(ctx context.Context, c pins.Commit) (*Opened, error)) error {
	type key struct {
		clone, id  string
		submodules bool
	}
	seen := map[key]bool{}
	for range maxDepth + 1 {
		below, errs := make([][]pins.Commit, len(list)), make([]error, len(list))
		var group errgroup.Group
		group.SetLimit(4)
		for i, c := range list {
			k := key{c.Clone, c.ID, c.Submodules}
			if seen[k] {
				continue
			}
			if seen[k] = true; len(seen) > maxCommits {
				errs[i] = fmt.Errorf("there are more than %d commits", maxCommits)
				break
			}
			group.Go(func() error {
				below[i], errs[i] = one(ctx, c, do)
				return nil
			})
		}
		_ = group.Wait() // the errors are in errs
		if err := errors.Join(errs...); err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		list = nil
		for _, b := range below {
			list = append(list, b...)
		}
		if len(list) == 0 {
			return nil
		}
	}
	return fmt.Errorf("%s: submodules are deeper than %d", list[0].Clone, maxDepth)
}

func one(ctx context.Context, c pins.Commit, do func(context.Context, pins.Commit) (*Opened, error)) ([]pins.Commit, error) {
	o, err := do(ctx, c)
	if err != nil || o == nil {
		return nil, err
	}
	defer o.Close()
	if !c.Submodules {
		return nil, nil
	}
	return Modules(o, c)
}
