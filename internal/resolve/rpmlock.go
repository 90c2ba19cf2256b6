package resolve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpmmd"
	"github.com/dombuild/dombuild/internal/rpmsolve"
	"github.com/dombuild/dombuild/internal/vouch"
)

// rpmDistribution makes the pins of a distribution of RPM packages.
func (j *job) rpmDistribution(ctx context.Context, d recipe.Distribution) (part, error) {
	n := j.need(d)
	p := part{distribution: lockfile.Distribution{Address: d.Address, Type: d.Type, Name: d.Name, Suite: d.Suite,
		Architecture: d.Architecture, Components: slices.Compact(slices.Sorted(slices.Values(d.Components)))}}
	if !n.debs {
		p.toolchains = j.keptToolchains(n)
		p.distribution.Vouched = n.kept(p.toolchains)
		for i, v := range p.distribution.Vouched {
			if v.Kind == recipe.ByHeader {
				p.distribution.Vouched[i].Signers = headerSigners(v.Debs)
			}
		}
		return p, nil
	}
	if j.opt.Downloader == nil || j.opt.Mirrors == nil {
		return p, errNoNetwork
	}
	keys, err := openKeyring(d.Keyring)
	if err != nil {
		return p, err
	}
	repositories, err := j.openRepositories(ctx, p.distribution, d, keys)
	if err != nil {
		return p, err
	}
	closures, err := j.solveRPMs(ctx, n, repositories)
	if err != nil {
		return p, err
	}
	if p.toolchains, err = pinRPMs(n, closures, repositories); err != nil {
		return p, err
	}
	if d.VouchedBy == recipe.ByHeader {
		if err := j.verifyHeaders(ctx, d, closures, repositories, keys); err != nil {
			return p, err
		}
	}
	for _, r := range repositories {
		if len(r.vouched.Debs) > 0 {
			p.distribution.Vouched = append(p.distribution.Vouched, r.vouched)
		}
	}
	return p, nil
}

// openRepositories reads the metadata of all repositories, by name.
func (j *job) openRepositories(ctx context.Context, locked lockfile.Distribution, d recipe.Distribution, keys *vouch.Keyring) ([]*repository, error) {
	list := make([]*repository, len(locked.Components))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(parallel)
	for i, name := range locked.Components {
		g.Go(func() (err error) {
			if list[i], err = j.openRepository(ctx, d, name, keys, j.newest(d, name)); err == nil {
				err = list[i].load(ctx)
			}
			return err
		})
	}
	return list, g.Wait()
}

// newest is the date of the newest metadata of a repository that the lock knows of.
func (j *job) newest(d recipe.Distribution, repository string) time.Time {
	var newest time.Time
	for _, before := range j.old.Distributions {
		if before.Address != d.Address || before.Type != d.Type || before.Suite != d.Suite {
			continue
		}
		for _, v := range before.Vouched {
			if v.Repository == repository && v.Date.After(newest) {
				newest = v.Date
			}
		}
	}
	return newest
}

// solveRPMs returns the closure of each toolchain. Where a package requires a
// path that primary.xml does not list, filelists.xml is read too.
func (j *job) solveRPMs(ctx context.Context, n need, repositories []*repository) ([][]*rpmmd.Package, error) {
	var all []*rpmmd.Package
	for _, r := range repositories {
		all = append(all, r.packages...)
	}
	u, err := rpmsolve.New(all)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", place(n.want.Range), n.want.Address, err)
	}
	requests := make([]rpmsolve.Request, len(n.toolchains))
	var unknown []error
	for i, t := range n.toolchains {
		requests[i] = rpmsolve.Request{Of: string(t.Address), Packages: t.Packages}
		for _, name := range t.Packages {
			if !u.Has(name) {
				unknown = append(unknown, unknownRPM(u, t, name))
			}
		}
	}
	if len(unknown) > 0 {
		return nil, joined(unknown)
	}
	if err := addPaths(ctx, u, requests, repositories); err != nil {
		return nil, err
	}
	pins := map[string]digest.Digest{}
	for name, pin := range j.preferred(n) {
		pins[name] = pin.Digest
	}
	closures, err := u.Solve(requests, pins)
	var none *rpmsolve.UnsolvableError
	if errors.As(err, &none) {
		i := slices.IndexFunc(n.toolchains, func(t recipe.Toolchain) bool { return string(t.Address) == none.Of })
		return nil, &UnsolvableError{Range: n.toolchains[i].Range, Err: none}
	}
	return closures, err
}

// UnsolvableError says why a toolchain cannot be made of RPM packages.
type UnsolvableError struct {
	Range hcl.Range
	Err   *rpmsolve.UnsolvableError
}

func (e *UnsolvableError) Error() string { return place(e.Range) + e.Err.Error() }
func (e *UnsolvableError) Unwrap() error { return e.Err }

func unknownRPM(u *rpmsolve.Universe, t recipe.Toolchain, name string) error {
	e := &UnknownError{What: "package", Name: name, In: t.From, Of: t.Address, Range: t.Range, Providers: u.Providers(name)}
	if u.OnlyModular(name) {
		e.What = "outside modules, which are not supported, the package"
	} else if len(e.Providers) == 0 {
		e.Suggestion = nearest(name, u.Names())
	}
	return e
}

func addPaths(ctx context.Context, u *rpmsolve.Universe, requests []rpmsolve.Request, repositories []*repository) error {
	missing, err := u.MissingPaths(requests)
	if err != nil || len(missing) == 0 {
		return err
	}
	wanted := map[string]bool{}
	for _, path := range missing {
		wanted[path] = true
	}
	for _, r := range repositories {
		if _, ok := r.md.Records["filelists"]; !ok {
			continue
		}
		text, err := r.index(ctx, "filelists")
		if err != nil {
			return err
		}
		err = rpmmd.ReadFilelists(text, wanted, u.AddPath)
		text.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// pinRPMs writes the pins of the closures to the repositories they come from.
func pinRPMs(n need, closures [][]*rpmmd.Package, repositories []*repository) ([]lockfile.Toolchain, error) {
	by := map[string]*repository{}
	for _, r := range repositories {
		by[r.name] = r
	}
	return pinToolchains(n.toolchains, closures, func(p *rpmmd.Package) string { return p.Name }, func(t recipe.Toolchain, p *rpmmd.Package) error {
		if p.Digest == "" || p.Path == "" {
			return fmt.Errorf("resolving %s: package %s: its repository names no SHA-256 of it, or a place outside the repository", t.Address, p.NEVRA)
		}
		v := &by[p.Repository].vouched
		v.Debs = append(v.Debs, rpmPin(p))
		return nil
	})
}

// rpmPin is the pin of a package as its repository describes it.
func rpmPin(p *rpmmd.Package) lockfile.Deb {
	return lockfile.Deb{Name: p.Name, Version: p.EVR.String(), Architecture: p.Arch, Filename: p.Path, Digest: p.Digest, Size: p.Size}
}

// verifyHeaders takes all packages and has each one's own signature vouch.
func (j *job) verifyHeaders(ctx context.Context, d recipe.Distribution, closures [][]*rpmmd.Package, repositories []*repository, keys *vouch.Keyring) error {
	if j.opt.Packages == nil {
		return errNoNetwork
	}
	named := map[digest.Digest]*rpmmd.Package{}
	for _, closure := range closures {
		for _, p := range closure {
			named[p.Digest] = p
		}
	}
	var pins []lockfile.Pin
	for _, r := range repositories {
		for _, p := range r.vouched.Debs {
			pins = append(pins, lockfile.Pin{Digest: p.Digest, Size: p.Size, Name: p.Name, Version: p.Version,
				Distribution: d.Name, Suite: d.Suite, Architecture: d.Architecture, Repository: r.name, Path: p.Filename})
		}
	}
	if err := j.opt.Packages.Take(ctx, pins); err != nil {
		return err
	}
	var errs []error
	for _, r := range repositories {
		for i := range r.vouched.Debs {
			p := &r.vouched.Debs[i]
			good, err := j.verifyHeader(ctx, named[p.Digest], d, keys)
			if err != nil {
				errs = append(errs, &UntrustedError{What: fmt.Sprintf("package %s of %s, repository %s", named[p.Digest].NEVRA, d.Name, r.name),
					Reason: "no key of " + d.Keyring.Path + " vouches for it", Err: err, From: p.Filename,
					Remedy: "use another mirror; if the distribution has new keys, put its new keyring there and check where it came from"})
				continue
			}
			p.Signer, p.SignedAt = good.Signer, good.At
		}
		r.vouched.Signers = headerSigners(r.vouched.Debs)
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return joined(errs)
}

func (j *job) verifyHeader(ctx context.Context, p *rpmmd.Package, d recipe.Distribution, keys *vouch.Keyring) (vouch.Signature, error) {
	f, err := j.opt.Packages.Open(ctx, p.Digest)
	if err != nil {
		return vouch.Signature{}, err
	}
	defer f.Close()
	return verifyPackage(f, p.NEVRA, keys, terms(d, j.opt.Now))
}

// headerSigners returns the signers of packages' own signatures, sorted.
func headerSigners(packages []lockfile.Deb) []string {
	var signers []string
	for _, p := range packages {
		signers = append(signers, p.Signer)
	}
	slices.Sort(signers)
	return slices.Compact(signers)
}
