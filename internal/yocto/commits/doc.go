// Package commits keeps git commits in the store: each as one blob of all that
// it consists of, in the form of a git.List, and a record that says which blob
// a commit is.
//
// # Invariants
//
// A record is a hint: what is opened has every object hashed, the commit, its
// trees and its files are all there, and nothing else is. One commit has one
// blob; other objects of the same names, which SHA-1 does not rule out, are an
// error. The commits of submodules are those that the trees name; where they
// come from says .gitmodules, which is part of the tree too.
package commits
