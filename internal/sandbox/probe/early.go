package probe

import (
	"os"
	"runtime"
)

// A program that is started with [Verb] is the probe while Go is still
// initializing packages: what the rest of a large program sets up is not needed,
// and each session starts six such processes.
//
// A helper makes its calls on the first thread of its process: outlive sees
// when that one was killed. Nothing inside the process can see it for sure: the
// garbage collector waits for the dead thread for ever.
func init() {
	if len(os.Args) < 2 || os.Args[1] != Verb {
		return
	}
	runtime.LockOSThread()
	os.Exit(Main(os.Args[2:]))
}
