package vouch

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const (
	messageHeader = "-----BEGIN PGP SIGNED MESSAGE-----\n"
	signatureHead = "-----BEGIN PGP SIGNATURE-----"
	signatureTail = "-----END PGP SIGNATURE-----"
	signatureEnd  = "\n" + signatureTail + "\n"
	maxSignatures = 64
)

// SplitMessage takes data apart that is one clearsigned message and nothing
// else: bytes before or after it are not covered by the signature and would
// be believed by a careless reader. What it returns is not verified.
func SplitMessage(data []byte) (*clearsign.Block, error) {
	if !bytes.HasPrefix(data, []byte(messageHeader)) {
		return nil, errors.New("it does not begin with the header of a signed message")
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it holds a NUL byte")
	}
	block, rest := clearsign.Decode(data)
	if block == nil {
		return nil, errors.New("it is not a whole clearsigned message")
	}
	if len(rest) > 0 || !bytes.HasSuffix(data, []byte(signatureEnd)) ||
		bytes.Count(data, []byte(signatureEnd)) != 1 {
		return nil, errors.New("there is text after the signature")
	}
	return block, nil
}

// Clearsigned returns the text of a clearsigned message on whose signatures
// the terms are met, and these signatures.
func Clearsigned(data []byte, keys openpgp.EntityList, t Terms) (text string, good []Signature, err error) {
	block, err := SplitMessage(data)
	if err != nil {
		return "", nil, err
	}
	signatures, err := readSignatures(block.ArmoredSignature.Body)
	if err != nil {
		return "", nil, err
	}
	t.Text = true
	if good, err = judge(signatures, bytes.NewReader(block.Bytes), keys, t); err != nil {
		return "", nil, err
	}
	return string(block.Plaintext) + "\n", good, nil
}

// pgpDetached checks signatures, binary or in any number of armored blocks,
// over what signed holds.
func pgpDetached(data []byte, signed io.Reader, keys openpgp.EntityList, t Terms) ([]Signature, error) {
	signatures, err := splitSignatures(data)
	if err != nil {
		return nil, err
	}
	return judge(signatures, signed, keys, t)
}

func splitSignatures(data []byte) ([]*packet.Signature, error) {
	rest := bytes.TrimSpace(data)
	if !bytes.HasPrefix(rest, []byte("-----")) {
		return readSignatures(bytes.NewReader(data))
	}
	var all []*packet.Signature
	for len(rest) > 0 {
		end := bytes.Index(rest, []byte(signatureTail))
		if !bytes.HasPrefix(rest, []byte(signatureHead)) || end < 0 {
			return nil, errors.New("it holds something that is not an armored signature")
		}
		end += len(signatureTail)
		block, err := armor.Decode(bytes.NewReader(append(bytes.Clone(rest[:end]), '\n')))
		if err != nil {
			return nil, fmt.Errorf("reading an armored signature: %w", err)
		}
		some, err := readSignatures(block.Body)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) > maxSignatures {
			return nil, errTooMany
		}
		rest = bytes.TrimSpace(rest[end:])
	}
	return all, nil
}

var errTooMany = errors.New("it has too many signatures")

// readSignatures reads packets, which are signatures and nothing else.
func readSignatures(r io.Reader) ([]*packet.Signature, error) {
	var out []*packet.Signature
	packets := packet.NewReader(r)
	for {
		p, err := packets.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading its signature: %w", err)
		}
		sig, ok := p.(*packet.Signature)
		if !ok || sig.IssuerKeyId == nil {
			return nil, errors.New("its signature block holds something that is not a signature")
		}
		if len(out) == maxSignatures {
			return nil, errTooMany
		}
		out = append(out, sig)
	}
	if len(out) == 0 {
		return nil, errors.New("it has no signature")
	}
	return out, nil
}

// outcome is what came of one signature.
type outcome struct {
	signer *openpgp.Entity
	err    error
}

// judge checks all signatures over what signed holds, in one pass.
func judge(signatures []*packet.Signature, signed io.Reader, keys openpgp.EntityList, t Terms) ([]Signature, error) {
	outcomes := make([]outcome, len(signatures))
	var group sync.WaitGroup
	writers := make([]io.Writer, len(signatures))
	pipes := make([]*io.PipeWriter, len(signatures))
	for i, sig := range signatures {
		var r *io.PipeReader
		r, pipes[i] = io.Pipe()
		writers[i] = pipes[i]
		group.Go(func() {
			o := &outcomes[i]
			o.signer, o.err = verifyOne(sig, r, keys, t)
			_, _ = io.Copy(io.Discard, r) // what a signature that is refused at once has not read
		})
	}
	_, err := io.Copy(io.MultiWriter(writers...), signed)
	for _, p := range pipes {
		_ = p.CloseWithError(err)
	}
	group.Wait()
	if err != nil {
		return nil, err
	}
	return t.count(signatures, outcomes)
}

func (t Terms) count(signatures []*packet.Signature, outcomes []outcome) ([]Signature, error) {
	var good []Signature
	var reasons []string
	for i, o := range outcomes {
		switch sig := signatures[i]; {
		case o.err == nil:
			good = append(good, Signature{fmt.Sprintf("%X", o.signer.PrimaryKey.Fingerprint), sig.CreationTime.UTC()})
		case isForgery(o.err):
			return nil, fmt.Errorf("the signature by key %s does not fit the text: %w", keyID(sig), o.err)
		default:
			reasons = append(reasons, fmt.Sprintf("key %s: %s", keyID(sig), explain(o.err)))
		}
	}
	return t.enough(good, reasons)
}

var strongHashes = []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA3_256, crypto.SHA3_512}

// minBits is how many bits a key of RSA or DSA must have.
const minBits = 2048

func verifyOne(sig *packet.Signature, signed io.Reader, keys openpgp.EntityList, t Terms) (*openpgp.Entity, error) {
	now := t.Now
	if now.IsZero() {
		now = sig.CreationTime
	}
	switch {
	case !slices.Contains(strongHashes, sig.Hash):
		return nil, fmt.Errorf("it signs by way of %v, which is too weak", sig.Hash)
	case sig.CreationTime.After(now.Add(maxFuture)):
		return nil, errors.New("it was made in the future")
	case sig.SigType != packet.SigTypeBinary && !(t.Text && sig.SigType == packet.SigTypeText):
		return nil, errors.New("it is not a signature over the bytes of a file")
	}
	var one bytes.Buffer
	if err := sig.Serialize(&one); err != nil {
		return nil, fmt.Errorf("reading its signature: %w", err)
	}
	config := &packet.Config{Time: func() time.Time { return now }}
	_, signer, err := openpgp.VerifyDetachedSignature(keys, signed, &one, config)
	if err != nil {
		return nil, err
	}
	for _, k := range keys.KeysById(*sig.IssuerKeyId) {
		if err := longEnough(k.PublicKey); err != nil {
			return nil, err
		}
	}
	return signer, nil
}

func longEnough(k *packet.PublicKey) error {
	kind := map[packet.PublicKeyAlgorithm]string{packet.PubKeyAlgoRSA: "RSA", packet.PubKeyAlgoRSASignOnly: "RSA", packet.PubKeyAlgoDSA: "DSA"}[k.PubKeyAlgo]
	if kind == "" {
		return nil
	}
	n, err := k.BitLength()
	if err == nil && n < minBits {
		err = fmt.Errorf("a key of %s of %d bits is too weak", kind, n)
	}
	return err
}

func isForgery(err error) bool {
	_, bad := err.(pgperrors.SignatureError)
	return bad
}

func explain(err error) string {
	switch err {
	case pgperrors.ErrUnknownIssuer:
		return "not in the keyring"
	case pgperrors.ErrKeyExpired:
		return "expired"
	case pgperrors.ErrSignatureExpired:
		return "its signature has expired"
	case pgperrors.ErrKeyRevoked:
		return "revoked"
	}
	return err.Error()
}

func keyID(sig *packet.Signature) string { return fmt.Sprintf("%016X", *sig.IssuerKeyId) }
