// Package rpmmd reads the metadata of a repository of RPM packages, as
// createrepo_c writes them: repomd.xml, which names the other files with their
// digests, primary.xml with what each package is and depends on, and
// filelists.xml with the paths of files that primary.xml leaves out.
//
// Only SHA-256 and SHA-512 digests are believed; MD5 and SHA-1 are errors where
// a digest is needed. Files must lie below the repository: xml:base, which
// leads elsewhere, is refused. What comes from here is only as good as what
// vouched for the bytes that were parsed.
package rpmmd
