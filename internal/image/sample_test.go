package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// shown is an entry with the digest of its content, "" where it has none.
type shown struct {
	Entry
	Sum string
}

func walkAll(t testing.TB, i *Image) []shown {
	t.Helper()
	all, err := tryWalk(i)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// tryWalk reads every content, sorted by path.
func tryWalk(i *Image) ([]shown, error) {
	var all []shown
	err := i.Walk(context.Background(), func(e Entry, c *Content) error {
		s := shown{Entry: e}
		if c != nil {
			sum := sha256.New()
			if _, err := io.Copy(sum, c); err != nil {
				return err
			}
			s.Sum = fmt.Sprintf("%x", sum.Sum(nil)[:8])
		}
		all = append(all, s)
		return nil
	})
	slices.SortStableFunc(all, func(a, b shown) int { return strings.Compare(a.Path, b.Path) })
	return all, err
}

func openAll(t testing.TB, path string, opt Options) []shown {
	t.Helper()
	i, err := Open(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer i.Close()
	return walkAll(t, i)
}

func readAll(t testing.TB, name string, data []byte, opt Options) []shown {
	t.Helper()
	i, err := Read(name, bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return walkAll(t, i)
}

func tryRead(name string, data []byte, opt Options) ([]shown, error) {
	i, err := Read(name, bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		return nil, err
	}
	return tryWalk(i)
}

func paths(all []shown) []string {
	var p []string
	for _, s := range all {
		p = append(p, s.Path)
	}
	return p
}

func sumOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))[:16] }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// need finds a program that makes images, which only itself can make honestly.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must have %s", program)
	}
	t.Skipf("there is no %s", program)
	return ""
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("owners, devices and capabilities need root")
	}
}

func run(t testing.TB, dir, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(need(t, program), args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, &stderr)
	}
	return out
}

func shell(t testing.TB, dir, script string) []byte {
	t.Helper()
	return run(t, dir, "sh", "-euc", script)
}

// capability is cap_net_raw+ep as security.capability, version 2.
var capability = []byte("\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")

// noise is text that does not compress.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})
	b := make([]byte, n)
	r.Read(b)
	return b
}

// sampleTime is the time of all that is in a sample tree.
var sampleTime = time.Unix(1700000000, 0)

// sampleTree makes a tree with everything that file systems can hold.
func sampleTree(t testing.TB) string {
	t.Helper()
	needRoot(t)
	dir := filepath.Join(t.TempDir(), "tree")
	file := func(name string, mode uint32, data []byte) {
		p := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(p), 0o755))
		must(t, os.WriteFile(p, data, 0o600))
		must(t, unix.Chmod(p, mode))
	}
	file("bin/empty", 0o644, nil)
	file("bin/small", 0o755, []byte("small\n"))
	file("bin/su", 0o4755, []byte("set user id\n"))
	file("bin/wall", 0o2755, []byte("set group id\n"))
	file("bin/ping", 0o755, []byte("capable\n"))
	file("lib/noise", 0o644, noise(1, 1<<20+12345))
	file("lib/text", 0o600, bytes.Repeat([]byte("text that compresses well\n"), 40000))
	file("lib/block", 0o644, noise(2, 4096))
	file("lib/larger", 0o644, noise(3, 131072+1))
	file("srv/worldly", 0o666, []byte("x"))
	file("lib/"+strings.Repeat("n", 200), 0o644, []byte("long name"))
	for n := range 700 {
		file(fmt.Sprintf("many/file-with-a-rather-long-name-%04d", n), 0o644, fmt.Appendf(nil, "%d", n))
	}
	sparse := filepath.Join(dir, "lib/sparse")
	must(t, os.WriteFile(sparse, []byte("begin"), 0o644))
	f, err := os.OpenFile(sparse, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt([]byte("middle"), 1<<20+3)
	must(t, err)
	must(t, f.Truncate(5<<20+1))
	must(t, f.Close())
	at := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.Mkdir(at("tmp"), 0o755))
	must(t, unix.Chmod(at("tmp"), 0o1777))
	must(t, os.Symlink("small", at("bin/short")))
	must(t, os.Symlink("../"+strings.Repeat("long/", 40)+"target", at("bin/long")))
	must(t, os.Symlink("/etc/passwd", at("out")))
	must(t, os.Link(at("bin/su"), at("bin/sudo")))
	must(t, os.Link(at("lib/noise"), at("srv/noise")))
	must(t, unix.Mknod(at("null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	must(t, unix.Mknod(at("disk"), unix.S_IFBLK|0o660, int(unix.Mkdev(259, 300))))
	must(t, unix.Mkfifo(at("pipe"), 0o622))
	must(t, unix.Mknod(at("socket"), unix.S_IFSOCK|0o755, 0))
	for name, mode := range map[string]uint32{"null": 0o666, "disk": 0o660, "pipe": 0o622, "socket": 0o755} {
		must(t, unix.Chmod(at(name), mode))
	}
	must(t, os.Lchown(at("lib/text"), 1000, 70000))
	must(t, os.Lchown(at("bin/short"), 5, 6))
	must(t, unix.Lsetxattr(at("bin/ping"), "security.capability", capability, 0))
	must(t, unix.Lsetxattr(at("bin/ping"), "user.note", []byte("a note"), 0))
	must(t, unix.Lsetxattr(at("lib/text"), "user.note", []byte("a note"), 0))
	must(t, unix.Lsetxattr(at("lib/block"), "trusted.long", noise(4, 700), 0))
	must(t, unix.Lsetxattr(at("srv"), "user.dir", []byte("of a directory"), 0))
	when := sampleTime
	must(t, filepath.WalkDir(dir, func(p string, _ os.DirEntry, err error) error {
		ts := unix.NsecToTimespec(when.UnixNano())
		if err == nil {
			err = unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{ts, ts}, unix.AT_SYMLINK_NOFOLLOW)
		}
		return err
	}))
	return dir
}

// canonicalLinks makes the first path in the order of names the one that
// holds the content: which one does is the choice of whoever wrote the image.
func canonicalLinks(all []shown) []shown {
	groups := map[string][]int{}
	for i, s := range all {
		switch s.Type {
		case Regular:
			groups[s.Path] = append(groups[s.Path], i)
		case HardLink:
			groups[s.Link] = append(groups[s.Link], i)
		}
	}
	out := slices.Clone(all)
	for holder, members := range groups {
		var content shown
		for _, i := range members {
			if all[i].Path == holder {
				content = all[i]
			}
		}
		slices.Sort(members)
		for n, i := range members {
			path := all[i].Path
			out[i] = content
			out[i].Path = path
			if n > 0 {
				out[i].Type, out[i].Link, out[i].Size, out[i].Sum = HardLink, all[members[0]].Path, 0, ""
			}
		}
	}
	return out
}

// edit changes entries where a format can hold less.
func edit(all []shown, change func(*shown)) []shown {
	var out []shown
	for _, s := range all {
		change(&s)
		if s.Path != "" {
			out = append(out, s)
		}
	}
	return out
}

func diffShown(t testing.TB, got, want []shown) {
	t.Helper()
	got, want = canonicalLinks(got), canonicalLinks(want)
	normal := func(s *shown) {
		if len(s.Xattrs) == 0 {
			s.Xattrs = nil
		}
	}
	if d := cmp.Diff(edit(want, normal), edit(got, normal)); d != "" {
		if len(d) > 4000 {
			d = d[:4000]
		}
		t.Fatalf("-want +got:\n%s", d)
	}
}
