package fetch_test

import (
	"runtime"
	"testing"
)

// TestMemoryIsFlat counts everything that is ever allocated for a large file,
// the server's part included.
func TestMemoryIsFlat(t *testing.T) {
	const size, limit = 64 << 20, 8 << 20
	file := noise(size)
	s, m := openStore(t), newMirror(t, map[string][]byte{"/f": file})
	r := request("xen", file, m.URL+"/f")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > limit {
		t.Errorf("a file of %d bytes takes %d bytes of memory, more than %d", size, n, limit)
	}
}
