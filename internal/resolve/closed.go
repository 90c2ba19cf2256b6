package resolve

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpmmd"
	"github.com/dombuild/dombuild/internal/rpmsolve"
)

// IncompleteError says that the packages of toolchains are not closed: what
// they depend on is not pinned, what is pinned nobody depends on, or packages
// exclude each other. Each line names the toolchain.
type IncompleteError struct{ Missing, Unused, Excluded []string }

func (e *IncompleteError) empty() bool { return len(e.Missing)+len(e.Unused)+len(e.Excluded) == 0 }

// Lines returns what is wrong, one line each.
func (e *IncompleteError) Lines() []string {
	var lines []string
	for _, part := range []struct {
		kind  string
		items []string
	}{{"missing", e.Missing}, {"unused", e.Unused}, {"conflict", e.Excluded}} {
		for _, item := range part.items {
			lines = append(lines, part.kind+": "+item)
		}
	}
	return lines
}

func (e *IncompleteError) Error() string {
	return "the lock does not pin what its packages need\n  " + strings.Join(e.Lines(), "\n  ")
}

// Hint says what helps.
func (e *IncompleteError) Hint() string {
	return "somebody has changed the lock: take the last one that you trust, or run dombuild update and look at what changes"
}

// described is the pinned packages of one distribution as the indexes, which
// were proved, describe them: nil is a package that they do not have so.
type described struct {
	debs      map[string]*binary
	rpms      map[string]*rpmmd.Package
	essential []string
	filelists []filelists
}

// filelists is where the evidence says which paths packages have.
type filelists struct {
	index  lockfile.Index
	record rpmmd.Record
}

// closed notes where the packages of a distribution's toolchains are not
// closed. It says nothing of a toolchain of which a pin is not proved.
func (s described) closed(p *prover, d lockfile.Distribution, toolchains []lockfile.Toolchain, e *IncompleteError) error {
	for _, t := range toolchains {
		var err error
		switch {
		case t.From != d.Address:
		case d.Type == recipe.RPM:
			err = s.closedRPMs(p, d, t, e)
		default:
			err = s.closedDebs(d, t, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// closedDebs takes the packages of a toolchain as they are: nothing is chosen
// anew, so that a lock of which other versions could have been chosen is no
// worse for it.
func (s described) closedDebs(d lockfile.Distribution, t lockfile.Toolchain, e *IncompleteError) error {
	c := &choice{solver: &solver{u: emptyUniverse(d.Architecture)}, toolchain: recipe.Toolchain{Address: t.Address},
		chosen: map[string]*binary{}, why: map[string]string{}}
	for _, name := range t.Packages {
		b := s.debs[name]
		if b == nil {
			return nil
		}
		c.u.byName[name], c.chosen[name] = []*binary{b}, b
	}
	if err := c.u.sort(); err != nil {
		return err
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(s.essential))) {
		if c.chosen[name] == nil {
			e.Missing = append(e.Missing, fmt.Sprintf("%s: %s, which is essential", t.Address, name))
		}
		c.queue = append(c.queue, c.u.byName[name]...)
	}
	for _, asked := range t.Requested {
		c.queue = append(c.queue, c.u.byName[packageOf(asked)]...)
	}
	if err := c.needed(e); err != nil {
		return err
	}
	var conflict *ConflictError
	if err := c.checkConflicts(); errors.As(err, &conflict) {
		e.Excluded = append(e.Excluded, conflict.Error())
	} else if err != nil {
		return err
	}
	return nil
}

// needed follows what the packages of the queue, and those that they lead to,
// depend on.
func (c *choice) needed(e *IncompleteError) error {
	reached := map[*binary]bool{}
	var missing []string
	by := map[string][]string{} // who needs what is missing
	for ; len(c.queue) > 0; c.queue = c.queue[1:] {
		p := c.queue[0]
		if reached[p] {
			continue
		}
		reached[p] = true
		groups, err := c.u.needs(p)
		if err != nil {
			return err
		}
		for _, g := range groups {
			if what := g.String(); !c.satisfied(g) {
				if len(by[what]) == 0 {
					missing = append(missing, what)
				}
				by[what] = append(by[what], p.name+" "+p.version)
			}
			c.queue = append(c.queue, c.u.offering(g)...)
		}
	}
	for _, what := range missing {
		who := by[what][0] + " needs"
		if n := len(by[what]) - 1; n > 0 {
			who = fmt.Sprintf("%s and %d more need", by[what][0], n)
		}
		e.Missing = append(e.Missing, fmt.Sprintf("%s: %s, which %s", c.toolchain.Address, what, who))
	}
	for _, p := range c.sorted() {
		if !reached[p] {
			e.Unused = append(e.Unused, fmt.Sprintf("%s: %s %s, which nothing there needs", c.toolchain.Address, p.name, p.version))
		}
	}
	return nil
}

// offering returns the packages of which each satisfies g.
func (u *universe) offering(g group) []*binary {
	var list []*binary
	for _, r := range g {
		for _, p := range u.byName[r.Name] {
			if u.matches(r, p) {
				list = append(list, p)
			}
		}
		for _, v := range u.providers[r.Name] {
			if u.virtual(r) && v.satisfies(r) {
				list = append(list, v.pkg)
			}
		}
	}
	return list
}

func (s described) closedRPMs(p *prover, d lockfile.Distribution, t lockfile.Toolchain, e *IncompleteError) error {
	var list []*rpmmd.Package
	for _, name := range t.Packages {
		if s.rpms[name] == nil {
			return nil
		}
		list = append(list, s.rpms[name])
	}
	u, err := rpmsolve.New(list)
	if err != nil {
		return err
	}
	request := rpmsolve.Request{Of: string(t.Address), Packages: t.Requested}
	if err := p.paths(u, request, d); err != nil {
		return err
	}
	open, err := u.Closed(request)
	note := func(to *[]string, lines []string, why string) {
		for _, line := range lines {
			*to = append(*to, fmt.Sprintf("%s: %s%s", t.Address, line, why))
		}
	}
	note(&e.Missing, open.Missing, "")
	note(&e.Excluded, open.Excluded, "")
	note(&e.Unused, open.Unused, ", which nothing there needs")
	return err
}

// paths has filelists.xml say who has the paths that primary.xml does not name.
func (p *prover) paths(u *rpmsolve.Universe, request rpmsolve.Request, d lockfile.Distribution) error {
	missing, err := u.MissingPaths([]rpmsolve.Request{request})
	if err != nil || len(missing) == 0 {
		return err
	}
	wanted := map[string]bool{}
	for _, path := range missing {
		wanted[path] = true
	}
	for _, f := range p.described.filelists {
		data, err := p.read(indexEvidence(d, f.index), rpmmd.MaxFile)
		var lost *MissingError
		if errors.As(err, &lost) {
			return &UntrustedError{What: request.Of, Reason: "it cannot be told whether its packages are complete", Remedy: lost.Hint(), Err: err}
		}
		if err != nil {
			return err
		}
		text, err := unpackIndex(f.record, data)
		if err != nil {
			return contradiction("index "+f.index.Path, "%v", err)
		}
		err = rpmmd.ReadFilelists(text, wanted, u.AddPath)
		text.Close()
		if err != nil {
			return contradiction("index "+f.index.Path, "%v", err)
		}
	}
	return nil
}
