package xz

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"testing"
)

// branches is what testdata/bcj/x86.xz and testdata/bcj/arm64.xz hold, packed with
// "xz --check=crc32 --x86 --lzma2" and "xz --check=crc32 --arm64 --lzma2":
// many branches of both architectures, and bytes that only look like one.
func branches() []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for len(b) < 8<<10 {
		switch r.IntN(6) {
		case 0, 1:
			b = append(b, 0xe8|byte(r.IntN(2)), byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), -byte(r.IntN(2)))
		case 2:
			b = append(b, bytes.Repeat([]byte{0xe8, 0xff, 0x00, 0xe9}[r.IntN(4):][:1], 1+r.IntN(5))...)
		case 3:
			b = binary.LittleEndian.AppendUint32(b[:len(b)&^3], 0x94000000|r.Uint32()>>6)
		case 4:
			b = binary.LittleEndian.AppendUint32(b[:len(b)&^3], 0x90000000|r.Uint32()&0x60e0ffff)
		case 5:
			b = append(b, byte(r.Uint32()))
		}
	}
	return b
}

func TestBranchFilters(t *testing.T) {
	for _, name := range []string{"testdata/bcj/x86.xz", "testdata/bcj/arm64.xz"} {
		packed, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(packed)
		if err != nil || !bytes.Equal(got, branches()) {
			t.Errorf("%s: got %d bytes, error %v", name, len(got), err)
		}
		for i := 0; i < len(packed); i += 5 {
			bad := bytes.Clone(packed)
			bad[i] ^= 0x10
			if got, err := unpack(bad); err == nil {
				t.Fatalf("%s: damage of byte %d went unnoticed, %d bytes", name, i, len(got))
			}
		}
	}
}

// TestFilterInPieces feeds a filter pieces of all sizes.
func TestFilterInPieces(t *testing.T) {
	in := branches()
	r := rand.New(rand.NewPCG(3, 4))
	for _, id := range []int64{idX86, idARM64} {
		whole := bytes.Clone(newBCJ(id).feed(in, true))
		if bytes.Equal(whole, in) {
			t.Errorf("filter %d converts nothing", id)
		}
		for range 50 {
			f := newBCJ(id)
			var got []byte
			for rest := in; ; {
				n := min(len(rest), r.IntN(13))
				last := n == len(rest)
				got = append(got, f.feed(rest[:n], last)...)
				if rest = rest[n:]; last {
					break
				}
			}
			if !bytes.Equal(got, whole) {
				t.Fatalf("filter %d: pieces give another result", id)
			}
		}
	}
}

func TestChainsRefused(t *testing.T) {
	for _, h := range [][]byte{
		{0, 1, idX86, 4, 0, 0, 0, 0, idLZMA2, 1, 0}, // start offset
		{0, 1, 0x03, 1, 0, idLZMA2, 1, 0},           // delta
		{0, 1, idX86, 0, idX86, 0},                  // no LZMA2
		{0, 2, idX86, 0, idARM64, 0, idLZMA2, 1, 0}, // chain of three
		{0, 0, idX86, 0},                            // no LZMA2
	} {
		var b blockHeader
		if _, err := b.parse(h); !errors.Is(err, ErrFilter) {
			t.Errorf("%x: got error %v", h, err)
		}
	}
}

// FuzzFilter: the size of the pieces does not matter.
func FuzzFilter(f *testing.F) {
	f.Add(branches()[:500], uint8(5))
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		for _, id := range []int64{idX86, idARM64} {
			whole := bytes.Clone(newBCJ(id).feed(in, true))
			z, rest := newBCJ(id), in
			var got []byte
			for len(rest) > int(size) && size > 0 {
				got = append(got, z.feed(rest[:size], false)...)
				rest = rest[size:]
			}
			if got = append(got, z.feed(rest, true)...); !bytes.Equal(got, whole) || len(got) != len(in) {
				t.Fatalf("filter %d: pieces of %d give another result", id, size)
			}
		}
	})
}
