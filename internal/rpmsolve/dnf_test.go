package rpmsolve

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/dombuild/dombuild/internal/rpm"
	"github.com/dombuild/dombuild/internal/rpmmd"
)

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
	repositories := uint64(3)
	if testing.Short() {
		repositories = 2
	}
	unique := 0
	for seed := range repositories {
		r := rand.New(rand.NewPCG(seed, 77))
		dir := t.TempDir()
		build(t, dir, makePackages(r, 7))
		pkgs := readRepository(t, dir)
		for _, names := range [][]string{{"a"}, {"b"}, {"c", "d"}, {"e", "f"}} {
			u, err := New(pkgs)
			if err != nil {
				t.Fatal(err)
			}
			closures, err := u.Solve([]Request{{"x", names}}, nil)
			var none *UnsolvableError
			if err != nil && !errors.As(err, &none) {
				t.Fatal(err)
			}
			theirs, solved := askDNF(t, dir, names)
			if solved != (err == nil) && !replaced(pkgs, names) {
				t.Errorf("%d %v: dnf solved it: %v; we say %v\n%s", seed, names, solved, err, show(pkgs))
				continue
			}
			if !solved || err != nil {
				continue
			}
			sets := minimal(t, pkgs, names)
			if len(sets) != 1 || replaced(pkgs, names) {
				continue
			}
			unique++
			if ours := list(closures[0]); ours != theirs {
				t.Errorf("%d %v: we have %s, dnf %s of\n%s", seed, names, ours, theirs, show(pkgs))
			}
		}
	}
	t.Logf("%d requests with one least solution", unique)
	if unique == 0 {
		t.Error("no request has one least solution")
	}
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

var installs = regexp.MustCompile(`(?m)^ ([a-z])\s+noarch\s+(\S+)\s+own\s`)

// askDNF returns what dnf would install.
func askDNF(t *testing.T, dir string, names []string) (answer string, solved bool) {
	t.Helper()
	args := append([]string{"--installroot", dir + "/root", "--releasever", "1", "--repofrompath", "own," + dir + "/top/RPMS", "--repo", "own",
		"--setopt=reposdir=" + dir, "--setopt=cachedir=" + dir + "/cache", "--setopt=install_weak_deps=False", "--setopt=best=False", "--setopt=gpgcheck=0", "--assumeno", "install"}, names...)
	cmd := exec.Command("dnf", args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "COLUMNS=200")
	out, err := cmd.CombinedOutput()
	text := string(out)
	switch {
	case strings.Contains(text, "Operation aborted"):
	case err != nil && (strings.Contains(text, "Problem") || strings.Contains(text, "No match")):
		return text, false
	default:
		t.Fatalf("dnf: %v\n%s", err, text)
	}
	text, _, _ = strings.Cut(text, "Skipping packages") // which are listed too
	var list []string
	for _, m := range installs.FindAllStringSubmatch(text, -1) {
		list = append(list, fmt.Sprintf("%s-%s.noarch", m[1], m[2]))
	}
	slices.Sort(list)
	return strings.Join(list, " "), true
}
