package bundle

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestParts takes the parts of a bundle in many orders, each time with another
// process in between, and some of them twice.
func TestParts(t *testing.T) {
	f := newFixture(t)
	key := newKey(t)
	m := f.describe(1)
	parts := f.parts(m, 12<<10, key)
	if len(parts) < 2 {
		t.Fatalf("%d parts", len(parts))
	}
	for seed := range uint64(8) {
		there := openStore(t)
		order := rand.New(rand.NewPCG(seed, 0)).Perm(len(parts))
		for i, k := range append(order[:1:1], order...) {
			b, err := opened(t, parts[k])
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Judge(b, policy(t, 1, key)); err != nil {
				t.Fatal(err)
			}
			left, err := Import(t.Context(), there, b, silent)
			if err != nil {
				t.Fatal(err)
			}
			last := i == len(order)
			if (left == nil) != last {
				t.Fatalf("after %d parts %+v is missing", i, left)
			}
			if infos, err := there.List(t.Context()); err != nil || (len(infos) != 0) != last {
				t.Fatalf("after %d parts the store holds %v: %v", i, infos, err)
			}
			if left != nil && len(left.Parts) != len(parts)-max(i, 1) {
				t.Errorf("after %d of %d parts %v are missing", max(i, 1), len(parts), left.Parts)
			}
		}
		for _, x := range m.items() {
			readAll(t, there, x.digest)
		}
		if u, err := there.DiskUsage(t.Context()); err != nil || u.Partial+u.Unfinished != 0 {
			t.Errorf("%+v %v", u, err)
		}
	}
}

// TestPartsAgain gives a part again when all of them have been taken: the
// bundle is there, and only what it lost since has to be brought again.
func TestPartsAgain(t *testing.T) {
	f := newFixture(t)
	m := f.describe(1)
	parts, there := f.parts(m, 12<<10), openStore(t)
	take := func(k int) *Outstanding {
		t.Helper()
		b, err := opened(t, parts[k])
		if err != nil {
			t.Fatal(err)
		}
		left, err := Import(t.Context(), there, b, silent)
		if err != nil {
			t.Fatal(err)
		}
		return left
	}
	all := func() {
		t.Helper()
		for k := range parts {
			if left := take(k); (left == nil) != (k == len(parts)-1) {
				t.Fatalf("after part %d %+v is missing", k+1, left)
			}
		}
		for k := range parts {
			if left := take(k); left != nil {
				t.Errorf("part %d again: %+v is missing", k+1, left)
			}
		}
		if u, err := there.DiskUsage(t.Context()); err != nil || u.Partial+u.Unfinished != 0 {
			t.Errorf("%+v %v", u, err)
		}
	}
	all()
	for _, harm := range []func(string) error{os.Remove, func(path string) error {
		return errors.Join(os.Remove(path), os.WriteFile(path, []byte("other"), 0o444))
	}} {
		d := m.items()[0].digest
		if err := harm(filepath.Join(there.Dir(), "blobs", d.Algorithm().String(), d.Encoded())); err != nil {
			t.Fatal(err)
		}
		all()
		readAll(t, there, d)
	}
}

// TestPartsOfDifferentSizes mixes two ways in which a bundle was cut.
func TestPartsOfDifferentSizes(t *testing.T) {
	f := newFixture(t)
	m := f.describe(1)
	small, large := f.parts(m, 9<<10), f.parts(m, 12<<10)
	there := openStore(t)
	var left *Outstanding
	for _, data := range append(large[:1:1], small...) {
		b, err := opened(t, data)
		if err != nil {
			t.Fatal(err)
		}
		if left, err = Import(t.Context(), there, b, silent); err != nil {
			t.Fatal(err)
		}
		if left == nil {
			break
		}
	}
	if left != nil {
		t.Errorf("%+v is missing", left)
	}
}

// TestEveryByteOfAPart changes bytes all over one part.
func TestEveryByteOfAPart(t *testing.T) {
	f := newFixture(t)
	key := newKey(t)
	p := policy(t, 1, key)
	parts := f.parts(f.describe(1), 12<<10, key)
	want, err := opened(t, parts[1])
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(parts[1]); i += 11 {
		bad := bytes.Clone(parts[1])
		bad[i] ^= 0x10
		b, err := opened(t, bad)
		if err == nil {
			_, err = Judge(b, p)
		}
		// what is not signed is only which part of how many it is
		if err == nil && (b.Digest != want.Digest || b.Part.Number == want.Part.Number && b.Part.Of == want.Part.Of) {
			t.Fatalf("byte %d: another part was taken", i)
		}
	}
}

// TestForgedPiece gives a part that is right in itself and holds other bytes of
// a blob: that is found when the pieces are put together, nothing is imported,
// and the right part heals it.
func TestForgedPiece(t *testing.T) {
	f := newFixture(t)
	m := f.describe(1)
	const limit = 9 << 10
	w := f.writing(m)
	parts, err := w.Split(limit)
	if err != nil {
		t.Fatal(err)
	}
	texts := f.parts(m, limit)
	forged := -1
	for i, p := range parts {
		for _, x := range p.Pieces {
			if x.Sum != "" {
				forged = i
			}
		}
	}
	if forged < 0 {
		t.Fatal("no blob was cut: the test shows nothing")
	}
	lie := w
	lie.Texts = Texts{}
	for _, x := range m.items() {
		text := w.Texts[x.digest]
		if text == nil {
			text = readAll(t, f.store, x.digest)
		}
		lie.Texts[x.digest] = bytes.Repeat([]byte("E"), len(text))
		for _, piece := range parts[forged].Pieces {
			if piece.Sum == "" && piece.Digest == x.digest {
				lie.Texts[x.digest] = text
			}
		}
	}
	file := tempFile(t)
	if err := lie.WritePart(t.Context(), file, parts[forged]); err != nil {
		t.Fatal(err)
	}
	there := openStore(t)
	take := func(data []byte) (*Outstanding, error) {
		b, err := opened(t, data)
		if err != nil {
			t.Fatal(err)
		}
		return Import(t.Context(), there, b, silent)
	}
	all := append([][]byte{contentOf(t, file)}, append(append([][]byte{}, texts[:forged]...), texts[forged+1:]...)...)
	var left *Outstanding
	for _, data := range all {
		left, err = take(data)
	}
	var unsound *Error
	if !errors.As(err, &unsound) || unsound.Digest == "" {
		t.Fatalf("got %v, %v", left, err)
	}
	if infos, err := there.List(t.Context()); err != nil || len(infos) != 0 {
		t.Errorf("%v %v", infos, err)
	}
	for _, data := range texts {
		if left, err = take(data); err != nil {
			t.Fatal(err)
		}
		if left == nil {
			return
		}
	}
	t.Errorf("%+v is missing", left)
}

func TestSplitRefuses(t *testing.T) {
	f := newFixture(t)
	for _, limit := range []int64{-1, 0, 1, 4096} {
		if _, err := f.writing(f.describe(1)).Split(limit); !errors.Is(err, errSmall) {
			t.Errorf("%d bytes: %v", limit, err)
		}
	}
}
