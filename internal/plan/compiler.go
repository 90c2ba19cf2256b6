package plan

import (
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// compiler finds out from the pins which compilers a toolchain has. Debian's
// packages carry the major version in their names: gcc-12, clang-14. Of
// several the oldest counts, because flags go to all of them.
func (b *builder) compiler(toolchain recipe.Address) (profile.Compiler, error) {
	var c profile.Compiler
	debs, err := b.lock.Toolchain(toolchain)
	if err != nil {
		return c, err
	}
	for _, t := range b.recipe.Toolchains {
		for _, d := range b.recipe.Distributions {
			if t.Address == toolchain && d.Address == t.From {
				c.Architecture = d.Architecture
			}
		}
	}
	for _, d := range debs {
		oldest(&c.GCC, d.Name, "gcc-")
		oldest(&c.Clang, d.Name, "clang-")
	}
	return c, nil
}

func oldest(major *int, name, prefix string) {
	version, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.Atoi(version)
	if ok && err == nil && n > 0 && (*major == 0 || n < *major) {
		*major = n
	}
}
