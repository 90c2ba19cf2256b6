// Package tree holds the canonical form of a tree of files, which is what a
// build step leaves behind: two steps made the same if and only if the bytes
// of their canonical archives are the same.
//
// # Canonical archive
//
// A tar archive in USTAR form, with PAX records only for what USTAR cannot
// hold. Entries are sorted by path as bytes, a directory before what is in it;
// directories that the input only implies are there with mode 0755, the root
// itself is not. Owner and group are 0 without names, the modification time of
// everything is one given second, modes keep their twelve bits, those of
// symbolic links are 0777. The first path of a hard link holds the content,
// the others link to it. The only extended attribute kept is
// security.capability.
//
// # Refused
//
// Devices, fifos, sockets, sparse files and unknown types; absolute names,
// ".." and NUL in names, names that are not UTF-8; a path that occurs twice;
// anything below something that is not a directory; a hard link whose target
// is not a regular file that came before it. The error is an *EntryError.
//
// # Index
//
// An Index lists the entries with the digests of their contents. Its digest is
// the SHA-256 of one line per entry: type, mode in octal, size, digest (or
// "-"), and, quoted as in Go, path, link and capability.
package tree
