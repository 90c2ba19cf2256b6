package git

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of a checkout, with all its submodules.
const (
	maxEntries  = 2 << 20
	maxContents = 16 << 30 // bytes
	maxTreeDeep = 128
	maxPath     = 4096 // bytes, as Linux has it
	// maxModuleDeep is how many submodules lie in one another at most.
	maxModuleDeep = 8
)

// TreeError says which path of a tree is not taken, and why.
type TreeError struct{ Path, Reason string }

func (e *TreeError) Error() string { return fmt.Sprintf("%q in the tree %s", e.Path, e.Reason) }

// Link is the commit of another repository that a tree names: a submodule.
type Link struct {
	Path   string
	Commit ID
}

// Writer packs trees into one tar archive, which is not canonical yet.
type Writer struct {
	tar     *tar.Writer
	entries int
	bytes   int64
	told    Objects
}

// NewWriter packs into w, which the caller closes.
func NewWriter(w *tar.Writer) *Writer { return &Writer{tar: w, told: Objects{}} }

// Told returns the objects that together with the files prove where these come
// from: the top trees, and the trees on the way to what a tar archive does not
// say, which is submodules and modes that nobody gives any more.
func (w *Writer) Told() Objects { return w.told }

// Tree packs the tree root of p below the directory prefix ("" or "a/b/") and
// returns the submodules in it, which are empty directories so far.
func (w *Writer) Tree(ctx context.Context, p *Pack, root ID, prefix string) ([]Link, error) {
	links, _, err := w.tree(ctx, p, root, prefix, 0)
	return links, err
}

// tree also reports whether the tar archive does not say all of the tree.
func (w *Writer) tree(ctx context.Context, p *Pack, id ID, prefix string, depth int) (links []Link, more bool, err error) {
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	}
	if depth > maxTreeDeep {
		return nil, false, &TreeError{prefix, fmt.Sprintf("is deeper than %d directories", maxTreeDeep)}
	}
	content, err := p.Object(id, TreeKind)
	if err != nil {
		return nil, false, err
	}
	list, err := parseTree(content, idSize(p.format))
	if err != nil {
		return nil, false, &TreeError{prefix, err.Error()}
	}
	for _, e := range list {
		if reason := refusedName(e); reason != "" {
			return nil, false, &TreeError{prefix + e.name, reason}
		}
		if w.entries++; w.entries > maxEntries {
			return nil, false, fmt.Errorf("the tree has more than %d entries", maxEntries)
		}
		below, untold, err := w.item(ctx, p, e, prefix+e.name, depth)
		if err != nil {
			return nil, false, err
		}
		links, more = append(links, below...), more || untold
	}
	if more || depth == 0 {
		w.told[id] = Object{TreeKind, content}
	}
	return links, more, nil
}

func (w *Writer) item(ctx context.Context, p *Pack, e treeEntry, path string, depth int) (links []Link, untold bool, err error) {
	switch e.mode {
	case "40000":
		if err := w.directory(path); err != nil {
			return nil, false, err
		}
		return w.tree(ctx, p, e.id, path+"/", depth+1)
	case "160000":
		return []Link{{path, e.id}}, true, w.directory(path)
	case "100644", "100664", "100755", "120000":
		content, err := p.Object(e.id, BlobKind)
		if err != nil {
			return nil, false, &TreeError{path, err.Error()}
		}
		if e.mode == "120000" {
			return nil, false, w.write(&tar.Header{Typeflag: tar.TypeSymlink, Name: path, Linkname: string(content), Mode: 0o777}, nil)
		}
		mode := int64(0o644)
		if e.mode == "100755" {
			mode = 0o755
		}
		return nil, e.mode == "100664", w.write(&tar.Header{Typeflag: tar.TypeReg, Name: path, Size: int64(len(content)), Mode: mode}, content)
	}
	return nil, false, &TreeError{path, fmt.Sprintf("has the mode %q, which git does not give", e.mode)}
}

func (w *Writer) directory(path string) error {
	return w.write(&tar.Header{Typeflag: tar.TypeDir, Name: path + "/", Mode: 0o755}, nil)
}

func (w *Writer) write(h *tar.Header, content []byte) error {
	if w.bytes += int64(len(content)); w.bytes > maxContents {
		return fmt.Errorf("the tree has more than %d GiB", maxContents>>30)
	}
	h.Format = tar.FormatPAX
	if h.Typeflag == tar.TypeSymlink && (h.Linkname == "" || strings.Contains(h.Linkname, "\x00") || !utf8.ValidString(h.Linkname)) {
		return &TreeError{h.Name, "is a symbolic link without a valid text"}
	}
	if err := w.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("packing %q: %w", h.Name, err)
	}
	_, err := w.tar.Write(content)
	return err
}

// treeEntry is one line of a tree.
type treeEntry struct {
	mode, name string
	id         ID
}

// parseTree reads "mode name\0id" again and again, in git's order: by name,
// where a directory's ends in "/".
func parseTree(content []byte, size int) ([]treeEntry, error) {
	var list []treeEntry
	seen, last := map[string]bool{}, ""
	for len(content) > 0 {
		head, rest, ok := bytes.Cut(content, []byte{0})
		mode, name, ok2 := strings.Cut(string(head), " ")
		if !ok || !ok2 || len(rest) < size {
			return nil, errors.New("is cut off")
		}
		if len(head) > maxPath || len(list) == maxEntries {
			return nil, fmt.Errorf("has a name of more than %d bytes, or more than %d", maxPath, maxEntries)
		}
		e := treeEntry{mode, name, ID(hex.EncodeToString(rest[:size]))}
		content = rest[size:]
		key := name
		if mode == "40000" {
			key += "/"
		}
		if len(list) > 0 && key <= last {
			return nil, fmt.Errorf("is not in order at %q", name)
		}
		if seen[name] {
			return nil, fmt.Errorf("has %q twice", name)
		}
		seen[name], last = true, key
		list = append(list, e)
	}
	return list, nil
}

// refusedName says why a name is not taken: because it is none, or because
// some file system would take it for a repository's own directory, as git's
// fsck knows them.
func refusedName(e treeEntry) string {
	switch {
	case e.name == "" || e.name == "." || e.name == ".." || strings.ContainsAny(e.name, "/\\\x00"):
		return "is not the name of a file"
	case !utf8.ValidString(e.name):
		return "is not UTF-8"
	case strings.ContainsFunc(e.name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "has control characters"
	case disguised(e.name, ".git") || disguised(e.name, "git~1"):
		return "would be a repository's own directory"
	case e.mode == "120000" && disguised(e.name, ".gitmodules"):
		return "says what submodules are, and is a symbolic link"
	}
	return ""
}

// disguised says whether HFS+ (which ignores some characters), NTFS (which
// ignores trailing dots and spaces, and streams) or a file system without case
// takes name for own.
func disguised(name, own string) bool {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u206a\u206b\u206c\u206d\u206e\u206f\ufeff", r) {
			return -1
		}
		return r
	}, name)
	name, _, _ = strings.Cut(name, ":")
	return strings.EqualFold(strings.TrimRight(name, ". "), own)
}

// File returns the content of a regular file in the top directory of a tree.
func (p *Pack) File(root ID, name string) ([]byte, error) {
	content, err := p.Object(root, TreeKind)
	if err != nil {
		return nil, err
	}
	list, err := parseTree(content, idSize(p.format))
	if err != nil {
		return nil, &TreeError{name, err.Error()}
	}
	for _, e := range list {
		if e.name == name && strings.HasPrefix(e.mode, "100") {
			return p.Object(e.id, BlobKind)
		}
	}
	return nil, &TreeError{name, "is not there"}
}
