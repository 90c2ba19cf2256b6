package lanes

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"
)

// BenchmarkLeast is the least time of many rounds of one chunk for each of k
// streams, which says what the processor can do whatever else runs on it.
func BenchmarkLeast(b *testing.B) {
	for _, size := range []int{64 << 10, 128 << 10, 256 << 10} {
		for _, k := range []int{1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 14, 16} {
			b.Run(fmt.Sprintf("%dKiB/%d", size>>10, k), func(b *testing.B) {
				var chunks []Chunk
				for i := range k {
					chunks = append(chunks, Chunk{sha256.New(), noise(size, byte(i))})
				}
				least := time.Hour
				for b.Loop() {
					start := time.Now()
					Write(chunks)
					least = min(least, time.Since(start))
				}
				b.ReportMetric(least.Seconds()*1e9/float64(k*size>>10), "least-ns/KiB")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
