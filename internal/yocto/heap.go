package yocto

import (
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// What an audit may use of memory, in bytes, before the collector begins, and how
// much of it is asked for in huge pages.
const (
	heapLimit = 224 << 20
	hugeHeap  = 192 << 20
)

// TuneHeap sets the process's heap up for audits, until restore is called. A
// recipe's variables are garbage as soon as it is judged, and little else is kept:
// collecting them only when 224 MiB are in use is faster. And that memory is used
// for the first time, so that with pages of 4 KiB a tenth of the time would go
// to faults: it is asked for in huge pages, where the machine has them to give.
func TuneHeap() (restore func()) {
	percent, limit := debug.SetGCPercent(5000), debug.SetMemoryLimit(heapLimit)
	_ = unix.Madvise(make([]byte, hugeHeap), unix.MADV_HUGEPAGE) // never touched: its addresses serve what is allocated next
	runtime.GC()
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
