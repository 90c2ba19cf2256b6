package vouch

import (
	"bytes"
	"crypto"
	"crypto/dsa" //lint:ignore SA1019 of old keys, which are refused
	"crypto/rand"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// now is the time at which the tests run, at when things were signed.
var (
	now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	at  = now.AddDate(0, 0, -7)
)

func newKey() *openpgp.Entity { return archivetest.NewKey(now.AddDate(-1, 0, 0), 0) }

func keyring(t testing.TB, keys ...*openpgp.Entity) *Keyring {
	t.Helper()
	k, err := ReadKeyring(archivetest.Keyring(keys...))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func revoked(k *openpgp.Entity, reason packet.ReasonForRevocation, at time.Time) {
	if err := k.RevokeKey(reason, "", &packet.Config{Time: func() time.Time { return at }}); err != nil {
		panic(err)
	}
}

// TestDetached attacks signatures over the bytes of a file.
func TestDetached(t *testing.T) {
	data := []byte("a kernel, say\n")
	one, two, stranger := newKey(), newKey(), newKey()
	expired := archivetest.NewKey(now.AddDate(0, 0, -20), 15*24*3600)
	compromised := newKey()
	byCompromised := archivetest.Detached(data, at, compromised)
	revoked(compromised, packet.KeyCompromised, now.AddDate(0, 0, -2))
	sign := func(keys ...*openpgp.Entity) []byte { return archivetest.Detached(data, at, keys...) }
	other := archivetest.Detached([]byte("other bytes\n"), at, one)
	name := func(k *openpgp.Entity) string { return Signers([]Signature{{Signer: fingerprint(k)}})[0] }
	tests := []struct {
		name      string
		signature []byte
		keys      []*openpgp.Entity
		terms     Terms
		want      string // of the error; "" for good
	}{
		{"binary", sign(one), []*openpgp.Entity{one}, Terms{}, ""},
		{"armored", archivetest.Armor(sign(one)), []*openpgp.Entity{one}, Terms{}, ""},
		{"two armored blocks", slices.Concat(archivetest.Armor(sign(one)), archivetest.Armor(sign(two))), []*openpgp.Entity{one, two}, Terms{Min: 2}, ""},
		{"one of several known", sign(stranger, one), []*openpgp.Entity{one}, Terms{}, ""},
		{"two of two", sign(one, two), []*openpgp.Entity{one, two}, Terms{Min: 2}, ""},
		{"the key that is asked for", sign(one, two), []*openpgp.Entity{one, two}, Terms{Signers: []string{name(two)}}, ""},
		{"other bytes", other, []*openpgp.Entity{one}, Terms{}, "does not fit"},
		{"one good, one over other bytes", slices.Concat(sign(two), other), []*openpgp.Entity{one, two}, Terms{}, "does not fit"},
		{"not in the keyring", sign(stranger), []*openpgp.Entity{one}, Terms{}, "not in the keyring"},
		{"one key twice", sign(one, one), []*openpgp.Entity{one, two}, Terms{Min: 2}, "1 of 2 signers"},
		{"one key twice in two blocks", slices.Concat(archivetest.Armor(sign(one)), archivetest.Armor(sign(one))), []*openpgp.Entity{one}, Terms{Min: 2}, "1 of 2 signers"},
		{"one key twice in the keyring", sign(one), []*openpgp.Entity{one, one}, Terms{Min: 2}, "1 of 2 signers"},
		{"a key that is not asked for", sign(one), []*openpgp.Entity{one, two}, Terms{Signers: []string{name(two)}}, "not one of the signers"},
		{"expired", sign(expired), []*openpgp.Entity{expired}, Terms{}, "expired"},
		{"expired besides a good one", sign(expired, one), []*openpgp.Entity{expired, one}, Terms{Min: 2}, "1 of 2 signers that are needed have signed (key"},
		{"revoked", byCompromised, []*openpgp.Entity{compromised}, Terms{}, "revoked"},
		{"made in the future", archivetest.Detached(data, now.AddDate(0, 0, 3), one), []*openpgp.Entity{one}, Terms{}, "in the future"},
		{"empty", nil, []*openpgp.Entity{one}, Terms{}, "no signature"},
		{"a page instead", []byte("<html>Not here</html>"), []*openpgp.Entity{one}, Terms{}, "reading its signature"},
		{"text before", slices.Concat([]byte("x\n"), archivetest.Armor(sign(one))), []*openpgp.Entity{one}, Terms{}, "reading its signature"},
		{"text after", append(archivetest.Armor(sign(one)), "x\n"...), []*openpgp.Entity{one}, Terms{}, "not an armored signature"},
		{"cut off", sign(one)[:40], []*openpgp.Entity{one}, Terms{}, "reading its signature"},
		{"too many", bytes.Repeat(sign(one), maxSignatures+1), []*openpgp.Entity{one}, Terms{}, "too many"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.terms.Now = now
			good, err := keyring(t, tt.keys...).Detached(tt.signature, bytes.NewReader(data), tt.terms)
			if tt.want == "" {
				if err != nil || Latest(good) != at || len(Signers(good)) < max(1, tt.terms.Min) {
					t.Errorf("%v, %v", good, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || good != nil {
				t.Errorf("got %v, %v", good, err)
			}
		})
	}
}

func fingerprint(k *openpgp.Entity) string {
	const hex = "0123456789ABCDEF"
	var s strings.Builder
	for _, b := range k.PrimaryKey.Fingerprint {
		s.WriteByte(hex[b>>4])
		s.WriteByte(hex[b&15])
	}
	return s.String()
}

// TestProvedLater judges a signature when it was made: a key may expire or be
// replaced afterwards, but not be compromised.
func TestProvedLater(t *testing.T) {
	data := []byte("x")
	expired := archivetest.NewKey(now.AddDate(0, 0, -20), 15*24*3600)
	for name, tt := range map[string]struct {
		key       *openpgp.Entity
		revoke    bool
		reason    packet.ReasonForRevocation
		now, then bool
	}{
		"expired":     {expired, false, 0, false, true},
		"superseded":  {newKey(), true, packet.KeySuperseded, false, true},
		"compromised": {newKey(), true, packet.KeyCompromised, false, false},
	} {
		sig := archivetest.Detached(data, at, tt.key)
		if tt.revoke {
			revoked(tt.key, tt.reason, now.AddDate(0, 0, -2))
		}
		_, errNow := keyring(t, tt.key).Detached(sig, bytes.NewReader(data), Terms{Now: now})
		_, errThen := keyring(t, tt.key).Detached(sig, bytes.NewReader(data), Terms{})
		if (errNow == nil) != tt.now || (errThen == nil) != tt.then {
			t.Errorf("%s: now %v, then %v", name, errNow, errThen)
		}
	}
}

// TestTextSignature: a signature over text fits bytes with other line ends.
func TestTextSignature(t *testing.T) {
	key := newKey()
	var sig bytes.Buffer
	if err := openpgp.DetachSignText(&sig, key, strings.NewReader("a\nb\n"), &packet.Config{Time: func() time.Time { return at }}); err != nil {
		t.Fatal(err)
	}
	_, err := keyring(t, key).Detached(sig.Bytes(), strings.NewReader("a\nb\n"), Terms{Now: now})
	if err == nil || !strings.Contains(err.Error(), "not a signature over the bytes") {
		t.Errorf("got %v", err)
	}
	if _, err := keyring(t, key).Detached(sig.Bytes(), strings.NewReader("a\nb\n"), Terms{Now: now, Text: true}); err != nil {
		t.Error(err)
	}
}

func TestSeveralSigners(t *testing.T) {
	good, other := newKey(), newKey()
	expired := archivetest.NewKey(now.AddDate(0, 0, -20), 15*24*3600)
	for _, tt := range []struct {
		name    string
		data    []byte
		keys    []*openpgp.Entity
		signers int
	}{
		{"both known", archivetest.Clearsign("A: b\n", at, good, other), []*openpgp.Entity{good, other}, 2},
		{"one known", archivetest.Clearsign("A: b\n", at, other, good), []*openpgp.Entity{good}, 1},
		{"one expired", archivetest.Clearsign("A: b\n", at, expired, good), []*openpgp.Entity{good, expired}, 1},
		{"the same twice", archivetest.Clearsign("A: b\n", at, good, good), []*openpgp.Entity{good}, 1},
		{"none known", archivetest.Clearsign("A: b\n", at, other, expired), []*openpgp.Entity{good}, 0},
	} {
		text, signers, err := keyring(t, tt.keys...).Message(tt.data, Terms{Now: now})
		if len(Signers(signers)) != tt.signers || (err == nil) != (tt.signers > 0) || err == nil && strings.TrimSpace(string(text)) != "A: b" {
			t.Errorf("%s: %q %v %v", tt.name, text, signers, err)
		}
		_, _, err = keyring(t, tt.keys...).Message(tt.data, Terms{Now: now, Min: 2})
		if (err == nil) != (tt.signers == 2) {
			t.Errorf("%s: two signers: %v", tt.name, err)
		}
	}
}

func TestWeakHashIsRefused(t *testing.T) {
	key := newKey()
	for _, weak := range []crypto.Hash{crypto.MD5, crypto.SHA1, crypto.RIPEMD160, crypto.SHA224} {
		sig := &packet.Signature{Hash: weak, CreationTime: now, IssuerKeyId: &key.PrimaryKey.KeyId}
		if _, err := verifyOne(sig, nil, openpgp.EntityList{key}, Terms{Now: now}); err == nil || !strings.Contains(err.Error(), "too weak") {
			t.Errorf("%v: %v", weak, err)
		}
	}
}

// TestWeakKeyIsRefused has keys of a length that can be broken.
func TestWeakKeyIsRefused(t *testing.T) {
	config := &packet.Config{Time: func() time.Time { return at.AddDate(-1, 0, 0) }, Algorithm: packet.PubKeyAlgoRSA, RSABits: 1024}
	weakRSA, err := openpgp.NewEntity("a", "", "a@example.org", config)
	if err != nil {
		t.Fatal(err)
	}
	var private dsa.PrivateKey
	if err := dsa.GenerateParameters(&private.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		t.Fatal(err)
	}
	if err := dsa.GenerateKey(&private, rand.Reader); err != nil {
		t.Fatal(err)
	}
	key := packet.NewDSAPrivateKey(config.Now(), &private)
	weakDSA := &openpgp.Entity{PrimaryKey: &key.PublicKey, PrivateKey: key, Identities: map[string]*openpgp.Identity{}}
	if err := weakDSA.AddUserId("b", "", "b@example.org", config); err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]*openpgp.Entity{"RSA": weakRSA, "DSA": weakDSA} {
		sig := archivetest.Detached([]byte("data"), at, key)
		_, err := keyring(t, key).Detached(sig, strings.NewReader("data"), Terms{Now: now})
		if err == nil || !strings.Contains(err.Error(), "a key of "+name+" of 1024 bits is too weak") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadKeyring(t *testing.T) {
	one, two := newKey(), newKey()
	block := func(k *openpgp.Entity) string {
		return strings.ReplaceAll(string(archivetest.Armor(archivetest.Keyring(k))), "SIGNATURE", "PUBLIC KEY BLOCK")
	}
	k, err := ReadKeyring([]byte(block(one) + "a key of somebody else\n" + block(two)))
	if err != nil || len(k.pgp) != 2 || k.Kind != OpenPGP {
		t.Errorf("%v, %v", k, err)
	}
	for name, text := range map[string]string{
		"empty": "", "a page": "<html>", "no block": "-----BEGIN CERTIFICATE-----\n", "cut off": block(one)[:200],
		"comment only": "untrusted comment: minisign public key\n", "not base64": "untrusted comment: x\n!!!!\n",
		"a secret key": "untrusted comment: signify secret key\nRWRCSwAAAABVN5lr2JViGBN8DhX3/Qb/0g0wBdsNAR/APRW2qy9Fjsfr12sK2cd3URUFis1jgzQzaoayK8x4syT4G3Gvlt9RwGIwUYIQW/0mTeI+ECHu1lv5U4Wa2YHEPIesVPyRm5M=\n",
		"two kinds":    "untrusted comment: minisign public key X\n" + edSample + "\nuntrusted comment: openbsd base\n" + edSample + "\n",
	} {
		if k, err := ReadKeyring([]byte(text)); err == nil {
			t.Errorf("%s: %v", name, k)
		}
	}
}

const edSample = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"

// TestReader reads bytes through a check.
func TestReader(t *testing.T) {
	bad := errors.New("bad")
	broken := errors.New("broken off")
	all := func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }
	tests := []struct {
		name  string
		r     io.Reader
		check Check
		want  error
	}{
		{"good", strings.NewReader("bytes"), all, nil},
		{"empty", strings.NewReader(""), all, nil},
		{"refused at the end", strings.NewReader("bytes"), func(r io.Reader) error { _ = all(r); return bad }, bad},
		{"refused at once", strings.NewReader("bytes"), func(io.Reader) error { return bad }, bad},
		{"accepted at once", strings.NewReader("bytes"), func(io.Reader) error { return nil }, nil},
		{"broken off", io.MultiReader(strings.NewReader("byt"), failing{broken}), all, broken},
		{"broken off and refused", io.MultiReader(strings.NewReader("byt"), failing{broken}), func(r io.Reader) error { _ = all(r); return bad }, broken},
	}
	for _, tt := range tests {
		r := Reader(tt.r, tt.check)
		_, err := io.ReadAll(r)
		if !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err := r.Close(); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	r := Reader(strings.NewReader("bytes"), func(r io.Reader) error { return all(r) })
	_ = r.Close() // not read to its end
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, errUnfinished) {
		t.Errorf("got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestUncompressed(t *testing.T) {
	text := strings.Repeat("text ", 1000)
	for _, suffix := range []string{".gz", ".xz", ".zst"} {
		data := archivetest.Compress(suffix, []byte(text))
		read := func(data []byte) (string, error) {
			r, err := Uncompressed(bytes.NewReader(data))
			if err != nil {
				return "", err
			}
			defer r.Close()
			got, err := io.ReadAll(r)
			return string(got), err
		}
		if got, err := read(data); err != nil || got != text {
			t.Errorf("%s: %v", suffix, err)
		}
		for name, bad := range map[string][]byte{"cut off": data[:len(data)-3], "more": append(bytes.Clone(data), "more bytes"...)} {
			if _, err := read(bad); err == nil {
				t.Errorf("%s %s was taken", suffix, name)
			}
		}
	}
	if _, err := Uncompressed(strings.NewReader(text)); !errors.Is(err, errNotCompressed) {
		t.Errorf("got %v", err)
	}
}

// FuzzClearsigned edits a signed message in one place and looks for a text
// that is accepted and is not what was signed.
func FuzzClearsigned(f *testing.F) {
	key := newKey()
	signed := archivetest.Clearsign("Suite: bookworm\n- dash\n  blank \n", now, key)
	want, _, err := Clearsigned(signed, openpgp.EntityList{key}, Terms{Now: now})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint(0), uint(0), []byte("x\n"))
	f.Add(uint(60), uint(1), []byte{})
	f.Add(uint(len(signed)), uint(0), signed)
	f.Fuzz(func(t *testing.T, at, cut uint, insert []byte) {
		at %= uint(len(signed)) + 1
		cut %= uint(len(signed)) + 1 - at
		data := slices.Concat(signed[:at], insert, signed[at+cut:])
		text, _, err := Clearsigned(data, openpgp.EntityList{key}, Terms{Now: now})
		if err == nil && text != want {
			t.Errorf("accepted %q", text)
		}
	})
}

// FuzzDetached reads anything as signatures: it must not be accepted unless it
// holds the good one, and never counts a signer twice.
func FuzzDetached(f *testing.F) {
	key := newKey()
	data := []byte("bytes")
	sig := archivetest.Detached(data, at, key)
	f.Add(sig)
	f.Add(archivetest.Armor(sig))
	f.Add(append(bytes.Clone(sig), sig...))
	k := keyring(f, key)
	f.Fuzz(func(t *testing.T, sig []byte) {
		if good, err := k.Detached(sig, bytes.NewReader([]byte("other")), Terms{}); err == nil {
			t.Errorf("accepted %v", good)
		}
		if good, err := k.Detached(sig, bytes.NewReader(data), Terms{Min: 2}); err == nil {
			t.Errorf("one key counts twice: %v", good)
		}
	})
}

func FuzzReadKeyring(f *testing.F) {
	f.Add(archivetest.Keyring(newKey()))
	f.Add([]byte("untrusted comment: minisign public key\n" + edSample + "\n"))
	f.Add([]byte(edSample))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := ReadKeyring(data)
		if err == nil && len(k.pgp)+len(k.ed) == 0 {
			t.Error("a keyring without keys")
		}
	})
}
