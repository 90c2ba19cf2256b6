package image

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNamesOfNesting are names that look like a nested artifact and are none,
// beside ones that are.
func TestNamesOfNesting(t *testing.T) {
	inner := string(makeTar(t, file("b", "x")))
	outer := makeTar(t, file("a!/b", "x"), file("a", inner), file(`a\!/b`, "x"), file(`a\`, inner), file("c!d/e", "x"), file("f!", inner))
	got := paths(readAll(t, "t", outer, Options{Descend: func(_ Entry, f Format) bool { return f == Tar }}))
	want := []string{"a", "a!/b", `a\!/b`, `a\\`, `a\\!/b`, `a\\\!/b`, "c!d/e", `f\!`, `f\!!/b`}
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	for path, parts := range map[string][]string{
		"a": {"a"}, "a!/b": {"a", "b"}, `a\!/b`: {"a!/b"}, `a\\`: {`a\`}, `a\\!/b`: {`a\`, "b"}, `a\\\!/b`: {`a\!/b`}, "c!d/e": {"c!d/e"}, `f\!`: {"f!"},
		`f\!!/b`: {"f!", "b"}, `x/y.gz!/z!/bin/w`: {"x/y.gz", "z", "bin/w"},
	} {
		if d := cmp.Diff(parts, SplitPath(path)); d != "" {
			t.Errorf("%s: -want +got:\n%s", path, d)
		}
	}
}

// FuzzPath splits what was joined.
func FuzzPath(f *testing.F) {
	f.Add("a!/b", `c\`)
	f.Add(`\!\!`, `!`)
	f.Fuzz(func(t *testing.T, a, b string) {
		a, errA := cleanPath(a)
		b, errB := cleanPath(b)
		if errA != nil || errB != nil || a == "" || b == "" {
			return
		}
		joined := escapePath(a) + "!/" + escapePath(b)
		if d := cmp.Diff([]string{a, b}, SplitPath(joined)); d != "" {
			t.Errorf("%s: -want +got:\n%s", joined, d)
		}
	})
}
