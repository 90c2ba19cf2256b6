package bundle

import (
	"archive/tar"
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
)

// fixture is two locks with three blobs in a store: one blob is in both.
type fixture struct {
	*testing.T
	store *store.Store
	locks []File
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	f := fixture{T: t, store: openStore(t)}
	put := func(text string) lockfile.Source {
		b, err := f.store.Put(t.Context(), strings.NewReader(text), "", -1)
		if err != nil {
			t.Fatal(err)
		}
		return lockfile.Source{URL: "https://example.org/" + text[:4], Digest: b.Digest(), Size: b.Size()}
	}
	shared, one, two := put("shared source"), put("one source"), put(strings.Repeat("two source ", 2000))
	for name, sources := range map[string][]lockfile.Source{"a.lock.hcl": {shared, one}, "b.lock.hcl": {shared, two}} {
		c := lockfile.Content{Recipe: digest.FromString(name)}
		for i, s := range sources {
			s.Address = []recipe.Address{"source.x", "source.y"}[i]
			c.Sources = append(c.Sources, s)
		}
		l, err := lockfile.New(c)
		if err != nil {
			t.Fatal(err)
		}
		f.locks = append(f.locks, File{name, l.Format()})
	}
	if f.locks[0].Name > f.locks[1].Name {
		f.locks[0], f.locks[1] = f.locks[1], f.locks[0]
	}
	return f
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func policy(t *testing.T, threshold int, keys ...crypto.Signer) attest.Policy {
	t.Helper()
	p := attest.Policy{Threshold: threshold}
	for i, k := range keys {
		hint, err := attest.HintOf(k.Public())
		if err != nil {
			t.Fatal(err)
		}
		name := string(rune('a' + i))
		p.Builders = append(p.Builders, attest.Trusted{Name: name, Owner: "owner of " + name, Key: k.Public(), Hint: hint})
	}
	return p
}

func TestRoundTrip(t *testing.T) {
	f := newFixture(t)
	key := newKey(t)
	data := f.write(f.describe(1), key)
	if again := f.write(f.describe(1)); !bytes.Equal(again, f.write(f.describe(1))) {
		t.Error("the same bundle has two texts")
	}
	b := f.read(data)
	if len(b.Manifest.Blobs) != 3 || len(b.Manifest.Locks) != 2 || len(b.Signatures) != 1 {
		t.Fatalf("%+v", b.Manifest)
	}
	if _, err := Judge(b, policy(t, 1, key)); err != nil {
		t.Fatal(err)
	}
	there := openStore(t)
	if err := imported(t, there, b); err != nil {
		t.Fatal(err)
	}
	for _, x := range b.Manifest.Blobs {
		if _, err := there.Get(t.Context(), x.Digest); err != nil {
			t.Error(err)
		}
	}
	infos, err := there.List(t.Context())
	if err != nil || len(infos) != 5 {
		t.Errorf("%d blobs were stored: %v", len(infos), err)
	}
}

// rewrite changes the files of a tar.
func rewrite(t *testing.T, data []byte, change func(h *tar.Header, content []byte) (bool, []byte)) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		keep, content := change(h, content)
		if !keep {
			continue
		}
		if h.Typeflag == tar.TypeReg {
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write(content); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestForged(t *testing.T) {
	f := newFixture(t)
	data := f.write(f.describe(1), newKey(t))
	isBlob := func(h *tar.Header) bool { return strings.HasPrefix(h.Name, "blobs/") }
	first := true
	once := func(h *tar.Header) bool {
		was := first
		first = first && !isBlob(h)
		return was && isBlob(h)
	}
	for name, change := range map[string]func(*tar.Header, []byte) (bool, []byte){
		"no manifest": func(h *tar.Header, c []byte) (bool, []byte) { return h.Name != manifestName, c },
		"no layout":   func(h *tar.Header, c []byte) (bool, []byte) { return h.Name != layoutName, c },
		"a blob less": func(h *tar.Header, c []byte) (bool, []byte) { return !once(h), c },
		"a blob changed": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				c[0] ^= 1
			}
			return true, c
		},
		"a blob longer": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				c = append(c, 'x')
			}
			return true, c
		},
		"a path outside": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				h.Name = "../" + h.Name
			}
			return true, c
		},
		"an absolute path": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				h.Name = "/" + h.Name
			}
			return true, c
		},
		"a link": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, "/etc/passwd", 0
			}
			return true, c
		},
		"setuid": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				h.Mode |= 0o4000
			}
			return true, c
		},
		"an owner": func(h *tar.Header, c []byte) (bool, []byte) {
			if once(h) {
				h.Uid = 1000
			}
			return true, c
		},
		"another manifest": func(h *tar.Header, c []byte) (bool, []byte) {
			if h.Name == manifestName {
				c = bytes.Replace(c, []byte(`"serial": 1`), []byte(`"serial": 2`), 1)
			}
			return true, c
		},
		"a manifest with spaces": func(h *tar.Header, c []byte) (bool, []byte) {
			if h.Name == manifestName {
				c = append(c, ' ')
			}
			return true, c
		},
		"a pin denied": func(h *tar.Header, c []byte) (bool, []byte) {
			if h.Name == manifestName {
				c = bytes.Replace(c, []byte(`"here": true`), []byte(`"here": false`), 1)
			}
			return true, c
		},
	} {
		first = true
		bad := rewrite(t, data, change)
		_, err := opened(t, bad)
		var unsound *Error
		if !errors.As(err, &unsound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJudge(t *testing.T) {
	f := newFixture(t)
	a, b, stranger := newKey(t), newKey(t), newKey(t)
	both := f.write(f.describe(1), a, b)
	tests := []struct {
		name   string
		data   []byte
		policy attest.Policy
		ok     bool
	}{
		{"one of one", f.write(f.describe(1), a), policy(t, 1, a), true},
		{"two of two", both, policy(t, 2, a, b), true},
		{"one of two", f.write(f.describe(1), a), policy(t, 2, a, b), false},
		{"one twice", f.write(f.describe(1), a, a), policy(t, 2, a, b), false},
		{"unsigned", f.write(f.describe(1)), policy(t, 1, a), false},
		{"a stranger", f.write(f.describe(1), stranger), policy(t, 1, a), false},
		{"a stranger besides", f.write(f.describe(1), stranger, a), policy(t, 1, a), true},
	}
	for _, tt := range tests {
		signed, err := Judge(f.read(tt.data), tt.policy)
		var untrusted *UntrustedError
		if (err == nil) != tt.ok || (err != nil && !errors.As(err, &untrusted)) {
			t.Errorf("%s: %v, %v", tt.name, signed, err)
		}
	}
	// A signature of another bundle does not count for this one.
	other, err := f.describe(2).Statement()
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.Sign(other, a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Judge(f.read(f.writeSigned(f.describe(1), s)), policy(t, 1, a)); err == nil || !strings.Contains(err.Error(), "about another bundle") {
		t.Errorf("got %v", err)
	}
}

func TestSerial(t *testing.T) {
	f := newFixture(t)
	there := openStore(t)
	take := func(serial int64, want bool) {
		t.Helper()
		data := f.write(f.describe(serial))
		b := f.read(data)
		err := Fresh(there, b)
		var old *UntrustedError
		if (err == nil) != want || (err != nil && !errors.As(err, &old)) {
			t.Errorf("number %d: %v", serial, err)
		}
		if err == nil {
			if err := imported(t, there, b); err != nil {
				t.Error(err)
			}
		}
	}
	take(2, true)
	take(2, true) // the very same
	take(1, false)
	take(3, true)
	take(2, false)
	f.locks = f.locks[:1]
	take(3, false) // another with the same number
	last, ok, err := Last(there, "dom0")
	if err != nil || !ok || last.Serial != 3 || time.Since(last.When) > time.Hour {
		t.Errorf("%+v %v %v", last, ok, err)
	}
}

func TestBase(t *testing.T) {
	f := newFixture(t)
	all := f.describe(1)
	small := f.describe(2, all.Blobs[0].Digest, all.Blobs[1].Digest)
	data := f.write(small)
	b := f.read(data)
	there := openStore(t)
	var missing *MissingError
	if err := Complete(t.Context(), there, b); !errors.As(err, &missing) || len(missing.Missing) != 2 {
		t.Fatalf("got %v", err)
	}
	whole := f.write(all)
	if err := imported(t, there, f.read(whole)); err != nil {
		t.Fatal(err)
	}
	if err := Complete(t.Context(), there, b); err != nil {
		t.Error(err)
	}
	if len(data) >= len(whole) {
		t.Errorf("%d bytes with a base, %d without", len(data), len(whole))
	}
}

func TestMissingInStore(t *testing.T) {
	f := newFixture(t)
	f.store = openStore(t)
	err := f.writing(f.describe(1)).Write(t.Context(), tempFile(t))
	var none *store.NotFoundError
	if !errors.As(err, &none) {
		t.Errorf("got %v", err)
	}
}

func TestDescribeRefuses(t *testing.T) {
	f := newFixture(t)
	for name, err := range map[string]error{
		"a name with a slash": func() error { _, err := describeOf("a/b", 1, f.locks, ""); return err }(),
		"no serial":           func() error { _, err := describeOf("a", 0, f.locks, ""); return err }(),
		"no lock":             func() error { _, err := describeOf("a", 1, nil, ""); return err }(),
		"two of a name":       func() error { _, err := describeOf("a", 1, []File{f.locks[0], f.locks[0]}, ""); return err }(),
		"no digest as base":   func() error { _, err := describeOf("a", 1, f.locks, "x"); return err }(),
		"junk for a lock":     func() error { _, err := describeOf("a", 1, []File{{"x.hcl", []byte("junk")}}, ""); return err }(),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"schema":"dombuild/bundle/v1","name":"x","serial":1,"locks":[],"blobs":[]}`))
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	m, err := Manifest{Schema: Schema, Name: "x", Serial: 1, Locks: []Lock{{"y.lock", KindLayers, "sha256:" + empty, 0, ""}},
		Blobs: []Blob{{"sha256:" + empty, 0, "x", true}}, Records: []Record{{"git-commit", empty[:40], "sha256:" + empty}}}.Format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m)
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		if again, err := m.Format(); err != nil || !bytes.Equal(again, text) {
			t.Error("parse and format are no fixpoint")
		}
	})
}
