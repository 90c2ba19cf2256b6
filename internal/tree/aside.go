package tree

import (
	"archive/tar"
	"io"
	"strings"
)

// Aside is a directory that is no part of a tree although it is in the input:
// what a step leaves for whoever takes its output.
type Aside struct {
	Dir  string                                     // relative and clean
	Take func(path string, content io.Reader) error // is given each regular file below Dir
}

func (a *Aside) holds(path string) bool {
	return a != nil && (path == a.Dir || strings.HasPrefix(path, a.Dir+"/"))
}

func (a *Aside) entry(path string, h *tar.Header, content io.Reader) error {
	switch h.Typeflag {
	case tar.TypeDir:
		return nil
	case tar.TypeReg:
		return a.Take(path, content)
	}
	return &EntryError{path, "is " + typeName(h.Typeflag) + ", where only files are allowed"}
}
