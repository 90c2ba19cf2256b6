package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/resolve/upstream"
)

// machine is what brings sources that are trees.
func (a *app) machine(mirrors *resolve.Mirrors) (*upstream.Machine, error) {
	st, err := a.openStore()
	return &upstream.Machine{Store: st, Client: new(fetch.Client), Mirrors: mirrors, Now: time.Now(), Progress: a.display}, err
}

// pin pins such a source. The store is opened only when there is one to pin.
func (a *app) pin(mirrors *resolve.Mirrors) resolve.Pin {
	return func(ctx context.Context, s recipe.Source) (*lockfile.Tree, error) {
		m, err := a.machine(mirrors)
		if err != nil {
			return nil, err
		}
		return m.Pin(ctx, s)
	}
}

// bring puts what the lock pins of such sources into the store.
func (a *app) bring(ctx context.Context, r *recipe.Recipe, l *lockfile.Lock, mirrors *resolve.Mirrors) error {
	m, err := a.machine(mirrors)
	if err != nil {
		return err
	}
	errs := make([]error, len(r.Sources))
	var g errgroup.Group
	g.SetLimit(4)
	for i, s := range r.Sources {
		if pin, ok := l.Tree(s.Address); ok {
			g.Go(func() error {
				errs[i] = m.Bring(ctx, s, pin)
				return nil
			})
		}
	}
	_ = g.Wait()
	return errors.Join(errs...)
}
