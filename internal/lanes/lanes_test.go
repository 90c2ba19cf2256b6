package lanes

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"
	"math/rand/v2"
	"testing"
)

// noise is n bytes that follow from a seed.
func noise(n int, seed byte) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// streams are hashes, and beside them what they have to be.
type streams struct {
	got, want []hash.Hash
}

func newStreams(n int) (s streams) {
	for range n {
		s.got, s.want = append(s.got, sha256.New()), append(s.want, sha256.New())
	}
	return s
}

// write gives each stream its data.
func (s streams) write(data ...[]byte) {
	chunks := make([]Chunk, len(data))
	for i, d := range data {
		chunks[i] = Chunk{s.got[i], d}
		s.want[i].Write(d)
	}
	Write(chunks)
}

func (s streams) check(t *testing.T, what string) {
	t.Helper()
	for i := range s.got {
		if !bytes.Equal(s.got[i].Sum(nil), s.want[i].Sum(nil)) {
			t.Errorf("%s: stream %d is %x, not %x", what, i, s.got[i].Sum(nil), s.want[i].Sum(nil))
		}
	}
}

// TestWide says which ways of hashing this processor lets the tests reach.
func TestWide(t *testing.T) { t.Logf("%d streams together", widest()) }

// TestLengths hashes streams of every length of up to five blocks, beside one
// of another length, and goes on with each of them.
func TestLengths(t *testing.T) {
	for n := range 5*blockSize + 2 {
		for _, k := range []int{1, 2, 3, 5, 6, 8, 9, 11, 16, 17} {
			s := newStreams(k)
			for range 2 {
				data := make([][]byte, k)
				for i := range data {
					data[i] = noise(n+i*37%200, byte(i))
				}
				s.write(data...)
				s.check(t, fmt.Sprintf("%d streams of about %d bytes", k, n))
			}
		}
	}
}

// TestRandom writes chunks of all kinds of lengths to many streams.
func TestRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		k := 1 + r.IntN(40)
		s := newStreams(k)
		for range 5 {
			data := make([][]byte, k)
			for i := range data {
				data[i] = noise(r.IntN(1<<r.IntN(17)), byte(r.Int()))
			}
			s.write(data...)
		}
		s.check(t, fmt.Sprint(k, " streams"))
	}
}

// TestOtherHashes has hashes that cannot be put into a lane beside others that can.
func TestOtherHashes(t *testing.T) {
	data := noise(1000, 0)
	got := []hash.Hash{sha256.New(), sha512.New(), sha256.New224(), sha256.New()}
	var chunks []Chunk
	for _, h := range got {
		chunks = append(chunks, Chunk{h, data})
	}
	Write(chunks)
	for i, want := range []hash.Hash{sha256.New(), sha512.New(), sha256.New224(), sha256.New()} {
		want.Write(data)
		if !bytes.Equal(got[i].Sum(nil), want.Sum(nil)) {
			t.Errorf("%d: %x, not %x", i, got[i].Sum(nil), want.Sum(nil))
		}
	}
}

// TestLong crosses lengths that do not fit into 32 bits, by setting the state.
func TestLong(t *testing.T) {
	s := newStreams(2)
	for _, list := range [][]hash.Hash{s.got, s.want} {
		for _, h := range list {
			text, err := h.(state).AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			binary.BigEndian.PutUint64(text[lengthAt:], 1<<32-64)
			if err := h.(state).UnmarshalBinary(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.write(noise(1000, 1), noise(2000, 2))
	s.check(t, "after 4 GiB")
}

// FuzzWrite cuts data into chunks for streams as the first bytes say.
func FuzzWrite(f *testing.F) {
	f.Add([]byte{3, 200, 0, 64, 130, 1, 255, 9}, noise(2000, 1))
	f.Add([]byte{8, 255, 255, 255, 255, 255, 255, 255, 255}, noise(9000, 2))
	f.Add(bytes.Repeat([]byte{15, 255, 180, 211}, 9), noise(20000, 4))
	f.Add([]byte{2, 63, 65, 64, 128, 127, 129}, noise(700, 3))
	f.Fuzz(func(t *testing.T, cuts, data []byte) {
		if len(cuts) < 2 {
			return
		}
		k := 1 + int(cuts[0])%20
		s := newStreams(k)
		for cuts = cuts[1:]; len(cuts) > 0; {
			now := make([][]byte, k)
			for i := range now {
				if len(cuts) > 0 {
					n := min(len(data), 3*int(cuts[0]))
					now[i], data, cuts = data[:n], data[n:], cuts[1:]
				}
			}
			s.write(now...)
			s.check(t, "cut")
		}
	})
}
