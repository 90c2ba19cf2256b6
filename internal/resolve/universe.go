package resolve

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/deb822"
	"github.com/dombuild/dombuild/internal/debversion"
	"github.com/dombuild/dombuild/internal/lockfile"
)

// binary is one stanza of a Packages index. Its strings are parts of the index.
type binary struct {
	name, version, arch, filename, size, sha256 string
	depends, preDepends, conflicts, breaks      string
	provides                                    string
	multiArch, priority                         string
	essential                                   bool
}

// provide says that pkg offers a virtual package, at a version if not "".
type provide struct {
	pkg     *binary
	version string
}

// universe is all packages that a toolchain can be made of.
type universe struct {
	arch      string
	byName    map[string][]*binary // highest version first
	providers map[string][]provide // by priority and name of the provider
	essential []string             // sorted names
	refused   map[*binary][]group  // by refuses
}

// newUniverse reads Packages indexes, whose bytes were verified.
func newUniverse(arch string, indexes []string) (*universe, error) {
	u := emptyUniverse(arch)
	for _, text := range indexes {
		if err := u.read(text); err != nil {
			return nil, err
		}
	}
	return u, u.sort()
}

func emptyUniverse(arch string) *universe {
	return &universe{arch: arch, byName: map[string][]*binary{},
		providers: map[string][]provide{}, refused: map[*binary][]group{}}
}

// sort finds out what the packages that were read provide, and puts all in order.
func (u *universe) sort() error {
	for name, list := range u.byName {
		slices.SortStableFunc(list, func(a, b *binary) int { return debversion.Compare(b.version, a.version) })
		if slices.ContainsFunc(list, func(p *binary) bool { return p.essential }) {
			u.essential = append(u.essential, name)
		}
		for _, p := range list {
			if err := u.addProvides(p); err != nil {
				return err
			}
		}
	}
	slices.Sort(u.essential)
	for _, list := range u.providers {
		slices.SortFunc(list, func(a, b provide) int {
			return cmp.Or(cmp.Compare(rankPriority(a.pkg), rankPriority(b.pkg)), cmp.Compare(a.pkg.name, b.pkg.name),
				debversion.Compare(b.pkg.version, a.pkg.version), cmp.Compare(a.version, b.version))
		})
	}
	return nil
}

func (u *universe) read(text string) error {
	s := deb822.NewScanner(text)
	for s.Next() {
		p := newBinary(s.Stanza())
		if p.arch != u.arch && p.arch != "all" {
			continue
		}
		if p.name == "" || p.version == "" {
			return fmt.Errorf("reading a Packages index: a stanza without a package or version")
		}
		if !slices.ContainsFunc(u.byName[p.name], func(q *binary) bool { return q.version == p.version }) {
			u.byName[p.name] = append(u.byName[p.name], p)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("reading a Packages index: %w", err)
	}
	return nil
}

func newBinary(stanza deb822.Stanza) *binary {
	p := &binary{}
	for _, f := range stanza {
		switch f.Name {
		case "Package":
			p.name = f.Value
		case "Version":
			p.version = f.Value
		case "Architecture":
			p.arch = f.Value
		case "Filename":
			p.filename = f.Value
		case "Size":
			p.size = f.Value
		case "SHA256":
			p.sha256 = f.Value
		case "Depends":
			p.depends = f.Value
		case "Pre-Depends":
			p.preDepends = f.Value
		case "Conflicts":
			p.conflicts = f.Value
		case "Breaks":
			p.breaks = f.Value
		case "Provides":
			p.provides = f.Value
		case "Multi-Arch":
			p.multiArch = f.Value
		case "Priority":
			p.priority = f.Value
		case "Essential":
			p.essential = f.Value == "yes"
		}
	}
	return p
}

func (u *universe) addProvides(p *binary) error {
	groups, err := parseRelations(p.provides, u.arch)
	if err != nil {
		return fmt.Errorf("package %s provides: %w", p.name, err)
	}
	for _, g := range groups {
		u.providers[g[0].Name] = append(u.providers[g[0].Name], provide{p, g[0].Version})
	}
	return nil
}

func rankPriority(p *binary) int {
	if i := slices.Index([]string{"required", "important", "standard", "optional"}, p.priority); i >= 0 {
		return i
	}
	return 4
}

// needs returns what p depends on, Pre-Depends first.
func (u *universe) needs(p *binary) ([]group, error) {
	pre, err := parseRelations(p.preDepends, u.arch)
	if err != nil {
		return nil, fmt.Errorf("package %s pre-depends on: %w", p.name, err)
	}
	groups, err := parseRelations(p.depends, u.arch)
	if err != nil {
		return nil, fmt.Errorf("package %s depends on: %w", p.name, err)
	}
	return append(pre, groups...), nil
}

// refuses returns what p conflicts with or breaks.
func (u *universe) refuses(p *binary) ([]group, error) {
	if p.conflicts == "" && p.breaks == "" {
		return nil, nil
	}
	if groups, ok := u.refused[p]; ok {
		return groups, nil
	}
	conflicts, err := parseRelations(p.conflicts, u.arch)
	if err != nil {
		return nil, fmt.Errorf("package %s conflicts with: %w", p.name, err)
	}
	breaks, err := parseRelations(p.breaks, u.arch)
	if err != nil {
		return nil, fmt.Errorf("package %s breaks: %w", p.name, err)
	}
	u.refused[p] = append(conflicts, breaks...)
	return u.refused[p], nil
}

// matches reports whether p itself, not something it provides, is what r asks for.
func (u *universe) matches(r relation, p *binary) bool {
	if r.Name != p.name || !debversion.Satisfies(p.version, r.Op, r.Version) {
		return false
	}
	switch r.Arch {
	case "":
		return true
	case "any":
		return p.multiArch == "allowed"
	}
	return r.Arch == u.arch || r.Arch == "native"
}

// offers reports whether p satisfies r by itself or by what it provides.
func (u *universe) offers(r relation, p *binary) bool {
	if u.matches(r, p) {
		return true
	}
	if p.provides == "" || !u.virtual(r) {
		return false
	}
	return slices.ContainsFunc(u.providers[r.Name], func(v provide) bool { return v.pkg == p && v.satisfies(r) })
}

// virtual reports whether a virtual package can satisfy r.
func (u *universe) virtual(r relation) bool {
	return r.Arch == "" || r.Arch == u.arch || r.Arch == "native"
}

// satisfies: a virtual package without a version satisfies no versioned relation.
func (v provide) satisfies(r relation) bool {
	return r.Op == "" || v.version != "" && debversion.Satisfies(v.version, r.Op, r.Version)
}

// deb makes the pin of p.
func (p *binary) deb() (lockfile.Deb, error) {
	size, err := strconv.ParseInt(p.size, 10, 64)
	if err != nil {
		return lockfile.Deb{}, fmt.Errorf("package %s %s: reading its size: %w", p.name, p.version, err)
	}
	d, err := digest.Parse("sha256:" + p.sha256)
	if err != nil {
		return lockfile.Deb{}, fmt.Errorf("package %s %s: its index has no SHA256: %w", p.name, p.version, err)
	}
	return lockfile.Deb{Name: p.name, Version: p.version, Architecture: p.arch, Filename: p.filename,
		Digest: d, Size: size}, nil
}
