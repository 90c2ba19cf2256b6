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

// TargetError says that a name means no block of the recipe, or several, or
// one that cannot be exported beside the others.
type TargetError struct {
	Name  string
	Known []string // addresses of all targets
	Same  []string // addresses that the name means, when it means several
	Clash string   // address of another wanted target that would be exported to the same directory
}

func (e *TargetError) Error() string {
	switch {
	case e.Clash != "":
		return fmt.Sprintf("%s and %s would be exported to the same directory", e.Clash, e.Name)
	case len(e.Same) > 0:
		return fmt.Sprintf("%q is %s", e.Name, strings.Join(e.Same, " and "))
	}
	return fmt.Sprintf("the recipe has no target %q", e.Name)
}

// Hint says what helps.
func (e *TargetError) Hint() string {
	switch {
	case e.Clash != "":
		return "build them one after the other, into different directories"
	case len(e.Same) > 0:
		return "name one by its address"
	}
	return "targets: " + strings.Join(e.Known, ", ")
}

// Targets finds what the names mean: an address such as "image.dom0", or the
// last label alone when only one block has it. Without names it is all
// images, or all packages of a recipe without images.
func Targets(p *plan.Plan, names []string) ([]Target, error) {
	all := available(p.Recipe())
	if len(names) == 0 {
		return apart(byDefault(all))
	}
	var found []Target
	for _, n := range names {
		t, err := find(all, n)
		if err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return apart(found)
}

// apart drops repetitions and refuses targets that share a directory.
func apart(wanted []Target) ([]Target, error) {
	var kept []Target
	for _, t := range wanted {
		i := slices.IndexFunc(kept, func(o Target) bool { return o.Name == t.Name })
		if i < 0 {
			kept = append(kept, t)
		} else if kept[i].Address != t.Address {
			return nil, &TargetError{Name: string(t.Address), Clash: string(kept[i].Address)}
		}
	}
	return kept, nil
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
	for _, t := range found {
		e.Same = append(e.Same, string(t.Address))
	}
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
