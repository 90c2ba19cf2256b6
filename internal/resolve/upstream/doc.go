// Package upstream pins and brings the sources whose files are put together
// from what a server of its own kind has: commits of git, images of registries,
// Go modules, npm packages and crates.
//
// Each kind is two functions. Pin asks upstream, proves what it got by the
// hashes and signatures of that kind, and puts into the store what a lock
// names: the parts, and the tree made of them as one canonical tar. Bring does
// the same for a pin, on any machine and at any later time; the bytes it makes
// have the digests of the pin, or are not kept. Nothing that was received is
// run, and nothing of the machine but its mirrors goes into a tree.
package upstream
