// Package git verifies that a repository delivers what a commit's hash says:
// the commit, its trees and its files. It reads objects itself and executes
// nothing: no hook, no filter, no configuration.
//
// Git does not hash the objects that it checks out; it believes the indexes
// beside them. So here every copy of an object that git could find, in each
// pack index and as a loose file, must have the hash that it is found by. What
// makes git look elsewhere (alternates, replacements, grafts, a commit graph, a
// multi-pack index) or run something (hooks, configuration) is a doubt: the
// repository is then not proven, however well its objects hash.
//
// Not followed: the history before the commit, tags, and the commits of
// submodules, which are repositories of their own. Formats: gitformat-pack(5)
// version 2 with indexes of version 2, SHA-1 object ids.
package git
