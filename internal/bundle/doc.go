// Package bundle carries what locks need over an air gap, as one file. The
// format is specified in docs/bundle.md.
//
// # Invariants
//
//   - A bundle holds the locks, their pinned blobs, and nothing else. Its
//     manifest names all of them by digest, also those that are left out because
//     the other side has them.
//   - The same locks, serial and base give the same bytes, signatures apart.
//   - Import takes all or nothing: the whole bundle is read, every byte hashed,
//     its signatures and serial judged, and what it leaves out looked for, before
//     the first blob is stored; the store then hashes each of them again.
//   - Nothing in a bundle chooses a path of the file system.
package bundle
