package lockfile

import (
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Tree is the pin of a source whose files are put together from what a server
// of its own kind has. What a build reads is one blob, the canonical tar of
// the files (package tree); the rest says where they come from.
type Tree struct {
	Kind    string        // one of the Tree kinds
	Name    string        // see forms
	Ref     string        // what was asked for, if that is not Pinned itself
	Pinned  string        // what stands for the whole of it upstream
	Variant string        // what else decides which files there are
	Index   digest.Digest // of the files' names, modes and contents (tree.Index)
	Digest  digest.Digest // of the canonical tar
	Size    int64         // of the canonical tar
	Parts   []Part        // the files it is put together from, and those that prove it
	Modules []Module      // of git
	Vouched []TreeVouch
}

// The kinds of trees, called like the recipe's blocks.
const (
	GitTree       = "git"
	OCITree       = "oci"
	GoModuleTree  = "go_module"
	GoModulesTree = "go_modules"
	NPMTree       = "npm"
	CratesTree    = "crates"
)

// Part is one file of a tree: a zip, a layer, a commit.
type Part struct {
	Path   string // below the mirror or registry; of git and oci a name
	Digest digest.Digest
	Size   int64
}

// Module is a submodule.
type Module struct{ Path, URL, Commit string }

// TreeVouch is a signature that was good when the source was pinned. The
// signed object is the part of git that Kind names.
type TreeVouch struct {
	Kind    string // GitTag or GitCommit
	Signers []string
	Date    time.Time     // when it was signed, as the signature says
	Keyring digest.Digest // against which it was checked
}

// The kinds of signatures over trees.
const (
	GitTag    = "git-tag"
	GitCommit = "git-commit"
)

// form names, for one kind, the attributes of a lock that hold a Tree's fields;
// "" for one that the kind does not have.
type form struct{ name, ref, pinned, variant string }

var forms = map[string]form{
	GitTree:       {"git", "tag", "commit", "submodules"}, // address, name of a tag, commit, true or false
	OCITree:       {"oci", "tag", "manifest", "platform"}, // repository, tag, digest asked for or found, platform
	GoModuleTree:  {"go_module", "version", "sum", ""},    // path, version, h1
	GoModulesTree: {"go_modules", "", "file", ""},         // path of go.sum in the recipe, its digest
	NPMTree:       {"npm", "", "file", ""},
	CratesTree:    {"crates", "", "file", ""},
}

// treeOrder are the kinds in the order they are looked for.
var treeOrder = []string{GitTree, OCITree, GoModuleTree, GoModulesTree, NPMTree, CratesTree}

// Wanted is the Tree that a source asks for, as far as the recipe tells:
// nil if it is not such a source. Pinned is "" where the network decides.
func Wanted(s recipe.Source) *Tree {
	locked := func(kind string, l *recipe.Locked) *Tree {
		return &Tree{Kind: kind, Name: l.File.Path, Pinned: l.File.Digest.String()}
	}
	switch {
	case s.Git != nil:
		return &Tree{Kind: GitTree, Name: s.Git.URL, Ref: s.Git.Tag, Pinned: s.Git.Commit, Variant: strconv.FormatBool(s.Git.Submodules)}
	case s.OCI != nil:
		return &Tree{Kind: OCITree, Name: s.OCI.Repository, Ref: s.OCI.Tag, Pinned: s.OCI.Digest.String(), Variant: s.OCI.Platform}
	case s.GoModule != nil:
		return &Tree{Kind: GoModuleTree, Name: s.GoModule.Module, Ref: s.GoModule.Version, Pinned: s.GoModule.Sum}
	case s.GoModules != nil:
		return locked(GoModulesTree, s.GoModules)
	case s.NPM != nil:
		return locked(NPMTree, s.NPM)
	case s.Crates != nil:
		return locked(CratesTree, s.Crates)
	}
	return nil
}

// fits reports whether t is what want asks for, and vouched for as s wants.
func (t *Tree) fits(want *Tree, s recipe.Source) bool {
	if t.Kind != want.Kind || t.Name != want.Name || t.Ref != want.Ref || t.Variant != want.Variant {
		return false
	}
	if want.Pinned != "" && t.Pinned != want.Pinned {
		return false
	}
	keyring := s.Git != nil && s.Git.Keyring != nil
	return keyring == (len(t.Vouched) > 0) && !slices.ContainsFunc(t.Vouched, func(v TreeVouch) bool {
		return v.Keyring != s.Git.Keyring.Digest
	})
}

// FirstUse reports whether nobody vouches for the tree: it is what a tag, which
// can be moved, named when it was pinned. That the commit is signed does not
// say that the tag names it: any commit that was ever signed would do.
func (t *Tree) FirstUse() bool {
	signed := slices.ContainsFunc(t.Vouched, func(v TreeVouch) bool { return v.Kind == GitTag })
	return (t.Kind == GitTree || t.Kind == OCITree) && t.Ref != "" && !signed
}

// String names what is pinned: "git https://… v1 0123…".
func (t *Tree) String() string {
	text := t.Kind + " " + t.Name
	for _, more := range []string{t.Ref, t.Pinned} {
		if more != "" {
			text += " " + more
		}
	}
	return text
}

// Part returns the part of a name.
func (t *Tree) Part(name string) (Part, bool) {
	i := slices.IndexFunc(t.Parts, func(p Part) bool { return p.Path == name })
	if i < 0 {
		return Part{}, false
	}
	return t.Parts[i], true
}

// Tree returns the pin of a source that is a tree; false if it is not one.
func (l *Lock) Tree(a recipe.Address) (*Tree, bool) {
	for _, s := range l.content.Sources {
		if s.Address == a && s.Tree != nil {
			return s.Tree.clone(), true
		}
	}
	return nil, false
}

func (t *Tree) clone() *Tree {
	if t == nil {
		return nil
	}
	c := *t
	c.Parts = sortedBy(t.Parts, func(p Part) string { return p.Path })
	c.Modules = sortedBy(t.Modules, func(m Module) string { return m.Path })
	c.Vouched = sortedBy(t.Vouched, func(v TreeVouch) string { return v.Kind })
	for i, v := range c.Vouched {
		c.Vouched[i].Signers, c.Vouched[i].Date = sortedBy(v.Signers, itself), v.Date.UTC()
	}
	return &c
}

// pins are the blobs of a tree: the tar itself, which is made and not
// downloaded, and its parts.
func (t *Tree) pins(name string) []Pin {
	list := []Pin{{Digest: t.Digest, Size: t.Size, Name: name, Version: t.Ref, Path: "tree", URL: t.URI(), Made: true}}
	for _, p := range t.Parts {
		pin := Pin{Digest: p.Digest, Size: p.Size, Name: name, Version: t.Ref, Path: p.Path}
		if pin.Distribution = t.mirror(); pin.Distribution == "" {
			pin.Made, pin.URL = true, t.URI()
		}
		list = append(list, pin)
	}
	return list
}

// URI names what is pinned, for records: git's address with the commit, a
// package URL, or the lock file with its digest. No mirror is in it.
func (t *Tree) URI() string {
	switch t.Kind {
	case GitTree:
		return "git+" + t.Name + "@" + t.Pinned
	case OCITree:
		return "pkg:oci/" + url.PathEscape(path.Base(t.Name)) + "@" + url.QueryEscape(t.Pinned) + "?" + url.Values{"repository_url": {t.Name}}.Encode()
	case GoModuleTree:
		return "pkg:golang/" + t.Name + "@" + t.Ref
	}
	return t.Kind + ":" + url.PathEscape(t.Name) + "@" + t.Pinned
}

// mirror is the name under which a machine's configuration has the registry;
// "" for kinds whose own name says where they are.
func (t *Tree) mirror() string {
	switch t.Kind {
	case GoModuleTree, GoModulesTree:
		return "go"
	case NPMTree, CratesTree:
		return t.Kind
	}
	return ""
}
