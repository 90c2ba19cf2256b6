package bitbake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

type parsedFile struct {
	once sync.Once
	src  *source
	err  error
}

// load reads and parses a file. Recipes are read once and forgotten, other
// files are kept.
func (e *environment) load(path string) (*source, error) {
	if isRecipe(path) {
		if v, ok := e.recipes.LoadAndDelete(path); ok {
			return v.(*parsedFile).load(e, path)
		}
		return e.parse(path)
	}
	v, ok := e.files.Load(path)
	if !ok {
		v, _ = e.files.LoadOrStore(path, &parsedFile{})
	}
	return v.(*parsedFile).load(e, path)
}

func (p *parsedFile) load(e *environment, path string) (*source, error) {
	p.once.Do(func() { p.src, p.err = e.parse(path) })
	return p.src, p.err
}

// isRecipe is whether a file is the recipe's own: it or an append.
func isRecipe(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".bb" || ext == ".bbappend"
}

// fileError is a file that exists but is not read.
type fileError struct{ text, remedy string }

func (e *fileError) Error() string { return e.text }

func (e *environment) parse(path string) (*source, error) {
	real, err := e.realPath(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, &fileError{"the file cannot be read: " + reason(err), "make the symbolic links lead to a file"}
	case !e.covers(real):
		return nil, &fileError{"the file lies outside of the layers and of the build directory: " + real, "keep what a layer reads within the layers, or name the directory that holds all of them as root"}
	}
	text, err := e.read(real)
	if err != nil {
		return nil, err
	}
	return parseSource(path, e.relative(path), text), nil
}

// realPath is filepath.EvalSymlinks for a file: the answers for directories are
// kept, as many files are in one.
func (e *environment) realPath(path string) (string, error) {
	dir, base := filepath.Split(path)
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink != 0 || dir == "" || base == "." || base == ".." {
		return filepath.EvalSymlinks(path)
	}
	if real, ok := e.realDirs.Load(dir); ok {
		return filepath.Join(real.(string), base), nil
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	e.realDirs.Store(dir, real)
	return filepath.Join(real, base), nil
}

func (e *environment) read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrNotExist
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &fileError{"the file cannot be read: " + reason(err), "make it readable"}
	}
	defer f.Close()
	if info.Size() > e.limits.FileSize {
		return nil, e.tooLarge()
	}
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	if _, err := text.ReadFrom(io.LimitReader(f, e.limits.FileSize+1)); err != nil {
		return nil, &fileError{"the file cannot be read: " + reason(err), "make it readable"}
	}
	if int64(text.Len()) > e.limits.FileSize {
		return nil, e.tooLarge()
	}
	return text.Bytes(), nil
}

func (e *environment) tooLarge() error {
	return &fileError{fmt.Sprintf("the file is larger than %d bytes", e.limits.FileSize), "take it out of the layer, or raise the limit"}
}

// reason is an error without the path it repeats.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// which finds a file in a list of directories.
func (e *environment) which(dirs, name string) string {
	for dir := range strings.SplitSeq(dirs, ":") {
		path := filepath.Join(dir, name)
		if filepath.IsAbs(path) && e.isFile(path) {
			return path
		}
	}
	return ""
}
