package hardening

import (
	"slices"
	"strings"
	"testing"
)

func TestProfilesAreSortedAndFound(t *testing.T) {
	all := Profiles()
	if !slices.IsSortedFunc(all, func(a, b Profile) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("profiles are not sorted by name")
	}
	for _, p := range all {
		if got, err := Lookup(p.Name); err != nil || got.Name != p.Name {
			t.Errorf("Lookup(%q) = %v, %v", p.Name, got.Name, err)
		}
	}
	if _, err := Lookup("none"); err == nil {
		t.Error("a profile that is not there was found")
	}
}

func TestEnvironmentMapsTheBuildPath(t *testing.T) {
	p, _ := Lookup("userspace")
	for _, dir := range []string{"/build", "/check/build"} {
		env := p.Environment(dir)
		if !slices.ContainsFunc(env, func(s string) bool { return strings.Contains(s, "-ffile-prefix-map="+dir+"=.") }) {
			t.Errorf("no prefix map for %s in %q", dir, env)
		}
	}
	if k, _ := Lookup("kernel"); k.Environment("/build") != nil {
		t.Error("the kernel profile sets variables that kbuild would take for its own")
	}
}
