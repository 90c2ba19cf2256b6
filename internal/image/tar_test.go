package image

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type tarItem struct {
	tar.Header
	text string
}

func file(name, text string) tarItem {
	return tarItem{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, text}
}

func makeTar(t testing.TB, items ...tarItem) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, i := range items {
		i.Size = int64(len(i.text))
		must(t, w.WriteHeader(&i.Header))
		_, err := io.WriteString(w, i.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func TestTar(t *testing.T) {
	when := time.Unix(1600000000, 0).UTC()
	data := makeTar(t,
		tarItem{tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeDir, Name: "./bin/", Mode: 0o1755, Uid: 3, Gid: 4, ModTime: when}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeReg, Name: "/bin/x", Mode: 0o104755, PAXRecords: map[string]string{"SCHILY.xattr.security.capability": string(capability),
			"LIBARCHIVE.xattr.user.a%25b": "aGVsbG8"}}, "elf"},
		tarItem{tar.Header{Typeflag: tar.TypeLink, Name: "bin/y", Linkname: "./bin/x"}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/z", Linkname: "../../x", Mode: 0o777}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeChar, Name: "dev/null", Devmajor: 1, Devminor: 3}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeBlock, Name: "dev/sda", Devmajor: 8}, ""},
		tarItem{tar.Header{Typeflag: tar.TypeFifo, Name: "pipe"}, ""},
		file(strings.Repeat("long/", 50)+"name", strings.Repeat("y", 1000)),
	)
	epoch := time.Unix(0, 0).UTC()
	want := []shown{
		{Entry{Path: "bin", Type: Directory, Mode: 0o1755, UID: 3, GID: 4, ModTime: when}, ""},
		{Entry{Path: "bin/x", Type: Regular, Mode: 0o4755, Size: 3, ModTime: epoch,
			Xattrs: map[string][]byte{"security.capability": capability, "user.a%b": []byte("hello")}}, sumOf("elf")},
		{Entry{Path: "bin/y", Type: HardLink, Link: "bin/x", ModTime: epoch}, ""},
		{Entry{Path: "bin/z", Type: Symlink, Mode: 0o777, Link: "../../x", ModTime: epoch}, ""},
		{Entry{Path: "dev/null", Type: CharDevice, Major: 1, Minor: 3, ModTime: epoch}, ""},
		{Entry{Path: "dev/sda", Type: BlockDevice, Major: 8, ModTime: epoch}, ""},
		{Entry{Path: strings.Repeat("long/", 50) + "name", Type: Regular, Mode: 0o644, Size: 1000, ModTime: epoch}, sumOf(strings.Repeat("y", 1000))},
		{Entry{Path: "pipe", Type: FIFO, ModTime: epoch}, ""},
	}
	for name, data := range map[string][]byte{"x.tar": data, "x.tar.gz": gzipped(data)} {
		if d := cmp.Diff(want, readAll(t, name, data, Options{})); d != "" {
			t.Errorf("%s -want +got:\n%s", name, d)
		}
	}
}

// TestTarTools compares what GNU tar packs of a real tree, with every
// compression, with the tree.
func TestTarTools(t *testing.T) {
	dir := sampleTree(t)
	want := openAll(t, dir, Options{})
	want = edit(want, func(s *shown) {
		if s.Type == Socket { // tar leaves them out, and says so
			s.Path = ""
		}
	})
	out := t.TempDir()
	run(t, dir, "tar", "--xattrs", "--xattrs-include=*", "--numeric-owner", "--format=pax", "-cf", filepath.Join(out, "x.tar"), ".")
	run(t, dir, "tar", "--xattrs", "--xattrs-include=*", "--sparse", "--numeric-owner", "--format=pax", "-cf", filepath.Join(out, "sparse.tar"), ".")
	run(t, dir, "tar", "--sparse", "--numeric-owner", "--format=gnu", "-cf", filepath.Join(out, "gnu.tar"), ".")
	for suffix, command := range map[string]string{".gz": "gzip", ".xz": "xz -T0", ".zst": "zstd -q", ".bz2": "bzip2", ".lz4": "lz4 -q", "": "cat",
		".legacy.lz4": "lz4 -q -l", ".lzma": "xz --format=lzma", ".two.gz": "split -b 3000000 --filter=gzip"} {
		shell(t, out, command+" < x.tar > x.tar"+suffix+".tmp; mv x.tar"+suffix+".tmp x.tar"+suffix)
		diffShown(t, openAll(t, filepath.Join(out, "x.tar"+suffix), Options{}), want)
	}
	diffShown(t, openAll(t, filepath.Join(out, "sparse.tar"), Options{}), want)
	plain := edit(want, func(s *shown) { s.Xattrs = nil })
	diffShown(t, openAll(t, filepath.Join(out, "gnu.tar"), Options{}), plain)
}

func TestTarRefused(t *testing.T) {
	whole := makeTar(t, file("a", "x"), file("b/c", strings.Repeat("y", 2000)))
	flipped := bytes.Clone(whole)
	flipped[512*2+20] ^= 1
	damagedGzip := gzipped(whole)
	damagedGzip[len(damagedGzip)-5] ^= 1
	for _, c := range []struct {
		name  string
		data  []byte
		place string
	}{
		{"parent", makeTar(t, file("../x", "")), `t!/"../x"`},
		{"parent of a link", makeTar(t, tarItem{tar.Header{Typeflag: tar.TypeLink, Name: "x", Linkname: "a/../../b"}, ""}), `t!/"x"`},
		{"no end", whole[:len(whole)-1024], "t"},
		{"cut", whole[:512*3+100], "t!/b/c"},
		{"cut in a content", whole[:512*5], "t!/"},
		{"header", flipped, "t!/a"},
		{"behind the end", append(bytes.Clone(whole), "more"...), "t"},
		{"checksum of gzip", damagedGzip, "t"},
		{"cut gzip", gzipped(whole)[:60], "t"},
		{"behind gzip", append(gzipped(whole), "more"...), "t"},
		{"unknown type", makeTar(t, tarItem{tar.Header{Typeflag: 'Q', Name: "q"}, ""}), `t!/"q"`},
		{"global", makeTar(t, tarItem{tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"path": "x"}}, ""}), "t!/"},
	} {
		_, err := tryRead("t", c.data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestLimits(t *testing.T) {
	bomb := gzipped(makeTar(t, file("zeros", strings.Repeat("\x00", 1<<20))))
	sparse := sparseTar(1 << 40)
	deep := []byte("core")
	for range 10 {
		deep = makeTar(t, file("x", string(deep)))
	}
	all := func(Entry, Format) bool { return true }
	for _, c := range []struct {
		limit string
		data  []byte
		opt   Options
	}{
		{"Bytes", bomb, Options{Limits: Limits{Bytes: 1 << 19}}},
		{"Bytes", sparse, Options{Limits: Limits{Bytes: 1 << 20}}},
		{"Entries", makeTar(t, file("a", ""), file("b", ""), file("c", "")), Options{Limits: Limits{Entries: 2}}},
		{"Depth", deep, Options{Descend: all}},
	} {
		_, err := tryRead("t", c.data, c.opt)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.Limit != c.limit || !strings.HasPrefix(limit.Place, "t") {
			t.Errorf("%s: %v", c.limit, err)
		}
	}
	if got := readAll(t, "t", deep, Options{Descend: all, Limits: Limits{Depth: 10}}); got[len(got)-1].Path != strings.Repeat("x!/", 9)+"x" {
		t.Errorf("%q", paths(got))
	}
}

// sparseTar is an archive of one file that is a hole.
func sparseTar(size int64) []byte {
	content := "1\n" + itoa(size) + "\n0\n" // one part, empty, at the end
	content += strings.Repeat("\x00", 512-len(content))
	var b bytes.Buffer
	records := pax("GNU.sparse.major", "1") + pax("GNU.sparse.minor", "0") + pax("GNU.sparse.name", "hole") + pax("GNU.sparse.realsize", itoa(size))
	b.Write(ustar("pax", 'x', records))
	b.Write(ustar("x", '0', content))
	b.Write(make([]byte, 1024))
	return b.Bytes()
}
