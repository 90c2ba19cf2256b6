package diff

import (
	"archive/tar"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// trees makes two directories, with all times the same, and returns them.
func trees(t *testing.T, make func(side int, dir string)) (left, right string) {
	t.Helper()
	base := t.TempDir()
	for side, name := range []string{"a", "b"} {
		dir := filepath.Join(base, name)
		must(t, os.Mkdir(dir, 0o755))
		make(side, dir)
		must(t, filepath.Walk(dir, func(path string, _ os.FileInfo, err error) error {
			at := unix.NsecToTimespec(when.UnixNano())
			return errors.Join(err, unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW))
		}))
	}
	return filepath.Join(base, "a"), filepath.Join(base, "b")
}

// TestTreesThatLookAlike differ in one thing that is shown alike, or that is
// not where one would look.
func TestTreesThatLookAlike(t *testing.T) {
	link := func(texts ...string) func(int, string) {
		return func(side int, dir string) { must(t, os.Symlink(texts[side], filepath.Join(dir, "l"))) }
	}
	names := func(names ...string) func(int, string) {
		return func(side int, dir string) { must(t, os.WriteFile(filepath.Join(dir, names[side]), nil, 0o644)) }
	}
	for name, c := range map[string]struct {
		make func(side int, dir string)
		want string
	}{
		"an escape in a link, and its text":    {link("a\x1b", `a\x1b`), `l: link "a\x1b"|"a\\x1b": other link`},
		"a byte that is no UTF-8":              {link("a\xff", `a\xff`), `l: link "a\xff"|"a\\xff": other link`},
		"a direction override":                 {link("a\u202e", `a\u202e`), `l: link "a\u202e"|"a\\u202e": other link`},
		"a replacement character":              {link("a\xff", "a\ufffd"), `l: link a\xff|a` + "\ufffd: other link"},
		"a trailing slash":                     {link("a", "a/"), "l: link a|a/: other link"},
		"a link out of the tree":               {link("/etc", "../../../../../../../../etc"), "l: link /etc|../../../../../../../../etc: other link"},
		"a newline in a name":                  {names("a\nb", `a\nb`), `only-left`},
		"case":                                 {names("A", "a"), `only-left`},
		"composed and decomposed":              {names("\u00e9", "e\u0301"), `only-left`},
		"a name of an entry that occurs twice": {names("x", "x (entry 2 of this path)"), `only-left`},
		"a directory's name that ends in !":    {names("a!", `a\!`), `only-left`},
		"a hole, and zeros that are one more": {func(side int, dir string) {
			f := filepath.Join(dir, "f")
			must(t, os.WriteFile(f, nil, 0o644))
			must(t, os.Truncate(f, 1<<20+int64(side)))
		}, "f: bytes"},
		"a FIFO, and a socket": {func(side int, dir string) {
			must(t, unix.Mknod(filepath.Join(dir, "f"), []uint32{unix.S_IFIFO, unix.S_IFSOCK}[side]|0o644, 0))
		}, "f: type fifo|socket"},
		"a file, and a link to a file like it": {func(side int, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "f"), []byte("1"), 0o644))
			if side == 0 {
				must(t, os.WriteFile(filepath.Join(dir, "g"), []byte("1"), 0o644))
			} else {
				must(t, os.Link(filepath.Join(dir, "f"), filepath.Join(dir, "g")))
			}
		}, "g: type"},
		"which of three are one file": {func(side int, dir string) {
			for _, n := range []string{"f", "g"} {
				must(t, os.WriteFile(filepath.Join(dir, n), []byte("1"), 0o644))
			}
			must(t, os.Link(filepath.Join(dir, []string{"f", "g"}[side]), filepath.Join(dir, "h")))
		}, "h: link f|g"},
		"a second later": {func(side int, dir string) {
			must(t, os.Symlink("x", filepath.Join(dir, "l")))
			must(t, os.Mkdir(filepath.Join(dir, "d"), []os.FileMode{0o755, 0o1755}[side]|os.FileMode(side)*os.ModeSticky))
		}, "d: mode"},
		"a setuid bit": {func(side int, dir string) {
			f := filepath.Join(dir, "f")
			must(t, os.WriteFile(f, nil, 0o755))
			must(t, os.Chmod(f, 0o755|os.FileMode(side)*os.ModeSetuid))
		}, "f: mode (permissions) 0755|4755"},
	} {
		t.Run(name, func(t *testing.T) {
			left, right := trees(t, c.make)
			r, err := Compare(context.Background(), left, right, Options{})
			must(t, err)
			got := strings.Join(tell(r.Differences), "\n")
			if r.Equal || r.Identical() || !strings.Contains(got, c.want) {
				t.Errorf("%s: %s, not %s", r.Verdict(), got, c.want)
			}
			for _, d := range r.Differences {
				if d.Left == d.Right && d.Left != "" {
					t.Errorf("both sides are shown as %q", d.Left)
				}
			}
		})
	}
}

// TestFilesWithoutSize are files of /proc: their size is 0, and they are not
// empty.
func TestFilesWithoutSize(t *testing.T) {
	r, err := Compare(context.Background(), "/proc/version", "/proc/cpuinfo", Options{})
	if !errors.Is(err, errMore) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestFilesThatChange are written while they are compared.
func TestFilesThatChange(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"longer":  func(path string) error { return os.Truncate(path, 4) },
		"shorter": func(path string) error { return os.Truncate(path, 1) },
		"other": func(path string) error {
			return errors.Join(os.WriteFile(path, []byte("xyz"), 0o644), os.Chtimes(path, time.Now(), when.Add(time.Hour)))
		},
	} {
		left, right := trees(t, func(side int, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, "f"), []byte([]string{"one", "two"}[side]), 0o644))
		})
		opt := Options{Leaf: func(ctx context.Context, l, r Content) ([]explain.Difference, error) {
			if err := change(filepath.Join(right, "f")); err != nil {
				return nil, err
			}
			return []explain.Difference{{Kind: explain.Bytes}}, nil
		}}
		for _, args := range [][2]string{{left, right}, {left + "/f", right + "/f"}} {
			if r, err := Compare(context.Background(), args[0], args[1], opt); !errors.Is(err, errChanged) {
				t.Errorf("%s: %+v, %v", name, r, err)
			}
			must(t, os.WriteFile(right+"/f", []byte("two"), 0o644))
			must(t, os.Chtimes(right+"/f", when, when))
		}
	}
}

// TestExcludeNoMore are exclusions that seem to match more than they say.
func TestExcludeNoMore(t *testing.T) {
	inner := func(text string) string { return string(makeTar(t, file("x", text))) }
	link := item{tar.Header{Typeflag: tar.TypeLink, Name: "y", Linkname: "x", Mode: 0o644, ModTime: when}, ""}
	dir := item{tar.Header{Typeflag: tar.TypeDir, Name: "b!", Mode: 0o755, ModTime: when}, ""}
	for name, c := range map[string]struct {
		left, right []item
		pattern     string
		want        string // a difference that is not excluded
	}{
		"a star and an artifact":         {[]item{file("b", inner("1"))}, []item{file("b", inner("2"))}, "a.tar!/*/x", "a.tar > b > x: bytes"},
		"an artifact and a directory":    {[]item{dir, file("b!/x", "1")}, []item{dir, file("b!/x", "2")}, "a.tar!/*!/x", `a.tar > b\!/x: bytes`},
		"the first of two":               {[]item{file("x", "1"), file("x", "1")}, []item{file("x", "1"), file("x", "2")}, "a.tar!/x", "a.tar > x (entry 2 of this path): bytes"},
		"the second of two, and no file": {[]item{file("x", "1"), file("x", "1"), file("x (entry 2 of this path)", "1")}, []item{file("x", "1"), file("x", "2"), file("x (entry 2 of this path)", "1")}, "a.tar!/x (entry 2 of this path)", "a.tar > x (entry 2 of this path) (again): bytes"},
		"a hard link to what is":         {[]item{file("x", "1"), link}, []item{file("x", "2"), link}, "a.tar!/x", "a.tar > y: bytes: a hard link to a file that differs: x"},
		"case":                           {[]item{file("X", "1")}, []item{file("X", "2")}, "a.tar!/x", "a.tar > X: bytes"},
		"a name with a newline":          {[]item{file("x\ny", "1")}, []item{file("x\ny", "2")}, "a.tar!/x", "a.tar > x\ny: bytes"},
		"what follows the archive":       {[]item{file("x", "1")}, []item{file("x", "2"), file("y", "")}, "a.tar!/x", "a.tar > y: only-right"},
		"the directory, and what it has": {[]item{dir, file("b!/x", "1")}, []item{dir, file("b!/x", "2")}, `a.tar!/b\\\!`, `a.tar > b\!/x: bytes`},
	} {
		t.Run(name, func(t *testing.T) {
			r := read(t, "a.tar", makeTar(t, c.left...), makeTar(t, c.right...), Options{Exclude: []Exclusion{{Pattern: c.pattern, Reason: "test"}}})
			if got := strings.Join(tell(r.Differences), "\n"); r.Equal || !strings.Contains(got, c.want) {
				t.Errorf("%s: %s, not %s", r.Verdict(), got, c.want)
			}
		})
	}
}

// TestExcludeOneOfTwoPaths excludes one path of a file on disk that has two.
func TestExcludeOneOfTwoPaths(t *testing.T) {
	left, right := trees(t, func(side int, dir string) {
		must(t, os.WriteFile(filepath.Join(dir, "build-info"), []byte{byte(side)}, 0o644))
		must(t, os.Link(filepath.Join(dir, "build-info"), filepath.Join(dir, "sh")))
	})
	r, err := Compare(context.Background(), left, right, Options{Exclude: []Exclusion{{Pattern: "build-info", Reason: "test"}}})
	must(t, err)
	if got := strings.Join(tell(r.Differences), "\n"); r.Equal || !strings.HasPrefix(got, "sh: bytes") {
		t.Errorf("%s: %s", r.Verdict(), got)
	}
}

// TestExcludeFrames are bytes that no entry has, beside an exclusion of one.
func TestExcludeFrames(t *testing.T) {
	plain, other := makeTar(t, file("x", "1")), makeTar(t, file("x", "2"))
	for name, right := range map[string][]byte{
		"behind the end":         append(other[:len(other):len(other)], "hidden"...),
		"zeros behind the end":   append(other[:len(other):len(other)], make([]byte, 512)...),
		"padding of the content": func() []byte { b := append([]byte{}, other...); b[512+7] = 1; return b }(),
		"a reserved field":       func() []byte { b := append([]byte{}, other...); b[511] = 1; return b }(),
	} {
		r := read(t, "a.tar", plain, right, Options{Exclude: []Exclusion{{Pattern: "a.tar!/x", Reason: "test"}}})
		if r.Equal {
			t.Errorf("%s: %s", name, r.Verdict())
		}
	}
}

// TestExcludeTypeOfTree excludes that a file is no directory: what the file has
// besides its entries was not compared.
func TestExcludeTypeOfTree(t *testing.T) {
	left, right := trees(t, func(side int, dir string) {
		must(t, os.WriteFile(filepath.Join(dir, "x"), []byte("1"), 0o644))
	})
	must(t, os.RemoveAll(right))
	for name, text := range map[string][]byte{
		"an archive":        append(makeTar(t, file("x", "1")), "hidden"...),
		"a damaged archive": makeTar(t, file("x", "1"))[:600],
		"a file":            []byte("hidden"),
	} {
		must(t, os.WriteFile(right, text, 0o644))
		r, err := Compare(context.Background(), left, right, Options{Exclude: []Exclusion{{Pattern: "**", Kind: explain.TypeOf, Reason: "packed"},
			{Pattern: "**", Kind: explain.Owner, Reason: "test"}, {Pattern: "**", Kind: explain.Mode, Reason: "test"}}})
		must(t, err)
		if got := strings.Join(tell(r.Differences), "\n"); r.Equal || !strings.Contains(got, "not proved to be the same") {
			t.Errorf("%s: %s: %s", name, r.Verdict(), got)
		}
	}
}
