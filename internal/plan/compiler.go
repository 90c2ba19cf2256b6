package plan

import (
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// compiler finds out from the pins which compilers a toolchain has. Debian's
// packages carry the major version in their names: gcc-12, clang-14. Of
// several the oldest counts, because flags go to all of them. Those of Go and
// Rust carry the version of the compiler in theirs: golang-1.19-go 1.19.8-2,
// rustc 1.63.0+dfsg1-2.
func (b *builder) compiler(toolchain recipe.Address) (profile.Compiler, error) {
	var c profile.Compiler
	debs, err := b.lock.Toolchain(toolchain)
	if err != nil {
		return c, err
	}
	d := b.distributionOf(toolchain)
	c.Architecture = d.Machine()
	for _, p := range debs {
		if d.Type == recipe.RPM {
			knownRPM(&c, p.Name, p.Version)
		} else {
			known(&c, p.Name, p.Version)
		}
	}
	return c, nil
}

// distributionOf finds what a toolchain is from.
func (b *builder) distributionOf(toolchain recipe.Address) recipe.Distribution {
	for _, t := range b.recipe.Toolchains {
		if t.Address == toolchain {
			d, _ := b.recipe.Distribution(t.From)
			return d
		}
	}
	return recipe.Distribution{}
}

// knownRPM takes note of the compiler that a package of an RPM distribution
// is: its name is the compiler's, its version is too.
func knownRPM(c *profile.Compiler, name, version string) {
	major, _, _ := strings.Cut(upstream(version), ".")
	switch name {
	case "gcc":
		oldest(&c.GCC, major, "")
	case "clang":
		oldest(&c.Clang, major, "")
	case "golang-bin":
		c.Go = append(c.Go, upstream(version))
	case "rust":
		c.Rust = append(c.Rust, upstream(version))
	}
}

// known takes note of the compiler that a package is, if it is one.
func known(c *profile.Compiler, name, version string) {
	oldest(&c.GCC, name, "gcc-")
	oldest(&c.Clang, name, "clang-")
	switch {
	case strings.HasPrefix(name, "golang-1.") && strings.HasSuffix(name, "-go"):
		c.Go = append(c.Go, upstream(version))
	case name == "rustc" || strings.HasPrefix(name, "rustc-1."):
		c.Rust = append(c.Rust, upstream(version))
	}
}

func oldest(major *int, name, prefix string) {
	version, ok := strings.CutPrefix(name, prefix)
	n, err := strconv.Atoi(version)
	if ok && err == nil && n > 0 && (*major == 0 || n < *major) {
		*major = n
	}
}

// upstream is the version of a package as its authors gave it: without epoch,
// Debian's revision, and what Debian says of its changes to the source.
func upstream(version string) string {
	if _, after, ok := strings.Cut(version, ":"); ok {
		version = after
	}
	if i := strings.IndexAny(version, "-+~"); i >= 0 {
		version = version[:i]
	}
	return version
}
