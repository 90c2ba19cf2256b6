package prove

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

const (
	largeUnits = 20000
	largeUnit  = 8 << 10 // bytes of a unit
)

// largeFile makes a shared object with 160 MB of debug information: units as
// far apart as those of real programs, one of them without the flag.
func largeFile(t testing.TB) string {
	o := binary.LittleEndian
	small, abbrevs := dwarf4("")
	head := debugFile(elf.ET_DYN, small, abbrevs, []byte{0})
	info := uint64(len(head)+7) &^ 7
	// The second section is .debug_info: it is moved behind the rest.
	at := o.Uint64(head[40:]) + 2*64
	o.PutUint64(head[at+24:], info)
	o.PutUint64(head[at+32:], largeUnits*largeUnit)

	path := filepath.Join(t.TempDir(), "large.so")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func(b []byte, off uint64) {
		if _, err := f.WriteAt(b, int64(off)); err != nil {
			t.Fatal(err)
		}
	}
	write(head, 0)
	for i := range uint64(largeUnits) {
		flag := "-fstack-protector-strong"
		if i == largeUnits/2 {
			flag = "-fno-stack-protector"
		}
		unit, _ := dwarf4(fmt.Sprintf("GNU C17 12.2.0 -O2 -frandom-seed=%d %s", i, flag))
		o.PutUint32(unit, largeUnit-4)
		write(unit, info+i*largeUnit)
	}
	if err := f.Truncate(int64(info + largeUnits*largeUnit)); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMemory judges a large file with memory for its units and not for its
// bytes. It runs alone, because what is counted is the process.
func TestMemory(t *testing.T) {
	path := largeFile(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := proveFile(path, Options{})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, f, DSO, fmt.Sprintf("stack-protector=refuted~1 of %d compilation units", largeUnits))
	if got := after.TotalAlloc - before.TotalAlloc; got > 48<<20 {
		t.Errorf("took %d MiB for %d units in %d MiB", got>>20, largeUnits, largeUnits*largeUnit>>20)
	} else {
		t.Logf("took %d MiB", got>>20)
	}
}

// BenchmarkUnits reads the producers of 20,000 units in 160 MB.
func BenchmarkUnits(b *testing.B) {
	path := largeFile(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := proveFile(path, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(largeUnits*b.N)/b.Elapsed().Seconds(), "units/s")
}
