package rpmsolve

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
)

// askedOf are the requests that each repository gets.
var askedOf = [][]string{{"a"}, {"b"}, {"c"}, {"d", "e"}, {"f", "g"}}

// TestSolveLikeDNF makes repositories at random with rpmbuild and createrepo_c
// and asks dnf what it would install. Both find a solution or neither does;
// where there is one least solution, both find it.
func TestSolveLikeDNF(t *testing.T) {
	for _, tool := range []string{"rpmbuild", "createrepo_c", "dnf"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("CI must have %s", tool)
			}
			t.Skipf("%s is not there (make testdeps)", tool)
		}
	}
	repositories := 100
	if testing.Short() {
		repositories = 10
	}
	dir := t.TempDir()
	all := randomRepositories(repositories)
	build(t, dir, all)
	theirs := askDNF(t, dir, requestsOf(repositories))
	pkgs := split(readRepository(t, dir))
	var n counts
	for i, names := range requestsOf(repositories) {
		own := pkgs[prefixOf(i/len(askedOf))]
		n.requests++
		if replaced(own, names) {
			n.replaced++
			continue
		}
		n.compare(t, own, names, theirs[i])
	}
	t.Logf("%d requests: %d without a solution, %d with one least solution, %d where there are several, of which dnf chose ours %d times; %d for what others replace",
		n.requests, n.unsolved, n.unique, n.several, n.same, n.replaced)
	if n.unique < repositories || n.unsolved < repositories || n.several < repositories/2 {
		t.Error("the repositories are too easy or too hard")
	}
	if n.same*10 < n.several*9 {
		t.Error("where there are several solutions dnf mostly chooses another one")
	}
}

// counts is how often two solvers agree.
type counts struct{ requests, unsolved, unique, several, same, replaced int }

// compare solves one request and compares the answer with dnf's.
func (n *counts) compare(t *testing.T, pkgs []*rpmmd.Package, names []string, theirs string) {
	t.Helper()
	u, err := New(pkgs)
	if err != nil {
		t.Fatal(err)
	}
	closures, err := u.Solve([]Request{{"x", names}}, nil)
	var unsolvable *UnsolvableError
	if err != nil && !errors.As(err, &unsolvable) {
		t.Fatal(err)
	}
	if err != nil || theirs == none {
		if n.unsolved++; (err != nil) != (theirs == none) {
			t.Errorf("%v: dnf says %s; we say %v\n%s", names, theirs, err, show(pkgs))
		}
		return
	}
	ours := list(closures[0])
	if len(minimal(t, pkgs, names)) > 1 {
		if n.several++; ours == theirs {
			n.same++
		}
		return
	}
	if n.unique++; ours != theirs {
		t.Errorf("%v: we have %s, dnf %s of\n%s", names, ours, theirs, show(pkgs))
	}
}

// prefixOf tells apart the names of repositories that share one directory, so
// that they are built and read at once.
func prefixOf(repository int) string { return fmt.Sprintf("r%dx", repository) }

func randomRepositories(n int) []*rpmmd.Package {
	var all []*rpmmd.Package
	for i := range n {
		all = append(all, makePackages(rand.New(rand.NewPCG(uint64(i), 77)), prefixOf(i), 7)...)
	}
	return all
}

func requestsOf(repositories int) [][]string {
	var requests [][]string
	for i := range repositories {
		for _, letters := range askedOf {
			var names []string
			for _, l := range letters {
				names = append(names, prefixOf(i)+l)
			}
			requests = append(requests, names)
		}
	}
	return requests
}

// split sorts packages by the repository that their names tell.
func split(pkgs []*rpmmd.Package) map[string][]*rpmmd.Package {
	by := map[string][]*rpmmd.Package{}
	for _, p := range pkgs {
		if i := strings.LastIndexByte(p.Name, 'x'); i >= 0 {
			by[p.Name[:i+1]] = append(by[p.Name[:i+1]], p)
		}
	}
	return by
}

// replaced reports whether a package obsoletes one that is asked for: then dnf
// installs the other one in its place, where a toolchain has what it asks for.
func replaced(pkgs []*rpmmd.Package, names []string) bool {
	return slices.ContainsFunc(pkgs, func(p *rpmmd.Package) bool {
		return slices.ContainsFunc(p.Obsoletes, func(r rpm.Relation) bool { return p.Name != r.Name && slices.Contains(names, r.Name) })
	})
}

// build builds packages, one spec file for each version, and the metadata.
func build(t *testing.T, dir string, pkgs []*rpmmd.Package) {
	t.Helper()
	for _, version := range []string{"1", "2"} {
		spec := "Name: main" + version + "\nVersion: " + version + "\nRelease: 1\nSummary: x\nLicense: none\nBuildArch: noarch\n%description\nx\n"
		for _, p := range pkgs {
			if p.EVR.Version != version {
				continue
			}
			spec += "%package -n " + p.Name + "\nSummary: x\n"
			for _, r := range p.Provides[1:] {
				spec += "Provides: " + r.String() + "\n"
			}
			for _, r := range p.Requires {
				spec += "Requires: " + r.String() + "\n"
			}
			for _, r := range p.Conflicts {
				spec += "Conflicts: " + r.String() + "\n"
			}
			for _, r := range p.Obsoletes {
				spec += "Obsoletes: " + r.String() + "\n"
			}
			spec += "%description -n " + p.Name + "\nx\n%files -n " + p.Name + "\n"
			for _, path := range p.Files {
				spec += "%ghost " + path + "\n"
			}
		}
		if err := os.WriteFile(filepath.Join(dir, version+".spec"), []byte(spec), 0o600); err != nil {
			t.Fatal(err)
		}
		command(t, dir, "rpmbuild", "--quiet", "-bb", "--define", "_topdir "+dir+"/top", version+".spec")
	}
	command(t, dir, "createrepo_c", "-q", "top/RPMS")
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func readRepository(t *testing.T, dir string) []*rpmmd.Package {
	t.Helper()
	files, err := filepath.Glob(dir + "/top/RPMS/repodata/*-primary.xml.gz")
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []*rpmmd.Package
	err = rpmmd.ReadPrimary(text, []string{"noarch"}, func(p *rpmmd.Package) error {
		pkgs = append(pkgs, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// none is dnf's answer to a request without a solution.
const none = "none"

// askDNF returns what dnf would install for each request.
func askDNF(t *testing.T, dir string, requests [][]string) []string {
	t.Helper()
	script, err := filepath.Abs("testdata/ask.py")
	if err != nil {
		t.Fatal(err)
	}
	var in, says strings.Builder
	for _, names := range requests {
		fmt.Fprintln(&in, strings.Join(names, " "))
	}
	cmd := exec.Command("/usr/bin/python3", script, filepath.Join(dir, "top/RPMS"), t.TempDir()) // the one that dnf is made for
	cmd.Stdin, cmd.Stderr = strings.NewReader(in.String()), &says
	out, err := cmd.Output()
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if err != nil || len(answers) != len(requests) {
		t.Fatalf("dnf has %d answers to %d requests: %v\n%s", len(answers), len(requests), err, says.String())
	}
	return answers
}
