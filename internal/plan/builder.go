package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// builder collects the steps of one plan.
type builder struct {
	recipe  *recipe.Recipe
	lock    *lockfile.Lock
	env     Environment
	steps   map[string]Step
	locals  []LocalBlob
	notices []string
	helped  map[recipe.Address]help // of the steps of each distribution
}

func (b *builder) build() error {
	for _, t := range b.recipe.Toolchains {
		if err := b.toolchain(t); err != nil {
			return err
		}
	}
	if err := b.helpers(); err != nil {
		return err
	}
	if err := b.wrappers(); err != nil {
		return err
	}
	for _, p := range b.recipe.Packages {
		if err := b.pkg(p); err != nil {
			return fmt.Errorf("planning %s: %w", p.Address, err)
		}
	}
	for _, m := range b.recipe.Images {
		if err := b.image(m); err != nil {
			return fmt.Errorf("planning %s: %w", m.Address, err)
		}
	}
	return b.canaries()
}

func (b *builder) toolchain(t recipe.Toolchain) error {
	debs, err := b.lock.Toolchain(t.Address)
	if err != nil {
		return fmt.Errorf("planning %s: %w", t.Address, err)
	}
	return b.add(Step{
		Name: string(t.Address), Kind: KindToolchain, Address: t.Address,
		Debs: debs, Type: b.distributionOf(t.Address).Type, Configure: t.Configure, Place: t.Range,
	})
}

func (b *builder) add(s Step) error {
	if other, ok := b.steps[s.Name]; ok {
		return fmt.Errorf("%s and %s are both the step %q", other.Address, s.Address, s.Name)
	}
	b.steps[s.Name] = s
	return nil
}

// finish orders the steps and computes the digests along that order.
func (b *builder) finish() (*Plan, error) {
	p := &Plan{
		recipe: b.recipe, lock: digest.FromBytes(b.lock.Format()), env: b.env,
		index: map[string]int{}, locals: b.sortedLocals(), notices: b.notices, unvouched: firstUse(b.lock),
	}
	visiting := map[string]bool{}
	var visit func(name string) error
	visit = func(name string) error {
		if _, done := p.index[name]; done {
			return nil
		}
		s, ok := b.steps[name]
		if !ok {
			return fmt.Errorf("step %q is read and nothing makes it", name)
		}
		if visiting[name] {
			return fmt.Errorf("step %q needs its own output", name)
		}
		visiting[name] = true
		s.Deps = dependencies(s)
		for _, d := range s.Deps {
			if err := visit(d); err != nil {
				return err
			}
		}
		s.Digest = hash(p.components(s))
		p.index[name] = len(p.steps)
		p.steps = append(p.steps, s)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(b.steps)) {
		if err := visit(name); err != nil {
			return nil, err
		}
	}
	p.digest = p.planDigest()
	return p, nil
}

func (b *builder) sortedLocals() []LocalBlob {
	slices.SortFunc(b.locals, func(x, y LocalBlob) int { return cmp.Compare(x.Digest, y.Digest) })
	return slices.CompactFunc(b.locals, func(x, y LocalBlob) bool { return x.Digest == y.Digest })
}

func dependencies(s Step) []string {
	var deps []string
	if s.Root != "" {
		deps = append(deps, s.Root)
	}
	if s.Over != "" {
		deps = append(deps, s.Over)
	}
	for _, t := range s.Trees {
		deps = append(deps, t.Step)
	}
	slices.Sort(deps)
	return slices.Compact(deps)
}
