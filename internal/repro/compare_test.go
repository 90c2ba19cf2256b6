package repro

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// bench is a store, and the plans of an empty recipe in both environments:
// what Compare looks at is in the results.
type bench struct {
	*testing.T
	store         *store.Store
	first, second *plan.Plan
}

func newBench(t *testing.T) bench {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recipe.hcl"), []byte("recipe \"x\" {\n  version = \"1\"\n  source_date_epoch = 1\n}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := recipe.Load(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lockfile.New(lockfile.Content{Recipe: r.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	b := bench{T: t}
	if b.first, err = plan.New(r, l, plan.Standard(r)); err != nil {
		t.Fatal(err)
	}
	env, err := plan.Vary(r, plan.AxisNames(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if b.second, err = plan.New(r, l, env); err != nil {
		t.Fatal(err)
	}
	if b.store, err = store.Open(filepath.Join(dir, "store")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	return b
}

// entry is a file of a step's tree, or a link.
type entry struct {
	path, text, link string
	mode             int64
}

func (b bench) step(name string, entries ...entry) build.Step {
	b.Helper()
	var raw, canonical bytes.Buffer
	w := tar.NewWriter(&raw)
	for _, e := range entries {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: e.path, Mode: 0o644 | e.mode, Size: int64(len(e.text))}
		if e.link != "" {
			h = &tar.Header{Typeflag: tar.TypeSymlink, Name: e.path, Linkname: e.link, Mode: 0o777}
		}
		if err := w.WriteHeader(h); err != nil {
			b.Fatal(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	index, err := tree.Canonical(&raw, &canonical, 1)
	if err != nil {
		b.Fatal(err)
	}
	blob, err := b.store.Put(b.Context(), &canonical, digest.Digest(""), -1)
	if err != nil {
		b.Fatal(err)
	}
	return build.Step{Name: name, Kind: plan.KindPackage, Output: blob.Digest(), Size: blob.Size(), Tree: index.Digest()}
}

func (b bench) compare(first, second []build.Step) (Verdict, error) {
	return Compare(b.Context(), b.store, &build.Result{Plan: b.first, Steps: first}, &build.Result{Plan: b.second, Steps: second})
}

func TestCompare(t *testing.T) {
	b := newBench(t)
	same := func() build.Step { return b.step("a", entry{path: "f", text: "x"}, entry{path: "l", link: "f"}) }
	one := []build.Step{same()}
	for _, tt := range []struct {
		name          string
		first, second []build.Step
		paths         string // that differ in the last step
		equal         bool
	}{
		{"equal", one, []build.Step{same()}, "", true},
		{"nothing", nil, nil, "", true},
		{"content", one, []build.Step{b.step("a", entry{path: "f", text: "y"}, entry{path: "l", link: "f"})}, "f", false},
		{"mode", one, []build.Step{b.step("a", entry{path: "f", text: "x", mode: 0o111}, entry{path: "l", link: "f"})}, "f", false},
		{"link", one, []build.Step{b.step("a", entry{path: "f", text: "x"}, entry{path: "l", link: "g"})}, "l", false},
		{"type", one, []build.Step{b.step("a", entry{path: "f", text: "x"}, entry{path: "l", text: "f"})}, "l", false},
		{"a file less", one, []build.Step{b.step("a", entry{path: "f", text: "x"})}, "l", false},
		{"a file more", one, []build.Step{b.step("a", entry{path: "f", text: "x"}, entry{path: "g"}, entry{path: "l", link: "f"})}, "g", false},
		{"a step less", one, nil, "", false},
		{"a step more", nil, one, "", false},
		{"another step", []build.Step{same(), b.step("b", entry{path: "f", text: "x"})}, []build.Step{same(), b.step("b", entry{path: "f", text: "z"})}, "f", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := b.compare(tt.first, tt.second)
			var differ *DifferentError
			if errors.As(err, &differ) == tt.equal || err != nil && differ == nil || v.Reproducible != tt.equal {
				t.Fatalf("verdict %v, error %v", v.Reproducible, err)
			}
			var paths []string
			if n := len(v.Steps); n > 0 {
				if v.Steps[n-1].Equal != tt.equal {
					t.Errorf("step %+v", v.Steps[n-1])
				}
				for _, d := range v.Steps[n-1].Differences {
					paths = append(paths, d.Path)
				}
			}
			if got := strings.Join(paths, " "); got != tt.paths {
				t.Errorf("%q differ, want %q", got, tt.paths)
			}
		})
	}
}

// TestVaried: a verdict names everything that differed between the builds, and
// why the rest did not.
func TestVaried(t *testing.T) {
	b := newBench(t)
	v, err := b.compare(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range v.Varied {
		names = append(names, x.Name)
	}
	if diff := cmp.Diff(plan.AxisNames(), names); diff != "" {
		t.Error(diff)
	}
	if len(v.NotVaried) != 1 || v.NotVaried[0].Name != "machine" || !strings.Contains(v.NotVaried[0].Reason, "configure scripts") {
		t.Errorf("not varied: %+v", v.NotVaried)
	}
}

// TestHelpersAreNotCompared: the step that makes the second build's
// environment has no counterpart in the first, and canaries are to differ.
func TestHelpersAreNotCompared(t *testing.T) {
	b := newBench(t)
	helper := b.step("vary", entry{path: "vary.so"})
	helper.Kind = plan.KindVary
	if v, err := b.compare(nil, []build.Step{helper}); err != nil || len(v.Steps) != 0 {
		t.Errorf("got %+v, %v", v, err)
	}
}

// TestCorrupt: bytes that changed in the store are an error, not a difference.
func TestCorrupt(t *testing.T) {
	b := newBench(t)
	first, second := b.step("a", entry{path: "f", text: "x"}), b.step("a", entry{path: "f", text: "y"})
	name := filepath.Join(b.store.Dir(), "blobs", "sha256", second.Output.Encoded())
	if err := errors.Join(os.Remove(name), os.WriteFile(name, []byte("other"), 0o444)); err != nil {
		t.Fatal(err)
	}
	_, err := b.compare([]build.Step{first}, []build.Step{second})
	var bad *store.IntegrityError
	if !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

// TestEarlier: a good verdict is found again for these outputs only, whatever
// canaries saw.
func TestEarlier(t *testing.T) {
	b := newBench(t)
	canary := b.step("canary", entry{path: "seen", text: "now"})
	canary.Kind = plan.KindCanary
	first := &build.Result{Plan: b.first, Steps: []build.Step{b.step("a", entry{path: "f", text: "x"}), canary}}
	if _, ok := Earlier(b.store, first, b.second); ok {
		t.Error("there is a verdict before any check")
	}
	v, err := Compare(b.Context(), b.store, first, &build.Result{Plan: b.second, Steps: first.Steps[:1]})
	if err == nil {
		err = Remember(b.store, first, b.second, v)
	}
	if err != nil {
		t.Fatal(err)
	}
	first.Steps[1].Output = b.step("canary", entry{path: "seen", text: "later"}).Output
	if got, ok := Earlier(b.store, first, b.second); !ok || !got.Reproducible || len(got.Steps) != 1 {
		t.Errorf("got %+v, %v", got, ok)
	}
	first.Steps = []build.Step{b.step("a", entry{path: "f", text: "y"})}
	if _, ok := Earlier(b.store, first, b.second); ok {
		t.Error("a verdict counts for other outputs")
	}
}
