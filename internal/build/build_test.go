package build

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

const testRecipe = `
recipe "small" {
  version           = "1"
  source_date_epoch = 1735689600
}
distribution "debian" {
  suite   = "bookworm"
  keyring = "keys.gpg"
}
toolchain "base" {
  from     = distribution.debian
  packages = ["gcc"]
}
package "kernel" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["boot/vmlinuz", "lib/"]
}
package "tool" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["tool"]
}
`

const testImage = `
image "small" {
  toolchain = toolchain.base
  packages  = [package.kernel, package.tool]
  format    = ["initramfs"]
}
`

// newPlan plans a recipe of this text, with one pinned package.
func newPlan(t *testing.T, text string) *plan.Plan {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"recipe.hcl": text, "keys.gpg": "keys"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := recipe.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lockfile.New(lockfile.Content{
		Recipe: r.Digest(),
		Distributions: []lockfile.Distribution{{
			Address: "distribution.debian", Name: "debian", Suite: "bookworm", Architecture: "amd64", Components: []string{"main"},
			Vouched: []lockfile.Vouched{{
				Kind: lockfile.InRelease, Digest: digest.FromString("release"), Size: 7, Date: time.Unix(1700000000, 0).UTC(), Origin: "Debian",
				Suite: "oldstable", Codename: "bookworm", Keyring: digest.FromString("keys"), Signers: []string{strings.Repeat("AB", 20)},
				Indexes: []lockfile.Index{{Path: "main/binary-amd64/Packages.xz", Digest: digest.FromString("index"), Size: 5}},
				Debs: []lockfile.Deb{{Name: "gcc", Version: "12", Architecture: "amd64", Filename: "pool/gcc.deb",
					Digest: digest.FromString("gcc"), Size: 3}},
			}},
		}},
		Toolchains: []lockfile.Toolchain{{Address: "toolchain.base", From: "distribution.debian", Requested: []string{"gcc"}, Packages: []string{"gcc"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.New(r, l, plan.Standard(r))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// outcome is a plan whose steps have these trees, path by path.
type outcome struct {
	*Result
	store *store.Store
}

func newOutcome(t *testing.T, p *plan.Plan, trees map[string]map[string]string) outcome {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	res := &Result{Plan: p}
	for _, s := range p.Steps() {
		files, ok := trees[s.Name]
		if !ok {
			continue
		}
		var canonical bytes.Buffer
		index, err := tree.Canonical(bytes.NewReader(tarOf(t, files)), &canonical, 1735689600)
		if err != nil {
			t.Fatal(err)
		}
		blob, err := st.Put(t.Context(), &canonical, "", -1)
		if err != nil {
			t.Fatal(err)
		}
		res.Steps = append(res.Steps, Step{Name: s.Name, Kind: s.Kind, Digest: s.Digest, Output: blob.Digest(), Size: blob.Size(), Tree: index.Digest()})
	}
	return outcome{res, st}
}

func tarOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, text := range files {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTargets(t *testing.T) {
	packages, image := newPlan(t, testRecipe), newPlan(t, testRecipe+testImage)
	twice := newPlan(t, testRecipe+strings.Replace(testImage, `image "small"`, `image "tool"`, 1))
	for _, tt := range []struct {
		name string
		plan *plan.Plan
		ask  []string
		want string // addresses, or part of the error
	}{
		{"all packages", packages, nil, "package.kernel package.tool"},
		{"all images", image, nil, "image.small"},
		{"by label", image, []string{"tool"}, "package.tool"},
		{"by address", image, []string{"package.tool", "image.small"}, "package.tool image.small"},
		{"twice the same", image, []string{"tool", "package.tool"}, "package.tool"},
		{"nobody", image, []string{"nobody"}, `the recipe has no target "nobody"`},
		{"a toolchain", image, []string{"toolchain.base"}, `the recipe has no target "toolchain.base"`},
		{"several", twice, []string{"tool"}, `"tool" is image.tool and package.tool`},
		{"one of several", twice, []string{"image.tool"}, "image.tool"},
		{"one directory", twice, []string{"image.tool", "package.tool"}, "image.tool and package.tool would be exported to the same directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			targets, err := Targets(tt.plan, tt.ask)
			var bad *TargetError
			if err != nil && (!errors.As(err, &bad) || bad.Hint() == "") {
				t.Errorf("error %v is not a *TargetError with a hint", err)
			}
			got := fmt.Sprint(err)
			if err == nil {
				var names []string
				for _, target := range targets {
					names = append(names, string(target.Address))
				}
				got = strings.Join(names, " ")
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestStepsOf(t *testing.T) {
	targets, err := Targets(newPlan(t, testRecipe+testImage), []string{"image.small", "tool"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"image.small.initramfs", "package.kernel", "package.tool"}
	if diff := cmp.Diff(want, StepsOf(targets)); diff != "" {
		t.Error(diff)
	}
}

func TestDeclaredBy(t *testing.T) {
	outputs := []recipe.Output{{Path: "usr/bin/x"}, {Path: "lib/"}, {Path: "share/", From: "doc/"}, {Path: "boot/xen.gz", From: "xen.gz"}}
	for name, want := range map[string]int{
		"usr/bin/x": 0, "usr/bin/xy": -1, "usr/bin": -1, "usr/bin/x/y": -1,
		"lib": 1, "lib/a": 1, "lib/a/b": 1, "library": -1,
		"share/a": 2, "shared": -1, "boot/xen.gz": 3, "boot/xen.gz.sig": -1,
	} {
		if got := declaredBy(outputs, name); got != want {
			t.Errorf("%s belongs to output %d, want %d", name, got, want)
		}
	}
}

func TestDeclared(t *testing.T) {
	step := plan.Step{Name: "package.x", Outputs: []recipe.Output{{Path: "a"}, {Path: "d/"}}}
	file := func(p string) tree.Entry { return tree.Entry{Path: p, Type: tree.Regular} }
	dir := func(p string) tree.Entry { return tree.Entry{Path: p, Type: tree.Directory} }
	for _, tt := range []struct {
		name                string
		index               tree.Index
		missing, undeclared []string
	}{
		{"all", tree.Index{file("a"), dir("d"), file("d/x")}, nil, nil},
		{"an empty directory", tree.Index{file("a"), dir("d")}, nil, nil},
		{"missing", tree.Index{file("a")}, []string{"d/"}, nil},
		{"undeclared", tree.Index{file("a"), dir("d"), dir("e"), file("e/x"), {Path: "l", Type: tree.Symlink}}, nil, []string{"e/x", "l"}},
		{"nothing", nil, []string{"a", "d/"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := declared(step, tt.index)
			var bad *OutputError
			if errors.As(err, &bad) != (tt.missing != nil || tt.undeclared != nil) {
				t.Fatalf("got %v", err)
			}
			if bad != nil && (!slices.Equal(bad.Missing, tt.missing) || !slices.Equal(bad.Undeclared, tt.undeclared)) {
				t.Errorf("missing %v, undeclared %v", bad.Missing, bad.Undeclared)
			}
		})
	}
}
