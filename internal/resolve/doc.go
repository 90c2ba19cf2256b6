// Package resolve turns the names in a recipe into the pins of a lock. It is
// the only package that decides what to trust:
//
//   - A suite's InRelease file must be one clearsigned message and nothing
//     else, signed by a key of the recipe's keyring that is neither expired nor
//     revoked. Only the text that the signature covers is read. Its suite or
//     codename must be the one asked for, its date not older than what the
//     lock saw before, and it must not be past its Valid-Until.
//   - An index is read only after its SHA-256 was found to be the one that the
//     signed text names. MD5 and SHA-1 are not looked at.
//   - The digests of packages and sources are those of a verified index.
//
// The closure of a toolchain is a pure function of the indexes, the recipe and
// the pins that are to be kept: no clock, no order of a map, no state of the
// host goes into it.
//
// Versions compare as Debian Policy §5.6.12 says, relations follow §7.
package resolve
