package commits

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// opened is a commit with a .gitmodules and a submodule in lib.
func opened(t *testing.T, st *store.Store, modules string) (*Opened, pins.Commit) {
	t.Helper()
	return openedWith(t, st, func(dir string) {
		if err := os.WriteFile(filepath.Join(dir, ".gitmodules"), []byte(modules), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

// openedWith is a commit with files that fill writes.
func openedWith(t *testing.T, st *store.Store, fill func(dir string)) (*Opened, pins.Commit) {
	t.Helper()
	dir := t.TempDir()
	archivetest.Git(t, dir, "init", "-q")
	fill(dir)
	archivetest.Git(t, dir, "add", ".")
	archivetest.Git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",lib")
	archivetest.Git(t, dir, "commit", "-q", "-m", "x")
	archivetest.Git(t, dir, "repack", "-q", "-a", "-d")
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatal(packs, err)
	}
	f, err := os.Open(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := git.ReadPack(t.Context(), f, git.SHA1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c := pins.Commit{Clone: "example.org.top.main.git", ID: archivetest.Git(t, dir, "rev-parse", "HEAD"), URLs: []string{"https://example.org/top/main.git"}, Submodules: true, Recipes: []string{"a"}}
	if _, err := Put(t.Context(), st, new(sync.Mutex), c, c.URLs[0], p); err != nil {
		t.Fatal(err)
	}
	o, err := Open(t.Context(), st, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o, c
}

func TestModules(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	section := func(path, url string) string {
		return "[submodule \"x\"]\n\tpath = " + path + "\n\turl = " + url + "\n"
	}
	for name, test := range map[string]struct{ text, clone, url, bad string }{
		"whole":     {section("lib", "https://Example.org:8080/a/b.git"), "example.org.8080.a.b.git", "https://example.org:8080/a/b.git", ""},
		"relative":  {section("lib", "../../b.git"), "example.org.b.git", "https://example.org/b.git", ""},
		"elsewhere": {section("other", "https://example.org/b.git"), "", "", ""},
		"ssh":       {section("lib", "ssh://example.org/b.git"), "", "", `submodule "lib": repositories are fetched over https, http and git, not ssh`},
		"short ssh": {section("lib", "git@example.org:b.git"), "", "", "submodule"},
		"file":      {section("lib", "/etc"), "", "", "not"},
		"params":    {section("lib", "https://example.org/b;protocol=file"), "", "", "reads the same way"},
		"itself":    {section("lib", "./../main.git"), "", "", "the repository itself"},
		"user":      {section("lib", "https://me@example.org/b"), "", "", "user"},
		"odd":       {"[submodule \"x\"]\n\tpath = \"a\\\n", "", "", "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			o, c := opened(t, st, test.text)
			list, err := Modules(o, c)
			switch {
			case test.bad != "":
				if err == nil || !strings.Contains(err.Error(), test.bad) || !strings.Contains(err.Error(), c.ID) {
					t.Errorf("%+v %v", list, err)
				}
			case err != nil:
				t.Error(err)
			case test.clone == "":
				if len(list) > 0 {
					t.Errorf("%+v", list)
				}
			case len(list) != 1 || list[0].Clone != test.clone || list[0].URLs[0] != test.url || !list[0].Submodules || list[0].ID != strings.Repeat("1", 40):
				t.Errorf("%+v", list)
			}
		})
	}
}

// TestOpenRefuses: a record that names another blob, and one that names none.
func TestOpenRefuses(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	o, c := opened(t, st, "")
	wrong := c
	wrong.ID = strings.Repeat("a", 40)
	if err := st.PutRecord(RecordCommit, wrong.ID, []byte(o.Content)); err != nil {
		t.Fatal(err)
	}
	var lie *Error
	if _, err := Open(t.Context(), st, wrong); !errors.As(err, &lie) || !strings.Contains(err.Error(), "no commit aaaa") {
		t.Errorf("another commit's blob: %v", err)
	}
	var none *store.NotFoundError
	wrong.ID = strings.Repeat("b", 40)
	if _, err := Open(t.Context(), st, wrong); !errors.As(err, &none) {
		t.Errorf("none: %v", err)
	}
}

// TestEachEnds: a chain of submodules that goes on and on is an error.
func TestEachEnds(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	_, c := opened(t, st, "[submodule \"x\"]\n\tpath = lib\n\turl = ../x/main.git\n")
	calls := 0
	err = Each(t.Context(), []pins.Commit{c}, func(ctx context.Context, _ pins.Commit) (*Opened, error) {
		calls++
		return Open(ctx, st, c)
	})
	if err == nil || !strings.Contains(err.Error(), "deeper than 8") || calls != maxDepth+1 {
		t.Errorf("%v after %d", err, calls)
	}
}

// TestSecondContent: what the lock or the store knows of a commit binds.
func TestSecondContent(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	o, c := opened(t, st, "")
	const none = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	locked, both := c, c
	locked.Content, both.Content = none, o.Content
	if _, err := Put(t.Context(), st, new(sync.Mutex), both, "x", o.List); err != nil {
		t.Errorf("the same again: %v", err)
	}
	var lie *Error
	if _, err := Put(t.Context(), st, new(sync.Mutex), locked, "x", o.List); !errors.As(err, &lie) {
		t.Errorf("other contents in the lock: %v", err)
	}
	if err := st.PutRecord(RecordCommit, c.ID, []byte(none)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []pins.Commit{c, both} {
		if _, err := Put(t.Context(), st, new(sync.Mutex), c, "x", o.List); !errors.As(err, &lie) || !strings.Contains(err.Error(), "other contents") {
			t.Errorf("other contents in the store: %v", err)
		}
	}
}
