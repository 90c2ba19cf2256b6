package commit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

func machine(t *testing.T) *Machine {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &Machine{Store: st, Client: &fetch.Client{Waits: []time.Duration{}}}
}

func pinned(url, id string) pins.Commit {
	return pins.Commit{Clone: "example.org.x", ID: id, URLs: []string{url}, Recipes: []string{"a"}}
}

// counting serves repositories below a directory and counts requests.
func counting(t *testing.T, root string) (url string, requests *atomic.Int64) {
	t.Helper()
	h, err := archivetest.GitServer(root)
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

// TestFetch: a commit comes once; what the store has wrong comes again.
func TestFetch(t *testing.T) {
	root := t.TempDir()
	archivetest.Git(t, root, "init", "-q", "-b", "main", "x")
	dir := filepath.Join(root, "x")
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	archivetest.Git(t, dir, "add", ".")
	archivetest.Git(t, dir, "commit", "-q", "-m", "one")
	archivetest.Git(t, dir, "tag", "v1")
	url, requests := counting(t, root)
	m := machine(t)
	c := pinned(url+"/x/.git", archivetest.Git(t, dir, "rev-parse", "HEAD"))
	c.Tags = []string{"v1"}
	bring := func(fresh bool) Got {
		t.Helper()
		got, err := m.Fetch(t.Context(), []pins.Commit{c})
		if err != nil || len(got) != 1 || got[0].Fresh != fresh {
			t.Fatalf("%+v %v", got, err)
		}
		return got[0]
	}
	first := bring(true)
	asked := requests.Load()
	if again := bring(false); again.Content != first.Content || requests.Load() != asked {
		t.Errorf("%+v after %+v, and %d requests more", again, first, requests.Load()-asked)
	}
	if err := m.Store.PutRecord(commits.RecordCommit, c.ID, []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	bring(true)
	blob := filepath.Join(m.Store.Dir(), "blobs", "sha256", first.Content.Encoded())
	if err := errors.Join(os.Chmod(blob, 0o644), os.WriteFile(blob, []byte("blob 1\x00x"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if again := bring(true); again.Content != first.Content {
		t.Errorf("%s, first %s", again.Content, first.Content)
	}
	c.Tags = []string{"v1", "v2"}
	var wrong *commits.Error
	if _, err := m.Fetch(t.Context(), []pins.Commit{c}); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "there is no tag v2") {
		t.Errorf("a tag that is not there: %v", err)
	}
}

// liar serves a repository whose only answer is a pack.
func liar(t *testing.T, pack []byte) string {
	t.Helper()
	line := func(text string) string { return fmt.Sprintf("%04x%s", len(text)+4, text) }
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			io.WriteString(w, line("version 2\n")+line("ls-refs\n")+line("fetch=shallow\n")+"0000")
			return
		}
		io.WriteString(w, line("packfile\n")+line("\x01"+string(pack))+"0000")
	}))
	t.Cleanup(s.Close)
	return s.URL
}

type object struct {
	kind    git.Kind
	content string
}

func packed(t *testing.T, objects ...object) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := git.NewPackWriter(&b, git.SHA1, len(objects))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if _, err := w.Add(o.kind, []byte(o.content)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostile: whatever a server sends that is not the commit is a
// *commits.Error with its place, asked for once, and nothing is kept.
func TestHostile(t *testing.T) {
	const who = " A <a@example.org> 1735689600 +0000\n"
	name := func(o object) string { return string(git.Name(git.SHA1, o.kind, []byte(o.content))) }
	blob := object{git.BlobKind, "text"}
	tree := object{git.TreeKind, "100644 a.txt\x00"}
	raw := git.Name(git.SHA1, blob.kind, []byte(blob.content))
	for i := 0; i < len(raw); i += 2 {
		var b byte
		fmt.Sscanf(string(raw[i:i+2]), "%02x", &b)
		tree.content += string([]byte{b})
	}
	commit := object{git.CommitKind, "tree " + name(tree) + "\nauthor" + who + "committer" + who + "\nx\n"}
	other := object{git.CommitKind, commit.content + "y"}
	good := packed(t, commit, tree, blob)
	flipped := bytes.Clone(good)
	flipped[len(flipped)-30] ^= 1
	for what, test := range map[string]struct {
		pack []byte
		want string
	}{
		"another commit":  {packed(t, other, tree, blob), "there is no commit " + name(commit)},
		"a missing file":  {packed(t, commit, tree), `"a.txt" in the tree there is no blob ` + name(blob)},
		"a missing tree":  {packed(t, commit, blob), "there is no tree " + name(tree)},
		"another file":    {packed(t, commit, tree, object{git.BlobKind, "TEXT"}), `"a.txt"`},
		"nothing":         {packed(t), "there is no commit"},
		"a flipped bit":   {flipped, "reading a pack"},
		"no pack":         {[]byte("PACKAGE, but of something else entirely"), "reading a pack"},
		"a file of a tag": {packed(t, object{git.TagKind, "x"}), "there is no commit"},
	} {
		t.Run(what, func(t *testing.T) {
			m, url := machine(t), liar(t, test.pack)
			_, err := m.Fetch(t.Context(), []pins.Commit{pinned(url, name(commit))})
			var wrong *commits.Error
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) || wrong.From != url {
				t.Errorf("%v, want %q", err, test.want)
			}
			if infos, err := m.Store.List(t.Context()); err != nil || len(infos) > 0 {
				t.Errorf("kept %v, %v", infos, err)
			}
		})
	}
	m := machine(t)
	if _, err := m.Fetch(t.Context(), []pins.Commit{pinned(liar(t, good), name(commit))}); err != nil {
		t.Errorf("the right pack: %v", err)
	}
	two := pinned(liar(t, packed(t, other)), name(commit))
	two.URLs = append(two.URLs, liar(t, good))
	if _, err := machine(t).Fetch(t.Context(), []pins.Commit{two}); err != nil {
		t.Errorf("the second server is right: %v", err)
	}
}
