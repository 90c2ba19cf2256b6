package lockfile

import (
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Version is the version of the format that this package reads and writes.
const Version = 1

// InRelease is the kind of vouching in which a clearsigned Release file names
// the digests of the indexes, and these the digests of packages and sources.
const InRelease = "inrelease"

// Lock is a whole lock. It is made by New or Parse and is not changed afterwards.
type Lock struct {
	content Content
	debs    map[recipe.Address]map[string]Deb // by distribution and package name
	dscs    map[recipe.Address]map[string]Dsc
	dists   map[recipe.Address]Distribution
}

// Content is what a Lock holds. New sorts it.
type Content struct {
	Recipe        digest.Digest // of the recipe that the lock was made for
	Distributions []Distribution
	Toolchains    []Toolchain
	Sources       []Source
}

// Distribution holds the pins that come from one distribution.
type Distribution struct {
	Address      recipe.Address
	Name         string // names the mirror in a machine's configuration
	Type         string // recipe.RPM, or empty for Debian packages
	Suite        string // of an RPM distribution: the release
	Architecture string
	Components   []string // of an RPM distribution: the repositories
	Vouched      []Vouched
}

// Vouched is a set of pins and the signature chain that vouches for them. One
// distribution has several after an update of only some pins.
type Vouched struct {
	Kind     string        // InRelease, or of an RPM distribution Repomd or RPMHeader
	Digest   digest.Digest // of the InRelease file, or repomd.xml, as it was received
	Size     int64
	Date     time.Time // as the signed Release says, in UTC
	Origin   string
	Suite    string
	Codename string

	Repository string // of an RPM distribution: its name, and the revision of its repomd.xml
	Revision   string

	Keyring digest.Digest // of the keyring that the signature was checked against
	Signers []string      // fingerprints of the primary keys whose signatures were good
	Indexes []Index       // that were consulted
	Debs    []Deb
	Dscs    []Dsc

	// What locks of earlier versions do not say.
	SignedAt    time.Time // newest date of the signatures, in UTC; zero: not said
	ValidUntil  time.Time // as the signed Release says, in UTC; zero: it does not
	KeyringSize int64     // bytes; 0: not said
}

// Index is an index file named by a Release file.
type Index struct {
	Path   string // below dists/<suite>/
	Digest digest.Digest
	Size   int64
}

// Deb is a pinned binary package: a .deb, or of an RPM distribution an .rpm.
type Deb struct {
	Name, Version, Architecture string
	Filename                    string // path in the distribution's archive, or in the repository
	Digest                      digest.Digest
	Size                        int64
	Signer                      string    // RPMHeader: fingerprint of the primary key whose signature was good
	SignedAt                    time.Time // RPMHeader: as the signature says, in UTC
}

// Dsc is a pinned source package of a distribution.
type Dsc struct {
	Name, Version string
	Patches       bool // the packaging archive, which holds debian/patches, is pinned too
	Files         []File
}

// File is one file of a source.
type File struct {
	Name   string
	Path   string // path in the distribution's archive; empty when URL is set
	URL    string
	Digest digest.Digest
	Size   int64
}

// Toolchain says which packages make up a build root.
type Toolchain struct {
	Address   recipe.Address
	From      recipe.Address // of a Distribution
	Requested []string       // as the recipe asks
	Packages  []string       // names of the whole closure
}

// Source is a pinned source: a source package (From and Dsc), a file at a URL
// (URL, Digest, Size, and Vouch, which says who vouches for it), or a Tree.
type Source struct {
	Address recipe.Address
	From    recipe.Address // of a Distribution
	Dsc     string         // name of the source package
	URL     string
	Digest  digest.Digest
	Size    int64
	Tree    *Tree
	Vouch   Vouch
}

// FirstUse reports whether nobody vouches for the source: its bytes are those
// that were there first.
func (s Source) FirstUse() bool {
	return s.Vouch.Kind == FirstUse || s.Tree != nil && s.Tree.FirstUse()
}

// New makes a lock of c, which it copies and sorts. The error is an *Error
// that lists everything that is wrong.
func New(c Content) (*Lock, error) {
	c = sorted(c)
	if problems := validate(c); len(problems) > 0 {
		return nil, newError(problems)
	}
	return index(c), nil
}

func index(c Content) *Lock {
	l := &Lock{
		content: c,
		debs:    map[recipe.Address]map[string]Deb{},
		dscs:    map[recipe.Address]map[string]Dsc{},
		dists:   map[recipe.Address]Distribution{},
	}
	for _, d := range c.Distributions {
		l.dists[d.Address] = d
		debs, dscs := map[string]Deb{}, map[string]Dsc{}
		for _, v := range d.Vouched {
			for _, deb := range v.Debs {
				debs[deb.Name] = deb
			}
			for _, dsc := range v.Dscs {
				dscs[dsc.Name] = dsc
			}
		}
		l.debs[d.Address], l.dscs[d.Address] = debs, dscs
	}
	return l
}

// Recipe returns the digest of the recipe that the lock was made for.
func (l *Lock) Recipe() digest.Digest { return l.content.Recipe }

// Content returns a copy of what the lock holds.
func (l *Lock) Content() Content { return sorted(l.content) }

// Toolchain returns the packages of a toolchain, sorted by name.
func (l *Lock) Toolchain(a recipe.Address) ([]Deb, error) {
	for _, t := range l.content.Toolchains {
		if t.Address != a {
			continue
		}
		debs := make([]Deb, len(t.Packages))
		for i, name := range t.Packages {
			debs[i] = l.debs[t.From][name]
		}
		return debs, nil
	}
	return nil, &StaleError{Missing: []string{string(a) + " has no pins"}}
}

// Source returns the files of a dsc or http source, sorted by name.
func (l *Lock) Source(a recipe.Address) ([]File, error) {
	for _, s := range l.content.Sources {
		if s.Address != a {
			continue
		}
		if s.Tree != nil {
			return nil, fmt.Errorf("%s is a tree, not a list of files", a)
		}
		if s.URL != "" {
			return []File{{Name: urlBase(s.URL), URL: s.URL, Digest: s.Digest, Size: s.Size}}, nil
		}
		return slices.Clone(l.dscs[s.From][s.Dsc].Files), nil
	}
	return nil, &StaleError{Missing: []string{string(a) + " has no pin"}}
}
