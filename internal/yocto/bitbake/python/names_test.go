package python

import (
	"strings"
	"testing"
)

// FuzzNames: statements give the same within a function and within a function in
// that, where their names are found in other places.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"a = [x for x in range(3) for y in [x]]\nreturn [a, x]", "x = 1\ndef f(y=x, *z, k=2, **w):\n    x = y\n    return [x, z, k, w]\nx = 2\nreturn [f(), f(3, 4, k=5, q=6), x]",
		"n = 0\ndef f():\n    return n\nn = 1\nreturn f()", "def f():\n    if 0:\n        len = 1\n    return len('ab')\nreturn f()", "a = 1\ndel a\nreturn a", "x = [1]\nx[nothing] = 2\nreturn x",
		"class A:\n    b = 1\n    def c(self, b=b):\n        return [self.b, b]\nreturn A().c()", "f = lambda a, b=[2]: [a, b, [a for a in b]]\nreturn f(1)", "try:\n    {}['a']\nexcept KeyError as e:\n    pass\nreturn str(e)",
		"a = b = 1\nfor a, (b, *c) in [(2, (3, 4))]:\n    pass\nelse:\n    d = 5\nreturn [a, b, c, d]", "import os as o\nfor i in range(13):\n    v = {i: j for j in [i]}\nreturn v", "if nothing:\n    a = 1\nreturn [a]",
		"def f(a):\n    def g(b):\n        return [a, b, c]\n    c = 3\n    return g\nreturn f(1)(2)", "a=1;b=2;c=3;d=4;e=5;g=6;h=7;i=8;j=9;k=10;l=11;m=12;n=13;o=14\nreturn [a, n, o]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		for _, w := range []string{"global", "nonlocal", "'''", `"""`, "\\", "\f", "\r", "wrapped"} { // what means something else there, or cannot be indented
			if strings.Contains(code, w) {
				return
			}
		}
		want, known := result(code)
		for range 2 {
			code = "def wrapped():\n " + strings.ReplaceAll(code, "\n", "\n ") + "\nreturn wrapped()"
			if got, ok := result(code); known && ok && got != want {
				t.Errorf("%s\ngives %s, want %s", code, got, want)
			}
		}
	})
}

// result is what statements give, unless they take too many steps.
func result(code string) (string, bool) {
	body, err := ParseBody(code)
	if err != nil {
		return "", false
	}
	in := interp()
	v, err := in.Run(Prepare(body))
	switch text, ok := Repr(v); {
	case in.Steps < 100 || in.Depth < 0:
		return "", false
	case err != nil:
		return "raises " + err.Error(), true
	case spoiledBy(v) != nil:
		return "unknown", true
	default:
		return text, ok
	}
}
