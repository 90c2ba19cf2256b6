package git

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gitobject "github.com/dombuild/dombuild/internal/git"
)

const commit = "924cdf5510f6d7c73b48a5ecb667de9fcb8d3090"

// clone unpacks testdata/bare.tar.gz.
func clone(t testing.TB) string {
	t.Helper()
	f, err := os.Open("testdata/bare.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return dir
		}
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(dir, h.Name)
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(name, 0o755)
		} else {
			var text []byte
			if text, err = io.ReadAll(r); err == nil {
				err = os.WriteFile(name, text, 0o644)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, dir, commit string) *Report {
	t.Helper()
	r, err := Verify(t.Context(), dir, commit)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// putLoose writes a loose object under a name, right or wrong.
func putLoose(t testing.TB, dir, name, kind, content string) {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprintf(z, "%s %d\x00%s", kind, len(content), content)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "objects/"+name[:2]+"/"+name[2:], b.String())
}

func hashOf(kind, content string) string {
	h := newHash(kind, int64(len(content)))
	io.WriteString(h, content)
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestVerifyPacked(t *testing.T) {
	r := verify(t, clone(t), commit)
	// the commit, three trees, two large files, README and link
	if len(r.Wrong) != 0 || len(r.Doubts) != 0 || r.Objects != 8 {
		t.Errorf("got %+v", r)
	}
}

func TestVerifyLoose(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, ".git/HEAD", "ref: refs/heads/main\n")
	git := filepath.Join(dir, ".git")
	blob := hashOf("blob", "hello\n")
	putLoose(t, git, blob, "blob", "hello\n")
	raw, _ := parseID(blob)
	tree := "100644 a\x00" + string(raw[:]) + "160000 module\x00" + string(raw[:])
	putLoose(t, git, hashOf("tree", tree), "tree", tree)
	text := "tree " + hashOf("tree", tree) + "\n\nfirst\n"
	name := hashOf("commit", text)
	putLoose(t, git, name, "commit", text)
	if r := verify(t, dir, name); len(r.Wrong)+len(r.Doubts) != 0 || r.Objects != 3 {
		t.Errorf("got %+v", r)
	}
	putLoose(t, git, blob, "blob", "hellO\n")
	if r := verify(t, dir, name); len(r.Wrong) != 1 || !strings.Contains(r.Wrong[0], "blob a ("+blob+"): is other content") {
		t.Errorf("got %+v", r)
	}
	if err := os.Remove(filepath.Join(git, "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir, name); len(r.Wrong) != 1 || !strings.Contains(r.Wrong[0], "is missing") {
		t.Errorf("got %+v", r)
	}
}

// TestEveryCopyCounts: a good object in the pack does not excuse a bad loose
// one, which git may find first.
func TestEveryCopyCounts(t *testing.T) {
	dir := clone(t)
	putLoose(t, dir, "ce013625030ba8dba906f756967f9e9ca394464a", "blob", "evil!\n")
	if r := verify(t, dir, commit); len(r.Wrong) != 1 || !strings.Contains(r.Wrong[0], "loose object") {
		t.Errorf("got %+v", r)
	}
}

// TestForgedIndex exchanges the offsets of two files in the index: git would
// check out one for the other without noticing.
func TestForgedIndex(t *testing.T) {
	dir := clone(t)
	name, text, p := index(t, dir)
	at := func(hex string) int {
		i, err := parseID(hex)
		if err != nil {
			t.Fatal(err)
		}
		return 8 + 1024 + len(p.ids)/20*24 + bytes.Index(p.ids, i[:])/20*4
	}
	a, b := at("ce013625030ba8dba906f756967f9e9ca394464a"), at("100b93820ade4c16225673b4ca62bb3ade63c313")
	first := binary.BigEndian.Uint32(text[a:])
	copy(text[a:a+4], text[b:b+4])
	binary.BigEndian.PutUint32(text[b:], first)
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, dir, commit); len(r.Wrong) != 2 {
		t.Errorf("got %+v", r)
	}
	copy(text[8+1024:], bytes.Repeat([]byte{0xff}, 20)) // no longer sorted
	if err := os.WriteFile(name, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(t.Context(), dir, commit); err == nil || !strings.Contains(err.Error(), "index") {
		t.Errorf("an index out of order: %v", err)
	}
}

func index(t testing.TB, dir string) (string, []byte, *pack) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "objects/pack/*.idx"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	os.Chmod(names[0], 0o644)
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	p := &pack{}
	if err := p.index(bytes.Clone(text)); err != nil {
		t.Fatal(err)
	}
	return names[0], text, p
}

// TestDamagedPack changes each byte of the pack in turn: never verified with
// other content, never a panic.
func TestDamagedPack(t *testing.T) {
	dir := clone(t)
	names, err := filepath.Glob(filepath.Join(dir, "objects/pack/*.pack"))
	if err != nil || len(names) != 1 {
		t.Fatal(names, err)
	}
	good, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := 8; i < len(good); i += 7 {
		bad := bytes.Clone(good)
		bad[i] ^= 0x11
		if err := os.WriteFile(names[0], bad, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := Verify(t.Context(), dir, commit)
		if err != nil || len(r.Wrong) > 0 {
			found++
		}
	}
	if found < len(good)/7*9/10 {
		t.Errorf("only %d of %d changes were noticed", found, len(good)/7)
	}
}

func TestDoubts(t *testing.T) {
	for name, test := range map[string]struct{ file, text, want string }{
		"alternates":  {"objects/info/alternates", "/elsewhere\n", "elsewhere"},
		"graph":       {"objects/info/commit-graph", "CGPH", "commit graph"},
		"multi":       {"objects/pack/multi-pack-index", "MIDX", "multi-pack"},
		"grafts":      {"info/grafts", "x", "grafts"},
		"replace":     {"refs/replace/" + commit, commit, "replaced"},
		"hook":        {"hooks/post-checkout", "#!/bin/sh\n", `hook "post-checkout"`},
		"hooks":       {"config", "[core]\n\thooksPath = /tmp\n", "core.hookspath"},
		"same line":   {"config", "[core] hooksPath = /tmp/x]\n", "hookspath"},
		"monitor":     {"config", "[core]\n\tfsmonitor = ./evil\n", "core.fsmonitor"},
		"include":     {"config", "[include]\n\tpath = x\n", "include.path"},
		"filter":      {"config", "[filter \"x\"]\n\tsmudge = evil\n", "filter.smudge"},
		"remote":      {"config", "[remote \"x\"]\n\turl = ext::evil\n", "remote.url"},
		"uploadpack":  {"config", "[remote \"x\"]\n\tuploadpack = evil\n", "remote.uploadpack"},
		"continued":   {"config", "[core]\n\tbare = tr\\\nue\n", "core.bare"},
		"empty":       {"config", "[]\nx = y\n", `".x"`},
		"sha256":      {"config", "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256\n", "extensions.objectformat"},
		"packed refs": {"packed-refs", commit + " refs/replace/" + commit + "\n", "replaced"},
	} {
		dir := clone(t)
		os.Remove(filepath.Join(dir, test.file))
		write(t, dir, test.file, test.text)
		r := verify(t, dir, commit)
		if len(r.Doubts) == 0 || !strings.Contains(strings.Join(r.Doubts, "\n"), test.want) {
			t.Errorf("%s: got %q, want %q", name, r.Doubts, test.want)
		}
		if len(r.Wrong) > 0 {
			t.Errorf("%s: %v", name, r.Wrong)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, test := range []struct{ dir, commit, want string }{
		{clone(t), "main", "full hash"}, {t.TempDir(), commit, "no objects"}, {filepath.Join(t.TempDir(), "gone"), commit, "no objects"},
	} {
		if _, err := Verify(t.Context(), test.dir, test.commit); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
	if r := verify(t, clone(t), strings.Repeat("0", 40)); len(r.Wrong) != 1 {
		t.Errorf("got %+v", r)
	}
	if r := verify(t, clone(t), "ce013625030ba8dba906f756967f9e9ca394464a"); len(r.Wrong) != 1 || !strings.Contains(r.Wrong[0], "is a blob") {
		t.Errorf("got %+v", r)
	}
}

func FuzzPatch(f *testing.F) {
	f.Add([]byte("hello"), []byte{5, 5, 0x90, 5})
	f.Add([]byte("hello"), []byte{5, 3, 3, 'a', 'b', 'c'})
	f.Add([]byte{}, []byte{0, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, base, delta []byte) {
		out, err := gitobject.Patch(base, delta, maxMemory)
		if err == nil && len(out) > len(delta)*0xffffff {
			t.Error("more than a delta can say")
		}
	})
}

func FuzzIndex(f *testing.F) {
	_, text, _ := index(f, clone(f))
	f.Add(text)
	f.Add(text[:1100])
	f.Fuzz(func(t *testing.T, text []byte) {
		p := &pack{}
		if p.index(text) != nil {
			return
		}
		for k := range len(p.ids) / 20 {
			if _, ok := p.lookup(id(p.ids[k*20 : k*20+20])); !ok {
				t.Error("an id of the index is not found")
			}
		}
	})
}
