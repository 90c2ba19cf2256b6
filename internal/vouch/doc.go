// Package vouch checks who stands behind bytes: OpenPGP signatures (RFC 9580
// and 4880), minisign and signify signatures, and checksum files. It opens no
// file and no connection.
//
// # Invariants
//
//   - Text is returned only when a signature covers it. A signed message has
//     nothing before or after what is signed.
//   - A signer counts once, however many signatures or subkeys it has: signers
//     are told apart by the fingerprint of the primary key, or by the whole
//     public key of minisign and signify, whose key ids are only hints.
//   - A signature of a known key that does not fit refuses everything, whatever
//     other signatures say. One of an unknown, expired or revoked key, or by
//     way of a weak hash, does not count.
//   - SHA-256, SHA-384, SHA-512 and SHA-3 only. MD5 and SHA-1 are not looked at.
package vouch
