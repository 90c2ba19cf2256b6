package image

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func arHead(name string, size int) string {
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n", name, 1700000000, 0, 0, 0o100644, size)
}

func memberOf(name, content string) string {
	return arHead(name, len(content)) + content + strings.Repeat("\n", len(content)%2)
}

func TestAr(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("long", 20) + ".o"
	for _, name := range []string{"a.o", long} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("object "+name), 0o640))
	}
	run(t, dir, "ar", "rcS", "lib.a", "a.o", long)
	all := func(Entry, Format) bool { return true }
	got := openAll(t, filepath.Join(dir, "lib.a"), Options{})
	if d := cmp.Diff([]string{"lib.a"}, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	got = openAll(t, filepath.Join(dir, "lib.a"), Options{Descend: all})
	if d := cmp.Diff([]string{"lib.a", "lib.a!/a.o", "lib.a!/" + long}, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got[2].Sum != sumOf("object "+long) {
		t.Errorf("%+v", got[2])
	}
	bsd := "!<arch>\n" + memberOf("#1/20", long[:18]+"\x00\x00object")
	if got := readAll(t, "b.a", []byte(bsd), Options{Descend: all}); got[1].Path != "b.a!/"+long[:18] || got[1].Sum != sumOf("object") {
		t.Errorf("%+v", got)
	}
}

func makeDeb(parts ...string) []byte {
	s := "!<arch>\n"
	for i := 0; i < len(parts); i += 2 {
		s += memberOf(parts[i], parts[i+1])
	}
	return []byte(s)
}

func TestDeb(t *testing.T) {
	control, data := makeTar(t, file("./control", "Package: x\n")), makeTar(t, file("./usr/bin/x", "elf"))
	for _, all := range []func(Entry, Format) bool{nil, func(Entry, Format) bool { return true }} {
		got := readAll(t, "x.deb", makeDeb("debian-binary", "2.0\n", "control.tar.gz", string(gzipped(control)), "data.tar", string(data)), Options{Descend: all})
		want := []string{"control.tar.gz", "control.tar.gz!/control", "data.tar", "data.tar!/usr/bin/x", "debian-binary"}
		if d := cmp.Diff(want, paths(got)); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
}

func TestArRefused(t *testing.T) {
	data := gzipped(makeTar(t, file("x", "y")))
	broken := bytes.Clone(data)
	broken[len(broken)-1] ^= 1
	all := func(Entry, Format) bool { return true }
	for name, c := range map[string]struct{ data, place string }{
		"cut":             {"!<arch>\n" + memberOf("x", "yyyy")[:62], `t`},
		"header":          {"!<arch>\n" + strings.Replace(memberOf("x", "yyyy"), "`", "'", 1), `t!/"x"`},
		"number":          {"!<arch>\n" + strings.Replace(memberOf("x", "yyyy"), "1700", "-700", 1), `t!/"x"`},
		"no table":        {"!<arch>\n" + memberOf("/7", "yyyy"), `t!/"/7"`},
		"slash":           {"!<arch>\n" + memberOf("a/b", "yyyy"), `t!/"a/b"`},
		"no data":         {string(makeDeb("debian-binary", "2.0\n")), `t`},
		"version":         {string(makeDeb("debian-binary", "3.0\n")), `t!/debian-binary`},
		"no archive":      {string(makeDeb("debian-binary", "2.0\n", "data.tar.gz", string(gzipped([]byte("x"))))), `t!/data.tar.gz`},
		"damaged archive": {string(makeDeb("debian-binary", "2.0\n", "data.tar.gz", string(broken))), `t!/data.tar.gz`},
	} {
		_, err := tryRead("t", []byte(c.data), Options{Descend: all})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(strings.Replace(format.Place, "t!/t", "t", 1), c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
