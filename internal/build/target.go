package build

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Target is what a user asks to be built and exported: an image in all its
// formats, or a package.
type Target struct {
	Name    string         // last label: the directory it is exported to
	Address recipe.Address //
	Steps   []string       // whose outputs are exported
	Boots   []string       // steps of which only boot/ is exported
	Boot    *recipe.Boot   // of an image
}

// TargetError says that no block of the recipe is meant by a name.
type TargetError struct {
	Name  string
	Known []string
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("the recipe has no target %q", e.Name)
}

// Hint lists what there is.
func (e *TargetError) Hint() string { return "targets: " + strings.Join(e.Known, ", ") }

// Targets finds what the names mean: an address such as "image.dom0", or the
// last label alone when only one block has it. Without names it is all
// images, or all packages of a recipe without images.
func Targets(p *plan.Plan, names []string) ([]Target, error) {
	all := available(p.Recipe())
	if len(names) == 0 {
		return byDefault(all), nil
	}
	var found []Target
	for _, n := range names {
		t, err := find(all, n)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(found, func(o Target) bool { return o.Name == t.Name }); i < 0 {
			found = append(found, t)
		} else if found[i].Address != t.Address {
			return nil, fmt.Errorf("%s and %s would be exported to the same directory: build them one after the other", found[i].Address, t.Address)
		}
	}
	return found, nil
}

func byDefault(all []Target) []Target {
	isImage := func(t Target) bool { return len(t.Boots) > 0 }
	if slices.ContainsFunc(all, isImage) {
		return slices.DeleteFunc(all, func(t Target) bool { return !isImage(t) })
	}
	return all
}

func available(r *recipe.Recipe) []Target {
	var all []Target
	for _, m := range r.Images {
		t := Target{Name: m.Name, Address: m.Address, Boot: m.Boot}
		for _, f := range m.Formats {
			t.Steps = append(t.Steps, plan.ImageStep(m.Address, f))
		}
		for _, a := range m.Packages {
			t.Boots = append(t.Boots, string(a))
		}
		all = append(all, t)
	}
	for _, p := range r.Packages {
		all = append(all, Target{Name: p.Name, Address: p.Address, Steps: []string{string(p.Address)}})
	}
	return all
}

func find(all []Target, name string) (Target, error) {
	match := func(ok func(Target) bool) []Target {
		return slices.DeleteFunc(slices.Clone(all), func(t Target) bool { return !ok(t) })
	}
	found := match(func(t Target) bool { return string(t.Address) == name })
	if len(found) == 0 {
		found = match(func(t Target) bool { return t.Name == name })
	}
	if len(found) == 1 {
		return found[0], nil
	}
	e := &TargetError{Name: name}
	for _, t := range all {
		e.Known = append(e.Known, string(t.Address))
	}
	return Target{}, e
}

// StepsOf returns the steps that have to run for the targets.
func StepsOf(targets []Target) []string {
	var names []string
	for _, t := range targets {
		names = append(names, t.Steps...)
		names = append(names, t.Boots...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
