// Package git reads what a git server sends: packs, and in them commits, tags
// and trees. It runs nothing, and nothing that a repository says has an effect:
// no hooks, no attributes, no filters, no configuration.
//
// Invariants:
//
//   - An object is had only by its name, and the name is the hash of its bytes,
//     computed here from the bytes that were received: SHA-1 or SHA-256, as the
//     repository has it. A pack's own index is neither asked for nor believed.
//   - Bytes that carry the marks of a known attack on SHA-1 have no name.
//   - A tree has the one order that git gives it, no name twice, and no name
//     that would be a repository's own (".git" in any of its disguises).
//   - Everything is bounded: a pack in bytes and objects, an object in size, a
//     chain of deltas and a tree in depth, a commit in what it consists of.
//
// The format is that of gitformat-pack(5), the objects are those of Git's
// hash-function-transition document. SHA-1 is no identity here: who pins a
// commit pins the SHA-256 of the tree beside it.
package git
