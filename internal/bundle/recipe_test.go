package bundle

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// files writes files below a directory; a name that ends in ! is executable.
func files(t *testing.T, dir string, texts map[string]string) {
	t.Helper()
	for name, text := range texts {
		clean := strings.TrimSuffix(name, "!")
		p := filepath.Join(dir, clean)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if clean != name {
			mode = 0o755
		}
		if err := os.WriteFile(p, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
}

var recipeFiles = map[string]string{
	"dom0/r.hcl": `
recipe "r" {
  source_date_epoch = 1
  lockfile          = "../locks/r.lock.hcl"
}
variable "greeting" { default = "hello" }
distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian.gpg"
}
toolchain "t" {
  from     = distribution.debian
  packages = ["busybox"]
}
source "patches" {
  local { path = "patches" }
}
package "p" {
  toolchain   = toolchain.t
  source      = source.patches
  script      = file("p.sh")
  environment = { NOTE = file("notes/note.txt"), GREETING = var.greeting }
  outputs     = ["x"]
}
module "guest" {
  source = "../shared"
  from   = toolchain.t
}
`,
	"dom0/p.sh":                 "true\n",
	"dom0/notes/note.txt":       "note\n",
	"dom0/keys/debian.gpg":      "a key",
	"dom0/patches/apply!":       "#!/bin/sh\n",
	"dom0/patches/series/1.txt": "one\n",
	"dom0/unrelated.txt":        "not part of it\n",
	"shared/m.hcl": `
variable "from" {}
package "q" {
  toolchain = var.from
  script    = templatefile("q.tmpl", { word = "yes" })
  outputs   = ["y"]
}
`,
	"shared/q.tmpl": "echo ${word}\n",
}

func loadRecipe(t *testing.T, vars map[string]string) (*recipe.Recipe, File) {
	t.Helper()
	dir := t.TempDir()
	files(t, dir, recipeFiles)
	r, err := recipe.Load(filepath.Join(dir, "dom0"), vars)
	if err != nil {
		t.Fatal(err)
	}
	l, err := lockfile.New(lockfile.Content{Recipe: r.Digest()})
	if err != nil {
		t.Fatal(err)
	}
	return r, File{"r.lock.hcl", l.Format()}
}

// TestRecipeTravels carries a recipe with a module beside it, keys, scripts and
// local sources, and loads it on the other side.
func TestRecipeTravels(t *testing.T) {
	vars := map[string]string{"greeting": "hi"}
	r, lock := loadRecipe(t, vars)
	x, texts, err := Collect(r, vars, lock, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range x.Files {
		if strings.Contains(f.Path, "unrelated") {
			t.Error("a file goes along that is not part of the recipe")
		}
		if f.Exec != strings.HasSuffix(f.Path, "/apply") {
			t.Errorf("%s: executable %v", f.Path, f.Exec)
		}
	}
	if x.Dir != "dom0" || len(x.Files) != 9 {
		t.Errorf("%+v", x)
	}
	f := fixture{T: t, store: openStore(t), locks: []File{lock}}
	m, err := Describe(Content{Name: "r", Serial: 1, Locks: f.locks, Recipes: []Recipe{x}})
	if err != nil {
		t.Fatal(err)
	}
	w := f.writing(m)
	w.Texts = texts
	file := tempFile(t)
	if err := w.Write(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	there := openStore(t)
	if err := imported(t, there, f.read(contentOf(t, file))); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "new")
	content := func(f RecipeFile) ([]byte, error) { return readAll(t, there, f.Digest), nil }
	for range 2 { // what is there already stays
		if err := m.Recipes[0].Place(to, content); err != nil {
			t.Fatal(err)
		}
	}
	again, err := recipe.Load(filepath.Join(to, "r", "dom0"), m.Recipes[0].Variables)
	if err != nil || again.Digest() != r.Digest() {
		t.Errorf("another recipe came over: %v", err)
	}
	if got, err := os.ReadFile(again.Lockfile); err != nil || digest.FromBytes(got) != m.Locks[0].Digest {
		t.Errorf("another lock came over: %v", err)
	}
}

// TestCollectSaysWhatIsMissing reads a file whose name is made up.
func TestCollectSaysWhatIsMissing(t *testing.T) {
	r, lock := loadRecipe(t, nil)
	p := filepath.Join(r.Dir, "r.hcl")
	text := strings.Replace(recipeFiles["dom0/r.hcl"], `file("notes/note.txt")`, `file("notes/${"no"}te.txt")`, 1)
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := recipe.Load(r.Dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Collect(r, nil, lock, nil); !errors.Is(err, errLeftOut) {
		t.Fatalf("got %v", err)
	}
	if _, _, err := Collect(r, nil, lock, []string{"notes/note.txt"}); err != nil {
		t.Error(err)
	}
}

// TestPlaceStaysInside writes where links lead out, and where files are.
func TestPlaceStaysInside(t *testing.T) {
	text := []byte("new")
	x := Recipe{Name: "r", Files: []RecipeFile{{Path: "a/b", Digest: digest.FromBytes(text), Size: 3}}}
	content := func(RecipeFile) ([]byte, error) { return text, nil }
	for name, prepare := range map[string]func(dir, outside string) error{
		"link in place of the tree": func(dir, outside string) error { return os.Symlink(outside, filepath.Join(dir, "r")) },
		"link in place of a directory": func(dir, outside string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "r"), 0o755), os.Symlink(outside, filepath.Join(dir, "r/a")))
		},
		"relative link that leads out": func(dir, outside string) error {
			return os.Symlink("../"+filepath.Base(outside), filepath.Join(dir, "r"))
		},
		"link in place of the file": func(dir, outside string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "r/a"), 0o755), os.Symlink(filepath.Join(outside, "b"), filepath.Join(dir, "r/a/b")))
		},
		"file in place of a directory": func(dir, outside string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, "r"), 0o755), os.WriteFile(filepath.Join(dir, "r/a"), nil, 0o644))
		},
		"directory in place of the file": func(dir, outside string) error { return os.MkdirAll(filepath.Join(dir, "r/a/b"), 0o755) },
		"file with another content": func(dir, outside string) error {
			return errors.Join(os.MkdirAll(filepath.Join(dir, "r/a"), 0o755), os.WriteFile(filepath.Join(dir, "r/a/b"), []byte("old"), 0o644))
		},
	} {
		parent := t.TempDir()
		dir, outside := filepath.Join(parent, "dir"), filepath.Join(parent, "outside")
		if err := errors.Join(os.Mkdir(dir, 0o755), os.Mkdir(outside, 0o755), prepare(dir, outside)); err != nil {
			t.Fatal(err)
		}
		if err := x.Place(dir, content); err == nil {
			t.Errorf("%s: it was written", name)
		}
		if list, err := os.ReadDir(outside); err != nil || len(list) != 0 {
			t.Errorf("%s: outside there is %v: %v", name, list, err)
		}
	}
}
