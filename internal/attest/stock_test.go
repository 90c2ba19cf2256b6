package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/hex"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// TestStockVerifies verifies what Sign writes with the library that cosign
// verifies bundles with, told what `cosign verify-blob-attestation --key
// --insecure-ignore-tlog` tells it: a key, and no log. It opens no connection.
func TestStockVerifies(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := example().Provenance()
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"P-256": newKey(t), "P-384": p384, "Ed25519": ed} {
		text, err := Sign(s, key)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, artifact := range []digest.Digest{xen, linux} {
			got, err := stockVerify(text, artifact, key.Public())
			if err != nil || got.Statement.GetPredicateType() != ProvenanceType {
				t.Errorf("%s: %s: %v", name, artifact, err)
			}
		}
		if _, err := stockVerify(text, digest.FromString("another file"), key.Public()); err == nil {
			t.Errorf("%s: it vouches for another file", name)
		}
		if _, err := stockVerify(text, xen, newKey(t).Public()); err == nil {
			t.Errorf("%s: another key verifies it", name)
		}
	}
}

// stockVerify is offline: the only key is the one given, whatever the bundle's hint says.
func stockVerify(text []byte, artifact digest.Digest, key crypto.PublicKey) (*verify.VerificationResult, error) {
	var b bundle.Bundle
	if err := b.UnmarshalJSON(text); err != nil {
		return nil, err
	}
	v, err := signature.LoadVerifier(key, hashOf(key))
	if err != nil {
		return nil, err
	}
	trusted := root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) {
		return root.NewExpiringKey(v, time.Time{}, time.Time{}), nil
	})
	verifier, err := verify.NewVerifier(trusted, verify.WithNoObserverTimestamps())
	if err != nil {
		return nil, err
	}
	sum, err := hex.DecodeString(artifact.Encoded())
	if err != nil {
		return nil, err
	}
	return verifier.Verify(&b, verify.NewPolicy(verify.WithArtifactDigest("sha256", sum), verify.WithKey()))
}
