package lockfile

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Pin is one blob that a lock names.
type Pin struct {
	Digest       digest.Digest
	Size         int64
	Name         string // what "dombuild update" takes: a package, or a source of the recipe
	Version      string // empty for a file at a URL
	Distribution string // names the mirror; empty when URL is set
	Suite        string
	Architecture string // of the distribution; empty for a source
	Repository   string // of an RPM distribution
	Path         string // in the distribution's archive or in the repository; empty when URL is set
	URL          string // of a file; of what is made, where it comes from
	Made         bool   // not a file that a mirror has: package upstream brings it
}

// String names the pin in messages: "bc 1.07.1-3+b1 (pool/…/bc_….deb)".
func (p Pin) String() string {
	if p.URL != "" {
		return fmt.Sprintf("%s (%s)", p.Name, p.URL)
	}
	return fmt.Sprintf("%s %s (%s)", p.Name, p.Version, path.Base(p.Path))
}

// Pins returns every blob of the lock once, sorted by digest.
func (l *Lock) Pins() []Pin {
	var pins []Pin
	for _, d := range l.content.Distributions {
		for _, v := range d.Vouched {
			pins = append(pins, v.pins(d)...)
		}
	}
	for _, s := range l.content.Sources {
		if s.Tree != nil {
			pins = append(pins, s.Tree.pins(label("source", s.Address))...)
		}
		if s.URL != "" {
			pins = append(pins, Pin{Digest: s.Digest, Size: s.Size, Name: label("source", s.Address), URL: s.URL})
		}
	}
	slices.SortStableFunc(pins, func(a, b Pin) int { return cmp.Compare(a.Digest, b.Digest) })
	return slices.CompactFunc(pins, func(a, b Pin) bool { return a.Digest == b.Digest })
}

func (v Vouched) pins(d Distribution) []Pin {
	var pins []Pin
	for _, deb := range v.Debs {
		pins = append(pins, Pin{Digest: deb.Digest, Size: deb.Size, Name: deb.Name, Version: deb.Version,
			Distribution: d.Name, Suite: d.Suite, Path: deb.Filename, Repository: v.Repository, Architecture: d.Architecture})
	}
	for _, dsc := range v.Dscs {
		for _, f := range dsc.Files {
			pins = append(pins, Pin{Digest: f.Digest, Size: f.Size, Name: dsc.Name, Version: dsc.Version,
				Distribution: d.Name, Suite: d.Suite, Path: f.Path})
		}
	}
	return pins
}

// IsPackaging reports whether a file of a source package holds the
// distribution's packaging, by dpkg-source's naming: NAME_VERSION.debian.tar.EXT,
// or .diff.EXT in format 1.0.
func IsPackaging(name string) bool {
	return strings.Contains(name, ".debian.tar.") || strings.Contains(name, ".diff.")
}

func urlBase(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	return path.Base(u.Path)
}
