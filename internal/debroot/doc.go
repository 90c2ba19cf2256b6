// Package debroot unpacks Debian binary packages, or RPM packages (see
// AssembleRPM for what is different), into one canonical root file
// system, as a tar stream, without running anything and without extracting
// anything into the file system.
//
// # Input
//
// A package is an ar archive (deb(5), format 2.x) of the members
// debian-binary, control.tar and data.tar in this order, the latter two
// uncompressed or compressed with xz, zstd, gzip or bzip2. Members whose names
// begin with "_" are skipped, as deb(5) demands; any other member is an error.
// A reader is read to its end, so that one which verifies a digest has had its
// say; nothing is written to the output before every reader has.
//
// # Output
//
// The same set of packages gives the same bytes, whatever their order, the
// number of CPUs or the clock. Entries are sorted by path, a directory before
// what is in it, and belong to 0:0 with the given modification time. Regular
// files keep their mode without setuid, setgid and sticky bits, directories
// keep the sticky bit only. Extended attributes are dropped. Symbolic links
// keep their text. The paths of a hard link are links to the first of them.
//
// The root has a merged /usr: bin, sbin, lib, lib32, lib64 and libx32 are
// links into usr, and what packages have below them moves there. No entry is
// ever below a symbolic link.
//
// # Conflicts
//
// A path that two packages have is an error that names both, unless the
// contents, modes and link texts are equal, or one of the two says Replaces
// for the other (with a version relation that holds): then its file is the
// one kept. Directories are shared; the mode of the first package by name
// counts.
//
// # Finish
//
// A small set of links that maintainer scripts would make (see alternatives),
// the mount points and accounts a sandbox needs (see skeleton) are added where
// no package has them. There is no ld.so.cache: the loader finds libraries
// below its built-in directories, which on Debian include the multiarch ones.
// With Options.Database the state of dpkg is written too, every package being
// "install ok unpacked", so that dpkg --configure --pending can be run there;
// maintainer scripts then rely on Debian's essential packages and on the
// accounts that base-passwd brings.
//
// # Refused
//
// Absolute names, names with "..", NUL or newline, names that are not UTF-8,
// device nodes, fifos, sockets, sparse files and unknown entry types, hard
// links out of the package, and whatever exceeds Limits.
package debroot
