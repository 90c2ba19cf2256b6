package runtime

import (
	"os"
	"path/filepath"
)

// A program that is started under [Name] becomes runc while Go is still
// initializing packages, as runc's own init does: each container starts two
// such processes, and what the rest of a large program sets up, none of which
// is needed here, would cost several times as much as the rewriting.
func init() {
	if len(os.Args) > 0 && filepath.Base(os.Args[0]) == Name {
		os.Exit(Main(os.Args))
	}
}
