package profile

import (
	"slices"
	"strings"
	"testing"
)

func TestDataIsSound(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if seen[r.ID] || slices.Contains(ImageRules(), r.ID) {
			t.Errorf("rule %s stands twice", r.ID)
		}
		seen[r.ID] = true
		if !slices.Contains([]Proof{ByFile, ByUnit, ByCall, ByConfig}, r.Proof) {
			t.Errorf("rule %s has proof %q", r.ID, r.Proof)
		}
		for _, f := range slices.Concat(r.Compile, r.Define, r.Link, r.Go, r.Rust) {
			if !strings.HasPrefix(f, "-") || strings.ContainsAny(f, " \t'\"$") {
				t.Errorf("rule %s: %q is not one flag", r.ID, f)
			}
		}
		if r.Proof == ByUnit && len(r.Compile)+len(r.Define) == 0 {
			t.Errorf("rule %s is proved by units and gives them no flag", r.ID)
		}
	}
	for _, name := range Names() {
		p, ok := Lookup(name)
		if !ok || p.Description == "" {
			t.Errorf("profile %s: %+v, %v", name, p, ok)
		}
		for _, id := range p.Rules {
			if !seen[id] {
				t.Errorf("profile %s has the unknown rule %s", name, id)
			}
		}
	}
	if _, ok := Lookup(Default); !ok {
		t.Error("there is no default")
	}
	if _, ok := Lookup("none"); ok {
		t.Error("a profile that is not there was found")
	}
}

func TestActive(t *testing.T) {
	p, _ := Lookup("userspace")
	ids := func(rules []Rule) (out []string) {
		for _, r := range rules {
			out = append(out, r.ID)
		}
		return out
	}
	tests := []struct {
		c                Compiler
		has, lacks, gone string
	}{
		{Compiler{Architecture: "amd64", GCC: 12, Clang: 0}, "cet", "strict-flex-arrays", "branch-protection"},
		{Compiler{Architecture: "amd64", GCC: 13, Clang: 0}, "strict-flex-arrays", "", "branch-protection"},
		{Compiler{Architecture: "arm64", GCC: 12, Clang: 0}, "branch-protection", "strict-flex-arrays", "cet"},
		{Compiler{Architecture: "amd64", GCC: 14, Clang: 14}, "stack-clash", "auto-var-init", "branch-protection"},
		{Compiler{Architecture: "amd64", GCC: 0, Clang: 0}, "strict-flex-arrays", "", "branch-protection"},
	}
	for _, tt := range tests {
		active, unknown := p.Active(tt.c)
		if !slices.Contains(ids(active), tt.has) || slices.Contains(ids(unknown), tt.has) {
			t.Errorf("%+v: %s is not active", tt.c, tt.has)
		}
		if tt.lacks != "" && (slices.Contains(ids(active), tt.lacks) || !slices.Contains(ids(unknown), tt.lacks)) {
			t.Errorf("%+v: %s is not among what the compiler lacks", tt.c, tt.lacks)
		}
		if slices.Contains(ids(active), tt.gone) || slices.Contains(ids(unknown), tt.gone) {
			t.Errorf("%+v: %s belongs to another architecture", tt.c, tt.gone)
		}
	}
}

func TestExtend(t *testing.T) {
	base, _ := Lookup("userspace")
	p := base.Extend("strict", "more", []string{"zero-call-used-regs"}, []string{"cet"}, []string{"-O3"}, []string{"-Wl,-O1"})
	switch {
	case p.Name != "strict" || p.Description != "more":
		t.Errorf("%+v", p)
	case !slices.Contains(p.Rules, "zero-call-used-regs") || slices.Contains(p.Rules, "cet") || !slices.Contains(p.Rules, "relro"):
		t.Errorf("rules %q", p.Rules)
	case !slices.Equal(p.Compile, append(slices.Clone(base.Compile), "-O3")) || !slices.Equal(p.Link, []string{"-Wl,-O1"}):
		t.Errorf("flags %q %q", p.Compile, p.Link)
	case slices.Contains(base.Rules, "zero-call-used-regs"):
		t.Error("the base was changed")
	}
}

func TestEnvironment(t *testing.T) {
	p, _ := Lookup("userspace")
	for _, dir := range []string{"/build", "/check/build"} {
		env := p.Environment(dir, Compiler{Architecture: "amd64", GCC: 12})
		has := func(variable, flag string) bool {
			return slices.ContainsFunc(env, func(s string) bool {
				return strings.HasPrefix(s, variable+"=") && slices.Contains(strings.Fields(s[len(variable)+1:]), flag)
			})
		}
		for _, want := range [][2]string{{"CXXFLAGS", "-ffile-prefix-map=" + dir + "=."}, {"CPPFLAGS", "-D_FORTIFY_SOURCE=3"},
			{"LDFLAGS", "-Wl,-z,now"}} {
			if !has(want[0], want[1]) {
				t.Errorf("no %s in %s of %q", want[1], want[0], env)
			}
		}
		if has("CFLAGS", "-fstrict-flex-arrays=3") {
			t.Error("gcc 12 is given a flag that it does not know")
		}
	}
	if k, _ := Lookup("kernel"); k.Environment("/build", Compiler{}) != nil {
		t.Error("the kernel profile sets variables that kbuild would take for its own")
	}
}
