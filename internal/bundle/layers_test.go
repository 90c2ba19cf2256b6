package bundle

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// layered is a store with a file and a commit, whose submodule is there too,
// and the lock that pins the two.
type layered struct {
	fixture
	lock     *pins.Lock
	top, sub pins.Commit
}

func newLayered(t *testing.T) layered {
	t.Helper()
	f := layered{fixture: fixture{T: t, store: openStore(t)}}
	f.sub = f.commit("sub", func(string) {})
	f.top = f.commit("main", func(dir string) {
		text := "[submodule \"x\"]\n\tpath = lib\n\turl = ../sub.git\n"
		if err := os.WriteFile(filepath.Join(dir, ".gitmodules"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		archivetest.Git(t, dir, "add", ".")
		archivetest.Git(t, dir, "update-index", "--add", "--cacheinfo", "160000,"+f.sub.ID+",lib")
	})
	f.top.Branches, f.top.Tags, f.top.Submodules = []string{"main"}, []string{"v1"}, true
	for _, r := range []Record{{commits.RecordTag, commits.TagKey(f.top.Clone, "v1"), f.top.ID},
		{commits.RecordBranch, commits.BranchKey(f.top.Clone, "main", f.top.ID), f.top.ID}} {
		if err := f.store.PutRecord(r.Kind, r.Key, []byte(r.Data)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.store.Put(t.Context(), strings.NewReader("a source"), "", -1)
	if err != nil {
		t.Fatal(err)
	}
	f.lock, err = pins.New(pins.Lock{BitBake: "2.18", Commits: []pins.Commit{f.top},
		Files: []pins.File{{Name: "a.tar", Digest: b.Digest(), URLs: []string{"https://example.org/a.tar"}, Recipes: []string{"a"}}}})
	if err != nil {
		t.Fatal(err)
	}
	f.locks = []File{{"yocto.lock", f.lock.Format()}}
	return f
}

// commit puts a commit of a new repository into the store.
func (f layered) commit(name string, fill func(dir string)) pins.Commit {
	f.Helper()
	dir := f.TempDir()
	archivetest.Git(f.T, dir, "init", "-q")
	if err := os.WriteFile(filepath.Join(dir, "x.txt"), []byte(name), 0o644); err != nil {
		f.Fatal(err)
	}
	archivetest.Git(f.T, dir, "add", ".")
	fill(dir)
	archivetest.Git(f.T, dir, "commit", "-q", "-m", name)
	archivetest.Git(f.T, dir, "repack", "-q", "-a", "-d")
	packs, err := filepath.Glob(filepath.Join(dir, ".git/objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		f.Fatal(packs, err)
	}
	file, err := os.Open(packs[0])
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	p, err := git.ReadPack(f.Context(), file, git.SHA1)
	if err != nil {
		f.Fatal(err)
	}
	defer p.Close()
	c := pins.Commit{Clone: "example.org." + name + ".git", ID: archivetest.Git(f.T, dir, "rev-parse", "HEAD"),
		URLs: []string{"https://example.org/" + name + ".git"}, Recipes: []string{"a"}}
	if _, err := commits.Put(f.Context(), f.store, new(sync.Mutex), c, c.URLs[0], p); err != nil {
		f.Fatal(err)
	}
	return c
}

func (f layered) manifest(serial int64, has ...digest.Digest) Manifest {
	f.Helper()
	of, err := Follow(f.Context(), FromStore{f.store}, f.lock)
	if err != nil {
		f.Fatal(err)
	}
	m, err := Describe(Content{Name: "y", Serial: serial, Locks: f.locks, Layers: map[string]*Layers{"yocto.lock": of},
		Has: func(d digest.Digest) bool { return slices.Contains(has, d) }})
	if err != nil {
		f.Fatal(err)
	}
	return m
}

func TestLayersRoundTrip(t *testing.T) {
	f := newLayered(t)
	m := f.manifest(1)
	if len(m.Blobs) != 3 || len(m.Records) != 4 || m.Locks[0].Kind != KindLayers {
		t.Fatalf("%+v", m)
	}
	b := f.read(f.write(m))
	there := openStore(t)
	if err := imported(t, there, b); err != nil {
		t.Fatal(err)
	}
	again, err := Follow(t.Context(), FromStore{there}, f.lock)
	if err != nil || len(again.Blobs) != 3 || len(again.Commits) != 2 {
		t.Errorf("%+v %v", again, err)
	}
	for _, part := range f.parts(f.manifest(2), 10000) {
		b, err := opened(t, part)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Import(t.Context(), there, b, silent); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLayersForged: whoever signs cannot leave out what a lock needs, nor say
// more than it does.
func TestLayersForged(t *testing.T) {
	f := newLayered(t)
	foreign := f.commit("foreign", func(string) {})
	content := func(c pins.Commit) digest.Digest {
		d, err := commits.Content(f.store, c)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	without := func(m *Manifest, kind, key string) {
		m.Records = slices.DeleteFunc(slices.Clone(m.Records), func(r Record) bool { return r.Kind == kind && r.Key == key })
	}
	for name, c := range map[string]struct {
		change func(m *Manifest)
		want   string
	}{
		"no submodule": {func(m *Manifest) {
			without(m, commits.RecordCommit, f.sub.ID)
			m.Blobs = slices.DeleteFunc(slices.Clone(m.Blobs), func(b Blob) bool { return b.Digest == content(f.sub) })
		}, "git-commit/" + f.sub.ID},
		"no record": {func(m *Manifest) { without(m, commits.RecordCommit, f.sub.ID) }, "git-commit/" + f.sub.ID},
		"no tag":    {func(m *Manifest) { without(m, commits.RecordTag, commits.TagKey(f.top.Clone, "v1")) }, "git-tag/"},
		"a record more": {func(m *Manifest) {
			m.Records = append(slices.Clone(m.Records), Record{commits.RecordTag, "z z", f.top.ID})
		}, "not that of its locks"},
		"another blob": {func(m *Manifest) {
			m.Records = slices.Clone(m.Records)
			for i, r := range m.Records {
				if r.Key == f.sub.ID {
					m.Records[i].Data = string(content(f.top))
				}
			}
		}, "no commit"},
		"a blob more": {func(m *Manifest) {
			b, err := f.store.Get(t.Context(), content(foreign))
			if err != nil {
				t.Fatal(err)
			}
			m.Blobs = append(slices.Clone(m.Blobs), Blob{b.Digest(), b.Size(), "x", true})
			slices.SortFunc(m.Blobs, func(a, b Blob) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
		}, "not that of its locks"},
		"no kind": {func(m *Manifest) { m.Locks = []Lock{{m.Locks[0].Name, "", m.Locks[0].Digest, m.Locks[0].Size, ""}} }, "not that of its locks"},
	} {
		t.Run(name, func(t *testing.T) {
			m := f.manifest(1)
			c.change(&m)
			data := f.write(m)
			var wrong *Error
			if _, err := opened(t, data); !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("verified: %v", err)
			}
			b, err := open(data)
			if err != nil {
				t.Fatal(err)
			}
			there := openStore(t)
			if err := imported(t, there, b); !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("imported: %v", err)
			}
			holdsNothing(t, there)
		})
	}
}

// TestLayersRecords: a manifest does not speak of more than commits.
func TestLayersRecords(t *testing.T) {
	f := newLayered(t)
	for name, r := range map[string]Record{
		"kind":    {"lock", "x", "/etc"},
		"commit":  {commits.RecordCommit, "x", string(digest.FromString("x"))},
		"digest":  {commits.RecordCommit, f.top.ID, "md5:x"},
		"nowhere": {commits.RecordCommit, strings.Repeat("0", 40), string(digest.FromString("x"))},
		"tag":     {commits.RecordTag, "a v1", "main"},
		"branch":  {commits.RecordBranch, "a main x", "perhaps"},
		"control": {commits.RecordTag, "a\nv1", f.top.ID},
		"long":    {commits.RecordTag, strings.Repeat("a", 2000), f.top.ID},
	} {
		m := f.manifest(1)
		m.Records = []Record{r}
		if _, err := m.Format(); err == nil {
			t.Errorf("%s: %+v was accepted", name, r)
		}
	}
}

// TestLayersSecondContent: what the store knows of a commit is not replaced.
func TestLayersSecondContent(t *testing.T) {
	f := newLayered(t)
	b := f.read(f.write(f.manifest(1)))
	there := openStore(t)
	other, err := there.Put(t.Context(), strings.NewReader("other objects of the same name"), "", -1)
	if err != nil {
		t.Fatal(err)
	}
	if err := there.PutRecord(commits.RecordCommit, f.sub.ID, []byte(other.Digest())); err != nil {
		t.Fatal(err)
	}
	var wrong *Error
	if err := imported(t, there, b); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "other contents") {
		t.Fatal(err)
	}
	infos, err := there.List(t.Context())
	if err != nil || len(infos) != 1 {
		t.Errorf("it has %v: %v", infos, err)
	}
	proven := openStore(t)
	key := commits.BranchKey(f.top.Clone, "main", f.top.ID)
	if err := proven.PutRecord(commits.RecordBranch, key, []byte(f.sub.ID)); err != nil {
		t.Fatal(err)
	}
	if err := f.store.PutRecord(commits.RecordBranch, key, []byte(commits.NotProven)); err != nil {
		t.Fatal(err)
	}
	if err := imported(t, proven, f.read(f.write(f.manifest(2)))); err != nil {
		t.Fatal(err)
	}
	if had, err := proven.Record(commits.RecordBranch, key); err != nil || string(had) != f.sub.ID {
		t.Errorf("a branch that was proven is %q: %v", had, err)
	}
}

// TestLayersBase: what is left out is looked into where it is, on the other
// side.
func TestLayersBase(t *testing.T) {
	f := newLayered(t)
	var all []digest.Digest
	for _, b := range f.manifest(1).Blobs {
		all = append(all, b.Digest)
	}
	b := f.read(f.write(f.manifest(2, all...)))
	var missing *MissingError
	there := openStore(t)
	if err := imported(t, there, b); !errors.As(err, &missing) || len(missing.Missing) != 3 {
		t.Errorf("%v", err)
	}
	if err := imported(t, there, f.read(f.write(f.manifest(1)))); err != nil {
		t.Fatal(err)
	}
	if err := imported(t, there, b); err != nil {
		t.Error(err)
	}
	m := f.manifest(3, all...)
	m.Records = append(slices.Clone(m.Records), Record{commits.RecordTag, "z z", f.top.ID})
	var wrong *Error
	if err := imported(t, there, f.read(f.write(m))); !errors.As(err, &wrong) {
		t.Errorf("a record more, where nobody but the other side can look: %v", err)
	}
	var gone *store.NotFoundError
	if _, err := Follow(t.Context(), FromStore{openStore(t)}, f.lock); !errors.As(err, &gone) {
		t.Errorf("nothing was fetched: %v", err)
	}
}
