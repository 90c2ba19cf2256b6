package attest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

// TestSignEnvelope verifies a bare envelope with the library of DSSE itself.
func TestSignEnvelope(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hint, err := HintOf(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	want := Statement[Summary]{Type: StatementType, PredicateType: SummaryType, Predicate: Summary{VerificationResult: "PASSED"}}
	text, err := SignEnvelope(want, key)
	if err != nil {
		t.Fatal(err)
	}
	var e dsse.Envelope
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	if len(e.Signatures) != 1 || e.Signatures[0].KeyID != string(hint) {
		t.Errorf("signatures: %+v", e.Signatures)
	}
	payload, err := e.DecodeB64Payload()
	if err != nil {
		t.Fatal(err)
	}
	var got Statement[Summary]
	if err := json.Unmarshal(payload, &got); err != nil || !got.Equal(want) {
		t.Errorf("%+v %v", got, err)
	}
	v, err := dsse.NewEnvelopeVerifier(verifierOf{key.Public(), string(hint)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Verify(t.Context(), &e); err != nil {
		t.Error(err)
	}
}

type otherKey struct {
	*ecdsa.PrivateKey
	public crypto.PublicKey
}

func (k otherKey) Public() crypto.PublicKey { return k.public }

// TestSignChecksItself has a key sign that is not that of its public key, and
// one that fails.
func TestSignChecksItself(t *testing.T) {
	a, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s := Statement[string]{Type: StatementType}
	if _, err := Sign(s, otherKey{a, b.Public()}); err == nil {
		t.Error("a signature was given out that its key does not verify")
	}
	if _, err := Sign(s, failing{a}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ *ecdsa.PrivateKey }

func (failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, io.ErrUnexpectedEOF
}

// verifierOf is a key as the library of DSSE sees one.
type verifierOf struct {
	key crypto.PublicKey
	id  string
}

func (v verifierOf) Verify(_ context.Context, data, sig []byte) error {
	s := sha256.Sum256(data)
	if !ecdsa.VerifyASN1(v.key.(*ecdsa.PublicKey), s[:], sig) {
		return errors.New("the signature is wrong")
	}
	return nil
}

func (v verifierOf) KeyID() (string, error)   { return v.id, nil }
func (v verifierOf) Public() crypto.PublicKey { return v.key }
