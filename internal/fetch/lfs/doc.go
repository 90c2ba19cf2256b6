// Package lfs fetches files that git LFS keeps beside a repository: the batch
// API and basic transfers of https://github.com/git-lfs/git-lfs, docs/api.
//
// # Invariants
//
// A server is believed nothing: each file has the SHA-256 and the size that the
// pointer in the pinned commit names, or is not kept. Nothing is asked of a server
// but these. Where a server says to get a file is http or https, and not http
// where the server itself is asked over https. Headers that it gives along, which
// may hold a credential, go to that address alone: not to where it redirects.
package lfs
