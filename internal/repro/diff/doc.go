// Package diff compares any two artifacts, however they were built. Bytes
// decide: two artifacts are equal only if their bytes are. Structure explains:
// where bytes differ, both sides are read as what they are, to any depth, and
// every difference is named by the path that leads to it.
//
// # How
//
// At every level the bytes of both sides are compared first. Where they are
// the same nothing is opened. Where they differ, and both are artifacts that
// internal/image reads, their entries are paired by path, and each pair is
// compared: type, mode, owner, time, links, devices, extended attributes, what
// else the format records, and contents, which are a level of their own. A
// compression is a level too. The order of entries counts where a format has
// one. Contents that hold no entries are explained by Options.Leaf.
//
// Directories on disk have no bytes: they are equal if all entries are, with
// all metadata, and if the root directories have the same mode, owner and
// extended attributes. Of two files that are named only the bytes count. Access
// and change times are not of a tree.
//
// An exclusion takes differences out of the verdict and nothing else. Where all
// that is known to differ in an artifact is excluded, and its other bytes are
// not proved to be the same, that is a difference too (Layout), which has to be
// excluded as such.
//
// # Promises
//
// Bytes that differ are never reported as equal: where structure finds no
// reason, the places of the bytes are the difference (Layout, Bytes). Every
// entry of both sides is compared or reported; one that is not is an error.
// What differs and cannot be read as what it seems to be is compared as bytes,
// and the difference says so; damage of the machine, and an artifact that goes
// beyond Limits, are errors, never a verdict.
//
// Memory does not grow with the size of artifacts, only with the number of
// entries of a level. What comes out of a compression or another stream is held
// in temporary files without names, at most Limits.Bytes of it.
package diff
