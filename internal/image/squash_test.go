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
)

func makeSquash(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "root.squashfs")
	run(t, dir, "mksquashfs", append([]string{".", out, "-quiet", "-no-progress", "-processors", "1"}, args...)...)
	return out
}

func TestSquashFS(t *testing.T) {
	dir := sampleTree(t)
	want := openAll(t, dir, Options{})
	for _, args := range []string{"-comp gzip", "-comp xz", "-comp zstd", "-comp lz4", "-comp gzip -b 1M", "-comp zstd -b 4096", "-noI -noD -noF -noX",
		"-no-fragments", "-always-use-fragments", "-no-duplicates -no-exports", "-no-sparse"} {
		t.Run(args, func(t *testing.T) {
			diffShown(t, openAll(t, makeSquash(t, dir, strings.Fields(args)...), Options{}), want)
		})
	}
}

func TestSquashFSRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), []byte("x"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "y"), noise(7, 300000), 0o644))
	for _, comp := range []string{"lzo", "lzma"} {
		_, err := tryRead("t", readFile(t, makeSquash(t, dir, "-comp", comp)), Options{})
		if err == nil || !strings.Contains(err.Error(), strings.ToUpper(comp)) {
			t.Errorf("%s: %v", comp, err)
		}
	}
	whole := readFile(t, makeSquash(t, dir, "-comp", "gzip"))
	for name, data := range map[string][]byte{"cut": whole[:len(whole)-4096-200], "short": whole[:50]} {
		_, err := tryRead("t", data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSquashFSDamage flips single bytes: the tree is as it was or there is an
// error, where a checksum can tell.
func TestSquashFSDamage(t *testing.T) {
	dir := t.TempDir()
	for n := range 20 {
		must(t, os.WriteFile(filepath.Join(dir, fmt.Sprint("file", n)), bytes.Repeat(fmt.Appendf(nil, "text %d ", n), 9000), 0o644))
	}
	whole := readFile(t, makeSquash(t, dir, "-comp", "xz"))
	want := readAll(t, "t", whole, Options{})
	first, last := int(le.Uint64(whole[64:])), len(whole)
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		at := squashSuper + r.IntN(first-squashSuper) // contents
		data := bytes.Clone(whole[:last])
		data[at] ^= 1 << r.IntN(8)
		got, err := tryRead("t", data, Options{})
		if err == nil {
			diffShown(t, got, want)
		}
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

func smallSquash(t testing.TB, args ...string) []byte {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), []byte(strings.Repeat("x", 9000)), 0o644))
	must(t, os.Symlink("x", filepath.Join(dir, "y")))
	must(t, os.Mkdir(filepath.Join(dir, "z"), 0o755))
	must(t, os.Link(filepath.Join(dir, "x"), filepath.Join(dir, "z/x")))
	return readFile(t, makeSquash(t, dir, append(args, "-b", "4096", "-nopad")...))
}

func FuzzSquashFS(f *testing.F) {
	fuzzFormat(f, SquashFS, smallSquash(f), smallSquash(f, "-noI", "-noD", "-noF", "-noX"), smallSquash(f, "-comp", "lz4"))
}
