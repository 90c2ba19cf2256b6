package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// open makes a store in a directory of the test's own.
func open(t testing.TB) *store.Store {
	t.Helper()
	return openAt(t, t.TempDir())
}

func openAt(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, s *store.Store, text string) store.Blob {
	t.Helper()
	b, err := s.Put(t.Context(), strings.NewReader(text), "", -1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func blobFile(s *store.Store, d digest.Digest) string {
	return filepath.Join(s.Dir(), "blobs", d.Algorithm().String(), d.Encoded())
}

// overwrite changes a blob behind the store's back.
func overwrite(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// files lists everything below the store that could hold stray bytes.
func files(t testing.TB, s *store.Store) []string {
	t.Helper()
	var found []string
	for _, area := range []string{"blobs", "dombuild/tmp", "dombuild/partial", "dombuild/quarantine"} {
		err := filepath.WalkDir(filepath.Join(s.Dir(), area), func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, _ := filepath.Rel(s.Dir(), path)
				found = append(found, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func wantNothingLeft(t testing.TB, s *store.Store) {
	t.Helper()
	if left := files(t, s); len(left) > 0 {
		t.Errorf("left in the store: %v", left)
	}
}

func as[E error](t testing.TB, err error) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("error is %T %v, want %T", err, err, e)
	}
	return e
}

func read(t testing.TB, b store.Blob) string {
	t.Helper()
	r, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPut(t *testing.T) {
	text := strings.Repeat("dom0 ", 200_000)
	d, d512 := digest.FromString(text), digest.SHA512.FromString(text)
	size := int64(len(text))
	tests := map[string]struct {
		want digest.Digest
		size int64
		got  digest.Digest
		fail bool
	}{
		"nothing known":   {"", -1, d, false},
		"all known":       {d, size, d, false},
		"sha512":          {d512, size, d512, false},
		"size only":       {"", size, d, false},
		"wrong digest":    {digest.FromString("x"), size, "", true},
		"too short":       {d, size + 1, "", true},
		"too long by one": {d, size - 1, "", true},
		"much too long":   {d, 10, "", true},
		"empty expected":  {digest.FromString(""), 0, "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			b, err := s.Put(t.Context(), strings.NewReader(text), test.want, test.size)
			if test.fail {
				as[*store.IntegrityError](t, err)
				wantNothingLeft(t, s)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if b.Digest() != test.got || b.Size() != size || read(t, b) != text {
				t.Errorf("got %s, %d bytes", b.Digest(), b.Size())
			}
			fi, err := os.Stat(blobFile(s, test.got))
			if err != nil || fi.Mode() != 0o444 {
				t.Errorf("blob has mode %v, %v", fi.Mode(), err)
			}
			if left := files(t, s); len(left) != 1 {
				t.Errorf("store holds %v", left)
			}
		})
	}
}

func TestPutEmpty(t *testing.T) {
	s := open(t)
	b, err := s.Put(t.Context(), strings.NewReader(""), digest.FromString(""), 0)
	if err != nil || read(t, b) != "" {
		t.Fatal(err)
	}
}

func TestPutRefusesDigests(t *testing.T) {
	s := open(t)
	for _, d := range []digest.Digest{"sha256:00", "md5:d41d8cd98f00b204e9800998ecf8427e", "../../etc/passwd",
		digest.SHA384.FromString("x"), digest.Digest("sha256:" + strings.ToUpper(digest.FromString("x").Encoded()))} {
		if _, err := s.Put(t.Context(), strings.NewReader("x"), d, -1); err == nil {
			t.Errorf("Put accepted %q", d)
		}
		if _, err := s.Get(t.Context(), d); err == nil {
			t.Errorf("Get accepted %q", d)
		}
		if _, err := s.Has(d); err == nil {
			t.Errorf("Has accepted %q", d)
		}
		if _, err := s.Resume(t.Context(), d, 1); err == nil {
			t.Errorf("Resume accepted %q", d)
		}
	}
	wantNothingLeft(t, s)
}

// endless counts how much was read from it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.n += int64(len(p))
	return len(p), nil
}

func TestPutStopsOneByteAfterSize(t *testing.T) {
	s, r := open(t), new(endless)
	_, err := s.Put(t.Context(), r, digest.FromString("x"), 1<<20)
	as[*store.IntegrityError](t, err)
	if r.n != 1<<20+1 {
		t.Errorf("read %d bytes, want %d", r.n, 1<<20+1)
	}
	wantNothingLeft(t, s)
}

func TestPutReaderFails(t *testing.T) {
	s := open(t)
	broken := errors.New("broken")
	r := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), readerFunc(func([]byte) (int, error) { return 0, broken }))
	if _, err := s.Put(t.Context(), r, "", -1); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancelling := readerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	if _, err := s.Put(ctx, cancelling, "", -1); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	wantNothingLeft(t, s)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestGet(t *testing.T) {
	s := open(t)
	b := put(t, s, "xen")
	got, err := s.Get(t.Context(), b.Digest())
	if err != nil || got != b {
		t.Fatalf("got %v, %v", got, err)
	}
	missing := digest.FromString("missing")
	_, err = s.Get(t.Context(), missing)
	if e := as[*store.NotFoundError](t, err); e.Digest != missing || e.Hint() == "" {
		t.Errorf("error is %#v", e)
	}
	for d, want := range map[digest.Digest]bool{b.Digest(): true, missing: false} {
		if has, err := s.Has(d); has != want || err != nil {
			t.Errorf("Has(%s) = %v, %v", d, has, err)
		}
	}
}

func TestGetAll(t *testing.T) {
	s := open(t)
	var digests []digest.Digest
	for i := range 20 {
		digests = append(digests, put(t, s, strings.Repeat("x", i)).Digest())
	}
	blobs, err := s.GetAll(t.Context(), digests)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range blobs {
		if b.Digest() != digests[i] {
			t.Errorf("blob %d is %s", i, b.Digest())
		}
	}
	overwrite(t, blobFile(s, digests[3]), []byte("yyy"))
	missing := digest.FromString("missing")
	blobs, err = s.GetAll(t.Context(), append(digests, missing))
	if e := as[*store.IntegrityError](t, err); e.Want != digests[3] {
		t.Errorf("wrong blob is %s", e.Want)
	}
	as[*store.NotFoundError](t, err)
	if blobs[3] != (store.Blob{}) || blobs[4].Digest() != digests[4] {
		t.Errorf("blobs are %v", blobs[3:5])
	}
}

// damages are the ways in which a blob goes bad.
var damages = map[string]func(t testing.TB, path string, text []byte){
	"a flipped bit": func(t testing.TB, path string, text []byte) {
		text[len(text)/2] ^= 1
		overwrite(t, path, text)
	},
	"the last byte flipped": func(t testing.TB, path string, text []byte) {
		text[len(text)-1] ^= 0x80
		overwrite(t, path, text)
	},
	"truncated": func(t testing.TB, path string, text []byte) { overwrite(t, path, text[:len(text)-1]) },
	"emptied":   func(t testing.TB, path string, text []byte) { overwrite(t, path, nil) },
	"longer":    func(t testing.TB, path string, text []byte) { overwrite(t, path, append(text, 0)) },
	"replaced": func(t testing.TB, path string, text []byte) {
		other := filepath.Join(t.TempDir(), "other")
		if err := errors.Join(os.WriteFile(other, bytes.ToUpper(text), 0o444), os.Rename(other, path)); err != nil {
			t.Fatal(err)
		}
	},
	"a symbolic link": func(t testing.TB, path string, text []byte) {
		other := filepath.Join(t.TempDir(), "other")
		if err := errors.Join(os.WriteFile(other, text, 0o444), os.Remove(path), os.Symlink(other, path)); err != nil {
			t.Fatal(err)
		}
	},
	"a directory": func(t testing.TB, path string, text []byte) {
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o755)); err != nil {
			t.Fatal(err)
		}
	},
}

func TestDamage(t *testing.T) {
	text := strings.Repeat("hypervisor ", 100_000)
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			b := put(t, s, text)
			damage(t, blobFile(s, b.Digest()), []byte(text))
			before := files(t, s)

			_, err := s.Get(t.Context(), b.Digest())
			e := as[*store.IntegrityError](t, err)
			if e.Want != b.Digest() || e.From != blobFile(s, b.Digest()) || e.Action == "" || e.Hint() == "" {
				t.Errorf("error is %#v", e)
			}
			readDamaged(t, b, text)
			if after := files(t, s); len(after) != len(before) {
				t.Errorf("Get changed the store: %v, before %v", after, before)
			}

			as[*store.IntegrityError](t, s.Quarantine(t.Context(), b.Digest()))
			_, err = s.Get(t.Context(), b.Digest())
			as[*store.NotFoundError](t, err)
			put(t, s, text)
			if err := s.Quarantine(t.Context(), b.Digest()); err != nil {
				t.Errorf("not healed: %v", err)
			}
		})
	}
}

// readDamaged checks that reading a blob that went bad never looks complete.
func readDamaged(t *testing.T, b store.Blob, text string) {
	t.Helper()
	r, err := b.Open()
	if err != nil {
		as[*store.IntegrityError](t, err)
		return
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	as[*store.IntegrityError](t, err)
	if len(got) >= len(text) {
		t.Errorf("the reader gave all %d bytes of a damaged blob", len(got))
	}
	if _, again := r.Read(make([]byte, 1)); again != err {
		t.Errorf("second error is %v", again)
	}
}

func TestReadFullSeesDamage(t *testing.T) {
	s := open(t)
	text := strings.Repeat("x", 1000)
	b := put(t, s, text)
	overwrite(t, blobFile(s, b.Digest()), []byte(strings.Repeat("x", 999)+"y"))
	r, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Whoever knows the size never reads up to the end of file.
	_, err = io.ReadFull(r, make([]byte, len(text)))
	as[*store.IntegrityError](t, err)
}

func TestZeroBlob(t *testing.T) {
	if _, err := (store.Blob{}).Open(); err == nil {
		t.Error("a blob that no store made could be opened")
	}
}

func TestPutHeals(t *testing.T) {
	s := open(t)
	b := put(t, s, "good")
	overwrite(t, blobFile(s, b.Digest()), []byte("evil"))
	put(t, s, "good")
	if read(t, b) != "good" {
		t.Error("not healed")
	}
}
