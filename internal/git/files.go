package git

import (
	"archive/tar"
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Files are the files of a tar archive, by the names that git gives to what
// they hold.
type Files struct {
	format string
	root   *file
	told   int // objects that Check has needed
}

// file is a file, a symbolic link or a directory.
type file struct {
	mode    string // as in a tree; a directory's is "40000"
	id      ID     // none of a directory
	modules []byte // of .gitmodules its text
	entries map[string]*file
}

func newDirectory() *file { return &file{mode: "40000", entries: map[string]*file{}} }

// ReadFiles hashes the files of a tar archive that a Writer packed. Anything
// that a Writer does not pack is a *TreeError.
func ReadFiles(r io.Reader, format string) (*Files, error) {
	f := &Files{format: format, root: newDirectory()}
	in := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := in.Next()
		if err == io.EOF {
			_, err = io.Copy(io.Discard, r) // a verifying reader is heard at the end
			return f, err
		}
		if err != nil {
			return nil, err
		}
		if n == maxEntries {
			return nil, fmt.Errorf("the tree has more than %d entries", maxEntries)
		}
		e, err := f.read(h, in)
		if err == nil {
			err = f.add(strings.TrimSuffix(h.Name, "/"), e)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (f *Files) read(h *tar.Header, content io.Reader) (*file, error) {
	mode := map[int64]string{0o644: "100644", 0o755: "100755"}[h.Mode]
	switch {
	case h.Typeflag == tar.TypeDir && h.Mode == 0o755:
		return newDirectory(), nil
	case h.Typeflag == tar.TypeSymlink:
		return &file{mode: "120000", id: Name(f.format, BlobKind, []byte(h.Linkname))}, nil
	case h.Typeflag != tar.TypeReg || mode == "":
		return nil, &TreeError{h.Name, fmt.Sprintf("is of type %q and mode %o, which git does not give", h.Typeflag, h.Mode)}
	case h.PAXRecords["SCHILY.xattr.security.capability"] != "":
		return nil, &TreeError{h.Name, "has a capability, which git does not give"}
	}
	e, sum := &file{mode: mode}, objectHash(f.format, BlobKind, h.Size)
	to := io.Writer(sum)
	var text bytes.Buffer
	if strings.HasSuffix("/"+h.Name, "/.gitmodules") && h.Size <= maxModules {
		to = io.MultiWriter(sum, &text)
	}
	if _, err := io.Copy(to, content); err != nil {
		return nil, err
	}
	id, err := idOf(sum)
	e.id, e.modules = id, text.Bytes()
	return e, err
}

// at returns the directory or file at a path; nil if there is none.
func (f *Files) at(path string) *file {
	e := f.root
	for name := range strings.SplitSeq(path, "/") {
		if path == "" {
			return e
		}
		if e = e.entries[name]; e == nil {
			return nil
		}
	}
	return e
}

func (f *Files) add(path string, e *file) error {
	dir, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, name = path[:i], path[i+1:]
	}
	if strings.Count(path, "/") > maxModuleDeep*maxTreeDeep {
		return &TreeError{path, "is too deep"}
	}
	parent := f.at(dir)
	if parent == nil || parent.entries == nil || name == "" || parent.entries[name] != nil {
		return &TreeError{path, "is there twice, or is not in a directory of the archive"}
	}
	parent.entries[name] = e
	return nil
}

// Modules returns the text of .gitmodules in a directory ("" or "a/b/").
func (f *Files) Modules(prefix string) []byte {
	if e := f.at(prefix + ".gitmodules"); e != nil {
		return e.modules
	}
	return nil
}

// Empty reports whether a path is a directory without entries.
func (f *Files) Empty(path string) bool {
	e := f.at(path)
	return e != nil && e.entries != nil && len(e.entries) == 0
}

// Told is how many objects Check has needed so far.
func (f *Files) Told() int { return f.told }

// Check compares the directory prefix ("" or "a/b/") with the tree of a name,
// and returns the submodules that the tree names. The objects are those that a
// Writer tells; of directories whose tree is not among them it is computed
// which tree git would make of them.
func (f *Files) Check(root ID, prefix string, objects Objects) ([]Link, error) {
	dir := f.at(strings.TrimSuffix(prefix, "/"))
	if dir == nil || dir.entries == nil {
		return nil, &TreeError{prefix, "is no directory"}
	}
	if _, ok := objects.get(root, TreeKind); !ok {
		return nil, &TreeError{prefix, "is the tree " + string(root) + ", which is not there"}
	}
	c := &checker{Files: f, objects: objects, seen: map[ID]bool{}}
	_, err := c.check(dir, root, prefix, 0)
	f.told += len(c.seen)
	return c.links, err
}

// checker compares files with one tree.
type checker struct {
	*Files
	objects Objects
	seen    map[ID]bool // objects that were needed
	links   []Link
}

// check also reports whether the files do not say all of the tree.
func (c *checker) check(dir *file, want ID, prefix string, depth int) (more bool, err error) {
	if depth > maxTreeDeep {
		return false, &TreeError{prefix, fmt.Sprintf("is deeper than %d directories", maxTreeDeep)}
	}
	content, ok := c.objects.get(want, TreeKind)
	if !ok {
		if got := c.name(dir); got != want {
			return false, &TreeError{prefix, fmt.Sprintf("is not as git has it: its files are the tree %s, and the commit names %s", got, want)}
		}
		return false, nil
	}
	list, err := parseTree(content, idSize(c.format))
	if err != nil {
		return false, &TreeError{prefix, err.Error()}
	}
	if len(list) != len(dir.entries) {
		return false, &TreeError{prefix, fmt.Sprintf("is not as git has it: it has %d entries, and in git %d", len(dir.entries), len(list))}
	}
	for _, e := range list {
		untold, err := c.entry(dir.entries[e.name], e, prefix+e.name, depth)
		if err != nil {
			return false, err
		}
		more = more || untold
	}
	if more || depth == 0 {
		c.seen[want] = true
	}
	return more, nil
}

func (c *checker) entry(has *file, e treeEntry, path string, depth int) (untold bool, err error) {
	switch {
	case has != nil && has.entries != nil && e.mode == "160000":
		c.links = append(c.links, Link{path, e.id})
		return true, nil
	case has != nil && has.entries != nil && e.mode == "40000":
		return c.check(has, e.id, path+"/", depth+1)
	case has == nil || has.id != e.id || has.mode != strings.Replace(e.mode, "100664", "100644", 1):
		return false, &TreeError{path, "is not as git has it"}
	}
	return e.mode == "100664", nil
}

// name is the name of the tree that git would make of a directory.
func (f *Files) name(dir *file) ID {
	key := func(name string) string {
		if dir.entries[name].entries != nil {
			return name + "/"
		}
		return name
	}
	names := slices.SortedFunc(maps.Keys(dir.entries), func(a, b string) int { return strings.Compare(key(a), key(b)) })
	var content bytes.Buffer
	for _, name := range names {
		e := dir.entries[name]
		id := e.id
		if e.entries != nil {
			id = f.name(e)
		}
		raw, _ := hex.DecodeString(string(id))
		fmt.Fprintf(&content, "%s %s\x00%s", e.mode, name, raw)
	}
	return Name(f.format, TreeKind, content.Bytes())
}
