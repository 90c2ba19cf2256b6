package plan

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// varied is the environment with every axis varied that is by default.
func varied(t *testing.T, r *recipe.Recipe) Environment {
	t.Helper()
	env, err := Vary(r, AxisNames(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func variedPlan(t *testing.T, l func(*recipe.Recipe) *lockfile.Lock, axes ...string) *Plan {
	t.Helper()
	r := load(t, "", "", "")
	env, err := Vary(r, axes, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(r, l(r), env)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pins gives the toolchain base these packages instead of gcc alone.
func pins(t *testing.T, names ...string) func(*recipe.Recipe) *lockfile.Lock {
	return func(r *recipe.Recipe) *lockfile.Lock {
		c := lockFor(t, r, "gcc").Content()
		v := &c.Distributions[0].Vouched[0]
		i := slices.IndexFunc(v.Debs, func(d lockfile.Deb) bool { return d.Name == "gcc" })
		gcc := v.Debs[i]
		v.Debs = slices.Delete(v.Debs, i, i+1)
		for _, n := range names {
			d := gcc
			d.Name, d.Filename = n, "pool/"+n+".deb"
			v.Debs = append(v.Debs, d)
		}
		for i, tc := range c.Toolchains {
			if tc.Address == "toolchain.base" {
				c.Toolchains[i].Packages, c.Toolchains[i].Requested = names, names
			}
		}
		l, err := lockfile.New(c)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
}

func TestEachAxisVariesItselfAlone(t *testing.T) {
	r := load(t, "", "", "")
	for _, x := range AllAxes() {
		var values []string
		for run := 1; run <= 3; run++ {
			env, err := Vary(r, []string{x.Name}, run)
			if err != nil {
				t.Fatal(err)
			}
			d := Differ(Standard(r), env)
			if len(d) != 1 || d[0].Name != x.Name {
				t.Fatalf("run %d of %s varies %v", run, x.Name, d)
			}
			values = append(values, d[0].Second)
		}
		two := []string{"locale", "shell", "aslr", "file-system"} // there is one other value
		if slices.Contains(two, x.Name) != (values[0] == values[1]) {
			t.Errorf("%s has the values %q", x.Name, values)
		}
	}
	_, err := Vary(r, []string{"moon"}, 1)
	var unknown *UnknownAxisError
	if !errors.As(err, &unknown) || !strings.Contains(unknown.Hint(), "build-path, output-path") {
		t.Errorf("got %v", err)
	}
}

func TestAxesAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, x := range axes {
		if seen[x.name] || x.name == "" || x.about == "" || len(x.sees) == 0 && x.name != AxisPackageOrder {
			t.Errorf("row %q", x.name)
		}
		seen[x.name] = true
		facets := map[string]bool{}
		for _, f := range x.sees {
			if facets[f.name] || f.shell == "" {
				t.Errorf("facet %q of %s", f.name, x.name)
			}
			facets[f.name] = true
		}
	}
	if slices.Contains(AxisNames(), "machine") {
		t.Error("machine is varied unless somebody asks for it")
	}
	if env := Standard(load(t, "", "", "")); env.help().needed() {
		t.Error("the standard environment needs a library")
	}
}

// TestWhatEachAxisNeeds says which axes bring a preloaded library, a launcher
// or a locale into steps, and which other changes a step shows.
func TestWhatEachAxisNeeds(t *testing.T) {
	const library, launcher, locale = "library ", "launcher ", "locale "
	needs := map[string]string{
		"clock": library, "directory-order": library, "cpu-count": library, "kernel": library, "machine": library,
		"aslr": launcher, "locale": locale,
	}
	for _, x := range AllAxes() {
		p := variedPlan(t, pins(t, "gcc", "libc-bin", "bash", "dash"), x.Name)
		s, _ := p.Step("package.hello")
		got := ""
		if slices.ContainsFunc(s.Files, func(f InlineFile) bool { return f.Path == preloadFile }) {
			got += library
		}
		if strings.Contains(s.Files[0].Content, "exec /check/vary/launch /bin/sh") {
			got += launcher
		}
		if slices.Contains(s.Env, "LOCPATH=/check/vary/locale") {
			got += locale
		}
		if got != needs[x.Name] {
			t.Errorf("%s brings %q, want %q", x.Name, got, needs[x.Name])
		}
		if _, ok := p.Step("vary.distribution.debian"); ok != (got != "") {
			t.Errorf("%s: the step that compiles is there: %v", x.Name, ok)
		}
		if (s.Links["/usr/bin/sh"] == "bash") != (x.Name == "shell") {
			t.Errorf("%s: links %v", x.Name, s.Links)
		}
		if strings.Contains(s.Files[0].Content, "cp -a \"$OUT/.\" "+KeptDir) != (x.Name == "file-system") {
			t.Errorf("%s: the output is kept: %s", x.Name, s.Files[0].Content)
		}
		if n := p.Notices(); n != nil {
			t.Errorf("%s: notices: %v", x.Name, n)
		}
	}
}

// TestVariables: what steps are told, apart from paths.
func TestVariables(t *testing.T) {
	has := func(p *Plan, want ...string) {
		t.Helper()
		s, _ := p.Step("package.hello")
		for _, w := range want {
			if !slices.Contains(s.Env, w) {
				t.Errorf("no %s among %q", w, s.Env)
			}
		}
	}
	has(make1(t, load(t, "", "", ""), "gcc", Standard), "HOME=/build/home", "USER=builder", "PYTHONHASHSEED=0", "PERL_HASH_SEED=0",
		"PERL_PERTURB_KEYS=0", "PATH=/usr/sbin:/usr/bin:/sbin:/bin")
	has(variedPlan(t, pins(t, "gcc"), "variables", "hash-seed"), "HOME=/build/check-home", "USER=second", "LOGNAME=second", "TERM=xterm-256color", "LANGUAGE=de",
		"CI=true", "PYTHONHASHSEED=104729", "PERL_HASH_SEED=104729", "PERL_PERTURB_KEYS=2", "PATH=/build/check-first:/usr/sbin:/usr/bin:/sbin:/bin")
}

// TestWhatIsMissingIsSaid: without a compiler, and without localedef, notices
// say what does not reach the steps, and the locale is one that is there.
func TestWhatIsMissingIsSaid(t *testing.T) {
	for _, tt := range []struct {
		pins   []string
		notice string
	}{
		{[]string{"tcc"}, "no toolchain of distribution.debian has a C compiler"},
		{[]string{"gcc"}, "no toolchain of distribution.debian that has a C compiler has libc-bin"},
	} {
		p := variedPlan(t, pins(t, tt.pins...), AxisNames()...)
		if n := p.Notices(); len(n) != 1 || !strings.Contains(n[0], tt.notice) {
			t.Errorf("%v: notices: %q", tt.pins, n)
		}
		s, _ := p.Step("package.hello")
		if !slices.Contains(s.Env, "LC_ALL=C.UTF-8") {
			t.Errorf("%v: %q", tt.pins, s.Env)
		}
	}
}

// TestCanaries: each root that something runs in has one, no step reads it, and
// what has nothing to vary says so.
func TestCanaries(t *testing.T) {
	p := variedPlan(t, pins(t, "gcc", "libc-bin"), AxisNames()...)
	got, err := p.Canaries("package.hello")
	if diff := cmp.Diff([]string{"canary.toolchain.base"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err = p.Canaries("image.small.uki")
	if diff := cmp.Diff([]string{"canary.toolchain.base", "canary.toolchain.pack"}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, s := range p.Steps() {
		if s.Kind == KindCanary || slices.ContainsFunc(s.Deps, func(d string) bool { return strings.HasPrefix(d, "canary.") }) {
			t.Errorf("%s is, or reads, a canary", s.Name)
		}
	}
	canary, ok := p.Step("canary.toolchain.base")
	if !ok || canary.Exempt["shell"] == "" {
		t.Errorf("%v, exempt %v", ok, canary.Exempt)
	}
	hello, _ := p.Step("package.hello")
	if diff := cmp.Diff(canary.Host, hello.Host); diff != "" {
		t.Errorf("a canary sees another environment: %s", diff)
	}
	own := func(s Step) []string {
		return slices.DeleteFunc(slices.Clone(s.Env), func(kv string) bool { return strings.Contains(kv, "FLAGS=") })
	}
	if diff := cmp.Diff(own(canary), own(hello)); diff != "" {
		t.Errorf("a canary has other variables: %s", diff)
	}
}
