package image

import (
	"bufio"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// image shows the tree that an image's layers make. They are read twice: to
// learn which of their entries remain, then to show those.
func (l *layoutWalk) image(m ociImage, prefix string) error {
	tree := &layerTree{root: newLayerNode(entryAt{-1, 0}, Directory)}
	first := *l.walker
	first.budget = newBudget(l.ctx, l.limits, l.opt.Unpacked)
	for n, d := range m.layers {
		err := l.layer(&first, d, true, func(w *walker, at int, e Entry, src source) error {
			if err := w.entry(within(w.place, e.Path)); err != nil {
				return err
			}
			if err := tree.apply(entryAt{n, at}, e); err != nil {
				return w.fail(e.Path, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	remain := tree.remain()
	for n, d := range m.layers {
		err := l.layer(l.walker, d, false, func(w *walker, at int, e Entry, src source) error {
			return showPaths(w, prefix, remain[entryAt{n, at}], e, src)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// showPaths shows an entry of a layer under the paths that it has at last.
func showPaths(w *walker, prefix string, left remaining, e Entry, src source) error {
	if len(left.paths) == 0 {
		return nil
	}
	if left.owned != nil {
		e.Mode, e.UID, e.GID = left.owned.Mode, left.owned.UID, left.owned.GID
	}
	e.Path = prefix + left.paths[0]
	if err := w.emit(e, src); err != nil {
		return err
	}
	for _, p := range left.paths[1:] {
		link := e
		link.Path, link.Type, link.Link, link.Size = prefix+p, HardLink, e.Path, 0
		if err := w.emit(link, nil); err != nil {
			return err
		}
	}
	return nil
}

// layer calls fn for the entries of a layer, which are numbered.
func (l *layoutWalk) layer(as *walker, d ocispec.Descriptor, verify bool, fn func(*walker, int, Entry, source) error) error {
	name, err := l.blobName(d.Digest)
	if err != nil {
		return err
	}
	in, closer, err := l.blobs.open(name)
	if err != nil {
		return l.fail(name, err)
	}
	inPlace := false
	defer func() {
		if inPlace {
			l.blobs.hold(closer)
			return
		}
		closer.Close()
	}()
	if verify {
		if err := l.verify(name, in, &d); err != nil {
			return err
		}
	}
	w := *as
	w.place, w.format, w.notes = within(l.place, name), Tar, nil
	f, err := detect(in, in.size)
	if err != nil {
		return w.fail("", err)
	}
	s := inPlaceStream(in, 0, in.size)
	if f.isCompression() {
		z, err := unpack(f, bufio.NewReaderSize(io.NewSectionReader(in, 0, in.size), 64<<10))
		if err != nil {
			return w.fail("", err)
		}
		defer z.Close()
		s = unpackedStream(&meter{z, w.budget, w.place})
	} else {
		inPlace = true
	}
	n := 0
	return w.tar(s, func(e Entry, src source) error {
		n++
		return fn(&w, n, e, src)
	})
}

// entryAt is the place of an entry: layer and number. Directories that are
// only implied have the layer -1.
type entryAt struct{ layer, number int }

// layerNode is a file or directory of the tree that layers make.
type layerNode struct {
	at       entryAt
	kind     Type
	link     string                // of a symbolic link
	length   int                   // of the path, in bytes
	owned    *Entry                // hard link whose mode and owner the file got, maybe nil
	children map[string]*layerNode // of a directory
}

func newLayerNode(at entryAt, t Type) *layerNode {
	n := &layerNode{at: at, kind: t}
	if t == Directory {
		n.children = map[string]*layerNode{}
	}
	return n
}

func (n *layerNode) add(name string, child *layerNode) error {
	if child.length = n.length + 1 + len(name); child.length > pathMax {
		return errNameLong
	}
	n.children[name] = child
	return nil
}

// layerTree applies layers after the image layer specification.
type layerTree struct{ root *layerNode }

// Names of whiteouts; what else begins with the prefix twice is of aufs itself.
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

func (t *layerTree) apply(at entryAt, e Entry) error {
	dir, name := path.Split(e.Path)
	if strings.HasPrefix(name, whiteout) {
		return t.whiteout(at, dir, name)
	}
	parent, err := t.directory(dir, at, true)
	if err != nil {
		return err
	}
	n := newLayerNode(at, e.Type)
	switch old := parent.children[name]; {
	case e.Type == HardLink:
		if n, err = t.target(e.Link, at); err != nil {
			return err
		}
		n.owned = &e
	case e.Type == Symlink:
		n.link = e.Link
	case e.Type == Directory && old != nil && old.kind == Directory:
		n.children = old.children
	}
	return parent.add(name, n)
}

// target finds the file that a hard link is a further path of.
func (t *layerTree) target(link string, at entryAt) (*layerNode, error) {
	dir, name := path.Split(link)
	parent, err := t.directory(dir, at, false)
	if err != nil {
		return nil, err
	}
	if parent != nil {
		if n := parent.children[name]; n != nil && n.kind != Directory {
			return n, nil
		}
	}
	return nil, errors.New("it is a hard link to what is not there: " + link)
}

// whiteout removes what lower layers made.
func (t *layerTree) whiteout(at entryAt, dir, name string) error {
	parent, err := t.directory(dir, at, false)
	if err != nil || parent == nil {
		return err
	}
	switch hidden := strings.TrimPrefix(name, whiteout); {
	case name == opaque:
		for child := range parent.children {
			parent.hide(child, at.layer)
		}
	case strings.HasPrefix(hidden, whiteout):
	case hidden == "":
		return errors.New("a whiteout of nothing")
	default:
		parent.hide(hidden, at.layer)
	}
	return nil
}

// hide removes a child, but for what the layer itself made.
func (n *layerNode) hide(name string, layer int) {
	c := n.children[name]
	if c == nil {
		return
	}
	for below := range c.children {
		c.hide(below, layer)
	}
	switch {
	case c.at.layer == layer:
	case len(c.children) > 0:
		c.at = entryAt{-1, 0}
	default:
		delete(n.children, name)
	}
}

// directory goes to a directory, through symbolic links as a kernel would with
// the tree as its root, and makes what is missing if told to; else it returns
// nil for what is missing.
func (t *layerTree) directory(name string, at entryAt, make bool) (*layerNode, error) {
	todo := strings.Split(name, "/")
	trail := []*layerNode{t.root}
	for links := 0; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		here := trail[len(trail)-1]
		switch part {
		case "", ".":
			continue
		case "..":
			trail = trail[:max(len(trail)-1, 1)]
			continue
		}
		next := here.children[part]
		switch {
		case next == nil && !make:
			return nil, nil
		case next == nil:
			next = newLayerNode(entryAt{-1, 0}, Directory)
			if err := here.add(part, next); err != nil {
				return nil, err
			}
		case next.kind == Symlink:
			if links++; links > 40 || len(todo) > pathMax {
				return nil, errors.New("too many symbolic links on the way")
			}
			if strings.HasPrefix(next.link, "/") {
				trail = trail[:1]
			}
			todo = append(strings.Split(next.link, "/"), todo...)
			continue
		case next.kind != Directory:
			return nil, errors.New("it is below what is no directory")
		}
		trail = append(trail, next)
	}
	return trail[len(trail)-1], nil
}

// remaining is what is left of an entry: its paths, sorted, and the last hard
// link to it, which unpacking gives mode and owner of to the file.
type remaining struct {
	paths []string
	owned *Entry
}

func (t *layerTree) remain() map[entryAt]remaining {
	left := map[entryAt]remaining{}
	var list func(dir string, n *layerNode)
	list = func(dir string, n *layerNode) {
		for name, c := range n.children {
			p := path.Join(dir, name)
			if c.at.layer >= 0 {
				left[c.at] = remaining{append(left[c.at].paths, p), c.owned}
			}
			list(p, c)
		}
	}
	list("", t.root)
	for _, r := range left {
		slices.Sort(r.paths)
	}
	return left
}
