package tree

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
)

const epoch = 1700000000

func header(kind byte, name string, mode int64, link string) *tar.Header {
	return &tar.Header{Typeflag: kind, Name: name, Mode: mode, Linkname: link,
		Uid: 1000, Gid: 7, Uname: "me", Gname: "us", ModTime: time.Unix(99, 5), AccessTime: time.Unix(3, 0), Format: tar.FormatPAX}
}

type item struct {
	*tar.Header
	text string
}

func makeTar(t testing.TB, items ...item) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		i.Size = int64(len(i.text))
		if err := w.WriteHeader(i.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, i.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sample() []item {
	capable := header(tar.TypeReg, "./usr/bin/ping", 0o755, "")
	capable.PAXRecords = map[string]string{capabilityRecord: "\x01\x00\x02", "SCHILY.xattr.user.x": "dropped"}
	return []item{
		{header(tar.TypeDir, "./", 0o700, ""), ""},
		{header(tar.TypeReg, "usr/bin/zz", 0o4755, ""), "tool"},
		{header(tar.TypeLink, "usr/bin/mm", 0o644, "./usr/bin/zz"), ""},
		{header(tar.TypeLink, "usr/bin/nn", 0o644, "usr/bin/mm"), ""},
		{header(tar.TypeReg, "boot-x", 0o600, ""), ""},
		{header(tar.TypeSymlink, "./usr/bin/sh", 0o644, "../../bin/dash"), ""},
		{header(tar.TypeDir, "boot/", 0o2750, ""), ""},
		{header(tar.TypeReg, "boot/"+strings.Repeat("long", 60), 0o644, ""), "x"},
		{capable, "ping"},
	}
}

func TestCanonical(t *testing.T) {
	var out bytes.Buffer
	index, err := Canonical(bytes.NewReader(makeTar(t, sample()...)), &out, epoch)
	if err != nil {
		t.Fatal(err)
	}
	tool := digest.FromString("tool")
	want := Index{
		{Path: "boot", Type: Directory, Mode: 0o2750},
		{Path: "boot-x", Type: Regular, Mode: 0o600, Digest: digest.FromString("")},
		{Path: "boot/" + strings.Repeat("long", 60), Type: Regular, Mode: 0o644, Size: 1, Digest: digest.FromString("x")},
		{Path: "usr", Type: Directory, Mode: 0o755},
		{Path: "usr/bin", Type: Directory, Mode: 0o755},
		{Path: "usr/bin/mm", Type: Regular, Mode: 0o4755, Size: 4, Digest: tool},
		{Path: "usr/bin/nn", Type: Hardlink, Mode: 0o4755, Size: 4, Digest: tool, Link: "usr/bin/mm"},
		{Path: "usr/bin/ping", Type: Regular, Mode: 0o755, Size: 4, Digest: digest.FromString("ping"), Capability: "010002"},
		{Path: "usr/bin/sh", Type: Symlink, Mode: 0o777, Link: "../../bin/dash"},
		{Path: "usr/bin/zz", Type: Hardlink, Mode: 0o4755, Size: 4, Digest: tool, Link: "usr/bin/mm"},
	}
	if diff := cmp.Diff(want, index); diff != "" {
		t.Errorf("index (-want +got)\n%s", diff)
	}
	if again, err := Read(bytes.NewReader(out.Bytes())); err != nil || cmp.Diff(index, again) != "" {
		t.Errorf("read again: %v, error %v", again, err)
	}
	if index.Size() != 9 {
		t.Errorf("size is %d", index.Size())
	}
	checkHeaders(t, out.Bytes())
}

func checkHeaders(t *testing.T, archive []byte) {
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || !h.ModTime.Equal(time.Unix(epoch, 0)) || !h.AccessTime.IsZero() {
			t.Errorf("%s: header is not canonical: %+v", h.Name, h)
		}
		if long := len(h.Name) > 200; long != (h.PAXRecords != nil) && !strings.HasSuffix(h.Name, "ping") {
			t.Errorf("%s: PAX records %v", h.Name, h.PAXRecords)
		}
	}
}

// TestCanonicalForms shows that order, owners and times of the input do not
// matter, in memory or through a file.
func TestCanonicalForms(t *testing.T) {
	for _, size := range []int{10, spoolMemory / 2, spoolMemory + 1} {
		a, b, c := strings.Repeat("a", size), strings.Repeat("b", size), strings.Repeat("c", size)
		items := []item{
			{header(tar.TypeReg, "a", 0o644, ""), a},
			{header(tar.TypeReg, "b", 0o644, ""), b},
			{header(tar.TypeReg, "c", 0o644, ""), c},
		}
		var first, second bytes.Buffer
		x, err := Canonical(bytes.NewReader(makeTar(t, items...)), &first, epoch)
		if err != nil {
			t.Fatal(err)
		}
		items[0], items[2] = items[2], items[0]
		items[1].Uid, items[1].ModTime = 5, time.Unix(77, 0)
		y, err := Canonical(bytes.NewReader(makeTar(t, items...)), &second, epoch)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) || x.Digest() != y.Digest() {
			t.Errorf("size %d: forms differ", size)
		}
	}
}

func TestRefused(t *testing.T) {
	file := func(name string) item { return item{header(tar.TypeReg, name, 0o644, ""), ""} }
	for name, items := range map[string][]item{
		"absolute":          {file("/etc/passwd")},
		"dot-dot":           {file("a/../../b")},
		"not UTF-8":         {file("a\xff")},
		"twice":             {file("a"), file("./a")},
		"below a link":      {{header(tar.TypeSymlink, "l", 0, "/etc"), ""}, file("l/passwd")},
		"below a file":      {file("f"), file("f/g")},
		"device":            {{header(tar.TypeBlock, "dev/sda", 0o600, ""), ""}},
		"fifo":              {{header(tar.TypeFifo, "fifo", 0o600, ""), ""}},
		"link out":          {{header(tar.TypeLink, "x", 0o600, "../shadow"), ""}},
		"link to nothing":   {{header(tar.TypeLink, "x", 0o600, "y"), ""}},
		"link to itself":    {{header(tar.TypeLink, "x", 0o600, "x"), ""}},
		"link to a symlink": {{header(tar.TypeSymlink, "y", 0, "z"), ""}, {header(tar.TypeLink, "x", 0o600, "y"), ""}},
		"root is a file":    {{header(tar.TypeReg, ".", 0o600, ""), ""}},
	} {
		var out bytes.Buffer
		archive := makeTar(t, items...)
		_, err := Canonical(bytes.NewReader(archive), &out, epoch)
		var bad *EntryError
		if !errors.As(err, &bad) || out.Len() != 0 {
			t.Errorf("%s: got error %v and %d bytes", name, err, out.Len())
		}
		dir := filepath.Join(t.TempDir(), "x")
		if err := Extract(bytes.NewReader(archive), dir); err == nil {
			t.Errorf("%s: extracted", name)
		}
		nothingIn(t, filepath.Dir(dir))
	}
}

func nothingIn(t testing.TB, dir string) {
	t.Helper()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestTruncatedAndVerdict(t *testing.T) {
	archive := makeTar(t, sample()...)
	verdict := errors.New("digest mismatch")
	for name, r := range map[string]io.Reader{
		"cut":     bytes.NewReader(archive[:1700]),
		"verdict": io.MultiReader(bytes.NewReader(archive), iotest.ErrReader(verdict)),
	} {
		var out bytes.Buffer
		if _, err := Canonical(r, &out, epoch); err == nil || out.Len() != 0 {
			t.Errorf("%s: got error %v and %d bytes", name, err, out.Len())
		}
	}
}

func TestCompare(t *testing.T) {
	a := Index{
		{Path: "a", Type: Regular, Mode: 0o644, Size: 1, Digest: "sha256:1"},
		{Path: "b", Type: Directory, Mode: 0o755},
		{Path: "c", Type: Symlink, Mode: 0o777, Link: "x"},
		{Path: "d", Type: Regular, Mode: 0o644, Size: 1, Digest: "sha256:1"},
		{Path: "e", Type: Regular, Mode: 0o644},
		{Path: "g", Type: Regular, Mode: 0o644},
	}
	b := Index{
		{Path: "a", Type: Regular, Mode: 0o600, Size: 1, Digest: "sha256:2"},
		{Path: "b", Type: Regular, Mode: 0o755},
		{Path: "c", Type: Symlink, Mode: 0o777, Link: "y"},
		{Path: "d", Type: Regular, Mode: 0o644, Size: 2, Digest: "sha256:2"},
		{Path: "f", Type: Regular, Mode: 0o644},
		{Path: "g", Type: Regular, Mode: 0o644, Capability: "01"},
	}
	want := []Difference{
		{"a", ModeDiffers, "0644", "0600"},
		{"a", Content, "sha256:1", "sha256:2"},
		{"b", TypeDiffers, "directory", "file"},
		{"c", LinkDiffers, "x", "y"},
		{"d", SizeDiffers, "1", "2"},
		{"e", OnlyInFirst, "file", ""},
		{"f", OnlyInSecond, "", "file"},
		{"g", Capability, "", "01"},
	}
	if diff := cmp.Diff(want, Compare(a, b)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := Compare(a, a); got != nil {
		t.Errorf("a tree differs from itself: %v", got)
	}
	if a.Digest() == b.Digest() {
		t.Error("digests of different trees are equal")
	}
}

func TestExtract(t *testing.T) {
	var out bytes.Buffer
	if _, err := Canonical(bytes.NewReader(makeTar(t, sample()...)), &out, epoch); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "tree")
	if err := Extract(bytes.NewReader(out.Bytes()), dir); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{"usr/bin/zz": 0o755, "usr/bin/mm": 0o755, "boot-x": 0o644, "boot": 0o755 | fs.ModeDir} {
		st, err := os.Lstat(filepath.Join(dir, path))
		if err != nil || st.Mode() != want {
			t.Errorf("%s: mode %v, error %v", path, st.Mode(), err)
		}
	}
	if got, err := os.Readlink(filepath.Join(dir, "usr/bin/sh")); got != "../../bin/dash" {
		t.Errorf("link text %q, error %v", got, err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "usr/bin/nn")); string(b) != "tool" {
		t.Errorf("hard link has %q, error %v", b, err)
	}
	if err := Extract(bytes.NewReader(out.Bytes()), dir); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
}

func TestExtractStopped(t *testing.T) {
	archive := makeTar(t, item{header(tar.TypeReg, "a", 0o644, ""), "a"}, item{header(tar.TypeReg, "b", 0o644, ""), strings.Repeat("b", 1<<20)})
	for _, n := range []int{0, 600, 4096, len(archive)} {
		r := io.MultiReader(bytes.NewReader(archive[:n]), iotest.ErrReader(context.Canceled))
		dir := filepath.Join(t.TempDir(), "x")
		if err := Extract(r, dir); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d bytes: got error %v", n, err)
		}
		nothingIn(t, filepath.Dir(dir))
	}
}

// FuzzTree: what is accepted is a fixpoint, and can be extracted without
// touching anything else.
func FuzzTree(f *testing.F) {
	f.Add(makeTar(f, sample()...))
	f.Add(makeTar(f, item{header(tar.TypeSymlink, "l", 0, "/tmp"), ""}, item{header(tar.TypeReg, "l/x", 0o644, ""), "x"}))
	f.Add(makeTar(f, item{header(tar.TypeReg, "a/b/c", 0o644, ""), "x"}, item{header(tar.TypeLink, "a/d", 0o644, "a/b/c"), ""}))
	f.Fuzz(func(t *testing.T, in []byte) {
		var out, again bytes.Buffer
		x, err := Canonical(bytes.NewReader(in), &out, epoch)
		if err != nil {
			if out.Len() != 0 {
				t.Fatal("output in spite of", err)
			}
			return
		}
		y, err := Canonical(bytes.NewReader(out.Bytes()), &again, epoch)
		if err != nil || !bytes.Equal(out.Bytes(), again.Bytes()) || x.Digest() != y.Digest() || Compare(x, y) != nil {
			t.Fatalf("no fixpoint: %v\n%v\n%v", err, x, y)
		}
		if z, err := Read(bytes.NewReader(in)); err != nil || Compare(x, z) != nil {
			t.Fatalf("read as %v: %v", z, err)
		}
		parent := t.TempDir()
		if Extract(bytes.NewReader(out.Bytes()), filepath.Join(parent, "x")) != nil {
			nothingIn(t, parent)
		} else if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
			t.Fatalf("left %v, %v", left, err)
		}
	})
}

// TestSparse refuses a file that claims more than its archive bears.
func TestSparse(t *testing.T) {
	record := "22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n21 GNU.sparse.name=s\n32 GNU.sparse.realsize=99999999\n"
	pax := makeTar(t, item{header(tar.TypeReg, "PaxHeaders/s", 0o644, ""), record})
	archive := makeTar(t, item{header(tar.TypeReg, "s", 0o644, ""), "1\n0\n1\n" + strings.Repeat("\x00", 506) + "x"})
	pax, archive = pax[len(pax)-2048:][:1024], archive[len(archive)-2560:]
	pax[156] = 'x'
	sum := 0
	for i, b := range pax[:512] {
		if i >= 148 && i < 156 {
			b = ' '
		}
		sum += int(b)
	}
	copy(pax[148:], fmt.Sprintf("%06o\x00 ", sum))
	var out bytes.Buffer
	_, err := Canonical(bytes.NewReader(append(pax, archive...)), &out, epoch)
	var bad *EntryError
	if !errors.As(err, &bad) || !strings.Contains(bad.Reason, "sparse") {
		t.Errorf("got error %v", err)
	}
}
