package resolve

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/dombuild/dombuild/internal/recipe"
)

const (
	messageHeader = "-----BEGIN PGP SIGNED MESSAGE-----\n"
	signatureEnd  = "\n-----END PGP SIGNATURE-----\n"
)

// splitMessage takes data apart that is one clearsigned message and nothing
// else: bytes before or after it are not covered by the signature and would
// be believed by a careless reader.
func splitMessage(data []byte) (*clearsign.Block, error) {
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

// readKeyring reads a keyring, binary or armored.
func readKeyring(f recipe.File) (openpgp.EntityList, error) {
	read := openpgp.ReadKeyRing
	if bytes.HasPrefix(bytes.TrimSpace(f.Content), []byte("-----BEGIN")) {
		read = openpgp.ReadArmoredKeyRing
	}
	keys, err := read(bytes.NewReader(f.Content))
	if err != nil {
		return nil, fmt.Errorf("reading keyring %s: %w", f.Path, err)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("reading keyring %s: it holds no key", f.Path)
	}
	return keys, nil
}

// verifyMessage returns the text of a clearsigned message that is signed by
// at least one good key of the keyring, and the primary fingerprints of all
// that are. A signature by a good key over other bytes refuses the message
// even when another one fits.
func verifyMessage(data []byte, keys openpgp.EntityList, now time.Time) (text string, signers []string, err error) {
	block, err := splitMessage(data)
	if err != nil {
		return "", nil, err
	}
	signatures, err := readSignatures(block.ArmoredSignature.Body)
	if err != nil {
		return "", nil, err
	}
	var reasons []string
	for _, sig := range signatures {
		signer, err := verifyOne(sig, block.Bytes, keys, now)
		switch {
		case err == nil:
			signers = append(signers, fmt.Sprintf("%X", signer.PrimaryKey.Fingerprint))
		case isForgery(err):
			return "", nil, fmt.Errorf("the signature by key %s does not fit the text: %w", keyID(sig), err)
		default:
			reasons = append(reasons, fmt.Sprintf("key %s: %s", keyID(sig), explain(err)))
		}
	}
	if len(signers) == 0 {
		return "", nil, fmt.Errorf("no good signature (%s)", strings.Join(reasons, "; "))
	}
	slices.Sort(signers)
	return string(block.Plaintext) + "\n", slices.Compact(signers), nil
}

// readSignatures reads the packets of a signature block, which are signatures
// and nothing else.
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
		if len(out) == 64 {
			return nil, errors.New("it has too many signatures")
		}
		out = append(out, sig)
	}
	if len(out) == 0 {
		return nil, errors.New("it has no signature")
	}
	return out, nil
}

var strongHashes = []crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA3_256, crypto.SHA3_512}

func verifyOne(sig *packet.Signature, signed []byte, keys openpgp.EntityList, now time.Time) (*openpgp.Entity, error) {
	if !slices.Contains(strongHashes, sig.Hash) {
		return nil, fmt.Errorf("it signs by way of %v, which is too weak", sig.Hash)
	}
	if sig.CreationTime.After(now.Add(maxFuture)) {
		return nil, errors.New("it was made in the future")
	}
	var one bytes.Buffer
	if err := sig.Serialize(&one); err != nil {
		return nil, fmt.Errorf("reading its signature: %w", err)
	}
	config := &packet.Config{Time: func() time.Time { return now }}
	_, signer, err := openpgp.VerifyDetachedSignature(keys, bytes.NewReader(signed), &one, config)
	if err != nil {
		return nil, err
	}
	for _, k := range keys.KeysById(*sig.IssuerKeyId) {
		if pub, ok := k.PublicKey.PublicKey.(*rsa.PublicKey); ok && pub.N.BitLen() < 2048 {
			return nil, fmt.Errorf("an RSA key of %d bits is too weak", pub.N.BitLen())
		}
	}
	return signer, nil
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
