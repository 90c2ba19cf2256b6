package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/debversion"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// solver chooses the packages of all toolchains of one distribution. One name
// has one version in all of them: which one is a function of the pins to be
// kept and of the constraints learned, and when a constraint is learned
// everything is chosen anew.
type solver struct {
	u         *universe
	preferred map[string]lockfile.Deb // pins to keep when they can be
	learned   map[string][]relation
}

// errLearned says that a constraint was added and the choice must begin anew.
type errLearned struct{}

func (errLearned) Error() string { return "a constraint was learned" }

// solve returns the sorted closure of each toolchain.
func (s *solver) solve(toolchains []recipe.Toolchain) ([][]*binary, error) {
	if err := s.request(toolchains); err != nil {
		return nil, err
	}
	for {
		closures, err := s.solveAll(toolchains)
		if _, again := err.(errLearned); !again {
			return closures, err
		}
	}
}

func (s *solver) solveAll(toolchains []recipe.Toolchain) ([][]*binary, error) {
	closures := make([][]*binary, len(toolchains))
	for i, t := range toolchains {
		c, err := s.search(t)
		if err != nil {
			return nil, err
		}
		closures[i] = c.sorted()
	}
	return closures, nil
}

// request checks the names that toolchains ask for and learns the versions
// that "name=version" demands.
func (s *solver) request(toolchains []recipe.Toolchain) error {
	var unknown []error
	for _, t := range toolchains {
		for _, asked := range t.Packages {
			name, version, exact := strings.Cut(asked, "=")
			if err := s.known(t, name); err != nil {
				unknown = append(unknown, err)
			} else if exact {
				s.learned[name] = append(s.learned[name], relation{Name: name, Op: "=", Version: version})
			}
		}
	}
	return joined(unknown)
}

func (s *solver) known(t recipe.Toolchain, name string) error {
	if len(s.u.byName[name]) > 0 {
		return nil
	}
	e := &UnknownError{What: "package", Name: name, In: t.From, Of: t.Address, Range: t.Range}
	for _, v := range s.u.providers[name] {
		if !slices.Contains(e.Providers, v.pkg.name) {
			e.Providers = append(e.Providers, v.pkg.name)
		}
	}
	if len(e.Providers) == 0 {
		e.Suggestion = nearest(name, s.u.byName)
	}
	return e
}

// candidate returns the version of a package that the constraints leave.
func (s *solver) candidate(name string) *binary {
	list := s.u.byName[name]
	if keep, ok := s.preferred[name]; ok && len(list) > 1 {
		list = slices.Clone(list)
		slices.SortStableFunc(list, func(a, b *binary) int { return boolCompare(isPin(b, keep), isPin(a, keep)) })
	}
	for _, p := range list {
		if s.allowed(p) {
			return p
		}
	}
	return nil
}

func (s *solver) allowed(p *binary) bool {
	for _, r := range s.learned[p.name] {
		if !debversion.Satisfies(p.version, r.Op, r.Version) {
			return false
		}
	}
	return true
}

func isPin(p *binary, d lockfile.Deb) bool {
	return p.version == d.Version && digest.Digest("sha256:"+p.sha256) == d.Digest
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// learn adds a constraint if another version of the package can satisfy it
// together with all the others.
func (s *solver) learn(r relation) error {
	for _, p := range s.u.byName[r.Name] {
		if s.allowed(p) && s.u.matches(r, p) {
			s.learned[r.Name] = append(s.learned[r.Name], r)
			return errLearned{}
		}
	}
	return nil
}

// choice is the packages chosen for one toolchain so far.
type choice struct {
	*solver
	toolchain recipe.Toolchain
	chosen    map[string]*binary
	why       map[string]string // the package that asked for it first; "" for the recipe
	queue     []*binary
	pending   []pendingGroup // groups with more than one way out
	path      []int          // how to decide them; from its end on, the first that looks well
	turns     []turn         // how they were decided
}

type pendingGroup struct {
	owner *binary
	group group
}

// close chooses until nothing is missing. What leaves no choice goes first,
// so that an alternative is decided when as much as possible stands.
func (c *choice) close() error {
	if err := c.begin(); err != nil {
		return err
	}
	for {
		if err := c.drain(); err != nil {
			return err
		}
		if len(c.pending) == 0 {
			return c.checkConflicts()
		}
		next := c.pending[0]
		c.pending = c.pending[1:]
		if c.satisfied(next.group) {
			continue
		}
		if err := c.decide(next); err != nil {
			return err
		}
	}
}

func (c *choice) begin() error {
	names := slices.Clone(c.toolchain.Packages)
	slices.Sort(names)
	for _, asked := range append(names, c.u.essential...) {
		name, version, exact := strings.Cut(asked, "=")
		p := c.candidate(name)
		if p == nil {
			r := relation{Name: name, Op: "=", Version: version}
			if !exact {
				r = relation{Name: name}
			}
			return c.unsatisfied(nil, group{r})
		}
		c.add(p, "")
	}
	return nil
}

func (c *choice) add(p *binary, why string) {
	if c.chosen[p.name] == nil {
		c.chosen[p.name] = p
		c.why[p.name] = why
		c.queue = append(c.queue, p)
	}
}

// drain follows every dependency that leaves no choice.
func (c *choice) drain() error {
	for len(c.queue) > 0 {
		p := c.queue[0]
		c.queue = c.queue[1:]
		groups, err := c.u.needs(p)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if err := c.follow(p, g); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *choice) follow(p *binary, g group) error {
	if c.satisfied(g) {
		return nil
	}
	options := c.options(g)
	if len(options) == 0 {
		return c.stuck(p, g)
	}
	if len(options) == 1 || len(g) == 1 && options[0].name == g[0].Name {
		c.add(options[0], p.name)
		return nil
	}
	c.pending = append(c.pending, pendingGroup{p, g})
	return nil
}

// stuck looks for another version that would do before it gives up. What other
// decisions lead to is no reason for another version.
func (c *choice) stuck(p *binary, g group) error {
	if c.path != nil {
		return c.unsatisfied(p, g)
	}
	for _, r := range g {
		if err := c.learn(r); err != nil {
			return err
		}
	}
	return c.unsatisfied(p, g)
}

func (c *choice) decide(next pendingGroup) error {
	options := c.options(next.group)
	if len(options) == 0 {
		return c.stuck(next.owner, next.group)
	}
	left := c.turnTo(len(options))
	for _, p := range options {
		if !c.installable(p, map[*binary]bool{}) {
			continue
		}
		if left == 0 {
			c.add(p, next.owner.name)
			return nil
		}
		left--
	}
	if c.exhaust() {
		return c.unsatisfied(next.owner, next.group)
	}
	c.add(options[0], next.owner.name) // what is wrong with it will be said of the first
	return nil
}

func (c *choice) satisfied(g group) bool {
	for _, r := range g {
		if p := c.chosen[r.Name]; p != nil && c.u.matches(r, p) {
			return true
		}
		if !c.u.virtual(r) {
			continue
		}
		for _, v := range c.u.providers[r.Name] {
			if c.chosen[v.pkg.name] == v.pkg && v.satisfies(r) {
				return true
			}
		}
	}
	return false
}

// options returns the packages that could satisfy g, in order of preference.
func (c *choice) options(g group) []*binary {
	var out []*binary
	add := func(p *binary) {
		other := c.chosen[p.name]
		if (other == nil || other == p) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, r := range g {
		if p := c.candidate(r.Name); p != nil && c.u.matches(r, p) {
			add(p)
		}
		if !c.u.virtual(r) {
			continue
		}
		for _, v := range c.u.providers[r.Name] {
			if v.satisfies(r) && c.candidate(v.pkg.name) == v.pkg {
				add(v.pkg)
			}
		}
	}
	return out
}

func (c *choice) sorted() []*binary {
	list := make([]*binary, 0, len(c.chosen))
	for _, p := range c.chosen {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *binary) int { return strings.Compare(a.name, b.name) })
	return list
}

// chain says how p came to be chosen: from what the recipe asks for to p.
func (c *choice) chain(p *binary) []string {
	chain := []string{p.name + " " + p.version}
	for name := c.why[p.name]; name != ""; name = c.why[name] {
		chain = append(chain, name)
	}
	slices.Reverse(chain)
	return chain
}

func (c *choice) unsatisfied(p *binary, g group) error {
	e := &UnsatisfiedError{Of: c.toolchain.Address, Range: c.toolchain.Range, Needs: g.String()}
	if p != nil {
		e.Chain = c.chain(p)
	}
	for _, r := range g {
		for _, also := range c.learned[r.Name] {
			if also != r {
				e.Also = append(e.Also, also.String())
			}
		}
		for _, q := range c.u.byName[r.Name] {
			have := fmt.Sprintf("%s %s", q.name, q.version)
			if !slices.Contains(e.Have, have) {
				e.Have = append(e.Have, have)
			}
		}
	}
	return e
}
