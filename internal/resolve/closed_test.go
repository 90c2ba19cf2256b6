package resolve

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// without returns a lock that lacks a package, as if it had never been there.
func without(t *testing.T, l *lockfile.Lock, name string) *lockfile.Lock {
	t.Helper()
	c := l.Content()
	for i := range c.Toolchains {
		c.Toolchains[i].Packages = slices.DeleteFunc(c.Toolchains[i].Packages, func(n string) bool { return n == name })
	}
	for i, v := range c.Distributions[0].Vouched {
		c.Distributions[0].Vouched[i].Debs = slices.DeleteFunc(v.Debs, func(d lockfile.Deb) bool { return d.Name == name })
	}
	return made(t, c)
}

func made(t *testing.T, c lockfile.Content) *lockfile.Lock {
	t.Helper()
	l, err := lockfile.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// incomplete returns what is said of the packages of a lock, all of which are proved.
func incomplete(t *testing.T, r *recipe.Recipe, l *lockfile.Lock, store blobs) string {
	t.Helper()
	if err := l.Check(r); err != nil {
		t.Fatal(err)
	}
	proofs, err := Prove(t.Context(), r, l, Evidence{Open: store.open})
	var e *IncompleteError
	if err != nil && !errors.As(err, &e) || len(proofs) != len(l.Pins()) {
		t.Fatal(len(proofs), err)
	}
	for _, p := range proofs {
		if p.Verdict != Proved {
			t.Errorf("%s: %v", p.Pin, p.Err)
		}
	}
	if e == nil {
		return ""
	}
	if e.Hint() == "" {
		t.Error("no hint")
	}
	return e.Error()
}

// TestProveClosed takes packages out of locks that depend on one another, and
// puts others in: each is proved, and what is wrong is said nevertheless.
func TestProveClosed(t *testing.T) {
	a := newArchive(t)
	a.packages = packages(
		stanza("base-files 12.4", "Essential: yes", "Pre-Depends: awk"),
		stanza("mawk 1.3", "Provides: awk", "Priority: required"),
		stanza("gawk 5.2", "Provides: awk"),
		stanza("gcc 4:12.2.0-3", "Depends: libc6 (>= 2.36), cpp | clang, libc6"),
		stanza("cpp 12", "Depends: gcc"),
		stanza("clang 15"),
		stanza("libc6 2.36-9"),
		stanza("make 4.3-4", "Depends: libc6"),
		stanza("bmake 1", "Conflicts: make"),
	)
	a.publish()
	store, opt := blobs{}, a.options()
	opt.Keep = store.keep
	r := a.recipe()
	lock := func(r *recipe.Recipe) *lockfile.Lock {
		l, err := Lock(t.Context(), r, nil, opt)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	l := lock(r)
	if said := incomplete(t, r, l, store); said != "" {
		t.Fatal(said)
	}
	for name, want := range map[string]string{
		"libc6":      "missing: toolchain.base: libc6 (>= 2.36), which gcc 4:12.2.0-3 needs",
		"cpp":        "missing: toolchain.base: cpp | clang, which gcc 4:12.2.0-3 needs",
		"mawk":       "missing: toolchain.base: awk, which base-files 12.4 needs",
		"base-files": "missing: toolchain.pack: base-files, which is essential",
	} {
		if said := incomplete(t, r, without(t, l, name), store); !strings.Contains(said, want) {
			t.Errorf("without %s: %q", name, said)
		}
	}

	wide := a.recipe()
	wide.Toolchains[0].Packages = []string{"gcc", "gawk", "clang", "bmake"}
	wide.Toolchains[1].Packages = []string{"make"}
	more := lock(wide)
	for name, want := range map[string]string{
		"clang": "", "gawk": "", // other alternatives: something depends on them
		"bmake": "unused: toolchain.pack: bmake 1, which nothing there needs\n  conflict: toolchain.pack: bmake 1 and make 4.3-4 exclude each other",
	} {
		c := more.Content()
		t1 := &c.Toolchains[1]
		if name != "bmake" {
			t1 = &c.Toolchains[0]
			t1.Requested = slices.DeleteFunc(t1.Requested, func(n string) bool { return n == name })
		}
		if !slices.Contains(t1.Packages, name) {
			t1.Packages = append(t1.Packages, name)
		}
		asks := *wide
		asks.Toolchains = slices.Clone(wide.Toolchains)
		for i := range asks.Toolchains {
			asks.Toolchains[i].Packages = c.Toolchains[i].Requested
		}
		c.Recipe = asks.Digest()
		if said := incomplete(t, &asks, made(t, c), store); (want == "") != (said == "") || !strings.Contains(said, want) {
			t.Errorf("with %s: %q", name, said)
		}
	}
}

// TestProveClosedRPM does the same with a repository of RPM packages.
func TestProveClosedRPM(t *testing.T) {
	a := newRPMArchive(t)
	for _, by := range []string{recipe.ByRepomd, recipe.ByHeader} {
		r, l, store := provenRPM(t, a, by)
		if said := incomplete(t, r, l, store); said != "" {
			t.Fatal(said)
		}
		for _, p := range l.Content().Toolchains[0].Packages {
			if slices.Contains(r.Toolchains[0].Packages, p) {
				continue
			}
			want := map[string]string{"lib": "lib >= 1, which tool-1:2-1.noarch needs", "plugin": "(plugin if lib), which tool-1:2-1.noarch needs"}[p]
			if said := incomplete(t, r, without(t, l, p), store); want == "" || !strings.Contains(said, "missing: toolchain.base: "+want) {
				t.Errorf("%s: without %s: %q", by, p, said)
			}
		}
		for _, i := range l.Content().Distributions[0].Vouched[0].Indexes {
			if data := store[i.Digest]; strings.Contains(i.Path, "filelists") {
				delete(store, i.Digest)
				_, err := Prove(t.Context(), r, l, Evidence{Open: store.open, AsOf: time.Time{}})
				var untrusted *UntrustedError
				if !errors.As(err, &untrusted) {
					t.Errorf("%s: without %s: %v", by, i.Path, err)
				}
				store[i.Digest] = data
			}
		}
	}
}
