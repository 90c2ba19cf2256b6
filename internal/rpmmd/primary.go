package rpmmd

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/rpm"
)

// Package is one package of a repository.
type Package struct {
	rpm.NEVRA
	Repository string        // name, set by whoever reads several
	Digest     digest.Digest // of the file; empty when the metadata have only a weak one
	Size       int64
	Path       string // below the repository's root; empty when it is outside

	Provides, Requires, Conflicts, Obsoletes []rpm.Relation // the Name of a boolean one is the expression
	Recommends, Suggests                     []rpm.Relation
	Files                                    []string // that primary.xml lists: below bin directories and /etc
}

// Modular reports whether a package belongs to a module of modularity, by the
// mark that module builds have in their release.
func (p *Package) Modular() bool {
	return strings.Contains(p.EVR.Release, ".module_") || strings.Contains(p.EVR.Release, ".module+")
}

// Limits of primary.xml and filelists.xml.
const (
	maxPackages = 1 << 20
	maxEntries  = 1 << 26 // relations and files of all packages
	maxNesting  = 16
	maxText     = 1 << 20 // of one element
)

// ReadPrimary calls visit for each package of a primary.xml whose architecture
// is one of the list.
func ReadPrimary(r io.Reader, architectures []string, visit func(*Package) error) error {
	p := &primary{scanner: newScanner(r), architectures: architectures, visit: visit, words: map[string]string{}}
	if err := p.run("metadata", p.element); err != nil {
		return fmt.Errorf("reading primary.xml: %w", err)
	}
	return nil
}

// primary is the state of reading.
type primary struct {
	*scanner
	architectures []string
	visit         func(*Package) error
	words         map[string]string // one copy of each text
	pkg           *Package
	checksum      checksumXML
	list          *[]rpm.Relation // that entries go to
	packages      int
	entries       int
}

// word returns the one copy of a text: names and versions occur thousands of times.
func (p *primary) word(s string) string {
	if w, ok := p.words[s]; ok {
		return w
	}
	s = strings.Clone(s)
	p.words[s] = s
	return s
}

// element looks at one start or end of an element.
func (p *primary) element(e element) error {
	switch {
	case e.name == "package" && e.depth == 2:
		return p.packageElement(e)
	case p.pkg == nil:
		return nil
	case e.end:
		return p.endElement(e)
	}
	return p.startElement(e)
}

func (p *primary) packageElement(e element) error {
	if !e.end {
		if p.packages++; p.packages > maxPackages {
			return fmt.Errorf("it has more than %d packages", maxPackages)
		}
		p.pkg, p.checksum = &Package{}, checksumXML{}
		return nil
	}
	pkg := p.pkg
	p.pkg, p.list = nil, nil
	if !contains(p.architectures, pkg.Arch) {
		return nil
	}
	if pkg.Name == "" || pkg.EVR.Version == "" || pkg.EVR.Release == "" {
		return errors.New("a package has no name, version or release")
	}
	if d, err := p.checksum.digest(); err == nil {
		pkg.Digest = d
	}
	return p.visit(pkg)
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (p *primary) startElement(e element) (err error) {
	switch e.name {
	case "version":
		p.pkg.EVR, err = rpm.NewEVR(p.attr("epoch"), p.word(p.attr("ver")), p.word(p.attr("rel")))
	case "size":
		p.pkg.Size, err = size(p.attr("package"))
	case "checksum":
		p.checksum.Type = p.attr("type")
	case "location":
		if p.attr("base") == "" {
			p.pkg.Path, err = cleanPath(p.attr("href"))
		}
	case "provides":
		p.list = &p.pkg.Provides
	case "requires":
		p.list = &p.pkg.Requires
	case "conflicts":
		p.list = &p.pkg.Conflicts
	case "obsoletes":
		p.list = &p.pkg.Obsoletes
	case "recommends":
		p.list = &p.pkg.Recommends
	case "suggests":
		p.list = &p.pkg.Suggests
	case "supplements", "enhances":
		p.list = nil
	case "entry":
		err = p.entry()
	}
	if err != nil {
		return fmt.Errorf("package %s: %w", clip(p.pkg.Name), err)
	}
	return nil
}

func (p *primary) entry() error {
	if p.list == nil {
		return nil
	}
	if p.entries++; p.entries > maxEntries {
		return fmt.Errorf("it has more than %d relations and files", maxEntries)
	}
	r := rpm.Relation{Name: p.word(p.attr("name"))}
	var err error
	if r.Sense, err = rpm.ParseSense(p.attr("flags")); err != nil || r.Name == "" {
		return errors.New("a relation has no name or an unknown comparison")
	}
	if r.Sense != 0 {
		if r.EVR, err = rpm.NewEVR(p.attr("epoch"), p.word(p.attr("ver")), p.word(p.attr("rel"))); err != nil {
			return fmt.Errorf("relation to %s: %w", clip(r.Name), err)
		}
	}
	*p.list = append(*p.list, r)
	return nil
}

func (p *primary) endElement(e element) error {
	switch {
	case e.name == "name" && e.depth == 3:
		p.pkg.Name = p.word(e.text)
	case e.name == "arch" && e.depth == 3:
		p.pkg.Arch = p.word(e.text)
	case e.name == "checksum" && e.depth == 3:
		p.checksum.Sum = e.text
	case e.name == "file":
		if p.entries++; p.entries > maxEntries {
			return fmt.Errorf("it has more than %d relations and files", maxEntries)
		}
		p.pkg.Files = append(p.pkg.Files, p.word(e.text))
	}
	return nil
}

// ReadFilelists calls visit with each path of a filelists.xml that is wanted,
// and the digest by which primary.xml names the package that has it.
func ReadFilelists(r io.Reader, wanted map[string]bool, visit func(sum, path string)) error {
	s := newScanner(r)
	sum := ""
	err := s.run("filelists", func(e element) error {
		switch {
		case e.name == "package" && !e.end:
			sum = strings.Clone(s.attr("pkgid"))
		case e.name == "file" && e.end && wanted[e.text]:
			visit(sum, strings.Clone(e.text))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading filelists.xml: %w", err)
	}
	return nil
}

// element is the start or the end of an element. Text is what stands directly
// before an end, without the space around it.
type element struct {
	name  string // without prefix
	text  string
	depth int // of the root element: 1
	end   bool
}

// scanner walks through the elements of a document.
type scanner struct {
	d     *xml.Decoder
	attrs []xml.Attr
}

func newScanner(r io.Reader) *scanner { return &scanner{d: xml.NewDecoder(r)} }

// attr is an attribute of the element that starts, by its name without prefix.
func (s *scanner) attr(name string) string {
	for _, a := range s.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// run reads to the end of the document, whose root must have that name.
func (s *scanner) run(root string, visit func(element) error) error {
	var open []string
	text, ended := "", false
	for {
		t, err := s.d.RawToken()
		if err == io.EOF && ended {
			return nil
		} else if err == io.EOF {
			return io.ErrUnexpectedEOF
		} else if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if ended || len(open) == 0 && t.Name.Local != root {
				return fmt.Errorf("<%s> stands where <%s> should", clip(t.Name.Local), root)
			}
			if open = append(open, t.Name.Local); len(open) > maxNesting {
				return fmt.Errorf("it is nested deeper than %d elements", maxNesting)
			}
			s.attrs, text = t.Attr, ""
			if err := visit(element{name: t.Name.Local, depth: len(open)}); err != nil {
				return err
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != t.Name.Local {
				return fmt.Errorf("</%s> closes nothing", clip(t.Name.Local))
			}
			if err := visit(element{name: t.Name.Local, text: strings.TrimSpace(text), depth: len(open), end: true}); err != nil {
				return err
			}
			open, text = open[:len(open)-1], ""
			ended = len(open) == 0
		case xml.CharData:
			if text += string(t); len(text) > maxText {
				return fmt.Errorf("a text has more than %d bytes", maxText)
			}
		}
	}
}
