package attest

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/sigstore/sigstore/pkg/signature"
)

// sign signs a message with any crypto.Signer, and checks what it gave.
func sign(message []byte, key crypto.Signer) ([]byte, error) {
	h := hashOf(key.Public())
	input, opts := message, crypto.SignerOpts(crypto.Hash(0))
	if _, ok := key.Public().(ed25519.PublicKey); !ok {
		sum := h.New()
		sum.Write(message)
		input, opts = sum.Sum(nil), h
	}
	sig, err := key.Sign(rand.Reader, input, opts)
	if err != nil {
		return nil, err
	}
	verifier, err := signature.LoadVerifier(key.Public(), h)
	if err != nil {
		return nil, err
	}
	if err := verifier.VerifySignature(bytes.NewReader(sig), bytes.NewReader(message)); err != nil {
		return nil, fmt.Errorf("the key signs what its public key does not verify: %w", err)
	}
	return sig, nil
}

// signStatement returns the payload, its signature and the key's hint.
func signStatement[P any](s Statement[P], key crypto.Signer) (payload, sig []byte, hint Hint, err error) {
	if hint, err = HintOf(key.Public()); err != nil {
		return nil, nil, "", err
	}
	if payload, err = json.Marshal(s); err != nil {
		return nil, nil, "", err
	}
	sig, err = sign(dsse.PAE(PayloadType, payload), key)
	return payload, sig, hint, err
}

// SignEnvelope returns the bare DSSE envelope of a statement signed with a
// key, whose id in it is the hint: what slsa-verifier reads.
func SignEnvelope[P any](s Statement[P], key crypto.Signer) ([]byte, error) {
	payload, sig, hint, err := signStatement(s, key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	text, err := json.Marshal(dsse.Envelope{PayloadType: PayloadType, Payload: base64.StdEncoding.EncodeToString(payload),
		Signatures: []dsse.Signature{{KeyID: string(hint), Sig: base64.StdEncoding.EncodeToString(sig)}}})
	return append(text, '\n'), err
}
