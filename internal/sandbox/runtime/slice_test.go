package runtime

import (
	goruntime "runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func TestLengthenSlice(t *testing.T) {
	goruntime.LockOSThread() // never unlocked: the thread ends with the test
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	lengthenSlice()
	after, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := *before
	if before.Runtime != 0 { // Linux 6.12 and later tell the slice
		want.Runtime = 100_000_000
	}
	if *after != want {
		t.Errorf("attributes are %+v, want %+v", *after, want)
	}
}
