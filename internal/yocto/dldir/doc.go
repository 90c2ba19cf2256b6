// Package dldir writes files of the store as a DL_DIR from which BitBake builds
// with BB_NO_NETWORK = "1".
//
// # Invariants
//
// Nothing is written but bytes that the store has hashed on the way, and that
// have every checksum which BitBake will compare. A file that is there is never
// replaced: it is left where it is the same, else the export fails. Each file
// comes with the stamp that BitBake writes, NAME.done: a pickle of protocol 2
// (Python's pickletools) of the checksums, newer than the file, from which
// BitBake reads them instead of hashing again. From release 2.12 on BitBake adds
// goh1 to it by itself.
//
// A commit comes as part of git2/NAME, a bare clone of one pack and its index:
// the pinned commits of a repository without the history before them (gitformat-shallow),
// and the branches and tags that BitBake asks for. It runs "git branch --contains COMMIT
// --list BRANCH", or "git log COMMIT" with nobranch=1, and clones from there. So
// a branch is the one commit that has to be in it; where there are several, a
// commit of the empty tree is made whose parents they are. That the branch at the
// server contains them was proven when they were fetched, or is reported. The
// stamp of a clone is the pickle of an empty dict.
//
// Files that git LFS keeps elsewhere lie in the clone at lfs/objects/aa/bb/OID,
// where BitBake and git-lfs look for them (git-lfs, docs/spec.md).
package dldir
