package yocto

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// files looks at the files of the layers, and at nothing outside of them. It
// may be used from several goroutines.
type files struct {
	root    string
	layers  []bitbake.Layer
	entries sync.Map // directory → *directory
	patches sync.Map // path of a patch → whether it wants a status
}

func filesOf(w *bitbake.Workspace) *files {
	f := &files{root: w.Root(), layers: slices.Clone(w.Layers())}
	for i := range f.layers {
		f.layers[i].Dir = filepath.Clean(f.layers[i].Dir) // BBLAYERS may say ${TOPDIR}/../x
	}
	return f
}

// maxHead bounds what is read of a patch, in bytes: its header.
const maxHead = 64 << 10

// layer returns the name of the layer that a file is in, "" for none.
func (f *files) layer(name string) string {
	best, at := "", -1
	for _, l := range f.layers {
		if rel, err := filepath.Rel(l.Dir, name); err == nil && filepath.IsLocal(rel) && len(l.Dir) > at {
			best, at = l.Name, len(l.Dir)
		}
	}
	return best
}

// layerOf is layer for a file as places name it.
func (f *files) layerOf(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(f.root, file)
	}
	return f.layer(file)
}

func (f *files) relative(name string) string { return relative(f.root, name) }

// head returns the beginning of a regular file of a layer.
func (f *files) head(name string) (string, bool) {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || f.layer(name) == "" {
		return "", false
	}
	file, err := os.Open(name)
	if err != nil {
		return "", false
	}
	defer file.Close()
	text := make([]byte, min(info.Size(), maxHead))
	n, err := io.ReadFull(file, text)
	return string(text[:n]), err == nil || err == io.EOF || err == io.ErrUnexpectedEOF
}

// search returns where a relative path of a file:// URI is found, in the order
// in which BitBake looks: FILESPATH, or, where that is uncertain,
// FILESEXTRAPATHS and the recipe's usual directories.
func (r *recipe) search(path string) []string {
	if !filepath.IsLocal(path) {
		return nil
	}
	out, known := r.found[path]
	if known {
		return out
	}
	for _, dir := range r.searchDirs() {
		name := filepath.Join(dir, path)
		if r.files.exists(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if r.found == nil {
		r.found = map[string][]string{}
	}
	r.found[path] = out
	return out
}

// directory is what was found in a directory: nothing in one that cannot be
// read or is outside of the layers.
type directory struct {
	names map[string]bool // true: a symbolic link, which may lead nowhere
	whole bool            // there is nothing else in it, for certain
}

// directory reads a directory, which ends in a slash, once.
func (f *files) directory(dir string) *directory {
	if known, ok := f.entries.Load(dir); ok {
		return known.(*directory)
	}
	known, _ := f.entries.LoadOrStore(dir, f.readDirectory(dir))
	return known.(*directory)
}

func (f *files) readDirectory(dir string) *directory {
	if f.layer(dir) == "" {
		return &directory{}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &directory{whole: errors.Is(err, fs.ErrNotExist)}
	}
	d := &directory{names: make(map[string]bool, len(entries)), whole: true}
	for _, e := range entries {
		d.names[e.Name()] = e.Type()&os.ModeSymlink != 0
	}
	return d
}

// exists says whether a path leads to a file or directory of a layer.
func (f *files) exists(name string) bool {
	dir, base := filepath.Split(name)
	link, found := f.directory(dir).names[base]
	if found && link {
		_, err := os.Stat(name)
		return err == nil
	}
	return found
}

// mayHold is false for a directory in which nothing of a layer is found, as it
// does not exist.
func (f *files) mayHold(dir string) bool {
	parent, base := filepath.Split(dir)
	d := f.directory(parent)
	_, found := d.names[base]
	return found || !d.whole
}

// searchDirs are the directories in which a recipe's files are looked for, those
// that there are.
func (r *recipe) searchDirs() []string {
	if r.dirs == nil {
		r.dirs = slices.DeleteFunc(r.findSearchDirs(), func(dir string) bool { return !r.files.mayHold(dir) })
	}
	return r.dirs
}

func (r *recipe) findSearchDirs() []string {
	v := r.data.Get("FILESPATH")
	if len(v.Unknown) == 0 && v.Text != "" && !strings.Contains(v.Text, "${") {
		return absolute(v.Text)
	}
	dirs := absolute(r.data.Get("FILESEXTRAPATHS").Text)
	own := filepath.Join(r.files.root, filepath.Dir(r.File))
	for _, name := range []string{"BP", "BPN", "PN"} {
		if text := r.data.Get(name).Text; filepath.IsLocal(text) && !strings.Contains(text, "/") {
			dirs = append(dirs, filepath.Join(own, text))
		}
	}
	return append(dirs, filepath.Join(own, "files"), own)
}

// absolute returns the absolute directories of a list separated by colons.
func absolute(list string) []string {
	var out []string
	for dir := range strings.SplitSeq(list, ":") {
		if filepath.IsAbs(dir) {
			out = append(out, filepath.Clean(dir))
		}
	}
	return out
}
