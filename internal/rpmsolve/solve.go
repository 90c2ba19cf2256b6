package rpmsolve

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
)

// Request is the packages that one toolchain asks for, by name.
type Request struct {
	Of       string // address of the toolchain, for messages
	Packages []string
}

// kind says what a clause comes from.
type kind int

const (
	asked kind = iota
	requires
	conflicts
	obsoletes
	oneVersion  // two versions of a name in one toolchain
	sameVersion // two versions of a name in two toolchains
)

// reason is where a clause comes from.
type reason struct {
	kind       kind
	request    int
	pkg, other int          // packages; other is of oneVersion and sameVersion
	rel        rpm.Relation // what pkg says; of asked: the name
}

// node is a variable: a package in a toolchain.
type node struct{ request, pkg int }

// problem is a request as clauses.
type problem struct {
	*Universe
	requests []Request
	pins     map[string]digest.Digest
	nodes    []node // of variable i+1
	vars     map[node]literal
	clauses  []clause
	reasons  []reason
	needs    [][]int // clauses by variable that demand other packages
	roots    []int   // clauses of what is asked for
	weak     map[int][2]map[int]bool
}

// Solve returns, for each request, the packages of its closure, sorted by
// name. Pins are the digests of packages that are to be kept when they can be,
// by name. The error is an *UnsolvableError when there is no solution.
func (u *Universe) Solve(requests []Request, pins map[string]digest.Digest) ([][]*rpmmd.Package, error) {
	p := &problem{Universe: u, requests: requests, pins: pins, vars: map[node]literal{}, weak: map[int][2]map[int]bool{}}
	if err := p.state(); err != nil {
		return nil, err
	}
	s := newSearch(len(p.nodes), p.clauses)
	if from := s.run(func() literal { return p.choose(s) }); from != nil {
		return nil, p.explain(from)
	}
	return p.closures(p.trim(s)), nil
}

// state makes the variables and the clauses.
func (p *problem) state() error {
	for i, r := range p.requests {
		reach, err := p.reachable([]Request{r}, func(rpm.Relation) {})
		if err != nil {
			return err
		}
		for pkg := range p.pkgs {
			if reach[pkg] {
				p.nodes = append(p.nodes, node{i, pkg})
				p.vars[node{i, pkg}] = literal(len(p.nodes))
			}
		}
	}
	p.needs = make([][]int, len(p.nodes)+1)
	for i, r := range p.requests {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(r.Packages))) {
			p.roots = append(p.roots, len(p.clauses))
			p.add(p.literals(i, p.byName[name], -1), reason{kind: asked, request: i, pkg: -1, rel: rpm.Relation{Name: name}})
		}
	}
	for _, n := range p.nodes {
		if err := p.dependencies(n); err != nil {
			return err
		}
	}
	p.versions()
	return nil
}

func (p *problem) literals(request int, pkgs []int, except int) []literal {
	list := []literal{}
	for _, i := range pkgs {
		if l := p.vars[node{request, i}]; l != 0 && i != except {
			list = append(list, l)
		}
	}
	return list
}

// add adds a clause, unless it says nothing.
func (p *problem) add(c clause, r reason) bool {
	c = slices.Clone(c)
	slices.Sort(c)
	c = slices.Compact(c)
	for _, l := range c {
		if l > 0 && slices.Contains(c, -l) {
			return false
		}
	}
	p.clauses, p.reasons = append(p.clauses, c), append(p.reasons, r)
	return true
}

// dependencies adds what a package says, if it is in a toolchain.
func (p *problem) dependencies(n node) error {
	x, pkg := p.vars[n], p.pkgs[n.pkg]
	for _, r := range pkg.Requires {
		if strings.HasPrefix(r.Name, "rpmlib(") {
			continue // a feature of the payload, which is seen when it is unpacked
		}
		err := p.relate(n, r, true, reason{kind: requires, request: n.request, pkg: n.pkg, rel: r})
		if err != nil {
			return fmt.Errorf("package %s requires %s: %w", pkg.NEVRA, r, err)
		}
	}
	for _, r := range pkg.Conflicts {
		err := p.relate(n, r, false, reason{kind: conflicts, request: n.request, pkg: n.pkg, rel: r})
		if err != nil {
			return fmt.Errorf("package %s conflicts with %s: %w", pkg.NEVRA, r, err)
		}
	}
	for _, r := range pkg.Obsoletes {
		for _, other := range p.named(r) {
			if y := p.vars[node{n.request, other}]; y != 0 && p.pkgs[other].Name != pkg.Name {
				p.add(clause{-x, -y}, reason{kind: obsoletes, request: n.request, pkg: n.pkg, rel: r})
			}
		}
	}
	return nil
}

// relate adds that a package's relation, or its contrary, holds.
func (p *problem) relate(n node, r rpm.Relation, positive bool, why reason) error {
	e, err := p.expr(r)
	if err != nil {
		return err
	}
	except := -1 // a package does not conflict with itself, but a condition may be about it
	if !positive && !rpm.IsRich(r.Name) {
		except = n.pkg
	}
	list, err := cnf(e, positive, func(e rpm.Expr) ([]literal, error) {
		pkgs, err := p.satisfiers(e)
		return p.literals(n.request, pkgs, except), err
	})
	if err != nil {
		return err
	}
	x := p.vars[n]
	for _, c := range list {
		if p.add(append(clause{-x}, c...), why) {
			p.needs[x] = append(p.needs[x], len(p.clauses)-1)
		}
	}
	return nil
}

// versions adds that of one name there is one version.
func (p *problem) versions() {
	names := map[string][]node{}
	for _, n := range p.nodes {
		name := p.pkgs[n.pkg].Name
		for _, other := range names[name] {
			if other.pkg == n.pkg {
				continue
			}
			k := oneVersion
			if other.request != n.request {
				k = sameVersion
			}
			p.add(clause{-p.vars[other], -p.vars[n]}, reason{kind: k, request: n.request, pkg: other.pkg, other: n.pkg})
		}
		names[name] = append(names[name], n)
	}
}

// choose returns the package to guess next: for the first demand that is not
// met yet, its best candidate. 0: nothing is left to do.
func (p *problem) choose(s *search) literal {
	for _, i := range p.roots {
		if l := p.candidate(s, i); l != 0 {
			return l
		}
	}
	for _, x := range s.trail {
		if x < 0 {
			continue
		}
		for _, i := range p.needs[x] {
			if l := p.candidate(s, i); l != 0 {
				return l
			}
		}
	}
	return 0
}

// candidate returns the best way to satisfy a clause, if it has to be done:
// what is not chosen counts as left out.
func (p *problem) candidate(s *search, i int) literal {
	var open []literal
	for _, l := range p.clauses[i] {
		t := s.truth(l)
		if t > 0 || t == 0 && l < 0 {
			return 0
		}
		if t == 0 {
			open = append(open, l)
		}
	}
	if len(open) == 0 {
		return 0
	}
	return slices.MinFunc(open, func(a, b literal) int { return p.prefer(s, p.reasons[i], open, a, b) })
}

// prefer orders the candidates for one demand.
func (p *problem) prefer(s *search, why reason, open []literal, a, b literal) int {
	x, y := p.nodes[a-1].pkg, p.nodes[b-1].pkg
	key := func(pkg int) (ranks [5]bool) {
		q := p.pkgs[pkg]
		ranks[0] = p.pins[q.Name] == "" || p.pins[q.Name] != q.Digest
		ranks[1] = slices.ContainsFunc(open, func(l literal) bool { return p.replaces(p.nodes[l-1].pkg, pkg) })
		if p.pkgs[x].Name != p.pkgs[y].Name {
			ranks[2] = !p.wished(s, why.request, pkg, 0)
			ranks[3] = !p.wished(s, why.request, pkg, 1)
			ranks[4] = q.Name != why.rel.Name
		}
		return ranks
	}
	kx, ky := key(x), key(y)
	for i := range kx {
		if kx[i] != ky[i] {
			return cmp.Compare(boolInt(kx[i]), boolInt(ky[i]))
		}
	}
	return cmp.Or(cmp.Compare(p.pkgs[x].Name, p.pkgs[y].Name), cmp.Compare(x, y))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// replaces reports whether a package obsoletes another one.
func (p *problem) replaces(pkg, other int) bool {
	q := p.pkgs[other]
	return p.pkgs[pkg].Name != q.Name && slices.ContainsFunc(p.pkgs[pkg].Obsoletes, func(r rpm.Relation) bool {
		return r.Meets(rpm.Relation{Name: q.Name, Sense: rpm.Equal, EVR: q.EVR})
	})
}

// wished reports whether a chosen package recommends (0) or suggests (1) another one.
func (p *problem) wished(s *search, request, pkg, how int) bool {
	for _, l := range s.trail {
		if l > 0 && p.nodes[l-1].request == request && p.wishes(p.nodes[l-1].pkg)[how][pkg] {
			return true
		}
	}
	return false
}

func (p *problem) wishes(pkg int) [2]map[int]bool {
	if w, ok := p.weak[pkg]; ok {
		return w
	}
	var w [2]map[int]bool
	for how, list := range [][]rpm.Relation{p.pkgs[pkg].Recommends, p.pkgs[pkg].Suggests} {
		w[how] = map[int]bool{}
		for _, r := range list {
			e, err := p.expr(r)
			if err != nil {
				continue // a wish that cannot be read is none
			}
			pkgs, _ := p.satisfiers(e)
			for _, i := range pkgs {
				w[how][i] = true
			}
		}
	}
	p.weak[pkg] = w
	return w
}

// trim leaves out what is not needed after all, the last chosen first.
func (p *problem) trim(s *search) []bool {
	chosen := make([]bool, len(p.nodes)+1)
	var order []literal
	for _, l := range s.trail {
		if l > 0 {
			chosen[l] = true
			order = append(order, l)
		}
	}
	uses := make([][]int, len(p.nodes)+1)
	for i, c := range p.clauses {
		for _, l := range c {
			if l > 0 {
				uses[l] = append(uses[l], i)
			}
		}
	}
	slices.Reverse(order)
	for again := true; again; {
		again = false
		for _, l := range order {
			if !chosen[l] {
				continue
			}
			chosen[l] = false
			if slices.ContainsFunc(uses[l], func(i int) bool { return !meets(p.clauses[i], chosen) }) {
				chosen[l] = true
			} else {
				again = true
			}
		}
		again = p.unreached(chosen) || again
	}
	return chosen
}

// unreached leaves out packages that need only one another.
func (p *problem) unreached(chosen []bool) bool {
	reached := make([]bool, len(chosen))
	var queue []literal
	follow := func(i int) {
		for _, l := range p.clauses[i] {
			if l > 0 && chosen[l] && !reached[l] {
				reached[l] = true
				queue = append(queue, l)
			}
		}
	}
	for _, i := range p.roots {
		follow(i)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, i := range p.needs[queue[0]] {
			follow(i)
		}
	}
	changed := false
	for l := range chosen {
		changed = changed || chosen[l] && !reached[l]
		chosen[l] = reached[l]
	}
	return changed
}

func (p *problem) closures(chosen []bool) [][]*rpmmd.Package {
	out := make([][]*rpmmd.Package, len(p.requests))
	for l, in := range chosen {
		if in {
			n := p.nodes[l-1]
			out[n.request] = append(out[n.request], p.pkgs[n.pkg])
		}
	}
	return out
}
