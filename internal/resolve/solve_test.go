package resolve

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// stanza writes a package of a Packages index: "name version" and fields.
func stanza(nameVersion string, fields ...string) string {
	name, version, _ := strings.Cut(nameVersion, " ")
	out := "Package: " + name + "\nVersion: " + version + "\n"
	body := strings.Join(fields, "\n")
	if !strings.Contains(body, "Architecture:") {
		out += "Architecture: amd64\n"
	}
	out += "Filename: pool/main/" + name + "_" + version + ".deb\nSize: 3\nSHA256: " + digest.FromString(nameVersion).Encoded() + "\n"
	if body != "" {
		out += body + "\n"
	}
	return out + "\n"
}

func packages(stanzas ...string) string { return strings.Join(stanzas, "") }

var solveTests = []struct {
	name  string
	index string
	ask   string
	want  string // closure, or part of the error after "error: "
}{
	{"nothing but essential", packages(stanza("base 1", "Essential: yes"), stanza("other 1")), "", "base"},
	{"chain", packages(stanza("a 1", "Depends: b"), stanza("b 1", "Pre-Depends: c"), stanza("c 1")), "a", "a b c"},
	{"cycle", packages(stanza("a 1", "Depends: b"), stanza("b 1", "Depends: a")), "a", "a b"},
	{"architecture all", packages(stanza("a 1", "Architecture: all")), "a", "a"},
	{"another architecture is not there", packages(stanza("a 1", "Architecture: i386")), "a", `error: asks for package "a"`},
	{"first alternative", packages(stanza("a 1", "Depends: x | y"), stanza("x 1"), stanza("y 1")), "a", "a x"},
	{"alternative chosen already", packages(stanza("a 1", "Depends: x | y"), stanza("x 1"), stanza("y 1")), "a y", "a y"},
	{"alternative that is chosen for another reason later", packages(stanza("a 1", "Depends: x | y, z"), stanza("x 1"), stanza("y 1"), stanza("z 1", "Depends: y")), "a", "a y z"},
	{"alternative that is not there", packages(stanza("a 1", "Depends: x | y"), stanza("y 1")), "a", "a y"},
	{"alternative too old", packages(stanza("a 1", "Depends: x (>= 2) | y"), stanza("x 1"), stanza("y 1")), "a", "a y"},
	{"alternative whose own need is not there", packages(stanza("a 1", "Depends: x | y"), stanza("x 1", "Depends: w"), stanza("w 1", "Depends: gone"), stanza("y 1")), "a", "a y"},
	{"alternative that conflicts", packages(stanza("a 1", "Depends: x | y", "Conflicts: x"), stanza("x 1"), stanza("y 1")), "a", "a y"},
	{"alternative restricted to another architecture", packages(stanza("a 1", "Depends: x [i386], y [amd64], z [!amd64]"), stanza("y 1")), "a", "a y"},
	{"provided", packages(stanza("a 1", "Depends: v"), stanza("p 1", "Provides: v")), "a", "a p"},
	{"provided by one chosen already", packages(stanza("a 1", "Depends: v"), stanza("o 1", "Provides: v"), stanza("p 1", "Provides: v")), "a p", "a p"},
	{"provided by several: priority, then name", packages(stanza("a 1", "Depends: v"), stanza("m 1", "Provides: v", "Priority: optional"), stanza("z 1", "Provides: v", "Priority: required")), "a", "a z"},
	{"real package before one that provides", packages(stanza("a 1", "Depends: v"), stanza("b 1", "Provides: v"), stanza("v 1")), "a", "a v"},
	{"provided at a version", packages(stanza("a 1", "Depends: v (>= 2)"), stanza("o 1", "Provides: v"), stanza("p 1", "Provides: v (= 2)")), "a", "a p"},
	{"provided at another version", packages(stanza("a 1", "Depends: v (>= 2)"), stanza("p 1", "Provides: v (= 1)")), "a", "error: toolchain.t: a 1 needs v (>= 2), and nothing of that name is there"},
	{"any architecture", packages(stanza("a 1", "Depends: x:any"), stanza("x 1", "Multi-Arch: allowed")), "a", "a x"},
	{"any architecture not allowed", packages(stanza("a 1", "Depends: x:any"), stanza("x 1", "Multi-Arch: foreign")), "a", "error: needs x:any, and there is x 1"},
	{"own architecture", packages(stanza("a 1", "Depends: x:amd64"), stanza("x 1")), "a", "a x"},
	{"foreign architecture", packages(stanza("a 1", "Depends: x:i386"), stanza("x 1")), "a", "error: needs x:i386"},
	{"highest version", packages(stanza("a 1"), stanza("a 1.10"), stanza("a 1.9")), "a", "a=1.10"},
	{"asked for a version", packages(stanza("a 1"), stanza("a 2")), "a=1", "a=1"},
	{"asked for a version that is not there", packages(stanza("a 1")), "a=3", "error: needs a (= 3), and there is a 1"},
	{"bound from above", packages(stanza("a 1", "Depends: x (<< 2)"), stanza("x 1"), stanza("x 2")), "a", "a x=1"},
	{"bound found after the choice", packages(stanza("a 1", "Depends: x, y"), stanza("x 1"), stanza("x 2"), stanza("y 1", "Depends: x (= 1)")), "a", "a x=1 y"},
	{"bounds that exclude each other", packages(stanza("a 1", "Depends: x (= 2), y"), stanza("x 1"), stanza("x 2"), stanza("y 1", "Depends: x (= 1)")), "a", "error: a 1 needs x (= 2), and there is x 2, x 1, while x (= 1) is needed too"},
	{"need that is not there", packages(stanza("a 1", "Depends: b"), stanza("b 2", "Depends: c, gone | lost (>= 1)"), stanza("c 1")), "a", "error: r.hcl:7: toolchain.t: a → b 2 needs gone | lost (>= 1), and nothing of that name is there"},
	{"conflict", packages(stanza("a 1", "Conflicts: b"), stanza("b 1")), "a b", "error: r.hcl:7: toolchain.t: a 1 and b 1 exclude each other"},
	{"breaks old versions only", packages(stanza("a 1", "Breaks: b (<< 2)"), stanza("b 2")), "a b", "a b"},
	{"breaks", packages(stanza("a 1", "Breaks: b (<< 2)"), stanza("c 1", "Depends: b"), stanza("b 1")), "a c", "error: a 1 and c → b 1 exclude each other: the first conflicts with or breaks b (<< 2)"},
	{"conflict with what it provides itself", packages(stanza("a 1", "Provides: v", "Conflicts: v")), "a", "a"},
	{"conflict with what another provides", packages(stanza("a 1", "Provides: v", "Conflicts: v"), stanza("b 1", "Provides: v")), "a b", "error: exclude each other"},
	{"versioned conflict with an unversioned provide", packages(stanza("a 1", "Conflicts: v (<< 1)"), stanza("b 1", "Provides: v")), "a b", "a b"},
	{"did you mean", packages(stanza("bison 1"), stanza("gcc 1")), "bisson", `error: r.hcl:7: toolchain.t asks for package "bisson"`},
	{"virtual package", packages(stanza("gcc 1", "Provides: c-compiler")), "c-compiler", "error: it is a virtual package provided by gcc"},
	{"bad relation", packages(stanza("a 1", "Depends: b (>> )")), "a", `error: package a depends on: "b (>> )" is not a relation`},
	{"two toolchains agree on a version", packages(stanza("a 1"), stanza("a 2")), "a;a=1", "a=1;a=1"},
}

func TestSolve(t *testing.T) {
	for _, tt := range solveTests {
		t.Run(tt.name, func(t *testing.T) {
			closures, err := solveText(tt.index, tt.ask, nil)
			if want, ok := strings.CutPrefix(tt.want, "error: "); ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got  %v\nwant %s", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, show(closures, tt.want)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestSolveIsDeterministic puts the stanzas in another order: the choice must not change.
func TestSolveIsDeterministic(t *testing.T) {
	for _, tt := range solveTests {
		stanzas := strings.SplitAfter(strings.TrimSuffix(tt.index, "\n\n"), "\n\n")
		slices.Reverse(stanzas)
		stanzas[0] += "\n\n"
		reversed := strings.Join(stanzas, "")
		for range 4 {
			a, errA := solveText(tt.index, tt.ask, nil)
			b, errB := solveText(reversed, tt.ask, nil)
			if text(errA) != text(errB) || show(a, "=") != show(b, "=") {
				t.Errorf("%s: %s %v\n%s %v", tt.name, show(a, "="), errA, show(b, "="), errB)
			}
		}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestSolvePrefersPins(t *testing.T) {
	index := packages(stanza("a 1"), stanza("a 2"), stanza("b 1", "Depends: a (>= 2)"))
	keep := map[string]lockfile.Deb{"a": {Name: "a", Version: "1", Digest: digest.FromString("a 1")}}
	for ask, want := range map[string]string{"a": "a=1", "a b": "a=2 b=1"} {
		closures, err := solveText(index, ask, keep)
		if err != nil || show(closures, "=") != want {
			t.Errorf("%s: %s, %v", ask, show(closures, "="), err)
		}
	}
	// The same version with other bytes is another package.
	keep["a"] = lockfile.Deb{Name: "a", Version: "1", Digest: digest.FromString("other")}
	if closures, err := solveText(index, "a", keep); err != nil || show(closures, "=") != "a=2" {
		t.Errorf("%s, %v", show(closures, "="), err)
	}
}

func TestDidYouMean(t *testing.T) {
	_, err := solveText(packages(stanza("bison 1"), stanza("gcc 1")), "bisson gc", nil)
	want := []string{`did you mean "bison"?`, `did you mean "gcc"?`}
	var hints []string
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		hints = append(hints, e.(*UnknownError).Hint())
	}
	if diff := cmp.Diff(want, hints); diff != "" {
		t.Error(diff)
	}
}

func solveText(index, ask string, preferred map[string]lockfile.Deb) ([][]*binary, error) {
	u, err := newUniverse("amd64", []string{index})
	if err != nil {
		return nil, err
	}
	var toolchains []recipe.Toolchain
	for part := range strings.SplitSeq(ask, ";") {
		toolchains = append(toolchains, recipe.Toolchain{Address: "toolchain.t", From: "distribution.d",
			Packages: strings.Fields(part), Range: hcl.Range{Filename: "r.hcl", Start: hcl.Pos{Line: 7}}})
	}
	s := &solver{u: u, preferred: preferred, learned: map[string][]relation{}}
	return s.solve(toolchains)
}

// show writes closures as "a b;c", with the versions of the packages whose
// version stands in like, or of all when like is "=".
func show(closures [][]*binary, like string) string {
	var parts []string
	for _, closure := range closures {
		var names []string
		for _, p := range closure {
			if like == "=" || strings.Contains(like, p.name+"=") {
				names = append(names, p.name+"="+p.version)
			} else {
				names = append(names, p.name)
			}
		}
		parts = append(parts, strings.Join(names, " "))
	}
	return strings.Join(parts, ";")
}

func FuzzParseRelations(f *testing.F) {
	f.Add("a (>= 1) | b:any, c [amd64 !i386]")
	f.Add("x (= 1:2~3-4+b1)")
	f.Fuzz(func(t *testing.T, field string) {
		groups, err := parseRelations(field, "amd64")
		if err != nil {
			return
		}
		var parts []string
		for _, g := range groups {
			parts = append(parts, g.String())
		}
		again, err := parseRelations(strings.Join(parts, ", "), "amd64")
		if err != nil {
			t.Fatalf("%v in %q", err, parts)
		}
		if diff := cmp.Diff(groups, again); diff != "" {
			t.Error(diff)
		}
	})
}
