// Package lockfile is the record of every byte that a recipe's build reads
// from outside: each .deb of each toolchain, each file of each source, with
// its size and digest, and with what vouched for it when it was pinned.
//
// The format is a subset of HCL and is specified in docs/lockfile.md. Its
// invariants:
//
//   - There is one text for one lock. Blocks and lists are sorted, attributes
//     have a fixed order; Parse refuses every other text, so that a diff of a
//     lock is never cosmetic and an edit by hand is noticed.
//   - A Lock is whole: every package a toolchain names is pinned, every pin is
//     used, nothing is pinned twice, and a path or digest never means two
//     things. New and Parse refuse anything else.
//   - A pin is a SHA-256 or SHA-512 digest and a size. Where the bytes may be
//     had is a path within a distribution's archive; the address of a mirror
//     is configuration of a machine and stands in no lock. The URL of an http
//     source is the recipe's own.
//   - The digest of the recipe stands in the lock, and Check holds the lock
//     against a recipe pin by pin.
package lockfile
