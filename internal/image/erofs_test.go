package image

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func makeEROFS(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "root.erofs")
	run(t, dir, "mkfs.erofs", append(args, "-T1700000000", "-U00000000-0000-0000-0000-000000000001", "--quiet", out, ".")...)
	return out
}

func TestEROFS(t *testing.T) {
	dir := sampleTree(t)
	must(t, os.WriteFile(filepath.Join(dir, "lib/mixed"), bytes.Join([][]byte{bytes.Repeat([]byte("text "), 9000), noise(5, 33000), bytes.Repeat([]byte("more "), 70001)}, nil), 0o644))
	must(t, os.Chtimes(filepath.Join(dir, "lib/mixed"), sampleTime, sampleTime))
	must(t, os.Chtimes(filepath.Join(dir, "lib"), sampleTime, sampleTime))
	want := openAll(t, dir, Options{})
	for _, args := range []string{"", "-x-1 -zlz4", "-zlz4hc", "-zlz4hc -C65536", "-zlz4 -Elegacy-compress", "-zlz4hc -C65536 -Elegacy-compress", "-zlz4 -Eztailpacking", "-zlz4hc -C16384 -Eztailpacking",
		"-zlz4 -Efragments", "-zlz4 -Eall-fragments -C65536", "-zlz4 -Ededupe", "-zlz4 -Ededupe,fragments", "--chunksize=4096", "--chunksize=65536", "--chunksize=65536 -Eforce-chunk-indexes",
		"-Enoinline_data", "-Eforce-inode-extended", "-zlz4 --max-extent-bytes=8192"} {
		t.Run(args, func(t *testing.T) {
			got := openAll(t, makeEROFS(t, dir, strings.Fields(args)...), Options{})
			diffShown(t, got, edit(want, func(s *shown) {
				if strings.HasPrefix(args, "-x-1") {
					s.Xattrs = nil
				}
			}))
		})
	}
}

// TestEROFSDamage flips single bytes of an image whose superblock has no
// checksum over what follows: it is read without a panic, or refused at a
// place.
func TestEROFSDamage(t *testing.T) {
	dir := t.TempDir()
	for n := range 20 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint("file", n)), bytes.Repeat(fmt.Appendf(nil, "text %d ", n), 9000), 0o644))
	}
	whole := readFile(t, makeEROFS(t, dir, "-zlz4hc", "-C16384"))
	for name, data := range map[string][]byte{"cut": whole[:len(whole)/2], "short": whole[:1100], "super": damage(whole, 1024+36, 1), "features": damage(whole, 1024+81, 1)} {
		_, err := tryRead("t", data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	failed := 0
	for range 300 {
		data := bytes.Clone(whole)
		data[4096+r.IntN(len(data)-4096)] ^= 1 << r.IntN(8)
		_, err := tryRead("t", data, Options{Limits: fuzzLimits})
		var format *FormatError
		var limit *LimitError
		if err != nil && !errors.As(err, &format) && !errors.As(err, &limit) {
			t.Errorf("%v", err)
		}
		if err != nil {
			failed++
		}
	}
	if failed == 0 {
		t.Error("no damage was found")
	}
}

func smallEROFS(t testing.TB, args ...string) []byte {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), []byte(strings.Repeat("x1y2", 9000)), 0o644))
	must(t, os.Symlink("x", filepath.Join(dir, "y")))
	must(t, os.Mkdir(filepath.Join(dir, "z"), 0o755))
	must(t, os.Link(filepath.Join(dir, "x"), filepath.Join(dir, "z/x")))
	return readFile(t, makeEROFS(t, dir, args...))
}

func FuzzEROFS(f *testing.F) {
	fuzzFormat(f, EROFS, smallEROFS(f), smallEROFS(f, "-zlz4"), smallEROFS(f, "-zlz4", "-Elegacy-compress"), smallEROFS(f, "-zlz4hc", "-C65536", "-Eztailpacking"),
		smallEROFS(f, "-zlz4", "-Eall-fragments"), smallEROFS(f, "--chunksize=4096"))
}

// TestEROFSCompressions reads images of newer tools than the ones at hand may
// be (testdata/erofs/README).
func TestEROFSCompressions(t *testing.T) {
	var text strings.Builder
	for n := 1; n <= 3000; n++ {
		fmt.Fprintf(&text, "line %d of text: %d\n", n, n*n)
	}
	want := map[string]string{"text": sumOf(text.String()), "zeros": sumOf(strings.Repeat("\x00", 9000)), "small": sumOf("small\n")}
	for _, name := range []string{"lzma-fragments-tails", "deflate", "zstd-dedupe-tails", "lz4hc-zstd"} {
		got := map[string]string{}
		for _, s := range openAll(t, filepath.Join("testdata/erofs", name+".erofs.gz"), Options{}) {
			got[s.Path] = s.Sum
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: -want +got:\n%s", name, d)
		}
	}
	got := openAll(t, "testdata/erofs/prefix.erofs.gz", Options{})
	if len(got) != 1 || string(got[0].Xattrs["user.note.long.name"]) != "a note" {
		t.Errorf("%+v", got)
	}
}
