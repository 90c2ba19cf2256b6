package resolve

import (
	"bytes"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// provenRPM is a lock of a repository and its evidence.
func provenRPM(t *testing.T, a *rpmArchive, by string) (*recipe.Recipe, *lockfile.Lock, blobs) {
	t.Helper()
	r, store := a.recipe(by, "tool"), blobs{}
	l, err := Update(t.Context(), r, nil, nil, a.options(store.keep))
	if err != nil {
		t.Fatal(err)
	}
	if l, err = lockfile.Parse("l", l.Format()); err != nil {
		t.Fatal(err)
	}
	opt := a.options(nil)
	if err := opt.Packages.Take(t.Context(), l.Pins()); err != nil {
		t.Fatal(err)
	}
	for _, p := range l.Pins() {
		if store[p.Digest], err = os.ReadFile(taken{a: a}.file(p.Digest)); err != nil {
			t.Fatal(err)
		}
	}
	return r, l, store
}

// TestProveRPM proves the locks of one repository.
func TestProveRPM(t *testing.T) {
	a := newRPMArchive(t)
	t.Run("missing", func(t *testing.T) { missingRPM(t, a) })
	t.Run("every field", func(t *testing.T) { everyFieldRPM(t, a) })
	t.Run("recover", func(t *testing.T) { recoverRPM(t, a) })
	t.Run("swapped", func(t *testing.T) { swappedRPM(t, a) })
	t.Run("another key", func(t *testing.T) { anotherKeyRPM(t, a) })
}

// missingRPM proves both kinds of locks, and misses each piece of evidence.
func missingRPM(t *testing.T, a *rpmArchive) {
	for _, by := range []string{recipe.ByRepomd, recipe.ByHeader} {
		r, l, store := provenRPM(t, a, by)
		for _, asOf := range []time.Time{{}, time.Now()} {
			if errs := failures(t, r, l, store, asOf); len(errs) > 0 {
				t.Fatal(by, errs)
			}
		}
		if errs := failures(t, r, l, store, time.Unix(1500000000, 0)); len(errs) == 0 {
			t.Errorf("%s: proved before it was signed", by)
		}
		needed := []digest.Digest{l.Content().Distributions[0].Vouched[0].Digest}
		for _, i := range l.Content().Distributions[0].Vouched[0].Indexes {
			if i.Path == signaturePath || bytes.Contains([]byte(i.Path), []byte("primary")) {
				needed = append(needed, i.Digest)
			}
		}
		if by == recipe.ByHeader {
			needed = append(needed, l.Pins()[0].Digest)
		}
		for _, d := range needed {
			data := store[d]
			if data == nil {
				t.Fatalf("%s: %s was not kept", by, d)
			}
			delete(store, d)
			var missing *MissingError
			if errs := failures(t, r, l, store, time.Time{}); len(errs) == 0 || !errors.As(errs[0], &missing) {
				t.Errorf("%s: without %s: %v", by, d, errs)
			}
			for _, bad := range [][]byte{append(bytes.Clone(data), 'x'), data[:len(data)/2], {}} {
				store[d] = bad
				var wrong *IntegrityError
				if errs := failures(t, r, l, store, time.Time{}); len(errs) == 0 || !errors.As(errs[0], &wrong) {
					t.Errorf("%s: with another %s: %v", by, d, errs)
				}
			}
			store[d] = data
		}
	}
}

// everyFieldRPM changes every line of both kinds of locks.
func everyFieldRPM(t *testing.T, a *rpmArchive) {
	for _, by := range []string{recipe.ByRepomd, recipe.ByHeader} {
		r, l, store := provenRPM(t, a, by)
		if found := everyField(t, r, l, store); found["evidence"] < 20 {
			t.Errorf("%s: %v", by, found)
		}
	}
}

// swappedRPM has locks that name other evidence, whole and of the size that
// they say.
func swappedRPM(t *testing.T, a *rpmArchive) {
	for _, by := range []string{recipe.ByRepomd, recipe.ByHeader} {
		r, l, store := provenRPM(t, a, by)
		cut := func(d digest.Digest) (digest.Digest, int64) {
			data := store[d][:len(store[d])-10]
			store[digest.FromBytes(data)] = data
			return digest.FromBytes(data), int64(len(data))
		}
		for name, edit := range map[string]func(v *lockfile.Vouched){
			"repomd.xml":         func(v *lockfile.Vouched) { v.Digest, v.Size = cut(v.Digest) },
			"an index":           func(v *lockfile.Vouched) { v.Indexes[0].Digest, v.Indexes[0].Size = cut(v.Indexes[0].Digest) },
			"a package":          func(v *lockfile.Vouched) { v.Debs[0].Digest, v.Debs[0].Size = cut(v.Debs[0].Digest) },
			"the keyring's size": func(v *lockfile.Vouched) { v.KeyringSize++ },
		} {
			c := l.Content()
			edit(&c.Distributions[0].Vouched[0])
			bad, err := lockfile.New(c)
			if err != nil {
				t.Fatal(err)
			}
			errs := failures(t, r, bad, store, time.Time{})
			var untrusted *UntrustedError
			if len(errs) == 0 || !errors.As(errs[0], &untrusted) {
				t.Errorf("%s, %s: %v", by, name, errs)
			}
		}
	}
}

// anotherKeyRPM has a lock that names the signature of a key that the keyring
// does not have.
func anotherKeyRPM(t *testing.T, a *rpmArchive) {
	r, l, store := provenRPM(t, a, recipe.ByRepomd)
	a.sh("gpg -q --homedir other --batch --yes --armor --detach-sign repo/repodata/repomd.xml")
	data, err := os.ReadFile(a.path(signaturePath))
	if err != nil {
		t.Fatal(err)
	}
	store[digest.FromBytes(data)] = data
	c := l.Content()
	for i, x := range c.Distributions[0].Vouched[0].Indexes {
		if x.Path == signaturePath {
			c.Distributions[0].Vouched[0].Indexes[i] = lockfile.Index{Path: x.Path, Digest: digest.FromBytes(data), Size: int64(len(data))}
		}
	}
	bad, err := lockfile.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var untrusted *UntrustedError
	if errs := failures(t, r, bad, store, time.Time{}); len(errs) == 0 || !errors.As(errs[0], &untrusted) {
		t.Errorf("another key: %v", errs)
	}
}

// recoverRPM gets lost evidence again.
func recoverRPM(t *testing.T, a *rpmArchive) {
	r, l, store := provenRPM(t, a, recipe.ByRepomd)
	fresh := blobs{}
	for _, p := range l.Pins() {
		fresh[p.Digest] = store[p.Digest]
	}
	has := func(d digest.Digest) (bool, error) { _, ok := fresh[d]; return ok, nil }
	lost, err := Recover(t.Context(), r, l, Recovery{Options: a.options(fresh.keep), Has: has})
	if err != nil || len(lost) > 0 {
		t.Fatal(lost, err)
	}
	if errs := failures(t, r, l, fresh, time.Time{}); len(errs) > 0 {
		t.Error(errs)
	}
}
