package resolve

import (
	"slices"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// pinToolchains writes down the closures of a distribution's toolchains, in
// their order, and has pin pin each package once, however many have it.
func pinToolchains[P any](asked []recipe.Toolchain, closures [][]P, name func(P) string, pin func(recipe.Toolchain, P) error) ([]lockfile.Toolchain, error) {
	pinned := map[string]bool{}
	toolchains := make([]lockfile.Toolchain, len(closures))
	for i, closure := range closures {
		t := asked[i]
		toolchains[i] = lockfile.Toolchain{Address: t.Address, From: t.From,
			Requested: slices.Compact(slices.Sorted(slices.Values(t.Packages)))}
		for _, p := range closure {
			toolchains[i].Packages = append(toolchains[i].Packages, name(p))
			if pinned[name(p)] {
				continue
			}
			pinned[name(p)] = true
			if err := pin(t, p); err != nil {
				return nil, err
			}
		}
	}
	return toolchains, nil
}
