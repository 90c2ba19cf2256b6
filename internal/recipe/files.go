package recipe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"
)

// Limits on what a recipe reads.
const (
	maxRecipeFile = 1 << 20  // bytes of one recipe file
	maxFile       = 16 << 20 // bytes of one file read by an attribute or by file()
	maxLocalFiles = 10_000   // files of one local source
	maxLocalBytes = 64 << 20 // bytes of one local source
)

// tree reads files below one directory, the directory of a module. Symbolic
// links are followed only as long as they stay inside.
type tree struct {
	root *os.Root
	show string // the directory as diagnostics show it
	rel  string // slash separated, relative to the recipe's directory
}

func openTree(show, rel string) (*tree, error) {
	root, err := os.OpenRoot(show)
	if err != nil {
		return nil, plain(err)
	}
	return &tree{root: root, show: show, rel: rel}, nil
}

// plain takes the system call and the path out of an error of package os: the
// diagnostic names the path itself.
func plain(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// localName checks a path written in a recipe and cleans it.
func localName(name string) (string, error) {
	switch clean := path.Clean(name); {
	case name == "":
		return "", errors.New("the path is empty")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, isControl):
		return "", errors.New("the path contains control characters")
	case path.IsAbs(name):
		return "", errors.New("the path is absolute; files are named relative to the directory of the recipe or module, so that another checkout finds them")
	case !filepath.IsLocal(clean):
		return "", errors.New("the path leads out of the directory of the recipe or module; only files below it can be read")
	default:
		return clean, nil
	}
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// read returns the content of a regular file.
func (t *tree) read(name string, limit int64) ([]byte, error) {
	clean, err := localName(name)
	if err != nil {
		return nil, err
	}
	// Without O_NONBLOCK opening a named pipe would wait for a writer.
	f, err := t.root.OpenFile(clean, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, t.missing(clean)
	}
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("it is not a regular file but %s", kindOf(info.Mode()))
	}
	content, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, plain(err)
	}
	if int64(len(content)) > limit {
		return nil, fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	return content, nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a directory"
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	default:
		return "a special file"
	}
}

// missing explains that a file does not exist, with the name of one that does.
func (t *tree) missing(clean string) error {
	var names []string
	dir, base := path.Split(clean)
	if entries, err := fs.ReadDir(t.root.FS(), path.Clean("./"+dir)); err == nil && len(entries) <= 1000 {
		for _, e := range entries {
			names = append(names, e.Name())
		}
	}
	hint := ""
	if best := nearest(base, names); best != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", dir+best)
	}
	return fmt.Errorf("there is no %s in %s%s", clean, t.show, hint)
}

// file reads one file as part of the recipe.
func (t *tree) file(name string) (File, error) {
	content, err := t.read(name, maxFile)
	if err != nil {
		return File{}, err
	}
	return newFile(path.Join(t.rel, name), content), nil
}

func newFile(name string, content []byte) File {
	return File{Path: name, Digest: digest.FromBytes(content), Content: content}
}

// local reads a file or everything below a directory.
func (t *tree) local(name string) (*Local, error) {
	clean, err := localName(name)
	if err != nil {
		return nil, err
	}
	if clean == "." {
		return nil, errors.New("a source cannot be the whole recipe, which holds its own lockfile; name a directory or file in it")
	}
	info, err := t.root.Stat(clean)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, t.missing(clean)
	}
	if err != nil {
		return nil, plain(err)
	}
	l := &Local{Path: path.Join(t.rel, clean), Exec: map[string]bool{}}
	if info.Mode().IsRegular() {
		return l, t.add(l, clean, path.Base(clean), info.Mode())
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("it is neither a file nor a directory but %s", kindOf(info.Mode()))
	}
	return l, t.walk(l, clean)
}

func (t *tree) walk(l *Local, dir string) error {
	var total int
	err := fs.WalkDir(t.root.FS(), dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return plain(err)
		}
		if e.IsDir() {
			return nil
		}
		if len(l.Files) == maxLocalFiles || total > maxLocalBytes {
			return fmt.Errorf("a local source is limited to %d files and %d MiB; fetch larger ones with http", maxLocalFiles, maxLocalBytes>>20)
		}
		info, err := e.Info()
		if err != nil {
			return plain(err)
		}
		if err := t.add(l, p, strings.TrimPrefix(p, dir+"/"), info.Mode()); err != nil {
			return err
		}
		total += len(l.Files[len(l.Files)-1].Content)
		return nil
	})
	slices.SortFunc(l.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if err == nil && len(l.Files) == 0 {
		return errors.New("the directory holds no files")
	}
	return err
}

func (t *tree) add(l *Local, p, name string, mode fs.FileMode) error {
	if !mode.IsRegular() {
		return fmt.Errorf("%q in it is %s; a local source holds regular files only", name, kindOf(mode))
	}
	content, err := t.read(p, maxFile)
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	l.Files = append(l.Files, newFile(name, content))
	if mode&0o100 != 0 {
		l.Exec[name] = true
	}
	return nil
}
