package resolve

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/recipe"
)

// now is the time at which the tests run.
var now = time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)

// testArchive is a small archive of a distribution, served over HTTP.
type testArchive struct {
	t        testing.TB
	key      *openpgp.Entity
	release  map[string]string // fields of the Release file
	packages string
	sources  string
	other    map[string]string // further indexes, by path
	files    map[string][]byte // what is served, by path
	server   *httptest.Server

	mu       sync.Mutex
	requests []string
}

func newArchive(t testing.TB) *testArchive {
	a := &testArchive{t: t, key: archivetest.NewKey(now.AddDate(-1, 0, 0), 0), files: map[string][]byte{},
		release: map[string]string{"Origin": "Test", "Suite": "stable", "Codename": "bookworm", "Components": "main",
			"Architectures": "all amd64", "No-Support-for-Architecture-all": "Packages", "Acquire-By-Hash": "yes",
			"Date": now.AddDate(0, 0, -7).Format(time.RFC1123)},
		packages: packages(
			stanza("base-files 12.4", "Essential: yes", "Pre-Depends: awk"),
			stanza("mawk 1.3", "Provides: awk", "Priority: required"),
			stanza("gcc 4:12.2.0-3", "Depends: libc6 (>= 2.36)"),
			stanza("libc6 2.36-9"),
			stanza("make 4.3-4", "Depends: libc6"),
			stanza("bc 1.07"),
		),
		sources: sourceText("hello", "2.10-3", "hello_2.10.orig.tar.gz", "hello_2.10-3.debian.tar.xz", "hello_2.10-3.dsc", "hello_2.10.orig.tar.gz.asc") +
			sourceText("xen", "4.17.5-1", "xen_4.17.5.orig.tar.xz") + sourceText("xen", "4.17.4-1", "xen_4.17.4.orig.tar.xz"),
	}
	a.server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.server.Close)
	a.publish()
	return a
}

func sourceText(name, version string, files ...string) string {
	s := fmt.Sprintf("Package: %s\nVersion: %s\nDirectory: pool/main/%s\nChecksums-Sha256:\n", name, version, name)
	for _, f := range files {
		s += fmt.Sprintf(" %s %d %s\n", digest.FromString(f).Encoded(), len(f), f)
	}
	return s + "\n"
}

func (a *testArchive) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests = append(a.requests, r.URL.Path)
	if data, ok := a.files[r.URL.Path]; ok {
		_, _ = w.Write(data)
		return
	}
	http.NotFound(w, r)
}

// publish writes the indexes and signs the Release file.
func (a *testArchive) publish() {
	sums := ""
	indexes := map[string]string{"main/binary-amd64/Packages": a.packages, "main/source/Sources": a.sources}
	maps.Copy(indexes, a.other)
	for path, text := range indexes {
		for suffix, data := range map[string][]byte{"": []byte(text), ".gz": archivetest.Compress(".gz", []byte(text)), ".xz": archivetest.Compress(".xz", []byte(text))} {
			d := digest.FromBytes(data)
			sums += fmt.Sprintf("\n %s %d %s%s", d.Encoded(), len(data), path, suffix)
			if suffix != "" { // the plain index is named and not there, as in a real archive
				a.files["/debian/dists/bookworm/"+path+suffix] = data
				a.files["/debian/dists/bookworm/"+filepath.Dir(path)+"/by-hash/SHA256/"+d.Encoded()] = data
			}
		}
	}
	if _, own := a.release["SHA256"]; own {
		sums = ""
	} else {
		sums = "SHA256:" + sums + "\n"
	}
	text := ""
	for name, value := range a.release {
		text += name + ": " + value + "\n"
	}
	a.files["/debian/dists/bookworm/InRelease"] = archivetest.Clearsign(text+sums, now.AddDate(0, 0, -7), a.key)
}

func keyring(keys ...*openpgp.Entity) recipe.File {
	text := archivetest.Keyring(keys...)
	return recipe.File{Path: "keys/test.gpg", Content: text, Digest: digest.FromBytes(text)}
}

// recipe asks for two toolchains and two sources of the archive.
func (a *testArchive) recipe() *recipe.Recipe {
	const d = "distribution.debian"
	return &recipe.Recipe{
		Name: "x",
		Distributions: []recipe.Distribution{{Address: d, Name: "debian", Suite: "bookworm", Components: []string{"main"},
			Architecture: "amd64", Keyring: keyring(a.key)}},
		Toolchains: []recipe.Toolchain{
			{Address: "toolchain.base", From: d, Packages: []string{"gcc"}},
			{Address: "toolchain.pack", From: d, Packages: []string{"make"}},
		},
		Sources: []recipe.Source{
			{Address: "source.hello", Name: "hello", Dsc: &recipe.Dsc{From: d, Name: "hello"}},
			{Address: "source.xen", Name: "xen", Dsc: &recipe.Dsc{From: d, Name: "xen"}},
		},
	}
}

// options use the archive as the mirror of "debian".
func (a *testArchive) options() Options {
	config := filepath.Join(a.t.TempDir(), "config.hcl")
	text := fmt.Sprintf("mirror \"debian\" {\n  urls = [%q]\n}\n", a.server.URL+"/debian/")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		a.t.Fatal(err)
	}
	m, err := LoadMirrors(config, a.t.TempDir())
	if err != nil {
		a.t.Fatal(err)
	}
	return Options{Downloader: plainClient{}, Mirrors: m, Now: now, Take: take, Learn: learn}
}

func (a *testArchive) asked() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var names []string
	for _, path := range a.requests {
		switch {
		case strings.HasSuffix(path, "InRelease"):
			names = append(names, "InRelease")
		case strings.Contains(path, "binary"):
			names = append(names, "Packages")
		default:
			names = append(names, "Sources")
		}
	}
	a.requests = nil
	return strings.Join(names, " ")
}

// plainClient downloads without a second try.
type plainClient struct{}

func (plainClient) Download(ctx context.Context, url string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s: %w", url, resp.Status, fs.ErrNotExist)
	}
	return io.ReadAll(io.LimitReader(resp.Body, limit+1))
}

func take(ctx context.Context, name, url string, want digest.Digest) (int64, error) {
	data, err := plainClient{}.Download(ctx, url, 1<<20)
	if got := digest.FromBytes(data); err == nil && got != want {
		err = &IntegrityError{What: name, Want: want, Got: got, From: url}
	}
	return int64(len(data)), err
}

func sortedWords(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}
