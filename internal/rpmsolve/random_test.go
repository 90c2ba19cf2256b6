package rpmsolve

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
)

// makePackages makes a small repository at random: names a, b, … behind a
// prefix, some in two versions, with dependencies of every kind.
func makePackages(r *rand.Rand, prefix string, names int) []*rpmmd.Package {
	var list []*rpmmd.Package
	name := func() string { return prefix + string(rune('a'+r.IntN(names))) }
	relation := func() rpm.Relation {
		out := rpm.Relation{Name: name()}
		if r.IntN(8) == 0 {
			out.Name = "virtual" + name()
		}
		if r.IntN(12) == 0 {
			return rpm.Relation{Name: "/usr/bin/" + name()}
		}
		if r.IntN(3) == 0 {
			out.Sense = []rpm.Sense{rpm.Less, rpm.Less | rpm.Equal, rpm.Equal, rpm.Greater | rpm.Equal, rpm.Greater}[r.IntN(5)]
			out.EVR = rpm.EVR{Version: fmt.Sprint(1 + r.IntN(3))}
		}
		return out
	}
	// What rpmbuild refuses is left out: "if" inside "or", "unless" inside "and".
	rich := func() rpm.Relation {
		a, b, c := relation(), relation(), relation()
		forms := []string{"(%s or %s)", "(%s if %s)", "(%[1]s if %[2]s else %[3]s)", "(%s and %s)", "(%[1]s if (%[2]s or %[3]s))", "((%[1]s or %[2]s) if %[3]s)",
			"(%[1]s >= 1 with %[1]s < 3)", "(%[1]s without %[1]s = 2)"}
		form := forms[r.IntN(len(forms))]
		if strings.Contains(form, "with") {
			a.Name = strings.Replace(a.Name, "/usr/bin/", "virtual", 1) // paths have no versions
			return rpm.Relation{Name: fmt.Sprintf(form, a.Name)}
		}
		text := fmt.Sprintf(form, a, b, c)
		text, _, _ = strings.Cut(text, "%!") // arguments that the form leaves out
		return rpm.Relation{Name: text}
	}
	for n := range names {
		for v := range 1 + r.IntN(2) {
			p := &rpmmd.Package{NEVRA: rpm.NEVRA{Name: prefix + string(rune('a'+n)), Arch: "noarch",
				EVR: rpm.EVR{Version: fmt.Sprint(v + 1), Release: "1"}}}
			p.Provides = []rpm.Relation{{Name: p.Name, Sense: rpm.Equal, EVR: p.EVR}}
			if r.IntN(3) == 0 {
				p.Provides = append(p.Provides, rpm.Relation{Name: "virtual" + name()})
			}
			if r.IntN(4) == 0 {
				p.Provides = append(p.Provides, rpm.Relation{Name: "virtual" + name(), Sense: rpm.Equal, EVR: rpm.EVR{Version: fmt.Sprint(1 + r.IntN(3))}})
			}
			if r.IntN(3) == 0 {
				p.Files = []string{"/usr/bin/" + name()}
			}
			for range r.IntN(3) {
				p.Requires = append(p.Requires, relation())
			}
			if r.IntN(3) == 0 {
				p.Requires = append(p.Requires, rich())
			}
			if r.IntN(4) == 0 {
				p.Conflicts = append(p.Conflicts, relation())
			}
			if r.IntN(10) == 0 {
				p.Conflicts = append(p.Conflicts, rpm.Relation{Name: fmt.Sprintf("(%s unless %s)", name(), name())})
			}
			if other := relation(); r.IntN(8) == 0 && other.Name[0] != '/' {
				p.Obsoletes = append(p.Obsoletes, other)
			}
			list = append(list, p)
		}
	}
	return list
}

// holds evaluates an expression over a set of packages, without clauses.
func holds(e rpm.Expr, set []*rpmmd.Package) bool {
	truth := func(i int) bool { return holds(e.Args[i], set) }
	switch e.Op {
	case rpm.And:
		return !slices.ContainsFunc(e.Args, func(a rpm.Expr) bool { return !holds(a, set) })
	case rpm.Or:
		return slices.ContainsFunc(e.Args, func(a rpm.Expr) bool { return holds(a, set) })
	case rpm.If:
		if truth(1) || len(e.Args) < 3 {
			return truth(0) || !truth(1)
		}
		return truth(2)
	case rpm.Unless:
		return truth(0) && !truth(1) || len(e.Args) == 3 && truth(1) && truth(2)
	}
	return slices.ContainsFunc(set, func(p *rpmmd.Package) bool { return alone(e, p) })
}

// alone reports whether one package satisfies an expression.
func alone(e rpm.Expr, p *rpmmd.Package) bool {
	switch e.Op {
	case rpm.With:
		return alone(e.Args[0], p) && alone(e.Args[1], p)
	case rpm.Without:
		return alone(e.Args[0], p) && !alone(e.Args[1], p)
	}
	return e.Relation.Sense == 0 && slices.Contains(p.Files, e.Relation.Name) ||
		slices.ContainsFunc(p.Provides, func(has rpm.Relation) bool { return e.Relation.Meets(has) })
}

func parse(t testing.TB, r rpm.Relation) rpm.Expr {
	if !rpm.IsRich(r.Name) {
		return rpm.Expr{Relation: r}
	}
	e, err := rpm.ParseRich(r.Name)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// valid checks a set of packages as the documentation of RPM says.
func valid(t testing.TB, set []*rpmmd.Package, names []string) bool {
	has := map[string]int{}
	for _, p := range set {
		has[p.Name]++
	}
	for _, n := range names {
		if has[n] == 0 {
			return false
		}
	}
	for i, p := range set {
		others := slices.Delete(slices.Clone(set), i, i+1)
		if has[p.Name] > 1 ||
			slices.ContainsFunc(p.Requires, func(r rpm.Relation) bool { return !holds(parse(t, r), set) }) ||
			slices.ContainsFunc(p.Conflicts, func(r rpm.Relation) bool {
				if rpm.IsRich(r.Name) {
					return holds(parse(t, r), set)
				}
				return holds(parse(t, r), others)
			}) {
			return false
		}
		for _, r := range p.Obsoletes {
			if slices.ContainsFunc(others, func(q *rpmmd.Package) bool {
				return r.Meets(rpm.Relation{Name: q.Name, Sense: rpm.Equal, EVR: q.EVR})
			}) {
				return false
			}
		}
	}
	return true
}

// minimal returns the valid sets none of whose valid sets are subsets.
func minimal(t testing.TB, pkgs []*rpmmd.Package, names []string) []uint {
	var sets []uint
	for bits := range uint(1) << len(pkgs) {
		if !slices.ContainsFunc(sets, func(s uint) bool { return s&bits == s }) && valid(t, members(pkgs, bits), names) {
			sets = append(sets, bits)
		}
	}
	return slices.DeleteFunc(slices.Clone(sets), func(s uint) bool {
		return slices.ContainsFunc(sets, func(o uint) bool { return o != s && o&s == o })
	})
}

func members(pkgs []*rpmmd.Package, bits uint) []*rpmmd.Package {
	var list []*rpmmd.Package
	for i, p := range pkgs {
		if bits>>i&1 == 1 {
			list = append(list, p)
		}
	}
	return list
}

func list(pkgs []*rpmmd.Package) string {
	var names []string
	for _, p := range pkgs {
		names = append(names, p.String())
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func show(pkgs []*rpmmd.Package) string {
	var s strings.Builder
	for _, p := range pkgs {
		fmt.Fprintf(&s, "%s provides %v requires %v conflicts %v obsoletes %v\n", p, p.Provides[1:], p.Requires, p.Conflicts, p.Obsoletes)
	}
	return s.String()
}

// TestSolveExhaustively tries every set of packages of small repositories: the
// solver finds a solution whenever there is one, its solution is valid and has
// nothing that could be left out, and its explanations hold by themselves.
func TestSolveExhaustively(t *testing.T) {
	solved, unique, failed := 0, 0, 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 0))
		pkgs := makePackages(r, "", 3+r.IntN(5))
		names := []string{"a"}
		if r.IntN(2) == 0 {
			names = append(names, "b")
		}
		u, err := New(pkgs)
		if err != nil {
			t.Fatal(err)
		}
		sets := minimal(t, pkgs, names)
		closures, err := u.Solve([]Request{{"x", names}}, nil)
		var none *UnsolvableError
		switch {
		case errors.As(err, &none) && len(sets) == 0:
			failed++
			if len(none.Reasons) < 2 {
				t.Errorf("%d: %v", seed, err)
			}
			continue
		case err != nil || len(sets) == 0:
			t.Fatalf("%d: %v; there are %d solutions of\n%s", seed, err, len(sets), show(pkgs))
		}
		solved++
		got := list(closures[0])
		if !slices.ContainsFunc(sets, func(s uint) bool { return list(members(pkgs, s)) == got }) {
			t.Fatalf("%d: %s is no least solution of %v in\n%s", seed, got, names, show(pkgs))
		}
		if len(sets) == 1 {
			unique++
		}
		slices.Reverse(pkgs)
		if u, err = New(pkgs); err != nil {
			t.Fatal(err)
		}
		if again, err := u.Solve([]Request{{"x", names}}, nil); err != nil || list(again[0]) != got {
			t.Fatalf("%d: in another order: %v, %v", seed, again, err)
		}
	}
	t.Logf("%d solved, %d of them with one least solution, %d without any", solved, unique, failed)
	if solved < 250 || unique < 100 || failed < 50 {
		t.Error("the repositories are too easy or too hard")
	}
}
