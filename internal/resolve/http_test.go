package resolve

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// learn downloads as the program does, and keeps nothing.
func learn(ctx context.Context, name, url string, want digest.Digest, check func(io.Reader) error) (digest.Digest, int64, error) {
	data, err := plainClient{}.Download(ctx, url, 1<<20)
	if err == nil && check != nil {
		err = check(bytes.NewReader(data))
	}
	got := digest.FromBytes(data)
	if want != "" {
		got = want.Algorithm().FromBytes(data)
	}
	if err == nil && want != "" && got != want {
		err = &IntegrityError{What: name, Want: want, Got: got, From: url}
	}
	return got, int64(len(data)), err
}

// signedArchive is an archive with a file, its signatures and checksums.
type signedArchive struct {
	*testArchive
	data []byte
}

func newSigned(t *testing.T) signedArchive {
	a := signedArchive{newArchive(t), archivetest.Compress(".xz", []byte("a kernel\n"))}
	signed := now.AddDate(0, 0, -3)
	sums := digest.FromBytes(a.data).Encoded() + "  fw.tar.xz\n"
	for name, data := range map[string][]byte{
		"fw.tar.xz":      a.data,
		"fw.tar.xz.asc":  archivetest.Armor(archivetest.Detached(a.data, signed, a.key)),
		"fw.tar.sign":    archivetest.Detached([]byte("a kernel\n"), signed, a.key),
		"SHA256SUMS":     []byte(sums),
		"SHA256SUMS.gpg": archivetest.Detached([]byte(sums), signed, a.key),
		"SHA256SUMS.asc": archivetest.Clearsign(sums, signed, a.key),
	} {
		a.files["/"+name] = data
	}
	return a
}

func (a signedArchive) url(name string) string {
	if name == "" {
		return ""
	}
	return a.server.URL + "/" + name
}

// recipe has one source with what vouches for it.
func (a signedArchive) recipe(h recipe.HTTP) *recipe.Recipe {
	r := a.testArchive.recipe()
	r.Toolchains, h.URL = nil, a.url("fw.tar.xz")
	r.Sources = []recipe.Source{{Address: "source.fw", Name: "fw", HTTP: &h}}
	return r
}

func (a signedArchive) trust(signature, checksums, covers string) *recipe.Trust {
	return &recipe.Trust{Signature: a.url(signature), Checksums: a.url(checksums), Covers: covers, Keyring: keyring(a.key)}
}

// TestSignedSource pins a file in each way that a signature can vouch for it.
func TestSignedSource(t *testing.T) {
	a := newSigned(t)
	key := strings.ToUpper(digestHex(a.key.PrimaryKey.Fingerprint))
	for _, tt := range []struct {
		name                         string
		signature, checksums, covers string
		digest                       digest.Digest
		want                         string
	}{
		{"signature over the file", "fw.tar.xz.asc", "", recipe.CoversFile, "", "file"},
		{"over what it unpacks to", "fw.tar.sign", "", recipe.CoversUncompressed, "", "uncompressed"},
		{"signed checksums", "SHA256SUMS.gpg", "SHA256SUMS", "", "", "checksums"},
		{"clearsigned checksums", "", "SHA256SUMS.asc", "", "", "checksums"},
		{"signature and digest", "fw.tar.xz.asc", "", recipe.CoversFile, digest.FromBytes(a.data), "file"},
		{"signature and SHA-512", "fw.tar.xz.asc", "", recipe.CoversFile, digest.SHA512.FromBytes(a.data), "file"},
		{"checksums and digest", "SHA256SUMS.gpg", "SHA256SUMS", "", digest.FromBytes(a.data), "checksums"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := a.recipe(recipe.HTTP{Digest: tt.digest, Trust: a.trust(tt.signature, tt.checksums, tt.covers)})
			l := lock(t, a.testArchive, r, nil)
			s := l.Content().Sources[0]
			want := tt.digest
			if want == "" {
				want = digest.FromBytes(a.data)
			}
			if s.Digest != want || s.Size != int64(len(a.data)) {
				t.Errorf("pinned %s, %d bytes", s.Digest, s.Size)
			}
			v := s.Vouch
			got := lockfile.Vouch{Kind: v.Kind, Covers: v.Covers, File: v.File, SignedAt: v.SignedAt, Signers: v.Signers}
			if diff := cmp.Diff(lockfile.Vouch{Kind: "openpgp", Covers: tt.want, File: "fw.tar.xz", SignedAt: now.AddDate(0, 0, -3), Signers: []string{key}}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			a.asked()
			lock(t, a.testArchive, r, l)
			if asked := a.asked(); asked != "" {
				t.Errorf("a pinned file was asked for again: %s", asked)
			}
			r.Policy = &recipe.Policy{MinSigners: 2}
			_, err := Lock(t.Context(), r, l, a.options())
			var e *UntrustedError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), "1 of 2 signers") {
				t.Errorf("two signers: %v", err)
			}
		})
	}
}

// TestUntrustedSource attacks a signed file; nothing may be kept.
func TestUntrustedSource(t *testing.T) {
	stranger := archivetest.NewKey(now.AddDate(-1, 0, 0), 0)
	serve := func(name string, data []byte) func(signedArchive, *recipe.Trust) {
		return func(a signedArchive, _ *recipe.Trust) { a.files["/"+name] = data }
	}
	other := archivetest.Compress(".xz", []byte("another kernel\n"))
	for _, tt := range []struct {
		name                         string
		signature, checksums, covers string
		change                       func(signedArchive, *recipe.Trust)
		want                         string
	}{
		{"other bytes", "fw.tar.xz.asc", "", recipe.CoversFile, serve("fw.tar.xz", other), "does not fit"},
		{"other bytes inside", "fw.tar.sign", "", recipe.CoversUncompressed, serve("fw.tar.xz", other), "does not fit"},
		{"not compressed", "fw.tar.sign", "", recipe.CoversUncompressed, serve("fw.tar.xz", []byte("a kernel\n")), "is not compressed"},
		{"broken inside", "fw.tar.sign", "", recipe.CoversUncompressed, serve("fw.tar.xz", other[:len(other)-5]), "unpacking what is signed"},
		{"signature of a stranger", "fw.tar.xz.asc", "", recipe.CoversFile,
			func(a signedArchive, _ *recipe.Trust) {
				a.files["/fw.tar.xz.asc"] = archivetest.Detached(a.data, now, stranger)
			}, "not in the keyring"},
		{"a signer that is not wanted", "fw.tar.xz.asc", "", recipe.CoversFile,
			func(_ signedArchive, t *recipe.Trust) { t.Signers = []string{strings.Repeat("A", 40)} }, "not one of the signers"},
		{"checksums changed", "SHA256SUMS.gpg", "SHA256SUMS", "",
			serve("SHA256SUMS", []byte(digest.FromBytes(other).Encoded()+"  fw.tar.xz\n")), "does not fit"},
		{"text before clearsigned checksums", "", "SHA256SUMS.asc", "",
			func(a signedArchive, _ *recipe.Trust) {
				a.files["/SHA256SUMS.asc"] = append([]byte(digest.FromBytes(other).Encoded()+"  fw.tar.xz\n"), a.files["/SHA256SUMS.asc"]...)
			}, "does not begin with the header"},
		{"checksums that are not signed", "", "SHA256SUMS.asc", "",
			func(a signedArchive, _ *recipe.Trust) { a.files["/SHA256SUMS.asc"] = a.files["/SHA256SUMS"] }, "does not begin with the header"},
		{"another name in the checksums", "SHA256SUMS.gpg", "SHA256SUMS", "",
			func(_ signedArchive, t *recipe.Trust) { t.File = "other.tar.xz" }, "does not name other.tar.xz"},
		{"weak checksums", "", "SHA256SUMS.asc", "",
			func(a signedArchive, _ *recipe.Trust) {
				a.files["/SHA256SUMS.asc"] = archivetest.Clearsign(strings.Repeat("a", 40)+"  fw.tar.xz\n", now, a.key)
			}, "too weak"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newSigned(t)
			trust := a.trust(tt.signature, tt.checksums, tt.covers)
			tt.change(a, trust)
			_, err := Lock(t.Context(), a.recipe(recipe.HTTP{Trust: trust}), nil, a.options())
			var e *UntrustedError
			if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) || e.Hint() == "" || e.What != "source.fw" {
				t.Errorf("got %v", err)
			}
		})
	}
	// The bytes that the recipe's digest names are wanted whatever is signed.
	a := newSigned(t)
	for _, h := range []recipe.HTTP{{Trust: a.trust("fw.tar.xz.asc", "", recipe.CoversFile)}, {Trust: a.trust("SHA256SUMS.gpg", "SHA256SUMS", "")}} {
		h.Digest = digest.FromString("other")
		if _, err := Lock(t.Context(), a.recipe(h), nil, a.options()); err == nil {
			t.Error("another digest than the recipe's was pinned")
		}
	}
	// Served bytes that the signed checksums do not name.
	a.files["/fw.tar.xz"] = other
	_, err := Lock(t.Context(), a.recipe(recipe.HTTP{Trust: a.trust("SHA256SUMS.gpg", "SHA256SUMS", "")}), nil, a.options())
	var bad *IntegrityError
	if !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

func TestFirstUse(t *testing.T) {
	a := newSigned(t)
	r := a.recipe(recipe.HTTP{Trust: &recipe.Trust{FirstUse: true}})
	l := lock(t, a.testArchive, r, nil)
	if s := l.Content().Sources[0]; s.Vouch.Kind != lockfile.FirstUse || s.Digest != digest.FromBytes(a.data) {
		t.Errorf("%+v", s)
	}
	a.files["/fw.tar.xz"] = []byte("other")
	if again := lock(t, a.testArchive, r, l); again.Content().Sources[0].Digest != digest.FromBytes(a.data) {
		t.Error("what was learnt once was learnt again")
	}
	r.Policy = &recipe.Policy{NoFirstUse: true}
	for _, old := range []*lockfile.Lock{nil, l} {
		_, err := Lock(t.Context(), r, old, a.options())
		var e *UntrustedError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), "first_use = false") {
			t.Errorf("got %v", err)
		}
	}
}

// TestMinSigners asks for more signers of a Release file than there are.
func TestMinSigners(t *testing.T) {
	a := newArchive(t)
	key := strings.ToUpper(digestHex(a.key.PrimaryKey.Fingerprint))
	for name, tt := range map[string]struct {
		change func(*recipe.Recipe)
		want   string
	}{
		"one":               {func(r *recipe.Recipe) { r.Distributions[0].Signers = []string{key} }, ""},
		"two":               {func(r *recipe.Recipe) { r.Distributions[0].MinSigners = 2 }, "1 of 2 signers"},
		"two by policy":     {func(r *recipe.Recipe) { r.Policy = &recipe.Policy{MinSigners: 2} }, "1 of 2 signers"},
		"another":           {func(r *recipe.Recipe) { r.Distributions[0].Signers = []string{strings.Repeat("A", 40)} }, "not one of the signers"},
		"not too old":       {func(r *recipe.Recipe) { r.Distributions[0].MaxAge = 8 * 24 * time.Hour }, ""},
		"too old":           {func(r *recipe.Recipe) { r.Distributions[0].MaxAge = 6 * 24 * time.Hour }, "longer ago than the 144h"},
		"too old by policy": {func(r *recipe.Recipe) { r.Policy = &recipe.Policy{MaxAge: time.Hour} }, "longer ago than the 1h"},
	} {
		r := a.recipe()
		tt.change(r)
		_, err := Lock(t.Context(), r, nil, a.options())
		var e *UntrustedError
		if tt.want == "" && err != nil || tt.want != "" && (!errors.As(err, &e) || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
