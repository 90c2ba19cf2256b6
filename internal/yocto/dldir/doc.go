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
package dldir
