package rpmsolve

import (
	"math/rand/v2"
	"testing"

	"github.com/dombuild/dombuild/internal/rpmmd"
)

// TestClosed holds every set of packages of small repositories against what
// the documentation of RPM says: a set in which something does not hold is
// told from one in which all does, and what the solver chose has nothing in it
// that could be missed.
func TestClosed(t *testing.T) {
	found := map[string]int{}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		pkgs := makePackages(r, "", 3+r.IntN(3))
		request := Request{"x", []string{"a", "b"}}
		for bits := range uint(1) << len(pkgs) {
			set := members(pkgs, bits)
			if !oneOfEach(set, request.Packages) {
				continue
			}
			open, right := closedOf(t, set, request), valid(t, set, request.Packages)
			wrong := len(open.Missing)+len(open.Excluded) > 0
			if right && wrong || !right && !wrong && len(open.Unused) == 0 {
				t.Fatalf("%d: of %s, which is valid: %v, it says %+v", seed, list(set), right, open)
			}
			for what, lines := range map[string][]string{"missing": open.Missing, "excluded": open.Excluded, "unused": open.Unused} {
				found[what] += len(lines)
			}
		}
		u, err := New(pkgs)
		if err != nil {
			t.Fatal(err)
		}
		closures, err := u.Solve([]Request{request}, nil)
		if err != nil {
			continue
		}
		if open := closedOf(t, closures[0], request); len(open.Missing)+len(open.Excluded)+len(open.Unused) > 0 {
			t.Errorf("%d: of the solver's %s it says %+v", seed, list(closures[0]), open)
		}
		found["solved"]++
	}
	for _, what := range []string{"missing", "excluded", "unused", "solved"} {
		if found[what] < 10 {
			t.Errorf("the repositories are too easy or too hard: %v", found)
		}
	}
}

// oneOfEach reports whether a set has one version of each name, and those asked for.
func oneOfEach(set []*rpmmd.Package, names []string) bool {
	has := map[string]bool{}
	for _, p := range set {
		if has[p.Name] {
			return false
		}
		has[p.Name] = true
	}
	for _, n := range names {
		if !has[n] {
			return false
		}
	}
	return true
}

func closedOf(t *testing.T, set []*rpmmd.Package, r Request) Open {
	t.Helper()
	u, err := New(set)
	if err != nil {
		t.Fatal(err)
	}
	open, err := u.Closed(r)
	if err != nil {
		t.Fatal(err)
	}
	return open
}
