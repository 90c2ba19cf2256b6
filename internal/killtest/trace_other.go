//go:build !linux || !amd64

package killtest

import (
	"errors"
	"syscall"
)

// Run is not there: which system calls there are, and where their arguments
// stand, differs between architectures.
func Run(argv, env []string, n int) (Call, syscall.WaitStatus, error) {
	return Call{}, 0, errors.ErrUnsupported
}
