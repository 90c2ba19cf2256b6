package tree

import (
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Version names the rules of the canonical form. It changes whenever the same
// tree would give other bytes.
const Version = "1"

// Bits of an entry's mode.
const (
	Setuid = 0o4000
	Setgid = 0o2000
	Sticky = 0o1000
)

// Type is the type of an entry.
type Type string

// The types of entries.
const (
	Regular   Type = "file"
	Directory Type = "directory"
	Symlink   Type = "symlink"
	Hardlink  Type = "hardlink" // a further path of a file
)

// Entry is one path of a tree.
type Entry struct {
	Path       string        `json:"path"` // relative, slash separated
	Type       Type          `json:"type"`
	Mode       uint32        `json:"mode"`                 // twelve permission bits
	Size       int64         `json:"size,omitempty"`       // of a file or hard link
	Digest     digest.Digest `json:"digest,omitempty"`     // of a file's or hard link's content
	Link       string        `json:"link,omitempty"`       // text of a symbolic link, first path of a hard link
	Capability string        `json:"capability,omitempty"` // security.capability, in hexadecimal
}

// Index is a tree's entries, sorted by path.
type Index []Entry

// Digest identifies the tree apart from its modification time.
func (x Index) Digest() digest.Digest {
	d := digest.SHA256.Digester()
	for _, e := range x {
		sum := string(e.Digest)
		if sum == "" {
			sum = "-"
		}
		fmt.Fprintf(d.Hash(), "%s %04o %d %s %q %q %q\n", e.Type, e.Mode, e.Size, sum, e.Path, e.Link, e.Capability)
	}
	return d.Digest()
}

// Size is the sum of all contents.
func (x Index) Size() int64 {
	var n int64
	for _, e := range x {
		if e.Type == Regular {
			n += e.Size
		}
	}
	return n
}

// Kind is the way in which two trees differ at a path.
type Kind string

// The kinds of differences. A path that differs in type or exists only once
// is reported once; otherwise every aspect is.
const (
	OnlyInFirst  Kind = "only-in-first"
	OnlyInSecond Kind = "only-in-second"
	TypeDiffers  Kind = "type"
	ModeDiffers  Kind = "mode"
	LinkDiffers  Kind = "link"
	SizeDiffers  Kind = "size"    // and therefore the content
	Content      Kind = "content" // of equal size
	Capability   Kind = "capability"
)

// Difference is one way in which two trees differ.
type Difference struct {
	Path  string `json:"path"`
	Kind  Kind   `json:"kind"`
	Left  string `json:"left,omitempty"`
	Right string `json:"right,omitempty"`
}

func (d Difference) String() string {
	switch d.Kind {
	case OnlyInFirst, OnlyInSecond:
		return fmt.Sprintf("%s: %s", d.Path, d.Kind)
	}
	return fmt.Sprintf("%s: %s differs: %s, %s", d.Path, d.Kind, d.Left, d.Right)
}

// Compare lists how two trees differ, sorted by path.
func Compare(a, b Index) []Difference {
	var out []Difference
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Path < b[0].Path:
			out = append(out, Difference{a[0].Path, OnlyInFirst, string(a[0].Type), ""})
			a = a[1:]
		case len(a) == 0 || b[0].Path < a[0].Path:
			out = append(out, Difference{b[0].Path, OnlyInSecond, "", string(b[0].Type)})
			b = b[1:]
		default:
			out = append(out, compareEntries(a[0], b[0])...)
			a, b = a[1:], b[1:]
		}
	}
	return out
}

func compareEntries(a, b Entry) []Difference {
	if a.Type != b.Type {
		return []Difference{{a.Path, TypeDiffers, string(a.Type), string(b.Type)}}
	}
	var out []Difference
	differ := func(kind Kind, left, right string) {
		if left != right {
			out = append(out, Difference{a.Path, kind, left, right})
		}
	}
	differ(ModeDiffers, fmt.Sprintf("%04o", a.Mode), fmt.Sprintf("%04o", b.Mode))
	differ(LinkDiffers, a.Link, b.Link)
	differ(Capability, a.Capability, b.Capability)
	if a.Type == Regular && a.Size != b.Size {
		differ(SizeDiffers, fmt.Sprint(a.Size), fmt.Sprint(b.Size))
	} else if a.Type == Regular { // a hard link's content is that of its first path
		differ(Content, string(a.Digest), string(b.Digest))
	}
	return out
}
