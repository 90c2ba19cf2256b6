package bundle

import (
	"bytes"
	"crypto"
	"io"
	"os"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

var silent = progress.None{}.Begin("", 0)

func (f fixture) describe(serial int64, has ...digest.Digest) Manifest {
	f.Helper()
	left := map[digest.Digest]bool{}
	for _, d := range has {
		left[d] = true
	}
	m, err := Describe(Content{Name: "dom0", Serial: serial, Locks: f.locks, Has: func(d digest.Digest) bool { return left[d] }})
	if err != nil {
		f.Fatal(err)
	}
	return m
}

func describeOf(name string, serial int64, locks []File, base digest.Digest) (Manifest, error) {
	return Describe(Content{Name: name, Serial: serial, Locks: locks, Base: base})
}

func (f fixture) writing(m Manifest, signatures ...[]byte) Writing {
	texts := Texts{}
	for _, l := range f.locks {
		texts.Add(l.Text)
	}
	return Writing{Manifest: m, Store: f.store, Texts: texts, Signatures: signatures}
}

func (f fixture) signatures(m Manifest, keys ...crypto.Signer) (list [][]byte) {
	f.Helper()
	statement, err := m.Statement()
	if err != nil {
		f.Fatal(err)
	}
	for _, k := range keys {
		s, err := attest.Sign(statement, k)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, s)
	}
	return list
}

func (f fixture) write(m Manifest, keys ...crypto.Signer) []byte {
	f.Helper()
	return f.writeSigned(m, f.signatures(m, keys...)...)
}

func (f fixture) writeSigned(m Manifest, signatures ...[]byte) []byte {
	f.Helper()
	w := tempFile(f.T)
	if err := f.writing(m, signatures...).Write(f.Context(), w); err != nil {
		f.Fatal(err)
	}
	return contentOf(f.T, w)
}

// parts writes the parts of a bundle, of at most limit bytes each.
func (f fixture) parts(m Manifest, limit int64, keys ...crypto.Signer) (list [][]byte) {
	f.Helper()
	w := f.writing(m, f.signatures(m, keys...)...)
	parts, err := w.Split(limit)
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range parts {
		file := tempFile(f.T)
		if err := w.WritePart(f.Context(), file, p); err != nil {
			f.Fatal(err)
		}
		text := contentOf(f.T, file)
		if int64(len(text)) > limit {
			f.Fatalf("part %d has %d bytes, more than %d", p.Number, len(text), limit)
		}
		list = append(list, text)
	}
	return list
}

func tempFile(t testing.TB) *os.File {
	t.Helper()
	w, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func contentOf(t testing.TB, f *os.File) []byte {
	t.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func open(data []byte) (*Bundle, error) {
	return Open("test.tar", bytes.NewReader(data), int64(len(data)))
}

// opened opens a bundle and hashes it.
func opened(t testing.TB, data []byte) (*Bundle, error) {
	t.Helper()
	b, err := open(data)
	if err == nil {
		err = b.Verify(t.Context(), silent)
	}
	return b, err
}

func (f fixture) read(data []byte) *Bundle {
	f.Helper()
	b, err := opened(f.T, data)
	if err != nil {
		f.Fatal(err)
	}
	return b
}

// imported imports a whole bundle.
func imported(t testing.TB, st *store.Store, b *Bundle) error {
	t.Helper()
	left, err := Import(t.Context(), st, b, silent)
	if err == nil && left != nil {
		t.Fatalf("%d bytes of a whole bundle are missing", left.Bytes)
	}
	return err
}

// holdsNothing fails when a store holds a blob or a leftover.
func holdsNothing(t testing.TB, st *store.Store) {
	t.Helper()
	infos, err := st.List(t.Context())
	u, err2 := st.DiskUsage(t.Context())
	if err != nil || err2 != nil || len(infos) != 0 || u.Partial+u.Unfinished+u.Records != 0 {
		t.Errorf("the store holds %v, %+v: %v %v", infos, u, err, err2)
	}
}

func readAll(t testing.TB, st *store.Store, d digest.Digest) []byte {
	t.Helper()
	b, err := st.Get(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
