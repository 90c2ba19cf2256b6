// Package attest says, signed, how artifacts were made, and judges what others
// said. It needs neither a network nor a store nor an engine.
//
// # Formats
//
// A statement is an in-toto Statement v1 with the predicate SLSA Provenance v1
// or, for the outcome of a judgement, SLSA Verification Summary v1. It is
// signed in a DSSE envelope, which is carried in a Sigstore bundle v0.3 whose
// hint is the standard base64 form of the SHA-256 of the signer's public key
// (SubjectPublicKeyInfo, DER). One bundle has one signature.
//
// # What a threshold counts
//
// Statements agree when they name the same artifacts with the same digests and
// have the same buildDefinition, byte for byte in canonical form: same recipe,
// lock, plan, parameters and dependencies. A builder counts once, whatever
// number of statements it signed, a key counts once, whatever number of names
// it has, and an owner counts once, whatever number of builders are his.
//
// # What it does not prove
//
// That a builder whose key signs was not taken over; that is what the threshold
// is for. That all builders were not fed the same bad source; that is what the
// lock's signatures are for.
package attest
