// Package rpmsolve finds the packages that make up a toolchain of an RPM
// distribution: what is asked for, and everything it requires, together free
// of conflicts.
//
// It decides by boolean satisfiability, as libsolv does for dnf: each package
// is a variable, and dependencies are clauses. A search with conflict-driven
// learning either finds an assignment or proves that there is none; the proof
// names the dependencies at fault. Where several packages satisfy a
// dependency, the pins that are to be kept go first, then what a chosen package
// recommends or suggests, then the package of that very name, then the first
// name of the alphabet; of one package the highest version. Weak dependencies
// are not followed. Packages that turn out not to be needed are left out.
//
// The answer is a function of the packages, the request and the pins: no
// clock, no order of a map goes into it.
//
// Packages are those of one architecture and noarch. Several toolchains are
// solved together: what conflicts may be in different ones, but of one name
// there is one version in all of them.
package rpmsolve
