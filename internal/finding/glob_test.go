package finding

import (
	"path"
	"strings"
	"testing"
	"time"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"usr/bin/x", "usr/bin/x", true},
		{"usr/bin/x", "usr/bin/xy", false},
		{"bin/x", "usr/bin/x", false},
		{"usr/bin", "usr/bin/x", false},
		{"usr/*/x", "usr/bin/x", true},
		{"usr/*", "usr/bin/x", false},
		{"*", "", true},
		{"usr/**", "usr/bin/x", true},
		{"usr/**", "usr", true},
		{"usr/**", "usrx", false},
		{"**", "usr/bin/x", true},
		{"**/x", "x", true},
		{"**/x", "a.iso!/boot/initrd!/bin/x", true},
		{"**/x", "a/xx", false},
		{"a/**/b/**/c", "a/b/b/1/2/c", true},
		{"a/**/b/**/c", "a/1/2/c", false},
		{"**/a/b/**", "a/a/a/b", true},
		{"**/**/x", "x", true},
		{"*.iso!/boot/initrd!/bin/?", "a.iso!/boot/initrd!/bin/x", true},
		{"a.iso/**", "a.iso!/boot/initrd", false},
		{"a.iso!/**", "a.iso!/boot/initrd", true},
		{"lib[a-c].so", "libb.so", true},
		{"lib[^a-c].so", "libb.so", false},
		{`lib\*.so`, "lib*.so", true},
		{`lib\*.so`, "libx.so", false},
		{"[*][*]", "**", true},
		{"/usr/bin/*", "/usr/bin/x", true},
		{"/usr/bin/*", "usr/bin/x", false},
		{"**/x", "/usr/x", true},
		{"a\nb", "a\nb", true},
		{"caf?", "caf\xe9", true},
		{"*/x", "a.tar!/x", false},
		{"a.tar!/*/x", "a.tar!/b.tar!/x", false},
		{"a.tar!/b*/x", "a.tar!/b.tar!/x", false},
		{"a.tar?/x", "a.tar!/x", false},
		{"a.tar[!]/x", "a.tar!/x", false},
		{"*!/x", `b\!/x`, false},
		{"**/*!/x", `c/b\!/x`, false},
		{`b\\\!/x`, `b\!/x`, true},
		{`b\\\!/x`, "b!/x", false},
		{`*\!/x`, `b\!/x`, true},
		{`*\!/x`, "b!/x", false},
		{`b\\!/x`, `b\!/x`, false},
		{`b\\\\!/x`, `b\\!/x`, true},
		{"a!", "a!", true},
		{"*/*", "a/x!", true},
	} {
		g, err := ParseGlob(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.Match(c.name); got != c.want {
			t.Errorf("%q matches %q: %t", c.pattern, c.name, got)
		}
	}
}

func TestGlobErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                             "is empty",
		"a//b":                         "empty segment",
		"a/":                           "empty segment",
		"/":                            "empty segment",
		"./a":                          `the segment "."`,
		"a/../b":                       `the segment ".."`,
		"a/b**":                        "whole segment",
		"***":                          "whole segment",
		"[a":                           "syntax error",
		"a/[]":                         "syntax error",
		`a\`:                           "syntax error",
		strings.Repeat("a", maxGlob+1): "longer than",
	} {
		if g, err := ParseGlob(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q is %v, %v; want the error %q", pattern, g, err, want)
		}
	}
}

// TestGlobTime is the worst case of matchers that try everything.
func TestGlobTime(t *testing.T) {
	g, err := ParseGlob(strings.Repeat("**/a/", 700) + "b")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if g.Match(strings.Repeat("a/", 2000)) {
		t.Error("matches")
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("took %s", d)
	}
}

// FuzzGlob compares with a matcher that tries everything, on short inputs.
func FuzzGlob(f *testing.F) {
	for _, s := range [][2]string{{"a/**/b", "a/x/b"}, {"**/x", "a.iso!/x"}, {"[a-c]*/?", "bb/c"}, {`\*/**`, "*/a"}, {"**/a/**/a", "a/a/a"}, {"/x", "/x"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, pattern, name string) {
		g, err := ParseGlob(pattern)
		if err != nil {
			return
		}
		if len(g.segments) > 8 || strings.Count(name, "/") > 8 {
			g.Match(name)
			return
		}
		if got, want := g.Match(name), slowMatch(g.segments, strings.Split(name, "/")); got != want {
			t.Errorf("%q matches %q: %t, want %t", pattern, name, got, want)
		}
	})
}

func slowMatch(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		return slowMatch(pattern[1:], name) || len(name) > 0 && slowMatch(pattern, name[1:])
	}
	if len(name) == 0 {
		return false
	}
	ok, err := path.Match(pattern[0], name[0])
	if err != nil {
		panic(err) // ParseGlob has to refuse it
	}
	return ok && slowMatch(pattern[1:], name[1:])
}
