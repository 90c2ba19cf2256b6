// Package rpm reads what is particular to packages of the RPM Package Manager:
// versions and how they compare, dependencies with their boolean expressions,
// and the headers of a package file with what signatures cover.
//
// The file is that of the RPM documentation (Format of the Package File,
// versions 3 and 4): a lead of 96 bytes, the signature header, padding to 8
// bytes, the header, and the payload. A signature of the header vouches for
// the payload only through the digest of the payload that stands in the
// header: see File.Verify.
//
// Versions compare as rpmvercmp does; dependencies hold as they do for
// libsolv, which dnf decides with.
package rpm
