package resolve

import (
	"slices"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// freed is the names whose pins are not to be kept. Nil frees nothing.
type freed struct {
	all     bool
	debs    map[string]bool
	sources map[recipe.Address]bool
}

func (f *freed) deb(name string) bool { return f != nil && (f.all || f.debs[name]) }

func (f *freed) dsc(s recipe.Source) bool { return f != nil && (f.all || f.sources[s.Address]) }

// free finds what names stand for: a package in the closure of a toolchain, a
// package that a recipe asks for, a source by name or address, or a source
// package.
func free(r *recipe.Recipe, old *lockfile.Lock, names []string) (*freed, error) {
	f := &freed{all: len(names) == 0, debs: map[string]bool{}, sources: map[recipe.Address]bool{}}
	packages := knownPackages(r, old)
	known := map[string]bool{}
	for name := range packages {
		known[name] = true
	}
	var errs []error
	for _, name := range names {
		hit := packages[name]
		f.debs[name] = hit
		for _, s := range r.Sources {
			called := []string{string(s.Address), s.Name}
			if s.Dsc != nil {
				called = append(called, s.Dsc.Name)
			}
			for _, c := range called {
				known[c] = true
			}
			if slices.Contains(called, name) {
				hit, f.sources[s.Address] = true, true
			}
		}
		if !hit {
			errs = append(errs, &UnknownError{What: "a package or source called", Name: name,
				In: "the recipe with its lock", Of: "update", Suggestion: nearest(name, known)})
		}
	}
	return f, joined(errs)
}

func knownPackages(r *recipe.Recipe, old *lockfile.Lock) map[string]bool {
	known := map[string]bool{}
	for _, t := range r.Toolchains {
		for _, asked := range t.Packages {
			known[packageOf(asked)] = true
		}
	}
	if old == nil {
		return known
	}
	for _, t := range old.Content().Toolchains {
		for _, name := range t.Packages {
			known[name] = true
		}
	}
	return known
}
