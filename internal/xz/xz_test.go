package xz

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	peer "github.com/ulikunitz/xz"
)

// plain is the digest of what xz(1) packed into most files of testdata.
const plain = "5b3bda28321120dfa8da14883f017fe00644ca500529b7d93fb07739706d955c"

func unpack(b []byte) ([]byte, error) {
	return io.ReadAll(NewReader(bytes.NewReader(b), 64<<20))
}

func TestFiles(t *testing.T) {
	names, err := filepath.Glob("testdata/*.xz")
	if err != nil || len(names) < 10 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		packed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(packed)
		switch filepath.Base(name) {
		case "delta.xz":
			if !errors.Is(err, ErrFilter) {
				t.Errorf("%s: got error %v", name, err)
			}
			continue
		case "empty.xz":
			if len(got) != 0 || err != nil {
				t.Errorf("%s: got %d bytes, error %v", name, len(got), err)
			}
			continue
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(got)); err != nil || sum != plain {
			t.Errorf("%s: got %d bytes with digest %s, error %v", name, len(got), sum, err)
		}
		slow, err := io.ReadAll(NewReader(iotest.OneByteReader(bytes.NewReader(packed)), 64<<20))
		if err != nil || !bytes.Equal(slow, got) {
			t.Errorf("%s: byte by byte: %v", name, err)
		}
	}
}

// TestDamage flips each bit and cuts at each byte of a small file: nothing but
// the reserved and the redundant may go unnoticed, and nothing does.
func TestDamage(t *testing.T) {
	packed := packWith(t, peer.WriterConfig{}, []byte(strings.Repeat("some text, ", 20)))
	for i := range packed {
		if _, err := unpack(packed[:i]); err == nil || i > 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut at %d: got error %v", i, err)
		}
		for bit := range 8 {
			bad := bytes.Clone(packed)
			bad[i] ^= 1 << bit
			if _, err := unpack(bad); err == nil {
				t.Errorf("bit %d of byte %d flipped: accepted", bit, i)
			}
		}
	}
	for _, more := range []string{"x", "\x00", "\x00\x00\x00", "\x00\x00\x00\x01", "\xfd7zXZ"} {
		if _, err := unpack(append(bytes.Clone(packed), more...)); err == nil {
			t.Errorf("%q behind the end: accepted", more)
		}
	}
}

func packWith(t testing.TB, c peer.WriterConfig, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := c.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is data of matches near and far, and of noise.
func sample(rnd *rand.Rand, n int) []byte {
	var b []byte
	for len(b) < n {
		switch rnd.IntN(4) {
		case 0:
			for range rnd.IntN(2000) {
				b = append(b, byte(rnd.IntN(256)))
			}
		case 1:
			b = append(b, bytes.Repeat([]byte{byte(rnd.IntN(4))}, rnd.IntN(3000))...)
		case 2:
			for range rnd.IntN(300) {
				b = append(b, "static int return void"[rnd.IntN(16):][:1+rnd.IntN(6)]...)
			}
		default:
			if len(b) > 0 {
				from := rnd.IntN(len(b))
				b = append(b, b[from:min(len(b), from+rnd.IntN(5000))]...)
			}
		}
	}
	return b[:n]
}

// TestWindow makes the dictionary move to the front many times.
func TestWindow(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, c := range []peer.WriterConfig{
		{DictCap: 4096},
		{DictCap: 1 << 16, BlockSize: 1 << 20},
		{DictCap: 1 << 20, CheckSum: peer.SHA256},
	} {
		data := sample(rnd, c.DictCap+5<<20)
		got, err := unpack(packWith(t, c, data))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("dictionary of %d: got %d bytes, error %v", c.DictCap, len(got), err)
		}
	}
}

func TestMemory(t *testing.T) {
	packed := packWith(t, peer.WriterConfig{DictCap: 8 << 20}, []byte("x"))
	if _, err := io.ReadAll(NewReader(bytes.NewReader(packed), 4<<20)); !errors.Is(err, ErrMemory) {
		t.Errorf("got error %v", err)
	}
	x := NewReader(bytes.NewReader(packed), 8<<20)
	if _, err := io.ReadAll(x); err != nil || len(x.lz.window) > 1<<20 {
		t.Errorf("window of %d bytes for one, error %v", len(x.lz.window), err)
	}
}

func TestReaderError(t *testing.T) {
	verdict := errors.New("digest mismatch")
	packed := packWith(t, peer.WriterConfig{}, []byte("text"))
	for n := range packed {
		r := io.MultiReader(bytes.NewReader(packed[:n]), iotest.ErrReader(verdict))
		if _, err := io.ReadAll(NewReader(r, 64<<20)); !errors.Is(err, verdict) {
			t.Fatalf("after %d bytes: got error %v", n, err)
		}
	}
}

// FuzzReader: what is accepted, another implementation reads the same way.
func FuzzReader(f *testing.F) {
	names, _ := filepath.Glob("testdata/*.xz")
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && len(b) < 4000 {
			f.Add(b)
		}
	}
	f.Add(packWith(f, peer.WriterConfig{DictCap: 4096}, []byte("text text text text")))
	f.Fuzz(func(t *testing.T, packed []byte) {
		z := NewReader(bytes.NewReader(packed), 1<<20)
		got, err := io.ReadAll(io.LimitReader(z, 4<<20))
		if err != nil || len(got) == 4<<20 || z.bcj != nil { // the peer has no filters
			return
		}
		r, err := peer.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatalf("the peer says %v", err)
		}
		if want, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("the peer has %d bytes, we %d; it says %v", len(want), len(got), err)
		}
	})
}

// FuzzChunks feeds the decoder without the checksums around it.
func FuzzChunks(f *testing.F) {
	packed := packWith(f, peer.WriterConfig{DictCap: 4096}, []byte(strings.Repeat("text and more text ", 9)))
	f.Add(packed[24:])
	f.Add([]byte{1, 0, 3, 't', 'e', 'x', 't', 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		l := &lzma2{}
		l.begin(4096)
		in := newCounter(bytes.NewReader(b))
		for total := 0; total < 8<<20; {
			out, err := l.chunk(in)
			if err != nil {
				return
			}
			total += len(out)
		}
	})
}

func benchmark(b *testing.B, open func(io.Reader) (io.Reader, error)) {
	rnd := rand.New(rand.NewPCG(1, 2))
	data := sample(rnd, 4<<20)
	packed := packWith(b, peer.WriterConfig{DictCap: 1 << 20}, data)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := open(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReader(b *testing.B) {
	benchmark(b, func(r io.Reader) (io.Reader, error) { return NewReader(r, 64<<20), nil })
}

func BenchmarkPeer(b *testing.B) {
	benchmark(b, func(r io.Reader) (io.Reader, error) { return peer.NewReader(r) })
}
