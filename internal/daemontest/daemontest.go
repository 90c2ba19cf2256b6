// Package daemontest builds programs of BuildKit for tests that need a daemon
// of its own beside the embedded one.
//
// They are built in this module, of the very module and with the very
// dependencies that are embedded, so that nearly all of their packages are
// compiled already. What they need besides is nearly all in BuildKit's own
// go.sum, which this module's go.sum vouches for; for the rest go asks the
// checksum database.
package daemontest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const buildkit = "github.com/moby/buildkit"

// Build builds BuildKit's cmd/NAME into a directory and returns the program's
// path. $DOMBUILD_TEST_BUILDKITD, if it is set, is taken for buildkitd.
func Build(dir, name string) (string, error) {
	if p := os.Getenv("DOMBUILD_TEST_BUILDKITD"); p != "" && name == "buildkitd" {
		return p, nil
	}
	modfile, err := modules(dir)
	if err != nil {
		return "", fmt.Errorf("building %s: %w", name, err)
	}
	p := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-mod=mod", "-modfile="+modfile, "-o", p, buildkit+"/cmd/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
	}
	return p, nil
}

// modules writes a copy of this module's go.mod, and beside it the sums of this
// module and of BuildKit's.
func modules(dir string) (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}\n{{.Dir}}", "github.com/dombuild/dombuild", buildkit).Output()
	if err != nil {
		return "", err
	}
	lines := strings.Fields(string(out))
	if len(lines) != 4 {
		return "", fmt.Errorf("go list gives %q", out)
	}
	requirements, err := os.ReadFile(lines[0])
	own, err2 := os.ReadFile(filepath.Join(lines[1], "go.sum"))
	theirs, err3 := os.ReadFile(filepath.Join(lines[3], "go.sum"))
	modfile := filepath.Join(dir, "go.mod")
	return modfile, errors.Join(err, err2, err3,
		os.WriteFile(modfile, requirements, 0o644),
		os.WriteFile(filepath.Join(dir, "go.sum"), bytes.Join([][]byte{own, theirs}, []byte("\n")), 0o644))
}
