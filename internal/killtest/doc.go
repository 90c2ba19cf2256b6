// Package killtest kills processes at chosen moments, for tests of what they
// leave behind: just before the nth system call that changes a file. It traces
// them as a debugger does (ptrace(2)), so the program is the real one and need
// not know.
package killtest

import "testing"

// Stride is by how much tests advance from one moment to the next: by one, or
// in short tests by seven.
func Stride() int {
	if testing.Short() {
		return 7
	}
	return 1
}
