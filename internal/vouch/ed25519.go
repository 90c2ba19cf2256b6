package vouch

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"aead.dev/minisign"
)

// A public key of minisign and signify is "Ed", 8 bytes of key id and the key.
// Their signatures are "Ed", the key id and an Ed25519 signature of the
// message; "ED" in minisign is one of its BLAKE2b-512.
const (
	commentPrefix = "untrusted comment: "
	trustedPrefix = "trusted comment: "
	edKeySize     = 2 + 8 + ed25519.PublicKeySize
	edSigSize     = 2 + 8 + ed25519.SignatureSize
	maxEdKeys     = 256
	maxComment    = 1024

	// maxUnhashed bounds a message that has to be in memory to be verified.
	maxUnhashed = 512 << 20
)

// edKey is a public key of minisign or signify; text is its base64.
type edKey struct {
	text string
	id   [8]byte
	key  ed25519.PublicKey
}

func looksEd(data []byte) bool {
	return bytes.HasPrefix(data, []byte(commentPrefix)) || len(bytes.TrimSpace(data)) == base64.StdEncoding.EncodedLen(edKeySize)
}

// readEdKeys reads keys, each a line of base64 below a comment, or alone.
func readEdKeys(data []byte) (*Keyring, error) {
	k := &Keyring{}
	kind := Minisign
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if comment, ok := strings.CutPrefix(line, commentPrefix); ok {
			kind = Signify
			if strings.Contains(comment, "minisign public key") {
				kind = Minisign
			}
			continue
		}
		if line == "" {
			continue
		}
		raw, err := edBase64(line, edKeySize)
		if err != nil || string(raw[:2]) != "Ed" {
			return nil, errors.New("it holds a line that is not a public key of minisign or signify")
		}
		if k.Kind != "" && k.Kind != kind || len(k.ed) == maxEdKeys {
			return nil, errors.New("it holds keys of several kinds, or too many: one file has keys of one kind")
		}
		k.Kind = kind
		k.ed = append(k.ed, edKey{line, [8]byte(raw[2:10]), ed25519.PublicKey(raw[10:])})
	}
	if len(k.ed) == 0 {
		return nil, errors.New("it holds no key")
	}
	return k, nil
}

func edBase64(s string, size int) ([]byte, error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != size || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("it is not a signature in base64")
	}
	return raw, nil
}

// edSignature is a signature of minisign or signify that is not verified.
type edSignature struct {
	text      []byte // all of it, in the form that minisign writes
	hashed    bool   // over BLAKE2b-512 of the message
	id        [8]byte
	signature []byte
	comment   string // minisign's trusted comment
}

// parseEd reads the two lines of a signify signature, or the four of minisign,
// and returns what follows them.
func parseEd(kind Kind, data []byte) (s edSignature, rest []byte, err error) {
	count := 2
	if kind == Minisign {
		count = 4
	}
	var lines []string
	rest = data
	for range count {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		if !ok && (len(lines) < count-1 || len(line) == 0) || len(line) > maxComment {
			return s, nil, fmt.Errorf("a signature of %s has %d lines", kind, count)
		}
		lines, rest = append(lines, string(line)), after
	}
	raw, err := edBase64(lines[1], edSigSize)
	if err != nil || !strings.HasPrefix(lines[0], commentPrefix) {
		return s, nil, fmt.Errorf("it is not a signature of %s", kind)
	}
	s = edSignature{hashed: string(raw[:2]) == "ED", id: [8]byte(raw[2:10]), signature: raw[10:]}
	if string(raw[:2]) != "Ed" && (kind != Minisign || !s.hashed) {
		return s, nil, fmt.Errorf("%q is not an algorithm of %s", raw[:2], kind)
	}
	if kind == Minisign {
		comment, ok := strings.CutPrefix(lines[2], trustedPrefix)
		if _, err := edBase64(lines[3], ed25519.SignatureSize); err != nil || !ok {
			return s, nil, errors.New("it has no signed comment")
		}
		s.comment, s.text = comment, []byte(strings.Join(lines, "\n")+"\n")
	}
	return s, rest, nil
}

// edDetached checks a signature over what signed holds.
func (k *Keyring) edDetached(data []byte, signed io.Reader, t Terms) ([]Signature, error) {
	s, rest, err := parseEd(k.Kind, data)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, errors.New("there is text after the signature")
	}
	return k.edVerify(s, signed, t)
}

// edEmbedded checks a signify signature over the text that follows it.
func (k *Keyring) edEmbedded(data []byte, t Terms) (text []byte, good []Signature, err error) {
	if k.Kind != Signify {
		return nil, nil, errors.New("minisign has no signatures with text in the same file: name the signature too")
	}
	s, rest, err := parseEd(k.Kind, data)
	if err != nil {
		return nil, nil, err
	}
	good, err = k.edVerify(s, bytes.NewReader(rest), t)
	return rest, good, err
}

func (k *Keyring) edVerify(s edSignature, signed io.Reader, t Terms) ([]Signature, error) {
	var candidates []edKey
	for _, key := range k.ed {
		if key.id == s.id {
			candidates = append(candidates, key)
		}
	}
	if len(candidates) == 0 {
		return t.enough(nil, []string{fmt.Sprintf("key %s: not in the keyring", s.shownID())})
	}
	fits, err := s.verifier(k.Kind, signed)
	if err != nil {
		return nil, err
	}
	for _, key := range candidates {
		if !fits(key) {
			continue
		}
		at, err := s.signed(t)
		if err != nil {
			return nil, err
		}
		return t.enough([]Signature{{key.text, at}}, nil)
	}
	return nil, fmt.Errorf("the signature by key %s does not fit the bytes", s.shownID())
}

// shownID writes a key id as minisign does.
func (s edSignature) shownID() string {
	var b strings.Builder
	for i := range s.id {
		fmt.Fprintf(&b, "%02X", s.id[len(s.id)-1-i])
	}
	return b.String()
}

// verifier reads the message and returns what says whether a key signed it.
func (s edSignature) verifier(kind Kind, signed io.Reader) (func(edKey) bool, error) {
	if s.hashed {
		r := minisign.NewReader(signed)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return nil, err
		}
		return func(k edKey) bool { return r.Verify(k.minisign(), s.text) }, nil
	}
	message, err := io.ReadAll(io.LimitReader(signed, maxUnhashed+1))
	if err != nil {
		return nil, err
	}
	if len(message) > maxUnhashed {
		return nil, fmt.Errorf("a message of more than %d MiB whose signature is not over a hash cannot be verified", maxUnhashed>>20)
	}
	if kind == Minisign {
		return func(k edKey) bool { return minisign.Verify(k.minisign(), message, s.text) }, nil
	}
	return func(k edKey) bool { return ed25519.Verify(k.key, message, s.signature) }, nil
}

func (k edKey) minisign() minisign.PublicKey {
	var out minisign.PublicKey
	_ = out.UnmarshalText([]byte(k.text)) // its form has been checked
	return out
}

// signed reads minisign's signed comment, "timestamp:SECONDS\tfile:NAME…".
func (s edSignature) signed(t Terms) (at time.Time, err error) {
	for _, field := range strings.Split(s.comment, "\t") {
		name, value, _ := strings.Cut(field, ":")
		switch name {
		case "timestamp":
			if n, err := strconv.ParseInt(value, 10, 40); err == nil && n > 0 {
				at = time.Unix(n, 0).UTC()
			}
		case "file":
			if t.File != "" && value != t.File && path.Base(value) != t.File {
				return at, fmt.Errorf("it is the signature of a file called %q, and that of %q is wanted", value, t.File)
			}
		}
	}
	if !t.Now.IsZero() && at.After(t.Now.Add(maxFuture)) {
		return at, errors.New("it was made in the future")
	}
	return at, nil
}
