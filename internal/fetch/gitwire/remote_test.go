package gitwire_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/fetch/gitwire"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/tree"
)

// repository makes one with history, a tag, a link, an executable, and files
// that are alike, so that its pack has deltas.
func repository(t testing.TB, root, format string) (dir string) {
	t.Helper()
	dir = filepath.Join(root, format)
	archivetest.Git(t, root, "init", "-q", "--object-format="+format, "-b", "main", dir)
	long := strings.Repeat("the same line again and again\n", 500)
	for i := range 8 {
		write(t, filepath.Join(dir, "sub", fmt.Sprintf("f%d.txt", i)), long+fmt.Sprintf("%d\n", i))
	}
	archivetest.Git(t, dir, "add", ".")
	archivetest.Git(t, dir, "commit", "-q", "-m", "first")
	write(t, filepath.Join(dir, "sub/f0.txt"), long+"changed\n")
	write(t, filepath.Join(dir, "run.sh"), "#!/bin/sh\n")
	for _, err := range []error{os.Chmod(filepath.Join(dir, "run.sh"), 0o755), os.Symlink("sub/f1.txt", filepath.Join(dir, "link"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	archivetest.Git(t, dir, "add", ".")
	archivetest.Git(t, dir, "commit", "-q", "-m", "second")
	archivetest.Git(t, dir, "tag", "-a", "-m", "a tag", "v1")
	archivetest.Git(t, dir, "tag", "light", "HEAD~1")
	archivetest.Git(t, dir, "repack", "-q", "-a", "-d")
	return dir
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func serve(t testing.TB, dir string) string {
	t.Helper()
	h, err := archivetest.GitServer(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// daemon serves over git's own port.
func daemon(t testing.TB, dir string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	cmd := exec.Command("git", "daemon", "--listen=127.0.0.1", fmt.Sprintf("--port=%d", port), "--base-path="+dir, "--export-all", "--reuseaddr")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(os.Interrupt); cmd.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			c.Close()
			return fmt.Sprintf("git://127.0.0.1:%d", port)
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("git daemon does not answer")
	return ""
}

// names are the paths of a commit's tree, and what lies there.
func contents(t *testing.T, p *git.Pack, commit git.ID) map[string]string {
	t.Helper()
	text, err := p.Object(commit, git.CommitKind)
	if err != nil {
		t.Fatal(err)
	}
	c, err := git.ParseCommit(p.Format(), text)
	if err != nil {
		t.Fatal(err)
	}
	var packed, canonical bytes.Buffer
	w := tar.NewWriter(&packed)
	if _, err := git.NewWriter(w).Tree(t.Context(), p, c.Object, ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Canonical(&packed, &canonical, c.When.Unix()); err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for r := tar.NewReader(&canonical); ; {
		h, err := r.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		found[h.Name] = fmt.Sprintf("%o %s%d", h.Mode, h.Linkname, len(b))
	}
}

func TestFetch(t *testing.T) {
	root := t.TempDir()
	for _, format := range []string{git.SHA1, git.SHA256} {
		dir := repository(t, root, format)
		for _, base := range []string{serve(t, root), daemon(t, root)} {
			t.Run(format+" "+base[:4], func(t *testing.T) {
				c := new(fetch.Client)
				r, err := gitwire.Open(t.Context(), c, base+"/"+format+"/.git")
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				object, commit, err := r.Ref(t.Context(), "refs/tags/v1")
				if err != nil {
					t.Fatal(err)
				}
				if want := archivetest.Git(t, dir, "rev-parse", "v1"); string(object) != want {
					t.Errorf("v1 is %s, want %s", object, want)
				}
				if want := archivetest.Git(t, dir, "rev-parse", "HEAD"); string(commit) != want {
					t.Errorf("v1 is at %s, want %s", commit, want)
				}
				if none, _, err := r.Ref(t.Context(), "refs/tags/v"); none != "" || err != nil {
					t.Errorf("refs/tags/v is %s, %v", none, err)
				}
				p, err := r.Fetch(t.Context(), object)
				if err != nil {
					t.Fatal(err)
				}
				defer p.Close()
				got := contents(t, p, commit)
				if got["run.sh"] != "755 0" && got["run.sh"] != "755 10" || got["link"] != "777 sub/f1.txt0" || len(got) != 11 || got["sub/f0.txt"] != "644 15008" {
					t.Errorf("the tree is %v", got)
				}
				if parent := git.ID(archivetest.Git(t, dir, "rev-parse", "HEAD~1")); p.Kind(parent) != "" {
					t.Error("history was sent")
				}
				old := git.ID(archivetest.Git(t, dir, "rev-parse", "HEAD~1"))
				q, err := r.Fetch(t.Context(), old)
				if base[:4] == "git:" { // one conversation, one pack
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer q.Close()
				if got := contents(t, q, old); got["sub/f0.txt"] != "644 15002" {
					t.Errorf("the older commit holds %v", got)
				}
			})
		}
	}
}

func TestErrors(t *testing.T) {
	root := t.TempDir()
	repository(t, root, git.SHA1)
	good := serve(t, root)
	answers := func(kind, body string) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	const smart = "application/x-git-upload-pack-advertisement"
	for name, test := range map[string]struct{ url, want string }{
		"no repository": {good + "/nothing.git", "404"},
		"no git":        {answers("text/html", "<html>"), "no git server"},
		"old protocol":  {answers(smart, "001e# service=git-upload-pack\n0000003e"+strings.Repeat("0", 58)), "version 2"},
		"cut off":       {answers(smart, "000eversion 2\n"), "unexpected EOF"},
		"bad length":    {answers(smart, "zzzz"), "not the length"},
		"refused":       {answers(smart, "0010ERR go away\n"), "go away"},
		"no shallow":    {answers(smart, "000eversion 2\n000cls-refs\n000afetch\n0000"), "without everything before"},
		"ssh":           {"ssh://example.org/x", "https, http and git"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gitwire.Open(t.Context(), &fetch.Client{Waits: []time.Duration{}}, test.url)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error is %v, want %q", err, test.want)
			}
		})
	}
	r, err := gitwire.Open(t.Context(), new(fetch.Client), good+"/sha1/.git")
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Fetch(t.Context(), git.ID(strings.Repeat("ab", 20)))
	var says *gitwire.ServerError
	if !errors.As(err, &says) {
		t.Errorf("a commit that is not there: %v", err)
	}
}
