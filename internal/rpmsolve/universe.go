package rpmsolve

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
)

// Universe is all packages that toolchains can be made of.
type Universe struct {
	pkgs    []*rpmmd.Package // by name, the highest version first
	byName  map[string][]int
	offers  map[string][]offer // by name of what is provided
	paths   map[string][]int   // of files
	modular map[string]bool    // names of packages that were left out
	rich    map[string]rpm.Expr
}

type offer struct {
	pkg int
	rel rpm.Relation
}

// DuplicateError says that a package is there twice, with different bytes.
type DuplicateError struct{ A, B *rpmmd.Package }

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("%s is there twice with different bytes: %s in %s and %s in %s", e.A.NEVRA, e.A.Digest, e.A.Repository, e.B.Digest, e.B.Repository)
}

// New makes a universe. Of a package that is in several repositories the first
// counts; packages of modules are left out.
func New(pkgs []*rpmmd.Package) (*Universe, error) {
	u := &Universe{byName: map[string][]int{}, offers: map[string][]offer{}, paths: map[string][]int{},
		modular: map[string]bool{}, rich: map[string]rpm.Expr{}}
	seen := map[rpm.NEVRA]*rpmmd.Package{}
	for _, p := range pkgs {
		if p.Modular() {
			u.modular[p.Name] = true
			continue
		}
		if other, twice := seen[p.NEVRA]; twice {
			if other.Digest != p.Digest {
				return nil, &DuplicateError{other, p}
			}
			continue
		}
		seen[p.NEVRA] = p
		u.pkgs = append(u.pkgs, p)
	}
	slices.SortStableFunc(u.pkgs, func(a, b *rpmmd.Package) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), b.EVR.Compare(a.EVR), cmp.Compare(a.Arch, b.Arch), cmp.Compare(a.EVR.String(), b.EVR.String()))
	})
	for i, p := range u.pkgs {
		u.byName[p.Name] = append(u.byName[p.Name], i)
		for _, r := range p.Provides {
			u.offers[r.Name] = append(u.offers[r.Name], offer{i, r})
		}
		for _, f := range p.Files {
			u.paths[f] = append(u.paths[f], i)
		}
	}
	return u, nil
}

// providers returns the packages that provide what r asks for, sorted.
func (u *Universe) providers(r rpm.Relation) []int {
	var list []int
	for _, o := range u.offers[r.Name] {
		if r.Meets(o.rel) {
			list = append(list, o.pkg)
		}
	}
	if r.Sense == 0 && strings.HasPrefix(r.Name, "/") {
		list = append(list, u.paths[r.Name]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// named returns the packages of the name and version that r asks for.
func (u *Universe) named(r rpm.Relation) []int {
	var list []int
	for _, i := range u.byName[r.Name] {
		if r.Meets(rpm.Relation{Name: r.Name, Sense: rpm.Equal, EVR: u.pkgs[i].EVR}) {
			list = append(list, i)
		}
	}
	return list
}

// expr is what a dependency of a package says.
func (u *Universe) expr(r rpm.Relation) (rpm.Expr, error) {
	if !rpm.IsRich(r.Name) {
		return rpm.Expr{Relation: r}, nil
	}
	if e, ok := u.rich[r.Name]; ok {
		return e, nil
	}
	e, err := rpm.ParseRich(r.Name)
	if err == nil {
		u.rich[r.Name] = e
	}
	return e, err
}

// Has reports whether there is a package of that name.
func (u *Universe) Has(name string) bool { return len(u.byName[name]) > 0 }

// Names returns the names of all packages.
func (u *Universe) Names() map[string]bool {
	names := map[string]bool{}
	for name := range u.byName {
		names[name] = true
	}
	return names
}

// OnlyModular reports whether a package is there only as part of a module.
func (u *Universe) OnlyModular(name string) bool { return u.modular[name] && !u.Has(name) }

// Providers returns the names of the packages that provide a name.
func (u *Universe) Providers(name string) []string {
	names := map[string]bool{}
	for _, i := range u.providers(rpm.Relation{Name: name}) {
		names[u.pkgs[i].Name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// MissingPaths returns the paths that packages which may be needed require and
// that nobody is known to have: filelists.xml may know. They are sorted.
func (u *Universe) MissingPaths(requests []Request) ([]string, error) {
	missing := map[string]bool{}
	err := u.reach(requests, func(r rpm.Relation) {
		if r.Sense == 0 && strings.HasPrefix(r.Name, "/") && len(u.providers(r)) == 0 {
			missing[r.Name] = true
		}
	})
	return slices.Sorted(maps.Keys(missing)), err
}

// AddPath says that the package of a digest, in hexadecimal digits, has a path.
func (u *Universe) AddPath(sum, path string) {
	for i, p := range u.pkgs {
		if p.Digest != "" && p.Digest.Encoded() == sum {
			u.paths[path] = append(u.paths[path], i)
		}
	}
}

// reach calls visit for each relation of the packages that may be needed.
func (u *Universe) reach(requests []Request, visit func(rpm.Relation)) error {
	_, err := u.reachable(requests, visit)
	return err
}

// reachable returns which packages may be needed by requests.
func (u *Universe) reachable(requests []Request, visit func(rpm.Relation)) (map[int]bool, error) {
	seen := map[int]bool{}
	var queue []int
	add := func(list []int) {
		for _, i := range list {
			if !seen[i] {
				seen[i] = true
				queue = append(queue, i)
			}
		}
	}
	for _, r := range requests {
		for _, name := range r.Packages {
			add(u.byName[name])
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		p := u.pkgs[queue[0]]
		for _, r := range demands(p) {
			e, err := u.expr(r)
			if err != nil {
				return nil, fmt.Errorf("package %s: %w", p.NEVRA, err)
			}
			eachLeaf(e, func(r rpm.Relation) {
				visit(r)
				add(u.providers(r))
			})
		}
	}
	return seen, nil
}

// demands are the relations of a package that may ask for others: what it
// requires, and conflicts such as "(a unless b)", which b settles.
func demands(p *rpmmd.Package) []rpm.Relation {
	list := slices.Clone(p.Requires)
	for _, r := range p.Conflicts {
		if rpm.IsRich(r.Name) {
			list = append(list, r)
		}
	}
	return list
}

func eachLeaf(e rpm.Expr, visit func(rpm.Relation)) {
	if e.Op == rpm.Leaf {
		visit(e.Relation)
		return
	}
	for _, a := range e.Args {
		eachLeaf(a, visit)
	}
}
