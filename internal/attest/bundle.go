package attest

import (
	"bytes"
	"crypto"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	bundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	common "github.com/sigstore/protobuf-specs/gen/pb-go/common/v1"
	envelope "github.com/sigstore/protobuf-specs/gen/pb-go/dsse"
	"github.com/sigstore/sigstore/pkg/signature"
	"google.golang.org/protobuf/encoding/protojson"
)

// BundleType is the media type of a bundle.
const BundleType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// maxBundle bounds a bundle that is read, in bytes.
const maxBundle = 64 << 20

// Sign returns the bundle, as JSON, of a statement signed with a key, which may
// be in this process, in a TPM or elsewhere. The signature is checked before it
// is given out.
func Sign[P any](s Statement[P], key crypto.Signer) ([]byte, error) {
	payload, sig, hint, err := signStatement(s, key)
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	text, err := protojson.Marshal(&bundle.Bundle{
		MediaType: BundleType,
		VerificationMaterial: &bundle.VerificationMaterial{
			Content: &bundle.VerificationMaterial_PublicKey{PublicKey: &common.PublicKeyIdentifier{Hint: string(hint)}},
		},
		Content: &bundle.Bundle_DsseEnvelope{DsseEnvelope: &envelope.Envelope{
			Payload: payload, PayloadType: PayloadType,
			Signatures: []*envelope.Signature{{Sig: sig}}, // a key id would keep stock clients from trying the key
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	var compact bytes.Buffer // protojson varies its spaces on purpose
	if err := json.Compact(&compact, text); err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	compact.WriteByte('\n')
	return compact.Bytes(), nil
}

// Format returns a statement's text for people; what is signed is compact.
func Format[P any](s Statement[P]) ([]byte, error) {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing a statement: %w", err)
	}
	return append(text, '\n'), nil
}

// Bundle is a signed statement whose signature was not checked yet.
type Bundle struct {
	Name    string // of its file, for messages
	Hint    Hint   // of the key that is said to have signed it
	text    []byte
	payload []byte
	sig     []byte
}

// ReadBundle reads a bundle from a file.
func ReadBundle(path string) (*Bundle, error) {
	fi, err := os.Stat(path)
	if err == nil && fi.Size() > maxBundle {
		err = fmt.Errorf("%s: %d bytes are too many for a bundle", path, fi.Size())
	}
	if err != nil {
		return nil, fmt.Errorf("reading a bundle: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading a bundle: %w", err)
	}
	return ParseBundle(path, text)
}

// ParseBundle reads a bundle. It takes nothing but a DSSE envelope of an
// in-toto statement with one signature, made with a key.
func ParseBundle(name string, text []byte) (*Bundle, error) {
	fail := func(err error) (*Bundle, error) { return nil, &FormatError{name, err} }
	b := new(bundle.Bundle)
	if err := protojson.Unmarshal(text, b); err != nil {
		return fail(err)
	}
	if b.MediaType != BundleType {
		return fail(fmt.Errorf("its media type is %q, not %q", b.MediaType, BundleType))
	}
	public := b.GetVerificationMaterial().GetPublicKey()
	if public == nil {
		return fail(errors.New("it does not name a public key; certificates are not taken"))
	}
	e := b.GetDsseEnvelope()
	switch {
	case e == nil:
		return fail(errors.New("it holds no DSSE envelope"))
	case e.PayloadType != PayloadType:
		return fail(fmt.Errorf("its payload is %q, not %q", e.PayloadType, PayloadType))
	case len(e.Signatures) != 1:
		return fail(fmt.Errorf("it has %d signatures, not one", len(e.Signatures)))
	case e.Signatures[0].Keyid != "" && e.Signatures[0].Keyid != public.Hint:
		return fail(errors.New("it names two keys"))
	}
	return &Bundle{name, Hint(public.Hint), text, e.Payload, e.Signatures[0].Sig}, nil
}

// FormatError says that a file is not what it should be.
type FormatError struct {
	Name string
	Err  error
}

func (e *FormatError) Error() string { return fmt.Sprintf("reading %s: %v", e.Name, e.Err) }

// Unwrap returns the reason.
func (e *FormatError) Unwrap() error { return e.Err }

// Verified is the statement in a bundle whose signature is good.
type Verified[P any] struct {
	Statement Statement[P]
	Bundle    *Bundle
}

// Verify checks a bundle's signature with a key and decodes the statement,
// which must be in the one text that Sign writes and of the given type.
func Verify[P any](b *Bundle, pub crypto.PublicKey, predicate string) (Verified[P], error) {
	v := Verified[P]{Bundle: b}
	hint, err := HintOf(pub)
	if err != nil {
		return v, err
	}
	if hint != b.Hint {
		return v, &SignatureError{b.Name, fmt.Errorf("it is signed with the key %s, not with %s", b.Hint, hint)}
	}
	verifier, err := signature.LoadVerifier(pub, hashOf(pub))
	if err != nil {
		return v, err
	}
	if err := verifier.VerifySignature(bytes.NewReader(b.sig), bytes.NewReader(dsse.PAE(PayloadType, b.payload))); err != nil {
		return v, &SignatureError{b.Name, errors.New("its signature is wrong")}
	}
	if err := json.Unmarshal(b.payload, &v.Statement); err != nil {
		return v, &FormatError{b.Name, err}
	}
	again, err := json.Marshal(v.Statement)
	if err != nil {
		return v, &FormatError{b.Name, err}
	}
	switch s := v.Statement; {
	case !bytes.Equal(again, b.payload):
		return v, &FormatError{b.Name, errors.New("its statement says more than is understood, or in other words than dombuild's")}
	case s.Type != StatementType:
		return v, &FormatError{b.Name, fmt.Errorf("it is a %q", s.Type)}
	case s.PredicateType != predicate:
		return v, &FormatError{b.Name, fmt.Errorf("it is about %q, not %q", s.PredicateType, predicate)}
	}
	return v, nil
}

// SignatureError says that a bundle is not signed by who should have.
type SignatureError struct {
	Name string
	Err  error
}

func (e *SignatureError) Error() string { return fmt.Sprintf("verifying %s: %v", e.Name, e.Err) }

// Unwrap returns the reason.
func (e *SignatureError) Unwrap() error { return e.Err }
