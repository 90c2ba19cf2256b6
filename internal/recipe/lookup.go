package recipe

import (
	"slices"
	"strings"
)

// Distribution returns the distribution with the address given.
func (r *Recipe) Distribution(a Address) (Distribution, bool) {
	return lookup(r.Distributions, a, func(d Distribution) Address { return d.Address })
}

// Toolchain returns the toolchain with the address given.
func (r *Recipe) Toolchain(a Address) (Toolchain, bool) {
	return lookup(r.Toolchains, a, func(t Toolchain) Address { return t.Address })
}

// Source returns the source with the address given.
func (r *Recipe) Source(a Address) (Source, bool) {
	return lookup(r.Sources, a, func(s Source) Address { return s.Address })
}

// Package returns the package with the address given.
func (r *Recipe) Package(a Address) (Package, bool) {
	return lookup(r.Packages, a, func(p Package) Address { return p.Address })
}

// Image returns the image with the address given.
func (r *Recipe) Image(a Address) (Image, bool) {
	return lookup(r.Images, a, func(i Image) Address { return i.Address })
}

func lookup[T any](list []T, a Address, of func(T) Address) (T, bool) {
	i, ok := slices.BinarySearchFunc(list, a, func(t T, a Address) int {
		return strings.Compare(string(of(t)), string(a))
	})
	if !ok {
		var zero T
		return zero, false
	}
	return list[i], true
}
