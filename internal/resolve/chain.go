package resolve

import (
	"context"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/vouch"
)

// chain is a suite whose InRelease file was verified, and its indexes.
type chain struct {
	client   *client
	want     recipe.Distribution
	bases    []string
	release  *release
	vouched  lockfile.Vouched
	packages []string // texts of Packages indexes
	sources  []string // texts of Sources indexes
}

// openChain gets and verifies the InRelease file of a suite.
func (j *job) openChain(ctx context.Context, d recipe.Distribution, seen time.Time) (*chain, error) {
	if j.opt.Downloader == nil || j.opt.Mirrors == nil {
		return nil, errNoNetwork
	}
	c := &chain{client: j.client, want: d, bases: j.opt.Mirrors.Bases(d.Name, d.Suite)}
	if len(c.bases) == 0 {
		return nil, j.opt.Mirrors.Missing(d.Name, d.Suite)
	}
	data, from, err := c.inRelease(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.verify(data, from, seen, j.opt.Now); err != nil {
		return nil, err
	}
	if err := j.client.keeps(ctx, d.Keyring.Content, d.Keyring.Digest); err != nil {
		return nil, err
	}
	return c, j.client.keeps(ctx, data, c.vouched.Digest)
}

// inRelease gets the file from the first mirror that answers. A mirror that
// answers with something untrusted is not passed over in silence.
func (c *chain) inRelease(ctx context.Context) (data []byte, from string, err error) {
	var errs []error
	for _, base := range c.bases {
		from = join(base, "dists/"+c.want.Suite+"/InRelease")
		data, err = c.client.fetch(ctx, c.want.Suite+" InRelease", from, 0, maxInRelease)
		if err == nil {
			return data, from, nil
		}
		errs = append(errs, err)
	}
	return nil, "", joined(errs)
}

func (c *chain) verify(data []byte, from string, seen, now time.Time) error {
	what := fmt.Sprintf("InRelease of %s %s", c.want.Name, c.want.Suite)
	keys, err := readKeyring(c.want.Keyring)
	if err != nil {
		return err
	}
	text, good, err := vouch.Clearsigned(data, keys, terms(c.want, now))
	if err != nil {
		return &UntrustedError{What: what, From: from, Err: err,
			Reason: "it is not signed by " + enoughKeys(c.want),
			Remedy: "use another mirror; if the distribution has new keys, put its new keyring there and check where it came from"}
	}
	r, err := parseRelease(text)
	if err != nil {
		return &UntrustedError{What: what, From: from, Reason: "its signed text cannot be read", Err: err}
	}
	if reason, remedy := r.accept(c.want, seen, now); reason != "" {
		return &UntrustedError{What: what, From: from, Reason: reason, Remedy: remedy}
	}
	c.release = r
	c.vouched = lockfile.Vouched{
		Kind: lockfile.InRelease, Digest: digest.FromBytes(data), Size: int64(len(data)), Date: r.date,
		Origin: r.origin, Suite: r.suite, Codename: r.codename,
		Keyring: c.want.Keyring.Digest, KeyringSize: int64(len(c.want.Keyring.Content)),
		Signers: vouch.Signers(good), SignedAt: vouch.Latest(good), ValidUntil: r.validUntil,
	}
	return nil
}

// enoughKeys says by whom a Release file has to be signed.
func enoughKeys(d recipe.Distribution) string {
	if d.MinSigners > 1 {
		return fmt.Sprintf("%d keys of %s", d.MinSigners, d.Keyring.Path)
	}
	return "a key of " + d.Keyring.Path
}

// load gets the indexes, all at once.
func (c *chain) load(ctx context.Context, debs, dscs bool) error {
	var packages, sources []lockfile.Index
	for _, component := range c.want.Components {
		dirs := []string{component + "/binary-" + c.want.Architecture}
		if c.release.allApart {
			dirs = append(dirs, component+"/binary-all")
		}
		for i, dir := range dirs {
			index, ok := c.release.index(dir + "/Packages")
			if debs && ok {
				packages = append(packages, index)
			} else if debs && i == 0 {
				return c.lacks(component, dir+"/Packages")
			}
		}
		index, ok := c.release.index(component + "/source/Sources")
		if dscs && ok {
			sources = append(sources, index)
		} else if dscs {
			return c.lacks(component, component+"/source/Sources")
		}
	}
	all := append(packages, sources...)
	texts := make([]string, len(all))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for i, index := range all {
		g.Go(func() (err error) {
			texts[i], err = c.client.index(ctx, c.bases, c.want.Suite, index, c.release)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	c.vouched.Indexes = all
	c.packages, c.sources = texts[:len(packages)], texts[len(packages):]
	return nil
}

func (c *chain) lacks(component, index string) error {
	names := map[string]bool{}
	for _, name := range c.release.components {
		names[name] = true
	}
	if names[component] {
		return fmt.Errorf("%s%s: the release of %s names no index %s", place(c.want.Range), c.want.Address, c.want.Suite, index)
	}
	return &UnknownError{What: "component", Name: component, In: recipe.Address(c.want.Name + " " + c.want.Suite),
		Of: c.want.Address, Range: c.want.Range, Suggestion: nearest(component, names)}
}
