package resolve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/recipe"
)

// parallel is how many downloads run at once.
const parallel = 4

// Options is what resolving needs from outside.
type Options struct {
	Downloader Downloader
	Mirrors    *Mirrors
	Now        time.Time         // against which signatures and dates are checked; required
	Progress   progress.Reporter // nil: none
	Keep       Keep              // nil: what vouches for pins is verified and dropped
	Take       Take              // required when the recipe has a new http source
	Pin        Pin               // required when the recipe has a new source of another kind
	Packages   Packages          // required when the headers of RPM packages have to vouch
	Learn      Learn             // required when such a source has no digest in the recipe
}

// Lock returns a lock that fits the recipe. Pins of old, which may be nil,
// stay where they still serve; when they all do nothing is downloaded.
func Lock(ctx context.Context, r *recipe.Recipe, old *lockfile.Lock, opt Options) (*lockfile.Lock, error) {
	return newJob(r, old, opt, nil).run(ctx)
}

// Update is Lock, but the named packages of toolchains and sources are
// resolved as if they had no pins. No name means all of them.
func Update(ctx context.Context, r *recipe.Recipe, old *lockfile.Lock, names []string, opt Options) (*lockfile.Lock, error) {
	f, err := free(r, old, names)
	if err != nil {
		return nil, err
	}
	return newJob(r, old, opt, f).run(ctx)
}

// job is one making of a lock.
type job struct {
	recipe *recipe.Recipe
	before *lockfile.Lock // nil: there is none
	old    lockfile.Content
	freed  *freed
	opt    Options
	client *client
}

func newJob(r *recipe.Recipe, old *lockfile.Lock, opt Options, f *freed) *job {
	j := &job{recipe: r, before: old, freed: f, opt: opt}
	if old != nil {
		j.old = old.Content()
	}
	if opt.Progress == nil {
		j.opt.Progress = progress.None{}
	}
	j.client = &client{downloader: opt.Downloader, progress: j.opt.Progress, keep: opt.Keep}
	return j
}

func (j *job) run(ctx context.Context) (*lockfile.Lock, error) {
	parts := make([]part, len(j.recipe.Distributions))
	urls := make([]lockfile.Source, len(j.recipe.Sources))
	errs := make([]error, len(parts)+len(urls))
	var g errgroup.Group
	g.SetLimit(parallel)
	for i, d := range j.recipe.Distributions {
		g.Go(func() error {
			parts[i], errs[i] = j.distribution(ctx, j.recipe.DemandedOf(d))
			return nil
		})
	}
	for i, s := range j.recipe.Sources {
		if s.HTTP != nil {
			g.Go(func() error {
				urls[i], errs[len(parts)+i] = j.http(ctx, s)
				return nil
			})
		}
		if s.Upstream() {
			g.Go(func() error {
				urls[i], errs[len(parts)+i] = j.upstream(ctx, s)
				return nil
			})
		}
	}
	_ = g.Wait()
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) > 0 {
		return nil, joined(errs)
	}
	l, err := lockfile.New(j.content(parts, urls))
	if err != nil {
		return nil, fmt.Errorf("making a lock of what the indexes say: %w", err)
	}
	return l, refuseWeaker(j.recipe, j.before, l)
}

func (j *job) content(parts []part, urls []lockfile.Source) lockfile.Content {
	c := lockfile.Content{Recipe: j.recipe.Digest()}
	for _, p := range parts {
		if len(p.distribution.Vouched) > 0 {
			c.Distributions = append(c.Distributions, p.distribution)
		}
		c.Toolchains = append(c.Toolchains, p.toolchains...)
		c.Sources = append(c.Sources, p.sources...)
	}
	for _, s := range urls {
		if s.URL != "" || s.Tree != nil {
			c.Sources = append(c.Sources, s)
		}
	}
	return c
}

var errNoNetwork = errors.New("the lock lacks pins that only the network has, and there is no downloader")
