package runtime

import (
	"time"

	"golang.org/x/sys/unix"
)

// slice is how long a process of a container computes before another one of the
// same weight gets the processor: the longest that sched_setattr(2) takes.
const slice = 100 * time.Millisecond

// lengthenSlice asks for slices of the calling thread, and of every process
// that it starts or becomes. A step is told of a fixed number of processors, so
// there often are more compilers than processors; with slices of 3 ms each of
// them would find the caches full of what another one reads.
//
// Linux knows slices of ordinary processes since 6.12. An older one ignores
// them, and none of them is needed for anything but speed.
func lengthenSlice() {
	attr, err := unix.SchedGetAttr(0, 0)
	if err != nil || (attr.Policy != unix.SCHED_NORMAL && attr.Policy != unix.SCHED_BATCH) {
		return
	}
	attr.Runtime = uint64(slice)
	_ = unix.SchedSetAttr(0, attr, 0)
}
