package upstream

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/store"
)

var now = time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)

// newMachine has an empty store.
func newMachine(t testing.TB) *Machine {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &Machine{Store: s, Client: &fetch.Client{Waits: []time.Duration{}}, Now: now, Progress: progress.None{}}
}

// files are what a tree holds: by name "mode content-or-link".
func files(t testing.TB, m *Machine, tree *lockfile.Tree) map[string]string {
	t.Helper()
	blob, err := m.Store.Get(t.Context(), tree.Digest)
	if err != nil {
		t.Fatal(err)
	}
	r, err := blob.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	found := map[string]string{}
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		found[h.Name] = fmt.Sprintf("%o %s%s", h.Mode, h.Linkname, b)
	}
}

// gitSite is a directory of repositories and the address where it is served.
type gitSite struct {
	t         testing.TB
	root, url string
}

func newSite(t testing.TB) *gitSite {
	t.Helper()
	root := t.TempDir()
	h, err := archivetest.GitServer(root)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &gitSite{t, root, s.URL}
}

// commit makes a commit of files in a repository, which is made when it is not there.
func (g *gitSite) commit(name string, texts map[string]string) (commit string) {
	g.t.Helper()
	dir := filepath.Join(g.root, name)
	if _, err := os.Stat(dir); err != nil {
		archivetest.Git(g.t, g.root, "init", "-q", "-b", "main", name)
	}
	for file, text := range texts {
		file = filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			g.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			g.t.Fatal(err)
		}
	}
	archivetest.Git(g.t, dir, "add", ".")
	archivetest.Git(g.t, dir, "commit", "-q", "--allow-empty", "-m", "change")
	return archivetest.Git(g.t, dir, "rev-parse", "HEAD")
}

func (g *gitSite) run(name string, args ...string) string {
	g.t.Helper()
	return archivetest.Git(g.t, filepath.Join(g.root, name), args...)
}

func (g *gitSite) source(name string, edit func(*recipe.Git)) recipe.Source {
	s := recipe.Source{Address: "source.x", Name: "x", Git: &recipe.Git{URL: g.url + "/" + name + "/.git"}}
	edit(s.Git)
	return s
}

func mustPin(t testing.TB, m *Machine, s recipe.Source) *lockfile.Tree {
	t.Helper()
	pin, err := m.Pin(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return pin
}

// TestGitTag pins a tag, brings it on another machine, and after the tag moved.
func TestGitTag(t *testing.T) {
	g := newSite(t)
	first := g.commit("x", map[string]string{"a.txt": "one\n", "dir/b.txt": "two\n"})
	g.run("x", "tag", "-a", "-m", "first", "v1")
	s := g.source("x", func(c *recipe.Git) { c.Tag = "v1" })
	m := newMachine(t)
	pin := mustPin(t, m, s)
	if pin.Pinned != first || len(pin.Parts) != 3 {
		t.Errorf("pinned %+v, want commit %s and three parts", pin, first)
	}
	if got := files(t, m, pin); len(got) != 3 || got["a.txt"] != "644 one\n" || got["dir/b.txt"] != "644 two\n" {
		t.Errorf("the tree holds %v", got)
	}
	other := newMachine(t)
	if err := other.Bring(t.Context(), s, pin); err != nil {
		t.Fatal(err)
	}
	files(t, other, pin)
	g.commit("x", map[string]string{"a.txt": "three\n"})
	g.run("x", "tag", "-f", "-a", "-m", "moved", "v1")
	var moved *MovedError
	if err := newMachine(t).Bring(t.Context(), s, pin); !errors.As(err, &moved) {
		t.Errorf("a moved tag gives %v", err)
	}
	if err := other.Bring(t.Context(), s, pin); err != nil {
		t.Errorf("what is there is brought: %v", err)
	}
	if again := mustPin(t, m, s); again.Pinned == first {
		t.Error("pinning anew does not follow the tag")
	}
}

// TestGitAltered has a lock that names other bytes, and a store that is corrupt.
func TestGitAltered(t *testing.T) {
	g := newSite(t)
	c := g.commit("x", map[string]string{"a.txt": "one\n"})
	s := g.source("x", func(r *recipe.Git) { r.Commit = c })
	m := newMachine(t)
	pin := mustPin(t, m, s)
	for name, edit := range map[string]func(*lockfile.Tree){
		"digest": func(p *lockfile.Tree) { p.Digest = p.Index },
		"size":   func(p *lockfile.Tree) { p.Size++ },
		"tree":   func(p *lockfile.Tree) { p.Index = p.Digest },
		"part":   func(p *lockfile.Tree) { p.Parts = []lockfile.Part{{Path: "commit", Digest: p.Digest, Size: 1}} },
	} {
		bad := *pin
		edit(&bad)
		fresh := newMachine(t)
		var wrong *store.IntegrityError
		if err := fresh.Bring(t.Context(), s, &bad); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	blob := filepath.Join(m.Store.Dir(), "blobs/sha256", pin.Digest.Encoded())
	if err := os.Chmod(blob, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(blob, []byte("wrong"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := m.Bring(t.Context(), s, pin); err != nil {
		t.Fatal(err)
	}
	if got := files(t, m, pin); got["a.txt"] != "644 one\n" {
		t.Errorf("the healed tree holds %v", got)
	}
}

func TestGitMissing(t *testing.T) {
	g := newSite(t)
	g.commit("x", map[string]string{"a.txt": "one\n"})
	m := newMachine(t)
	var unknown *resolve.UnknownError
	if _, err := m.Pin(t.Context(), g.source("x", func(c *recipe.Git) { c.Tag = "v9" })); !errors.As(err, &unknown) || strings.Contains(err.Error(), "tried") {
		t.Errorf("no such tag: %v", err)
	}
	var absent *AbsentError
	if _, err := m.Pin(t.Context(), g.source("x", func(c *recipe.Git) { c.Commit = strings.Repeat("ab", 20) })); !errors.As(err, &absent) {
		t.Errorf("no such commit: %v", err)
	}
	if _, err := m.Pin(t.Context(), g.source("y", func(c *recipe.Git) { c.Tag = "v9" })); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("no such repository: %v", err)
	}
	if _, err := m.Pin(t.Context(), g.source("x", func(c *recipe.Git) { c.Commit = strings.Repeat("ab", 32) })); err == nil || !strings.Contains(err.Error(), "repository of sha1") {
		t.Errorf("a commit of the other format: %v", err)
	}
}

func TestGitSubmodules(t *testing.T) {
	g := newSite(t)
	g.commit("inner", map[string]string{"deep.txt": "deep\n"})
	g.commit("middle", map[string]string{"m.txt": "m\n"})
	g.run("middle", "submodule", "add", "-q", g.url+"/inner/.git", "in")
	g.commit("middle", nil)
	g.commit("x", map[string]string{"a.txt": "one\n"})
	g.run("x", "submodule", "add", "-q", "--", g.url+"/middle/.git", "mid/dle")
	g.run("x", "config", "-f", ".gitmodules", "submodule.mid/dle.url", "../../middle/.git")
	c := g.commit("x", nil)
	with := g.source("x", func(r *recipe.Git) { r.Commit, r.Submodules = c, true })
	m := newMachine(t)
	pin := mustPin(t, m, with)
	got := files(t, m, pin)
	if got["mid/dle/m.txt"] != "644 m\n" || got["mid/dle/in/deep.txt"] != "644 deep\n" || len(pin.Modules) != 2 {
		t.Errorf("the tree holds %v, of %v", got, pin.Modules)
	}
	if err := newMachine(t).Bring(t.Context(), with, pin); err != nil {
		t.Error(err)
	}
	without := g.source("x", func(r *recipe.Git) { r.Commit = c })
	plain := mustPin(t, m, without)
	if got := files(t, m, plain); got["mid/dle/"] != "755 " || len(plain.Modules) != 0 {
		t.Errorf("without submodules the tree holds %v", got)
	}
}

// signedAt is when the tests sign.
var signedAt = &packet.Config{Time: func() time.Time { return now.AddDate(0, -1, 0) }}

// gpgSign signs as git does: over the text of an object.
func gpgSign(t *testing.T, key *openpgp.Entity, text []byte) string {
	t.Helper()
	var plain, armored bytes.Buffer
	if err := openpgp.DetachSign(&plain, key, bytes.NewReader(text), signedAt); err != nil {
		t.Fatal(err)
	}
	w, err := armor.Encode(&armored, "PGP SIGNATURE", nil)
	if err == nil {
		_, err = w.Write(plain.Bytes())
	}
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	return armored.String() + "\n"
}

func keyring(t *testing.T, key *openpgp.Entity) *recipe.File {
	t.Helper()
	var b bytes.Buffer
	if err := key.Serialize(&b); err != nil {
		t.Fatal(err)
	}
	return &recipe.File{Path: "keys.gpg", Digest: digest.FromString("keys"), Content: b.Bytes()}
}

// object writes an object into a repository as it is.
func (g *gitSite) object(name, kind, text string) string {
	g.t.Helper()
	cmd := exec.Command("git", "hash-object", "-w", "--stdin", "-t", kind, "--literally")
	cmd.Dir, cmd.Stdin = filepath.Join(g.root, name), strings.NewReader(text)
	out, err := cmd.Output()
	if err != nil {
		g.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestGitSignatures(t *testing.T) {
	g := newSite(t)
	c := g.commit("x", map[string]string{"a.txt": "one\n"})
	key := archivetest.NewKey(now.AddDate(-1, 0, 0), 0)
	stranger := archivetest.NewKey(now.AddDate(-1, 0, 0), 0)
	tag := func(name, says string, by *openpgp.Entity, spoil bool) {
		text := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger C <c@example.org> 1735689600 +0000\n\nmessage\n", c, says)
		signature := gpgSign(t, by, []byte(text))
		if spoil {
			text = strings.Replace(text, "message", "massage", 1)
		}
		g.run("x", "update-ref", "refs/tags/"+name, g.object("x", "tag", text+signature))
	}
	tag("good", "good", key, false)
	tag("stranger", "stranger", stranger, false)
	tag("spoiled", "spoiled", key, true)
	tag("other", "good", key, false)
	g.run("x", "tag", "-a", "-m", "unsigned", "unsigned")
	raw := g.run("x", "cat-file", "commit", c) + "\n"
	head, body, _ := strings.Cut(raw, "\n\n")
	signed := strings.ReplaceAll(strings.TrimSuffix(gpgSign(t, key, []byte(raw)), "\n"), "\n", "\n ")
	commit := g.object("x", "commit", head+"\ngpgsig "+signed+"\n\n"+body)
	g.run("x", "update-ref", "refs/heads/signed", commit)

	keys := keyring(t, key)
	fingerprint := fmt.Sprintf("%X", key.PrimaryKey.Fingerprint)
	for name, kind := range map[string]string{"good": lockfile.GitTag, "stranger": "", "spoiled": "", "other": "", "unsigned": ""} {
		pin, err := newMachine(t).Pin(t.Context(), g.source("x", func(r *recipe.Git) { r.Tag, r.Keyring = name, keys }))
		var untrusted *resolve.UntrustedError
		switch {
		case kind == "" && !errors.As(err, &untrusted):
			t.Errorf("tag %s: %v", name, err)
		case kind != "" && err != nil:
			t.Errorf("tag %s: %v", name, err)
		case kind != "" && (len(pin.Vouched) != 1 || pin.Vouched[0].Kind != kind || pin.Vouched[0].Signers[0] != fingerprint):
			t.Errorf("tag %s: vouched %+v", name, pin.Vouched)
		}
	}
	pin := mustPin(t, newMachine(t), g.source("x", func(r *recipe.Git) { r.Commit, r.Keyring = commit, keys }))
	if len(pin.Vouched) != 1 || pin.Vouched[0].Kind != lockfile.GitCommit || pin.Vouched[0].Signers[0] != fingerprint {
		t.Errorf("a signed commit: %+v", pin.Vouched)
	}
}

// TestGitSSH has tags that ssh-keygen signed, by way of git itself.
func TestGitSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Fatal("there is no ssh-keygen: on Debian install openssh-client (make testdeps)")
	}
	g := newSite(t)
	c := g.commit("x", map[string]string{"a.txt": "one\n"})
	dir := t.TempDir()
	for _, name := range []string{"mine", "other"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	g.run("x", "-c", "gpg.format=ssh", "-c", "user.signingKey="+filepath.Join(dir, "mine"), "tag", "-s", "-m", "signed", "v1", c)
	for name, good := range map[string]bool{"mine": true, "other": false} {
		text, err := os.ReadFile(filepath.Join(dir, name+".pub"))
		if err != nil {
			t.Fatal(err)
		}
		keys := &recipe.File{Path: "keys", Digest: digest.FromString("keys"), Content: append([]byte("c@example.org "), text...)}
		pin, err := newMachine(t).Pin(t.Context(), g.source("x", func(r *recipe.Git) { r.Tag, r.Keyring = "v1", keys }))
		if good && (err != nil || !strings.HasPrefix(pin.Vouched[0].Signers[0], "SHA256:")) {
			t.Errorf("signed by the key: %v", err)
		}
		var untrusted *resolve.UntrustedError
		if !good && !errors.As(err, &untrusted) {
			t.Errorf("signed by another key: %v", err)
		}
	}
	mine, err := os.ReadFile(filepath.Join(dir, "mine.pub"))
	if err != nil {
		t.Fatal(err)
	}
	for options, good := range map[string]bool{
		`namespaces="git"`: true, `namespaces="file,git" `: true, `no-pty,no-X11-forwarding`: true,
		`namespaces="file"`: false, `valid-before="20200101"`: false, `valid-after="20990101Z",namespaces="git"`: false, `cert-authority`: false, `no-pty,expiry-time="20200101"`: false,
	} {
		keys := &recipe.File{Path: "keys", Digest: digest.FromString("keys"), Content: append([]byte("c@example.org "+options+" "), mine...)}
		_, err := newMachine(t).Pin(t.Context(), g.source("x", func(r *recipe.Git) { r.Tag, r.Keyring = "v1", keys }))
		if good != (err == nil) || !good && !strings.Contains(err.Error(), "is not looked at") {
			t.Errorf("with the option %s: %v", options, err)
		}
	}
}
