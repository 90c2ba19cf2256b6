package resolve

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// part is the pins that come from one distribution.
type part struct {
	distribution lockfile.Distribution
	toolchains   []lockfile.Toolchain
	sources      []lockfile.Source
}

// need is what of one distribution has to be resolved.
type need struct {
	want       recipe.Distribution
	before     lockfile.Distribution // zero when there is none that fits
	seen       time.Time             // newest Release of the suite that the lock knows of
	toolchains []recipe.Toolchain    // of the distribution
	debs       bool                  // the toolchains have to be resolved
	names      map[string]bool       // of all its source packages: whether their patches are wanted
	dscs       []recipe.Source       // the sources that have to be resolved
}

// distribution makes the pins of one distribution.
func (j *job) distribution(ctx context.Context, d recipe.Distribution) (part, error) {
	if d.Type == recipe.RPM {
		return j.rpmDistribution(ctx, d)
	}
	p := part{distribution: lockfile.Distribution{Address: d.Address, Name: d.Name, Suite: d.Suite,
		Architecture: d.Architecture, Components: slices.Compact(slices.Sorted(slices.Values(d.Components)))}}
	n := j.need(d)
	for _, s := range j.recipe.Sources {
		if s.Dsc != nil && s.Dsc.From == d.Address {
			p.sources = append(p.sources, lockfile.Source{Address: s.Address, From: d.Address, Dsc: s.Dsc.Name})
		}
	}
	kept := n.kept(j.keptToolchains(n))
	if !n.debs && len(n.dscs) == 0 {
		p.distribution.Vouched, p.toolchains = kept, j.keptToolchains(n)
		return p, nil
	}
	fresh, toolchains, err := j.resolve(ctx, n)
	if err != nil {
		return p, err
	}
	p.toolchains = toolchains
	if !n.debs {
		p.toolchains = j.keptToolchains(n)
	}
	p.distribution.Vouched = merge(kept, fresh)
	return p, nil
}

// need finds out which pins of d no longer serve.
func (j *job) need(d recipe.Distribution) need {
	n := need{want: d, names: map[string]bool{}}
	for _, before := range j.old.Distributions {
		if before.Address != d.Address {
			continue
		}
		if before.Fits(d) {
			n.before = before
		}
		for _, v := range before.Vouched {
			if before.Suite == d.Suite && v.Date.After(n.seen) && !j.recipe.Demands().AllowWeaker {
				n.seen = v.Date
			}
		}
	}
	known := n.before.Address != ""
	for _, t := range j.recipe.Toolchains {
		if t.From == d.Address {
			n.toolchains = append(n.toolchains, t)
			n.debs = n.debs || !known || !j.serves(t)
		}
	}
	for _, s := range j.recipe.Sources {
		if s.Dsc == nil || s.Dsc.From != d.Address {
			continue
		}
		n.names[s.Dsc.Name] = n.names[s.Dsc.Name] || s.Dsc.Patches
		if !known || !n.pinned(*s.Dsc) || j.freed.dsc(s) {
			n.dscs = append(n.dscs, s)
		}
	}
	return n
}

// serves reports whether the pins of a toolchain can stay as they are.
func (j *job) serves(t recipe.Toolchain) bool {
	for _, before := range j.old.Toolchains {
		if before.Address == t.Address {
			return before.Fits(t) && !slices.ContainsFunc(before.Packages, j.freed.deb)
		}
	}
	return false
}

// pinned reports whether the old lock has every file that a source needs.
func (n *need) pinned(want recipe.Dsc) bool {
	for _, v := range n.before.Vouched {
		for _, d := range v.Dscs {
			if d.Name == want.Name {
				return d.Patches || !want.Patches
			}
		}
	}
	return false
}

// keptToolchains returns the pins of the distribution's toolchains from the old lock.
func (j *job) keptToolchains(n need) []lockfile.Toolchain {
	var kept []lockfile.Toolchain
	for _, t := range j.old.Toolchains {
		if slices.ContainsFunc(n.toolchains, func(w recipe.Toolchain) bool { return w.Address == t.Address }) {
			kept = append(kept, t)
		}
	}
	return kept
}

// kept returns what of the old vouched pins is still used and not resolved anew.
func (n *need) kept(toolchains []lockfile.Toolchain) []lockfile.Vouched {
	used := map[string]bool{}
	if !n.debs {
		for _, t := range toolchains {
			for _, name := range t.Packages {
				used[name] = true
			}
		}
	}
	renewed := map[string]bool{}
	for _, s := range n.dscs {
		renewed[s.Dsc.Name] = true
	}
	var kept []lockfile.Vouched
	for _, v := range n.before.Vouched {
		v.Debs = slices.DeleteFunc(slices.Clone(v.Debs), func(d lockfile.Deb) bool { return !used[d.Name] })
		var dscs []lockfile.Dsc
		for _, d := range v.Dscs {
			patches, wanted := n.names[d.Name]
			if wanted && !renewed[d.Name] {
				dscs = append(dscs, trimmed(d, patches))
			}
		}
		v.Dscs = dscs
		if len(v.Debs)+len(v.Dscs) > 0 {
			kept = append(kept, v)
		}
	}
	return kept
}

// trimmed leaves out the packaging archive when no source wants the patches.
func trimmed(d lockfile.Dsc, patches bool) lockfile.Dsc {
	d.Patches = patches
	if !patches {
		d.Files = slices.DeleteFunc(slices.Clone(d.Files), func(f lockfile.File) bool { return lockfile.IsPackaging(f.Name) })
	}
	return d
}

// merge adds fresh pins to the kept ones, into the same block when the same
// InRelease file vouches for both.
func merge(kept []lockfile.Vouched, fresh lockfile.Vouched) []lockfile.Vouched {
	for i, v := range kept {
		if v.Digest != fresh.Digest {
			continue
		}
		for _, index := range fresh.Indexes {
			if !slices.Contains(v.Indexes, index) {
				v.Indexes = append(v.Indexes, index)
			}
		}
		v.Debs, v.Dscs = append(v.Debs, fresh.Debs...), append(v.Dscs, fresh.Dscs...)
		kept[i] = v
		return kept
	}
	if len(fresh.Debs)+len(fresh.Dscs) == 0 {
		return kept
	}
	return append(kept, fresh)
}

// resolve asks the network for what n needs.
func (j *job) resolve(ctx context.Context, n need) (lockfile.Vouched, []lockfile.Toolchain, error) {
	c, err := j.openChain(ctx, n.want, n.seen)
	if err != nil {
		return lockfile.Vouched{}, nil, err
	}
	if err := c.load(ctx, n.debs, len(n.dscs) > 0); err != nil {
		return lockfile.Vouched{}, nil, err
	}
	toolchains, err := j.resolveDebs(c, n)
	if err != nil {
		return lockfile.Vouched{}, nil, err
	}
	if err := j.resolveDscs(c, n); err != nil {
		return lockfile.Vouched{}, nil, err
	}
	return c.vouched, toolchains, nil
}

func (j *job) resolveDebs(c *chain, n need) ([]lockfile.Toolchain, error) {
	if !n.debs {
		return nil, nil
	}
	u, err := newUniverse(n.want.Architecture, c.packages)
	if err != nil {
		return nil, err
	}
	s := &solver{u: u, preferred: j.preferred(n), learned: map[string][]relation{}}
	closures, err := s.solve(n.toolchains)
	if err != nil {
		return nil, err
	}
	return pinToolchains(n.toolchains, closures, func(p *binary) string { return p.name }, func(t recipe.Toolchain, p *binary) error {
		deb, err := p.deb()
		if err != nil {
			return fmt.Errorf("resolving %s: %w", t.Address, err)
		}
		c.vouched.Debs = append(c.vouched.Debs, deb)
		return nil
	})
}

// preferred returns the pins that are to be kept when the indexes have them.
func (j *job) preferred(n need) map[string]lockfile.Deb {
	pins := map[string]lockfile.Deb{}
	for _, v := range n.before.Vouched {
		for _, d := range v.Debs {
			if !j.freed.deb(d.Name) {
				pins[d.Name] = d
			}
		}
	}
	return pins
}
