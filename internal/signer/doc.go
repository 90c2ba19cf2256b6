// Package signer finds the private key that a user names: in a PEM file, in a
// TPM 2.0, or behind a plugin. Whatever it is, the rest of the program sees a
// crypto.Signer.
//
// # References
//
//	FILE              a PEM file: PKCS #8, SEC 1, or cosign's encrypted form
//	tpm:0x81000001    a key that was made persistent in the TPM, by its handle
//	pkcs11:…          an RFC 7512 URI, given to the plugin sigstore-kms-pkcs11
//	NAME://…          given to the plugin sigstore-kms-NAME
//
// Plugins are programs in PATH that speak version v1 of the protocol of
// sigstore's key management plugins, the same that cosign uses: so no library
// of a token is ever loaded into this process, and none needs cgo.
package signer
