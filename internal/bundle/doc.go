// Package bundle carries what recipes need over an air gap, as one file or in
// parts. The format is specified in docs/bundle.md.
//
// # Invariants
//
//   - A bundle holds recipes, locks, their pinned blobs, and nothing else. Its
//     manifest names all of them by digest, also those that are left out because
//     the other side has them.
//   - The same recipes, locks, serial and base give the same bytes, signatures
//     apart. Every byte but those of the signatures follows from the manifest,
//     so a reader knows where everything is and believes no header.
//   - Import takes all or nothing: the frame is compared, signatures and serial
//     are judged, every blob is hashed into a stage of the store, and only a
//     whole and right stage is published.
//   - Nothing in a bundle chooses a path outside the directory that the user
//     named.
package bundle
