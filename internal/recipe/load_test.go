package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// place of an expected diagnostic; line 0 is anywhere.
type expected struct {
	line int
	text string
}

var (
	errorComment    = regexp.MustCompile(`# ERROR: (.*?)\s*(# ERROR: |$)`)
	anywhereComment = regexp.MustCompile(`^# ERROR anywhere: (.*)$`)
	varComment      = regexp.MustCompile(`^# VAR: (\w+)=(.*)$`)
)

// fixture is a recipe under testdata: one file, or a directory of modules.
type fixture struct {
	dir  string
	vars map[string]string
	want map[string][]expected // by file name relative to dir
}

// open copies a fixture to a directory of its own, so that links and special
// files can be added to it.
func open(t *testing.T, path string) fixture {
	t.Helper()
	f := fixture{dir: t.TempDir(), vars: map[string]string{}, want: map[string][]expected{}}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		copyTree(t, path, f.dir)
	} else {
		copyTree(t, "testdata/shared", f.dir)
		src, err := os.ReadFile(path)
		check(t, err)
		if !strings.HasPrefix(string(src), "# with preamble\n") {
			check(t, os.Remove(filepath.Join(f.dir, "preamble.hcl")))
		}
		check(t, os.WriteFile(filepath.Join(f.dir, "recipe.hcl"), src, 0o644))
		check(t, os.Symlink("/etc/passwd", filepath.Join(f.dir, "escape")))
		check(t, os.Symlink("build.sh", filepath.Join(f.dir, "inside")))
		check(t, os.WriteFile(filepath.Join(f.dir, "latin1"), []byte("caf\xe9\n"), 0o644))
	}
	check(t, filepath.WalkDir(f.dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".hcl") {
			f.comments(t, p)
		}
		return err
	}))
	return f
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	check(t, os.CopyFS(to, os.DirFS(from)))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f fixture) comments(t *testing.T, path string) {
	src, err := os.ReadFile(path)
	check(t, err)
	rel, err := filepath.Rel(f.dir, path)
	check(t, err)
	for i, line := range strings.Split(string(src), "\n") {
		if m := varComment.FindStringSubmatch(line); m != nil {
			f.vars[m[1]] = m[2]
		}
		if m := anywhereComment.FindStringSubmatch(line); m != nil {
			f.want[rel] = append(f.want[rel], expected{0, m[1]})
		}
		for rest := line; ; {
			m := errorComment.FindStringSubmatchIndex(rest)
			if m == nil {
				break
			}
			f.want[rel] = append(f.want[rel], expected{i + 1, rest[m[2]:m[3]]})
			rest = rest[m[3]:]
		}
	}
}

// TestDiagnostics loads every fixture; the diagnostics must be exactly those
// of its ERROR comments.
func TestDiagnostics(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.hcl")
	check(t, err)
	for _, path := range append(paths, "testdata/modules") {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".hcl"), func(t *testing.T) {
			f := open(t, path)
			_, err := Load(f.dir, f.vars)
			compare(t, f, err)
		})
	}
}

func compare(t *testing.T, f fixture, err error) {
	t.Helper()
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("Load gives %T: %v", err, err)
	}
	if e == nil {
		e = &Error{}
	}
	left := map[string][]expected{}
	for name, list := range f.want {
		left[name] = slices.Clone(list)
	}
	for _, d := range e.Diags {
		text := fmt.Sprintf("%s; %s", d.Summary, d.Detail)
		if d.Subject != nil {
			text = d.Subject.Filename + " " + text
		}
		if !take(left, f.dir, subject(d).Filename, subject(d).Start.Line, text) {
			t.Errorf("unexpected: %s", line(d))
		}
	}
	for _, name := range sortedKeys(left) {
		for _, w := range left[name] {
			t.Errorf("missing: %s:%d: %s", name, w.line, w.text)
		}
	}
}

// take removes the expectation that a diagnostic meets.
func take(left map[string][]expected, dir, file string, line int, text string) bool {
	rel, err := filepath.Rel(dir, file)
	if err != nil {
		rel = ""
	}
	for name, list := range left {
		for i, w := range list {
			if (w.line == 0 || name == rel && w.line == line) && strings.Contains(text, w.text) {
				left[name] = slices.Delete(list, i, i+1)
				return true
			}
		}
	}
	return false
}
