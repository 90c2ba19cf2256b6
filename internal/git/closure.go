package git

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Source gives objects by their names; both a Pack and a List are one.
type Source interface {
	// Object returns the content of an object, whose kind it has to be.
	Object(id ID, kind Kind) ([]byte, error)
	// Kind says what an object is, "" if it is not there.
	Kind(id ID) Kind
	// Format is the hash that names the objects.
	Format() string
}

// Closure is all that a commit consists of, without its history: the commit,
// its trees and blobs, and the tags that lead to it.
type Closure struct {
	Root   ID     // what was asked for: Commit, or a tag of it
	Commit ID     // behind the tags
	Cut    bool   // the commit has parents, which are not part of it
	Tree   ID     // of the commit
	Links  []Link // submodules, in the order of the tree
	Files  map[string]ID
	IDs    []ID // sorted

	Attributes map[ID]bool // the files .gitattributes of all directories
}

// Limits of a commit.
const (
	maxTags  = 8     // that name one another
	maxLinks = 10000 // submodules
)

// Walk follows a commit, or a tag of one, to everything it consists of. Files
// of the Closure are the files in its top directory. What is missing is a
// *MissingError; a tree that git would not make is a *TreeError.
func Walk(ctx context.Context, s Source, root ID) (*Closure, error) {
	w := &walker{source: s, seen: map[ID]Kind{}, plain: map[ID]bool{}}
	w.Root, w.Files, w.Attributes = root, map[string]ID{}, map[ID]bool{}
	id := root
	for range maxTags {
		if s.Kind(id) != TagKind {
			break
		}
		text, err := w.take(id, TagKind)
		if err != nil {
			return nil, err
		}
		tag, err := ParseTag(s.Format(), text)
		if err != nil {
			return nil, fmt.Errorf("tag %s: %w", id, err)
		}
		id = tag.Object
	}
	text, err := w.take(id, CommitKind)
	if err != nil {
		return nil, err
	}
	c, err := ParseCommit(s.Format(), text)
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", id, err)
	}
	w.Commit, w.Tree, w.Cut = id, c.Object, hasParents(text)
	if err := w.tree(ctx, c.Object, "", 0); err != nil {
		return nil, err
	}
	w.IDs = slices.Sorted(maps.Keys(w.seen))
	return &w.Closure, nil
}

// walker is a Closure that is being made.
type walker struct {
	Closure
	source  Source
	seen    map[ID]Kind
	entries int
	plain   map[ID]bool // trees without submodules that were gone through
}

// take reads an object that is part of the closure.
func (w *walker) take(id ID, kind Kind) ([]byte, error) {
	content, err := w.source.Object(id, kind)
	if err == nil {
		w.seen[id] = kind
	}
	return content, err
}

// tree goes through a tree. One that was seen is gone through again only if it
// has submodules, which have another path then.
func (w *walker) tree(ctx context.Context, id ID, prefix string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.plain[id] {
		return nil
	}
	if depth > maxTreeDeep {
		return &TreeError{prefix, fmt.Sprintf("is deeper than %d directories", maxTreeDeep)}
	}
	content, err := w.take(id, TreeKind)
	if err != nil {
		return &TreeError{prefix, err.Error()}
	}
	list, err := parseTree(content, idSize(w.source.Format()))
	if err != nil {
		return &TreeError{prefix, err.Error()}
	}
	links := len(w.Links)
	for _, e := range list {
		if w.entries++; w.entries > maxEntries {
			return fmt.Errorf("the tree has more than %d entries", maxEntries)
		}
		if err := w.entry(ctx, e, prefix, depth); err != nil {
			return err
		}
	}
	w.plain[id] = len(w.Links) == links
	return nil
}

func (w *walker) entry(ctx context.Context, e treeEntry, prefix string, depth int) error {
	path := prefix + e.name
	if len(path) > maxPath {
		return &TreeError{path[:60] + "…", fmt.Sprintf("is longer than %d bytes", maxPath)}
	}
	if reason := refusedEntry(e); reason != "" {
		return &TreeError{path, reason}
	}
	switch e.mode {
	case "40000":
		return w.tree(ctx, e.id, path+"/", depth+1)
	case "160000":
		if w.Links = append(w.Links, Link{path, e.id}); len(w.Links) > maxLinks {
			return fmt.Errorf("the tree has more than %d submodules", maxLinks)
		}
		return nil
	case "100644", "100664", "100755", "120000":
	default:
		return &TreeError{path, fmt.Sprintf("has the mode %q, which git does not give", e.mode)}
	}
	if depth == 0 && e.mode != "120000" {
		w.Files[e.name] = e.id
	}
	if e.name == ".gitattributes" && e.mode != "120000" {
		w.Attributes[e.id] = true
	}
	switch w.seen[e.id] {
	case BlobKind:
		return nil
	case "":
	default:
		return &TreeError{path, fmt.Sprintf("is the %s %s, not a file", w.seen[e.id], e.id)}
	}
	if kind := w.source.Kind(e.id); kind != BlobKind {
		return &TreeError{path, (&MissingError{e.id, BlobKind}).Error()}
	}
	w.seen[e.id] = BlobKind
	return nil
}

// refusedEntry says why a name is not taken into a repository that git itself
// will check out: less than refusedName refuses, for git takes any bytes.
func refusedEntry(e treeEntry) string {
	reason := refusedName(e)
	if reason == "is not UTF-8" || reason == "has control characters" {
		return ""
	}
	return reason
}

// hasParents says whether a commit names others: the lines behind its tree.
func hasParents(commit []byte) bool {
	s, ok := cutLine(commit)
	return ok && len(s) >= 7 && string(s[:7]) == "parent "
}

// cutLine is what follows the first line.
func cutLine(text []byte) ([]byte, bool) {
	i := slices.Index(text, '\n')
	if i < 0 {
		return nil, false
	}
	return text[i+1:], true
}

// Text returns the content of a file of the top directory of at most max bytes;
// false if there is none.
func (c *Closure) Text(l *List, name string, max int64) ([]byte, bool, error) {
	id, ok := c.Files[name]
	if !ok {
		return nil, false, nil
	}
	if size := l.Size(id); size > max {
		return nil, false, &TreeError{name, fmt.Sprintf("has %d bytes, more than %d", size, max)}
	}
	content, err := l.Object(id, BlobKind)
	return content, true, err
}

var errNotClosed = errors.New("it holds objects that the commit does not consist of")
