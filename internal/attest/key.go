package attest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/sigstore/sigstore/pkg/cryptoutils"
)

// Hint names a public key: the standard base64 form of the SHA-256 of its
// SubjectPublicKeyInfo in DER.
type Hint string

// HintOf returns the hint of an ECDSA key over a NIST curve or an Ed25519 key.
func HintOf(pub crypto.PublicKey) (Hint, error) {
	switch k := pub.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P224() {
			return "", errors.New("ECDSA keys over P-224 are not taken; use P-256")
		}
	case ed25519.PublicKey:
	default:
		return "", fmt.Errorf("keys of type %T are not taken; use ECDSA over P-256 or Ed25519", pub)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(der)
	return Hint(base64.StdEncoding.EncodeToString(sum[:])), nil
}

// ReadPrivateKey reads a PEM file: PKCS #8, SEC 1, or a key that cosign made.
// The password is asked for only when the key is encrypted.
func ReadPrivateKey(path string, password func() ([]byte, error)) (crypto.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a signing key: %w", err)
	}
	key, err := cryptoutils.UnmarshalPEMToPrivateKey(text, func(bool) ([]byte, error) { return password() })
	if err != nil {
		return nil, fmt.Errorf("reading the signing key %s: %w", path, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("reading the signing key %s: keys of type %T do not sign", path, key)
	}
	if _, err := HintOf(signer.Public()); err != nil {
		return nil, fmt.Errorf("reading the signing key %s: %w", path, err)
	}
	return signer, nil
}

// ReadPublicKey reads a PEM file with one public key.
func ReadPublicKey(path string) (crypto.PublicKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a public key: %w", err)
	}
	pub, err := cryptoutils.UnmarshalPEMToPublicKey(text)
	if err == nil {
		_, err = HintOf(pub)
	}
	if _, rest := pem.Decode(text); err == nil && len(bytes.TrimSpace(rest)) > 0 {
		err = errors.New("something follows the first key; give each key a file of its own")
	}
	if err != nil {
		return nil, fmt.Errorf("reading the public key %s: %w", path, err)
	}
	return pub, nil
}

// hashOf is the hash that a key signs with.
func hashOf(pub crypto.PublicKey) crypto.Hash {
	if k, ok := pub.(*ecdsa.PublicKey); ok {
		switch k.Curve {
		case elliptic.P384():
			return crypto.SHA384
		case elliptic.P521():
			return crypto.SHA512
		}
	}
	return crypto.SHA256
}
