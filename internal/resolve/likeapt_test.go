package resolve

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/debversion"
	"github.com/dombuild/dombuild/internal/lockfile"
)

// toy is a package of a small archive made at random.
type toy struct {
	name, version string
	provides      []relation // with "=" or without a version
	needs         []group
	refuses       []relation
}

func (p toy) stanza() string {
	fields := []string{"Maintainer: nobody", "Description: a package"}
	field := func(name string, parts []string) {
		if len(parts) > 0 {
			fields = append(fields, name+": "+strings.Join(parts, ", "))
		}
	}
	field("Provides", texts(p.provides))
	field("Depends", texts(p.needs))
	half := len(p.refuses) / 2
	field("Conflicts", texts(p.refuses[:half]))
	field("Breaks", texts(p.refuses[half:]))
	return stanza(p.name+" "+p.version, fields...)
}

func texts[T fmt.Stringer](list []T) (out []string) {
	for _, x := range list {
		out = append(out, x.String())
	}
	return out
}

// meets says whether p is what r asks for: by its name, or by what it provides.
func (p toy) meets(r relation) bool {
	if p.name == r.Name {
		return debversion.Satisfies(p.version, r.Op, r.Version)
	}
	return slices.ContainsFunc(p.provides, func(v relation) bool {
		return v.Name == r.Name && (r.Op == "" || v.Op != "" && debversion.Satisfies(v.Version, r.Op, r.Version))
	})
}

// randomToys makes seven names behind a prefix, some in two versions.
func randomToys(r *rand.Rand, prefix string) (list []toy) {
	name := func() string { return prefix + string(rune('a'+r.IntN(7))) }
	relate := func() relation {
		out := relation{Name: name()}
		if r.IntN(8) == 0 {
			out.Name = "virtual-" + out.Name
		}
		if r.IntN(4) == 0 {
			out.Op, out.Version = []string{"<<", "<=", "=", ">=", ">>"}[r.IntN(5)], fmt.Sprint(1+r.IntN(3))
		}
		return out
	}
	for n := range 7 {
		for v := range 1 + r.IntN(2) {
			p := toy{name: prefix + string(rune('a'+n)), version: fmt.Sprint(v + 1)}
			if r.IntN(3) == 0 {
				p.provides = append(p.provides, relation{Name: "virtual-" + name()})
			}
			if r.IntN(5) == 0 {
				p.provides = append(p.provides, relation{Name: "virtual-" + name(), Op: "=", Version: fmt.Sprint(1 + r.IntN(3))})
			}
			for range r.IntN(3) {
				g := group{relate()}
				for r.IntN(3) == 0 && len(g) < 3 {
					g = append(g, relate())
				}
				p.needs = append(p.needs, g)
			}
			for range 2 {
				if r.IntN(6) == 0 {
					p.refuses = append(p.refuses, relate())
				}
			}
			list = append(list, p)
		}
	}
	return list
}

// newest are the packages that apt considers: of each name the highest version.
func newest(all []toy) (list []toy) {
	for i, p := range all {
		if i+1 == len(all) || all[i+1].name != p.name {
			list = append(list, p)
		}
	}
	return list
}

// sound checks a set of packages by Debian's policy manual, chapter 7.
func sound(set []toy, asked []string) bool {
	has := func(r relation) bool { return slices.ContainsFunc(set, func(q toy) bool { return q.meets(r) }) }
	for _, name := range asked {
		if !slices.ContainsFunc(set, func(q toy) bool { return q.name == name }) {
			return false
		}
	}
	for _, p := range set {
		for _, g := range p.needs {
			if !slices.ContainsFunc(g, has) {
				return false
			}
		}
		for _, r := range p.refuses {
			if slices.ContainsFunc(set, func(q toy) bool { return q.name != p.name && q.meets(r) }) {
				return false
			}
		}
	}
	return true
}

// least returns the sound sets that have no sound subset.
func least(all []toy, asked []string) (sets []string) {
	var found []uint
	for bits := range uint(1) << len(all) {
		var set []toy
		for i, p := range all {
			if bits>>i&1 == 1 {
				set = append(set, p)
			}
		}
		if !slices.ContainsFunc(found, func(f uint) bool { return f&bits == f }) && sound(set, asked) {
			found = append(found, bits)
			sets = append(sets, named(set))
		}
	}
	return sets
}

func named(set []toy) string {
	var names []string
	for _, p := range set {
		names = append(names, p.name+"="+p.version)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// apt is apt with nothing installed and one archive.
type apt struct {
	t      *testing.T
	config string
}

func newApt(t *testing.T, index string) apt {
	t.Helper()
	if _, err := exec.LookPath("apt-get"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must have apt-get")
		}
		t.Skip("there is no apt-get")
	}
	dir := t.TempDir()
	for path, text := range map[string]string{
		"archive/Packages": index, "var/lib/dpkg/status": "", "var/lib/apt/lists/partial/x": "", "var/cache/apt/archives/partial/x": "",
		"etc/apt/apt.conf.d/x": "", "etc/apt/preferences.d/x": "", "etc/apt/trusted.gpg.d/x": "",
		"etc/apt/sources.list": "deb [trusted=yes] file:" + dir + "/archive ./\n",
		"apt.conf": fmt.Sprintf("Dir %q;\nDir::State::status %q;\nAPT::Architecture \"amd64\";\nAPT::Architectures { \"amd64\"; };\n"+
			"APT::Install-Recommends \"false\";\nAPT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n", dir, dir+"/var/lib/dpkg/status"),
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a := apt{t, filepath.Join(dir, "apt.conf")}
	if out, err := a.run("update"); err != nil {
		t.Fatalf("apt-get update: %v\n%s", err, out)
	}
	return a
}

func (a apt) run(args ...string) (string, error) {
	cmd := exec.CommandContext(a.t.Context(), "apt-get", args...)
	cmd.Env = []string{"APT_CONFIG=" + a.config, "LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var installs = regexp.MustCompile(`(?m)^Inst (\S+) \((\S+) `)

// unsolvable is what apt says of a request without an answer; the last is what its newer solver says.
var unsolvable = regexp.MustCompile("unmet dependencies|Unable to correct problems|Unable to satisfy dependencies")

// install returns what apt would install, or "" if it finds nothing.
func (a apt) install(names []string) string {
	a.t.Helper()
	out, err := a.run(append([]string{"--simulate", "install"}, names...)...)
	if err != nil {
		if !unsolvable.MatchString(out) {
			a.t.Fatalf("apt-get install %v: %v\n%s", names, err, out)
		}
		return ""
	}
	var list []string
	for _, m := range installs.FindAllStringSubmatch(out, -1) {
		list = append(list, m[1]+"="+m[2])
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// TestSolveLikeApt makes archives at random and asks apt what it would install.
// Where there is one least solution of newest versions, and apt finds it, so do
// we; and what we find is always sound.
func TestSolveLikeApt(t *testing.T) {
	archives := 60
	if testing.Short() {
		archives = 10
	}
	all := make([][]toy, archives)
	var index strings.Builder
	for i := range all {
		all[i] = randomToys(rand.New(rand.NewPCG(uint64(i), 7)), fmt.Sprintf("r%d", i))
		for _, p := range all[i] {
			index.WriteString(p.stanza())
		}
	}
	theirs := newApt(t, index.String())
	var unique, alike, several, unsolved int
	for i, toys := range all {
		for _, letters := range []string{"a", "b", "c", "d e"} {
			asked := strings.Fields(fmt.Sprintf("r%d", i) + strings.ReplaceAll(letters, " ", fmt.Sprintf(" r%d", i)))
			ours, err := solveToys(t, toys, asked)
			sets, apts := least(newest(toys), asked), theirs.install(asked)
			switch {
			case apts == "":
				unsolved++
			case len(sets) == 1 && sets[0] == apts:
				if unique++; ours != apts {
					t.Errorf("%v: we have %q (%v), apt %q of\n%s", asked, ours, err, apts, stanzas(toys))
				}
			default:
				if several++; ours == apts {
					alike++
				}
			}
		}
	}
	t.Logf("%d with one least solution, %d with several, of which we have apt's %d times; %d that apt does not solve", unique, several, alike, unsolved)
	if unique < archives || several < archives/10 || unsolved < archives/2 {
		t.Error("the archives are too easy or too hard")
	}
}

// solveToys solves a request, and checks the answer.
func solveToys(t *testing.T, toys []toy, asked []string) (string, error) {
	t.Helper()
	closures, err := solveText(stanzas(toys), strings.Join(asked, " "), nil)
	if err != nil {
		return "", err
	}
	var set []toy
	for _, p := range closures[0] {
		i := slices.IndexFunc(toys, func(q toy) bool { return q.name == p.name && q.version == p.version })
		set = append(set, toys[i])
	}
	if !sound(set, asked) {
		t.Errorf("%v: our answer is not sound: %s of\n%s", asked, named(set), stanzas(toys))
	}
	closedAsSound(t, closures[0], set, asked)
	return named(set), nil
}

// closedAsSound takes each package out of an answer: of the whole nothing is
// said, and of what is left exactly when it is no longer sound.
func closedAsSound(t *testing.T, closure []*binary, set []toy, asked []string) {
	t.Helper()
	for out := range len(closure) + 1 {
		pins := described{debs: map[string]*binary{}}
		chain := lockfile.Toolchain{Address: "toolchain.t", Requested: asked}
		rest := slices.Clone(set)
		for i, p := range closure {
			if pins.debs[p.name] = p; i != out {
				chain.Packages = append(chain.Packages, p.name)
			}
		}
		if out < len(rest) {
			if slices.Contains(asked, rest[out].name) {
				continue // of which the lock itself is no lock
			}
			rest = slices.Delete(rest, out, out+1)
		}
		var e IncompleteError
		if err := pins.closedDebs(lockfile.Distribution{Architecture: "amd64"}, chain, &e); err != nil {
			t.Fatal(err)
		}
		wrong := len(e.Missing)+len(e.Excluded) > 0
		if right := sound(rest, asked); right && wrong || !right && !wrong && len(e.Unused) == 0 || out == len(closure) && !e.empty() {
			t.Errorf("%v: of %s, which is sound: %v, it is said %v", asked, named(rest), right, e.Lines())
		}
	}
}

func stanzas(toys []toy) string {
	var out strings.Builder
	for _, p := range toys {
		out.WriteString(p.stanza())
	}
	return out.String()
}
