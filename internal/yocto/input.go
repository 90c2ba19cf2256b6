package yocto

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/kas"
)

// Input says what is audited.
type Input struct {
	// Paths is a build directory (with conf/bblayers.conf), a kas file (.yml,
	// .yaml or .json) or several as "a.yml:b.yml", or one or more layers (with conf/layer.conf).
	Paths []string
	// Set holds values that win over everything the metadata says. BB_VERSION
	// says which BitBake is judged.
	Set map[string]string
	// Environment is that of whoever calls kas; nil: none. Only kas files need it.
	Environment kas.Environment
	// Progress is called after each recipe file, from one goroutine at a time.
	Progress func(done, total int)
}

// kind is what a path turned out to be.
type kind int

const (
	layers kind = iota
	buildDir
	kasFile
)

// InputError is a path that is none of the things that can be audited.
type InputError struct{ text, hint string }

func (e *InputError) Error() string { return e.text }

// Hint says what to give instead.
func (e *InputError) Hint() string { return e.hint }

// kindOf says what the paths are.
func kindOf(paths []string) (kind, error) {
	if len(paths) == 0 {
		return 0, &InputError{"there is nothing to audit", "name layers, a build directory, or a kas file"}
	}
	if files := kas.Split(paths[0]); len(paths) == 1 && len(files) > 1 {
		for _, f := range files {
			if k, err := kindOf([]string{f}); err != nil || k != kasFile {
				return 0, errors.Join(err, &InputError{paths[0] + " is not a list of kas files", "kas files of one repository, such as base.yml:debug.yml"})
			}
		}
		return kasFile, nil
	}
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return 0, fmt.Errorf("auditing: %w", err)
		}
		special := kind(layers)
		switch {
		case !info.IsDir():
			if !slices.Contains([]string{".yml", ".yaml", ".json"}, filepath.Ext(path)) {
				return 0, &InputError{path + " is neither a directory nor a kas file", "a kas file ends in .yml, .yaml or .json"}
			}
			special = kasFile
		case exists(path, "conf/bblayers.conf"):
			special = buildDir
		case !exists(path, "conf/layer.conf"):
			return 0, notLayer(path)
		}
		if special != layers && len(paths) > 1 {
			return 0, &InputError{path + " cannot be audited together with other paths", "a build directory or a kas file names its layers itself"}
		}
		if special != layers {
			return special, nil
		}
	}
	return layers, nil
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	return err == nil
}

// notLayer says which layers are in a directory that is none.
func notLayer(dir string) error {
	found, err := filepath.Glob(filepath.Join(dir, "*", "conf", "layer.conf"))
	if err != nil || len(found) == 0 {
		return &InputError{dir + " has no conf/layer.conf and no conf/bblayers.conf", "name layers, a build directory, or a kas file"}
	}
	for i := range found {
		found[i] = filepath.Dir(filepath.Dir(found[i]))
	}
	return &InputError{dir + " is not a layer: it has no conf/layer.conf", "dombuild audit yocto " + strings.Join(found, " ")}
}

// readKas reads a kas file. Repositories are looked for in the current
// directory, where kas puts them, beside the file, and beside the repository
// that the file is in.
func readKas(env kas.Environment, file string) (*kas.Config, error) {
	dir := filepath.Dir(kas.Split(file)[0])
	c, err := kas.ReadWith(env, file, dir, filepath.Dir(dir))
	var wrong *kas.EnvironmentError
	if errors.As(err, &wrong) {
		return nil, &InputError{wrong.Error(), wrong.Hint()}
	}
	if err != nil {
		return nil, err
	}
	if c.Root != dir {
		return kas.ReadWith(env, file, dir, filepath.Dir(dir), filepath.Dir(c.Root))
	}
	return c, nil
}

// Checkout returns what to audit of a checkout: a build directory, kas file or
// layer as it is, else the layers directly below the directory.
func Checkout(path string) ([]string, error) {
	if _, err := kindOf([]string{path}); err == nil {
		return []string{path}, nil
	}
	found, err := filepath.Glob(filepath.Join(path, "*", "conf", "layer.conf"))
	if err != nil || len(found) == 0 {
		_, err := kindOf([]string{path})
		return nil, err
	}
	for i := range found {
		found[i] = filepath.Dir(filepath.Dir(found[i]))
	}
	return found, nil
}
