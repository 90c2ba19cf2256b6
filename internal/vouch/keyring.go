package vouch

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
)

// Kind is a format of signatures.
type Kind string

// The kinds.
const (
	OpenPGP  Kind = "openpgp"
	Minisign Kind = "minisign"
	Signify  Kind = "signify"
)

// Keyring is public keys of one kind.
type Keyring struct {
	Kind Kind
	pgp  openpgp.EntityList
	ed   []edKey
}

// Signature is a good one.
type Signature struct {
	Signer string    // fingerprint in capital letters, or a public key of minisign or signify
	At     time.Time // as the signature says; zero when it does not
}

// Terms say what is asked of signatures.
type Terms struct {
	Signers []string  // only these count; none: every key of the keyring
	Min     int       // how many must have signed; 0 is 1
	Now     time.Time // at which keys and signatures must be valid; zero: when each signature says that it was made
	File    string    // name that a signature which names a file must name; "": any
	Text    bool      // text is signed, so the form of line ends need not be
}

// maxFuture is by how much a signature's date may be ahead of the clock.
const maxFuture = 24 * time.Hour

// ReadKeyring reads the keys of a file: OpenPGP keys, binary or armored, or
// public keys of minisign or signify. The comment above a key tells these two
// apart, whose keys have the same form; a key without comment is minisign's.
func ReadKeyring(data []byte) (*Keyring, error) {
	if looksEd(data) {
		return readEdKeys(data)
	}
	keys, err := ReadOpenPGPKeys(data)
	if err != nil {
		return nil, err
	}
	return &Keyring{Kind: OpenPGP, pgp: keys}, nil
}

// ReadOpenPGPKeys reads a binary keyring, or any number of armored ones.
func ReadOpenPGPKeys(data []byte) (openpgp.EntityList, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) {
		return someKeys(openpgp.ReadKeyRing(bytes.NewReader(data)))
	}
	var all openpgp.EntityList
	for _, block := range armored(data, "PUBLIC KEY BLOCK") {
		keys, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(block))
		if err != nil {
			return nil, err
		}
		all = append(all, keys...)
	}
	return someKeys(all, nil)
}

func someKeys(keys openpgp.EntityList, err error) (openpgp.EntityList, error) {
	if err == nil && len(keys) == 0 {
		err = errors.New("it holds no key")
	}
	return keys, err
}

// armored cuts data at the ends of armored blocks of a type.
func armored(data []byte, kind string) [][]byte {
	var blocks [][]byte
	begin, end := []byte("-----BEGIN PGP "+kind+"-----"), []byte("-----END PGP "+kind+"-----")
	for {
		i := bytes.Index(data, begin)
		if i < 0 {
			return blocks
		}
		j := bytes.Index(data[i:], end)
		if j < 0 {
			return append(blocks, data[i:])
		}
		blocks = append(blocks, append(bytes.Clone(data[i:i+j+len(end)]), '\n'))
		data = data[i+j+len(end):]
	}
}

// Signers returns the signers of signatures, sorted, each once.
func Signers(list []Signature) []string {
	var names []string
	for _, s := range list {
		names = append(names, s.Signer)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Latest returns the newest date that signatures name.
func Latest(list []Signature) time.Time {
	var latest time.Time
	for _, s := range list {
		if s.At.After(latest) {
			latest = s.At
		}
	}
	return latest
}

// enough checks good signatures against terms; reasons say what is wrong with
// the others.
func (t Terms) enough(good []Signature, reasons []string) ([]Signature, error) {
	var counted []Signature
	for _, s := range good {
		if len(t.Signers) > 0 && !slices.Contains(t.Signers, s.Signer) {
			reasons = append(reasons, fmt.Sprintf("key %s: not one of the signers that are asked for", s.Signer))
			continue
		}
		counted = append(counted, s)
	}
	want, have := max(t.Min, 1), len(Signers(counted))
	if have >= want {
		return counted, nil
	}
	why := ""
	if len(reasons) > 0 {
		why = " (" + strings.Join(reasons, "; ") + ")"
	}
	if have == 0 {
		return nil, fmt.Errorf("no good signature%s", why)
	}
	return nil, fmt.Errorf("%d of %d signers that are needed have signed%s", have, want, why)
}
