// Package diff compares any two artifacts, however they were built. Bytes
// decide: two artifacts are equal only if their bytes are. Structure explains:
// where bytes differ, both sides are read as what they are, to any depth, and
// every difference is named by the path that leads to it.
package diff
