package diff

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// TestEntries are archives that differ in one thing each.
func TestEntries(t *testing.T) {
	x, y, z := file("x", "one"), file("y", "two"), file("z", "three")
	link := func(kind byte, to string) item {
		return item{tar.Header{Typeflag: kind, Name: "l", Linkname: to, ModTime: when}, ""}
	}
	device := func(minor int64) item {
		return item{tar.Header{Typeflag: tar.TypeChar, Name: "d", Devmajor: 4, Devminor: minor, ModTime: when}, ""}
	}
	pax := func(k, v string) func(*tar.Header) {
		return func(h *tar.Header) { h.PAXRecords = map[string]string{k: v} }
	}
	for name, c := range map[string]struct {
		left, right []item
		want        []string
	}{
		"mode":         {[]item{x}, []item{x.with(func(h *tar.Header) { h.Mode = 0o4755 })}, []string{"a.tar > x: mode (permissions) 0644|4755: same content, other mode"}},
		"owner":        {[]item{x}, []item{x.with(func(h *tar.Header) { h.Uid, h.Gid = 7, 8 })}, []string{"a.tar > x: owner (user) 0:0|7:8: same content, other owner"}},
		"mtime":        {[]item{x}, []item{x.with(func(h *tar.Header) { h.ModTime = when.Add(time.Nanosecond) })}, []string{"a.tar > x: mtime (timestamp) 2023-11-14T22:13:20Z|2023-11-14T22:13:20.000000001Z: same content, other mtime"}},
		"xattr":        {[]item{x.with(pax("SCHILY.xattr.user.a", "one"))}, []item{x.with(pax("SCHILY.xattr.user.a", "\x00\x02"))}, []string{`a.tar > x: xattr "one"|0x0002: same content, other attribute user.a`}},
		"no xattr":     {[]item{x.with(pax("SCHILY.xattr.user.a", ""))}, []item{x}, nil},
		"content":      {[]item{x}, []item{file("x", "onE")}, []string{"a.tar > x: bytes: first at offset 0x2"}},
		"size":         {[]item{x}, []item{file("x", "one more")}, []string{"a.tar > x: bytes 3 bytes|8 bytes: one side goes on where the other ends, at offset 0x3"}},
		"both":         {[]item{x}, []item{file("x", "0ne").with(func(h *tar.Header) { h.Mode = 0 })}, []string{"a.tar > x: bytes: first at offset 0x0", "a.tar > x: mode (permissions) 0644|0000: other mode"}},
		"symlink":      {[]item{link(tar.TypeSymlink, "a")}, []item{link(tar.TypeSymlink, "b")}, []string{"a.tar > l: link a|b: other link"}},
		"hard link":    {[]item{x, y, link(tar.TypeLink, "x")}, []item{x, y, link(tar.TypeLink, "y")}, []string{"a.tar > l: link x|y: other link"}},
		"type":         {[]item{link(tar.TypeSymlink, "a")}, []item{device(1)}, []string{"a.tar > d: only-right |character-device 4:1", "a.tar > l: only-left symlink to a|"}},
		"other type":   {[]item{link(tar.TypeSymlink, "a")}, []item{file("l", "")}, []string{"a.tar > l: type symlink to a|file: other type", "a.tar > l: mode (permissions) 0000|0644: other mode"}},
		"own copy":     {[]item{file("x", "o"), link(tar.TypeLink, "x")}, []item{file("x", "o"), file("l", "o").with(func(h *tar.Header) { h.Mode = 0 })}, []string{"a.tar > l: type hardlink to x|file: same content, other type"}},
		"another copy": {[]item{file("x", "o"), link(tar.TypeLink, "x")}, []item{file("x", "o"), file("l", "0").with(func(h *tar.Header) { h.Mode = 0 })}, []string{"a.tar > l: bytes: first at offset 0x0", "a.tar > l: type hardlink to x|file: other type"}},
		"device":       {[]item{device(1)}, []item{device(2)}, []string{"a.tar > d: device 4:1|4:2: other device"}},
		"only":         {[]item{x, y}, []item{x, z}, []string{"a.tar > y: only-left file of 3 bytes|", "a.tar > z: only-right |file of 5 bytes"}},
		"rename":       {[]item{x, file("a/y", "two")}, []item{x, file("b/y", "two")}, []string{"a.tar > a/y: only-left file of 3 bytes|: the other side has the same content as b/y", "a.tar > b/y: only-right |file of 3 bytes: the other side has the same content as a/y"}},
		"packed otherwise": {[]item{file("d/x.gz", string(gzipped([]byte("one"))))}, []item{file("d/x.xz", string(archivetest.Compress(".xz", []byte("two"))))}, []string{"a.tar > d/x.gz > x: bytes: first at offset 0x0",
			"a.tar > d/x.gz: type (compression) gzip|xz: other format", "a.tar > d/x.gz: only-left file of 27 bytes|: compared with d/x.xz, which only the other side has",
			"a.tar > d/x.xz: only-right |file of 60 bytes: compared with d/x.gz, which only the other side has"}},
		"not packed": {[]item{file("x.gz", string(gzipped([]byte("one"))))}, []item{file("x", "one")}, []string{"a.tar > x: only-right |file of 3 bytes: compared with x.gz, which only the other side has",
			"a.tar > x.gz: type (compression) gzip|file: other format", "a.tar > x.gz: only-left file of 27 bytes|: compared with x, which only the other side has"}},
		"order":        {[]item{x, y, z}, []item{x, z, y}, []string{"a.tar: order (order) y|z: same set, other order from entry 2 on"}},
		"order, set":   {[]item{x, y, z}, []item{z, y}, []string{"a.tar > x: only-left file of 3 bytes|", "a.tar: order (order) y|z: what both sides have is in another order from entry 1 of these on"}},
		"duplicate":    {[]item{x, x, file("x", "two")}, []item{x, file("x", "one"), file("x", "one")}, []string{"a.tar > x (entry 3 of this path): bytes: first at offset 0x0"}},
		"once":         {[]item{x, x}, []item{x}, []string{"a.tar > x (entry 2 of this path): only-left file of 3 bytes|"}},
		"strange name": {[]item{file("a\nb", "1")}, []item{file("a\nb", "2")}, []string{"a.tar > a\nb: bytes: first at offset 0x0"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := read(t, "a.tar", makeTar(t, c.left...), makeTar(t, c.right...), Options{})
			got := tell(r.Differences)
			if c.want == nil { // there is no such thing in an archive, but its bytes differ
				if len(r.Differences) == 0 {
					t.Error("the bytes differ and nothing is said")
				}
				return
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if r.Equal || r.Identical() || r.Err() == nil {
				t.Errorf("%+v", r)
			}
		})
	}
}

// TestNesting goes through every kind of level; the same change is below all.
func TestNesting(t *testing.T) {
	level := func(text string) []byte {
		module := makeAr(file("m.o", text))
		initrd := gzipped(makeCPIO(file("lib/m.a", string(module)), file("z", "z")))
		layer := makeZip(t, file("initrd.gz", string(initrd)), file("y", "y"))
		deb := archivetest.Deb{Name: "p", Entries: []archivetest.Entry{{Path: "./usr/x.zip", Text: string(layer)}}, Compress: ".xz"}.Bytes()
		return archivetest.Compress(".zst", makeTar(t, file("p.deb", string(deb)), file("notes", "n")))
	}
	r := read(t, "out/a.tar.zst", level("same but 1"), level("same but 2"), Options{})
	want := []string{"a.tar.zst > p.deb > data.tar.xz > usr/x.zip > initrd.gz > lib/m.a > m.o: bytes: first at offset 0x9"}
	if d := cmp.Diff(want, tell(r.Differences)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	_, err := Read(context.Background(), content("a", level("1")), content("a", level("2")), Options{Limits: Limits{Depth: 5}})
	var limit *image.LimitError
	if !errors.As(err, &limit) || limit.Limit != "Depth" || limit.Max != 5 || !strings.Contains(limit.Place, "data.tar.xz") {
		t.Errorf("%v", err)
	}
}

// TestPacked are compressions of the same and of other contents.
func TestPacked(t *testing.T) {
	text := []byte(strings.Repeat("a text that packs well\n", 40))
	other := append([]byte("b"), text[1:]...)
	later := func(h *gzip.Header) { h.ModTime = time.Unix(1, 0) }
	for name, c := range map[string]struct {
		left, right []byte
		want        string // beginning of the only difference, with fields
	}{
		"content":        {gzipped(text), gzipped(other), "x.gz > x: bytes: first at offset 0x0"},
		"other format":   {gzipped(text), archivetest.Compress(".xz", text), "x.gz: type (compression) gzip|xz: other format"},
		"not packed":     {gzipped(text), text, "x.gz: type (compression) gzip|file: other format"},
		"header":         {gzipped(text), gzipped(text, later), "x.gz: "},
		"packed again":   {gzipped(gzipped(text)), gzipped(gzipped(other)), "x.gz > x > x: bytes: first at offset 0x0"},
		"cut":            {gzipped(text), gzipped(text)[:40], "x.gz: bytes 64 bytes|40 bytes: "},
		"archive inside": {gzipped(makeTar(t, file("a", "1"))), gzipped(makeTar(t, file("a", "2"))), "x.gz > a: bytes: first"},
	} {
		t.Run(name, func(t *testing.T) {
			r := read(t, "x.gz", c.left, c.right, Options{})
			if len(r.Differences) != 1 || !strings.HasPrefix(told(r.Differences[0]), c.want) && name != "cut" {
				t.Errorf("%q, not %q", r.Differences, c.want)
			}
			if name == "cut" && !strings.Contains(r.Differences[0].Detail, "compared as bytes: x.gz: gzip: ") {
				t.Errorf("%q", r.Differences)
			}
		})
	}
}

// TestLayout are archives of the same entries in other bytes: unless the format
// records why, the places of the bytes are the difference.
func TestLayout(t *testing.T) {
	data := makeTar(t, file("x", "one"))
	padded := append([]byte{}, data...)
	padded[strings.Index(string(data), "one")+100] = 'x'
	for name, right := range map[string][]byte{"longer": append(append([]byte{}, data...), make([]byte, 512)...), "padding": padded} {
		r := read(t, "a.tar", data, right, Options{})
		if len(r.Differences) == 0 {
			t.Fatalf("%s: nothing is said", name)
		}
		for _, d := range r.Differences {
			if d.Kind != explain.Layout && d.Kind != explain.Field {
				t.Errorf("%s: %q", name, told(d))
			}
		}
	}
	d, err := newComparer(Options{}).layout(context.Background(), level{path: []string{"a.tar"}}, content("l", data), content("r", padded), "same entries")
	must(t, err)
	if got := told(d); !strings.HasPrefix(got, "a.tar: layout: same entries, first at offset 0x") || !strings.Contains(d.Lines[2].Text, "|....x") {
		t.Errorf("%s %+v", got, d.Lines)
	}
}

// TestTrees compares directories on disk.
func TestTrees(t *testing.T) {
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("owners and devices need root")
	}
	for name, c := range map[string]struct{ change, want string }{
		"same":        {":", ""},
		"content":     {"printf 0ne > R/d/x; touch -d @1700000000 R/d/x", "d/x: bytes: first at offset 0x0"},
		"mtime":       {"touch -d @1700000001 R/d", "d: mtime (timestamp) 2023-11-14T22:13:20Z|2023-11-14T22:13:21Z: other mtime"},
		"link's time": {"touch -hd @1700000001 R/l", "l: mtime (timestamp) 2023-11-14T22:13:20Z|2023-11-14T22:13:21Z: other mtime"},
		"link's user": {"chown -h 5:6 R/l", "l: owner (user) 0:0|5:6: other owner"},
		"setuid":      {"chmod u+s R/d/x", "d/x: mode (permissions) 0644|4644: same content, other mode"},
		"hard link":   {"rm R/d/z; ln R/d/y R/d/z; touch -d @1700000000 R/d", "d/z: type file|hardlink to d/y: same content, other type"},
		"device":      {"rm R/n; mknod R/n c 1 5; touch -d @1700000000 R/n", "n: device 1:3|1:5: other device"},
		"fifo":        {"rm R/n; mkfifo R/n; touch -d @1700000000 R/n", "n: type character-device|fifo: other type"},
		"new":         {"touch R/d/new; touch -d @1700000000 R/d", "d/new: only-right |file of 0 bytes"},
		"root":        {"chmod 700 R", ": mode (permissions) 0755|0700: other mode of the root directory"},
		"root's time": {"touch R", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			shell(t, dir, "umask 022; mkdir -p L/d; printf one > L/d/x; printf two > L/d/y; printf two > L/d/z; ln -s x L/l; mknod L/n c 1 3; "+
				"find L -exec touch -hd @1700000000 {} +; cp -a L R; "+c.change)
			r, err := Compare(context.Background(), filepath.Join(dir, "L"), filepath.Join(dir, "R"), Options{Leaf: ExplainBytes})
			must(t, err)
			if got := strings.Join(tell(r.Differences), "; "); got != c.want || r.Equal != (c.want == "") {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}

func TestTreeXattrs(t *testing.T) {
	dir := t.TempDir()
	l, r := filepath.Join(dir, "l"), filepath.Join(dir, "r")
	must(t, os.Mkdir(l, 0o755))
	must(t, os.Mkdir(r, 0o755))
	if err := unix.Setxattr(l, "user.note", []byte("a"), 0); err == unix.ENOTSUP && os.Getenv("CI") != "true" {
		t.Skip("the temporary directory has no extended attributes")
	} else {
		must(t, err)
	}
	res, err := Compare(context.Background(), l, r, Options{})
	must(t, err)
	if d := cmp.Diff([]string{`: xattr "a"|none: other attribute user.note of the root directory`}, tell(res.Differences)); d != "" {
		t.Error(d)
	}
}

// TestTreeAndFile compares a directory with an archive of it: they are not
// equal, but nothing else differs.
func TestTreeAndFile(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "mkdir L; echo x > L/x; tar -czf t.tgz --format=posix -C L x; echo text > plain")
	at := func(name string) string { return filepath.Join(dir, name) }
	r, err := Compare(context.Background(), at("L"), at("t.tgz"), Options{})
	must(t, err)
	if d := cmp.Diff([]string{": type directory|tar: a directory on one side, a file on the other"}, tell(r.Differences)); d != "" || r.Examined.Right.Entries != 1 {
		t.Errorf("%s %+v", d, r)
	}
	r, err = Compare(context.Background(), at("plain"), at("L"), Options{})
	must(t, err)
	if len(r.Differences) != 1 || r.Equal {
		t.Errorf("%q", r.Differences)
	}
	must(t, unix.Mkfifo(at("fifo"), 0o644))
	for _, bad := range []string{"nowhere", "fifo"} {
		if _, err := Compare(context.Background(), at("L"), at(bad), Options{}); err == nil || !strings.Contains(err.Error(), at(bad)) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestFileSystems name the file that differs in images that only their own
// programs make.
func TestFileSystems(t *testing.T) {
	dir := t.TempDir()
	shell(t, dir, "for s in a b; do mkdir -p $s/etc; seq 20000 > $s/etc/motd; echo other > $s/x; done; echo $$ >> b/etc/motd; find a b -exec touch -hd @1700000000 {} +")
	for name, c := range map[string]struct{ program, script string }{
		"squashfs": {"mksquashfs", "mksquashfs a l -quiet -no-progress -all-root; mksquashfs b r -quiet -no-progress -all-root"},
		"ext4":     {"mkfs.ext4", "for s in a b; do mkfs.ext4 -q -U 00000000-0000-0000-0000-000000000001 -E hash_seed=00000000-0000-0000-0000-000000000002 -d $s $s.img 8M; done; mv a.img l; mv b.img r"},
		"iso9660":  {"xorriso", "xorriso -as mkisofs -quiet -R -o l a 2>&1; xorriso -as mkisofs -quiet -R -o r b 2>&1"},
	} {
		t.Run(name, func(t *testing.T) {
			shell(t, dir, "rm -f l r; "+c.script, c.program)
			r, err := Compare(context.Background(), filepath.Join(dir, "l"), filepath.Join(dir, "r"), Options{Leaf: ExplainBytes})
			must(t, err)
			if !strings.HasPrefix(strings.Join(tell(r.Differences), "\n"), "l > etc/motd: bytes ") {
				t.Errorf("%q", tell(r.Differences))
			}
			if r.Examined.Left.Entries < 3 || r.Examined.Left.Entries != r.Examined.Right.Entries {
				t.Errorf("%+v", r.Examined)
			}
		})
	}
}

// TestUnexamined is what protects from an entry that nobody looked at.
func TestUnexamined(t *testing.T) {
	n := &node{Entry: image.Entry{Path: "etc/shadow"}}
	c := &container{place: "a.tar", nodes: []*node{{Entry: image.Entry{Path: "x"}, examined: true}, n}}
	if err := unexamined(c); err == nil || !strings.Contains(err.Error(), `"etc/shadow" was not examined`) {
		t.Errorf("%v", err)
	}
	n.examined = true
	must(t, unexamined(c))
}
