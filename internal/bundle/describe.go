package bundle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
)

// File is the text of a lock with the name of its file.
type File struct {
	Name string
	Text []byte
}

// Content is what a bundle is made of.
type Content struct {
	Name     string // of the line of bundles
	Serial   int64
	Base     digest.Digest // of the manifest of the bundle that this one builds on, or ""
	Locks    []File
	Recipes  []Recipe
	Programs []Program
	Has      func(digest.Digest) bool // which pinned blobs are left out; nil: none
	Layers   map[string]*Layers       // what the locks of layers need, by the name of the lock

	// Evidence says of how many bytes a file is that vouches for pins, and whether
	// it is there to be carried; nil: none is.
	Evidence func(lockfile.Evidence) (size int64, ok bool)
}

// Describe makes the manifest of what a bundle is made of.
func Describe(c Content) (Manifest, error) {
	m := Manifest{Schema: Schema, Name: c.Name, Serial: c.Serial, Base: c.Base, Locks: []Lock{}, Blobs: []Blob{},
		Recipes: slices.Clone(c.Recipes), Programs: slices.Clone(c.Programs)}
	blobs := map[digest.Digest]Blob{}
	locks := slices.Clone(c.Locks)
	slices.SortFunc(locks, func(a, b File) int { return strings.Compare(a.Name, b.Name) }) // the last one names a blob
	for _, f := range locks {
		if of := c.Layers[f.Name]; of != nil {
			m.Locks = append(m.Locks, Lock{f.Name, KindLayers, digest.FromBytes(f.Text), int64(len(f.Text)), ""})
			if err := c.layers(&m, blobs, of); err != nil {
				return m, err
			}
			continue
		}
		l, err := lockfile.Parse(f.Name, f.Text)
		if err != nil {
			return m, err
		}
		m.Locks = append(m.Locks, Lock{f.Name, "", digest.FromBytes(f.Text), int64(len(f.Text)), l.Recipe()})
		for _, p := range l.Pins() {
			if other, ok := blobs[p.Digest]; ok && other.Size != p.Size {
				return m, fmt.Errorf("%s has two sizes in the locks: %d and %d bytes", p.Digest, other.Size, p.Size)
			}
			blobs[p.Digest] = Blob{p.Digest, p.Size, p.String(), c.Has == nil || !c.Has(p.Digest)}
		}
		for _, e := range c.evidence(l) {
			if _, ok := blobs[e.Digest]; !ok {
				blobs[e.Digest] = Blob{e.Digest, e.Size, e.String(), true}
			}
		}
	}
	for _, b := range blobs {
		m.Blobs = append(m.Blobs, b)
	}
	slices.SortFunc(m.Blobs, func(a, b Blob) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	slices.SortFunc(m.Recipes, func(a, b Recipe) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Programs, func(a, b Program) int { return strings.Compare(a.Name, b.Name) })
	return m, m.check()
}

// evidence lists what vouches for the pins of a lock and is carried. What is
// not is not named: builds do not need it.
func (c Content) evidence(l *lockfile.Lock) []lockfile.Evidence {
	var list []lockfile.Evidence
	for _, e := range l.Evidence() {
		if c.Evidence == nil {
			break
		}
		if c.Has != nil && c.Has(e.Digest) {
			continue
		}
		if size, ok := c.Evidence(e); ok {
			e.Size = size
			list = append(list, e)
		}
	}
	return list
}

// item is one blob that a manifest names.
type item struct {
	digest digest.Digest
	size   int64
	name   string // for people
}

// all lists what a manifest names, with repetitions.
func (m Manifest) all() []item {
	list := m.carried()
	for _, b := range m.Blobs {
		if !b.Here {
			list = append(list, item{b.Digest, b.Size, b.Name})
		}
	}
	return list
}

// carried lists what a manifest says is in the bundle, with repetitions.
func (m Manifest) carried() []item {
	var list []item
	for _, l := range m.Locks {
		list = append(list, item{l.Digest, l.Size, "the lock " + l.Name})
	}
	for _, r := range m.Recipes {
		for _, f := range r.Files {
			list = append(list, item{f.Digest, f.Size, r.Name + "/" + f.Path})
		}
	}
	for _, p := range m.Programs {
		list = append(list, item{p.Digest, p.Size, "the program " + p.Name})
	}
	for _, b := range m.Blobs {
		if b.Here {
			list = append(list, item{b.Digest, b.Size, b.Name})
		}
	}
	return list
}

// items lists what a manifest says is in the bundle, each blob once, sorted.
func (m Manifest) items() []item {
	list := m.carried()
	slices.SortStableFunc(list, func(a, b item) int { return strings.Compare(string(a.digest), string(b.digest)) })
	return slices.CompactFunc(list, func(a, b item) bool { return a.digest == b.digest })
}

// Bytes is how many bytes of blobs the bundle holds.
func (m Manifest) Bytes() (n int64) {
	for _, x := range m.items() {
		n += x.size
	}
	return n
}
