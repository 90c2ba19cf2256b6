package debroot

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
)

// tree is the root under construction.
type tree map[string]*entry

// merge lays the packages, which are sorted, over each other.
func merge(pkgs []*pkg) (tree, error) {
	t := tree{}
	for _, p := range pkgs {
		for _, e := range p.entries {
			old, ok := t[e.path]
			if !ok {
				t[e.path] = e
				continue
			}
			keep, err := choose(old, e)
			if err != nil {
				return nil, err
			}
			t[e.path] = keep
		}
	}
	return t, nil
}

// choose decides which of two packages' entries of one path stays.
func choose(a, b *entry) (*entry, error) {
	if a.kind == tar.TypeDir && b.kind == tar.TypeDir {
		return a, nil
	}
	conflict := &ConflictError{Path: a.path, Packages: [2]string{a.owner.file, b.owner.file}}
	if a.kind == tar.TypeDir || b.kind == tar.TypeDir {
		conflict.Reason = "only one of them has a directory there"
		return nil, conflict
	}
	same, err := equal(a, b)
	if err != nil {
		return nil, err
	}
	over, under := b.owner.replaces(a.owner), a.owner.replaces(b.owner)
	switch {
	case same:
		return a, nil
	case over && under:
		conflict.Reason = "the files differ and each says that it replaces the other"
	case over:
		return b, nil
	case under:
		return a, nil
	default:
		conflict.Reason = "the files differ and neither says that it replaces the other"
	}
	return nil, conflict
}

func equal(a, b *entry) (bool, error) {
	if a.kind != b.kind || a.mode != b.mode || a.link != b.link {
		return false, nil
	}
	if a.kind == tar.TypeSymlink {
		return true, nil
	}
	if a.content.size != b.content.size {
		return false, nil
	}
	x, y := a.content.reader(), b.content.reader()
	bufX, bufY := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errX := io.ReadFull(x, bufX)
		m, errY := io.ReadFull(y, bufY)
		if !bytes.Equal(bufX[:n], bufY[:m]) {
			return false, nil
		}
		if errX == io.EOF || errX == io.ErrUnexpectedEOF {
			return true, nil
		}
		if errX != nil || errY != nil {
			return false, fmt.Errorf("comparing /%s: %w", a.path, errX)
		}
	}
}

// close adds the directories that nobody listed and refuses entries below
// anything that is not a directory.
func (t tree) close() error {
	for _, e := range slices.Collect(maps.Values(t)) {
		for dir := parent(e.path); dir != ""; dir = parent(dir) {
			d, ok := t[dir]
			if !ok {
				t[dir] = &entry{path: dir, kind: tar.TypeDir, mode: 0o755}
				continue
			}
			if d.kind != tar.TypeDir {
				return &ConflictError{dir, [2]string{d.from(), e.from()}, fmt.Sprintf("no directory, but /%s is below it", e.path)}
			}
			break
		}
	}
	return nil
}

func (e *entry) from() string {
	if e.owner == nil {
		return "the skeleton"
	}
	return e.owner.file
}
