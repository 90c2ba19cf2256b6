package yocto

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

const pinned = "924cdf5510f6d7c73b48a5ecb667de9fcb8d3090"

// mirror returns the tarball of a bare clone (see git/testdata), with entries
// added behind its own.
func mirror(t testing.TB, extra ...*tar.Header) []byte {
	t.Helper()
	packed, err := os.ReadFile("git/testdata/bare.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	w := tar.NewWriter(zw)
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, r); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range extra {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(make([]byte, h.Size)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func judged(raw string, v judgedVars) *Source {
	j := source.Judge(raw, v, source.Newest)
	return &Source{PN: "p", URI: raw, Type: j.Type, Verdict: j.Verdict, Algorithm: j.Best().Algorithm, Expected: j.Best().Expected, Revisions: j.Revisions, judgement: j}
}

// TestMirrorTarballs: a tarball is what the commit says, is something else, or
// would make git do something else.
func TestMirrorTarballs(t *testing.T) {
	uri := "git://git.example.com/x/y.git;protocol=https;branch=main"
	name := "git2_git.example.com.x.y.git.tar.gz"
	for _, test := range []struct {
		name   string
		commit string
		extra  []*tar.Header
		want   Status
		reason string
	}{
		{"good", pinned, nil, Equal, ""},
		{"another commit", strings.Repeat("a", 40), nil, Different, "is missing"},
		{"hook", pinned, []*tar.Header{{Name: "./hooks/post-checkout", Mode: 0o755}}, Unproven, "post-checkout"},
		{"alternates", pinned, []*tar.Header{{Name: "./objects/info/alternates", Size: 1}}, Unproven, "elsewhere"},
		{"empty loose object", pinned, []*tar.Header{{Name: "./objects/92/4cdf5510f6d7c73b48a5ecb667de9fcb8d3090", Size: 9}}, Different, "cannot be read"},
		{"link", pinned, []*tar.Header{{Name: "./x", Typeflag: tar.TypeSymlink, Linkname: "/etc"}}, Unproven, "link"},
		{"way out", pinned, []*tar.Header{{Name: "../x"}}, Unproven, "outside"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), mirror(t, test.extra...), 0o644); err != nil {
			t.Fatal(err)
		}
		r := &Result{Sources: []*Source{judged(uri, judgedVars{"SRCREV": test.commit})}}
		got, err := r.CheckDownloads(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 || got[0].File != name || got[0].Status != test.want || !strings.Contains(strings.Join(got[0].Reasons, "\n"), test.reason) || got[1].Status != Absent {
			t.Errorf("%s: %+v", test.name, got)
		}
		if bad := DownloadsError(got); (bad != nil) != (test.want != Equal) {
			t.Errorf("%s: %v", test.name, bad)
		}
	}
}

func TestClone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "x.tar.gz"), mirror(t), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unpackRepository(t.Context(), filepath.Join(dir, "x.tar.gz"), filepath.Join(dir, "git2", "h.x")); err != nil {
		t.Fatal(err)
	}
	r := &Result{Sources: []*Source{judged("git://h/x;protocol=https;branch=main", judgedVars{"SRCREV": pinned})}}
	if got, err := r.CheckDownloads(t.Context(), dir); err != nil || got[0].File != "git2/h.x" || got[0].Status != Equal {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestFileName(t *testing.T) {
	for raw, want := range map[string]string{
		"https://h/a/b.tgz":                             "b.tgz",
		"https://h/a/b.tgz?x=y;downloadfilename=c.tgz":  "c.tgz",
		"https://h/a/;sha256sum=x":                      "h.a.",
		"https://h/a;downloadfilename=../../etc/passwd": "",
		"crate://crates.io/serde/1.0.0":                 "serde-1.0.0.crate",
		"gomod://golang.org/x/net;version=v0.9.0":       "golang.org.x.net@v0.9.0.zip",
		"gomod://golang.org/x/net;version=v0.9.0;mod=1": "golang.org.x.net@v0.9.0.mod",
	} {
		if got := judged(raw, nil).fileName(); got != want {
			t.Errorf("%s: %q", raw, got)
		}
	}
}
