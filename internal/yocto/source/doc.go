// Package source says of one URI of SRC_URI what BitBake compares when it
// fetches it: a checksum, a commit, or nothing. It follows lib/bb/fetch2 of
// BitBake 1.46 (dunfell) to 2.18 (wrynose), see [Release].
//
// # Invariant
//
// A verdict of Checksum or Pinned is given only where BitBake, in the release
// at hand, compares the whole of what it fetched with a value that stands in
// the metadata. A value that an Unknown has touched, a URI that BitBake would
// refuse, and a file that it would not compare are never called verified.
package source
