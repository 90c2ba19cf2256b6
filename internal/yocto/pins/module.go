package pins

import (
	"fmt"
	"strings"

	"golang.org/x/mod/module"
)

// ModulePath is what a Go module proxy calls a file of a module: its archive,
// ".zip", or its go.mod file, ".mod" (go.dev/ref/mod#goproxy-protocol).
func ModulePath(path, version, extension string) (string, error) {
	p, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	v, err := module.EscapeVersion(version)
	return p + "/@v/" + v + extension, err
}

// CheckModule returns an error unless a name is one that [ModulePath] gives.
func CheckModule(name string) error {
	path, file, _ := strings.Cut(name, "/@v/")
	version, zip := strings.CutSuffix(file, ".zip")
	version, mod := strings.CutSuffix(version, ".mod")
	if zip == mod {
		return fmt.Errorf("%q is not what a Go module proxy calls a file", name)
	}
	if _, err := module.UnescapePath(path); err != nil {
		return err
	}
	_, err := module.UnescapeVersion(version)
	return err
}
