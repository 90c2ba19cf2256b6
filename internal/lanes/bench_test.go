package lanes

import (
	"crypto/sha256"
	"fmt"
	"testing"
)

// BenchmarkWrite hashes chunks as large as the store's: one stream is what
// crypto/sha256 does alone.
func BenchmarkWrite(b *testing.B) {
	const size = 256 << 10
	for _, k := range []int{1, 2, 4, 6, 8, 11, 16} {
		var chunks []Chunk
		for i := range k {
			chunks = append(chunks, Chunk{sha256.New(), noise(size, byte(i))})
		}
		b.Run(fmt.Sprint(k), func(b *testing.B) {
			b.SetBytes(int64(k) * size)
			for b.Loop() {
				Write(chunks)
			}
		})
	}
}
