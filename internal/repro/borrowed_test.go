package repro

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

const twoToolchains = `recipe "x" {
  version           = "1"
  source_date_epoch = 1
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys.gpg"
}

toolchain "c" {
  from     = distribution.debian
  packages = ["gcc"]
}

toolchain "plain" {
  from     = distribution.debian
  packages = ["busybox"]
}

package "x" {
  toolchain = toolchain.plain
  script    = "echo x > x"
  outputs   = { "x" = "x" }
}
`

// borrowing is a bench whose plans have a package in a toolchain without a
// compiler, beside one that has it.
func borrowing(t *testing.T) bench {
	t.Helper()
	b := newBench(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"recipe.hcl": twoToolchains, "keys.gpg": "keys"} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := recipe.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	deb := func(name string) lockfile.Deb {
		return lockfile.Deb{Name: name, Version: "1", Architecture: "amd64", Filename: "pool/" + name + ".deb", Digest: digest.FromString(name), Size: 9}
	}
	l, err := lockfile.New(lockfile.Content{
		Recipe: r.Digest(),
		Distributions: []lockfile.Distribution{{
			Address: "distribution.debian", Name: "debian", Suite: "bookworm", Architecture: "amd64", Components: []string{"main"},
			Vouched: []lockfile.Vouched{{
				Kind: lockfile.InRelease, Digest: digest.FromString("release"), Size: 9, Date: time.Unix(1700000000, 0).UTC(), Origin: "Debian",
				Suite: "oldstable", Codename: "bookworm", Keyring: digest.FromString("keys"), Signers: []string{strings.Repeat("AB", 20)},
				Indexes: []lockfile.Index{{Path: "main/binary-amd64/Packages.xz", Digest: digest.FromString("index"), Size: 9}},
				Debs:    []lockfile.Deb{deb("busybox"), deb("gcc")},
			}},
		}},
		Toolchains: []lockfile.Toolchain{
			{Address: "toolchain.c", From: "distribution.debian", Requested: []string{"gcc"}, Packages: []string{"gcc"}},
			{Address: "toolchain.plain", From: "distribution.debian", Requested: []string{"busybox"}, Packages: []string{"busybox"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	plans := func(axes ...string) *plan.Plan {
		env, err := plan.Vary(r, axes, 1)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.New(r, l, env)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	b.first, b.second = plans(), plans("kernel")
	return b
}

// TestBorrowed: a toolchain that is there only because the library is compiled
// in it is not compared; one that is there for no reason is a difference.
func TestBorrowed(t *testing.T) {
	b := borrowing(t)
	of := func(kind plan.Kind, name string) build.Step {
		s := b.step(name, entry{path: "f", text: name})
		s.Kind = kind
		return s
	}
	first := []build.Step{of(plan.KindToolchain, "toolchain.plain"), of(plan.KindPackage, "package.x")}
	compiler, vary := of(plan.KindToolchain, "toolchain.c"), of(plan.KindVary, "vary.distribution.debian")
	v, err := b.compare(first, append([]build.Step{compiler, vary}, first...))
	if err != nil || !v.Reproducible || len(v.Steps) != len(first) {
		t.Errorf("%+v, %v", v, err)
	}
	var differ *DifferentError
	if v, err := b.compare(first, append([]build.Step{compiler}, first...)); !errors.As(err, &differ) || len(v.Steps) != 3 || v.Steps[0].Equal {
		t.Errorf("without what is compiled in it: %+v, %v", v, err)
	}
	if _, err := b.compare(append([]build.Step{compiler}, first...), append([]build.Step{of(plan.KindToolchain, "toolchain.c"), vary}, first...)); err != nil {
		t.Errorf("in both builds: %v", err)
	}
}
