package python

import (
	"strings"
	"testing"
)

// TestShortcuts: what is evaluated in a shorter way gives what the long way
// gives: sums, formats, loops, literals that are shared.
func TestShortcuts(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"return 'a' + 'b' + 'c' + 'd'", "'abcd'"},
		{"return 1 + 2 + 3 + 4", "10"},
		{"return ['a'] + ['b'] + ['c']", "['a', 'b', 'c']"},
		{"return 'a' + 'b' + str(1 + 2 + 3) + ('c' + 'd' + 'e')", "'ab6cde'"},
		{"return " + strings.Repeat("'x' + ", 20) + "'y'", "'" + strings.Repeat("x", 20) + "y'"},
		{"try:\n    return 'a' + 'b' + 1 + nothing()\nexcept TypeError:\n    return 'no'", "'no'"},
		{"try:\n    return 1 + 2 + 'a' + nothing()\nexcept TypeError:\n    return 'no'", "'no'"},
		{"return '%s-%s %%' % ('a', 1)", "'a-1 %'"},
		{"return '%s-%s' % (*['a'], 'b')", "'a-b'"},
		{"try:\n    return '%s' % ('a', 'b')\nexcept TypeError:\n    return 'no'", "'no'"},
		{"return '%s %s' % ('%s' % ('a',), '%s%s' % ('b', 'c'))", "'a bc'"},
		{"return '\\x1ca b\\tc\\n\\x1f'.split()", "['a', 'b', 'c']"},
		{"return 'ä\\u00a0b c'.split()", "['ä', 'b', 'c']"},
		{"return ' \\n'.split() + ''.split()", "[]"},
		// a loop goes through what was there when it began, others within it
		{"out = []\nl = [1, 2, 3]\nfor x in l:\n    l.append(x)\n    for y in [x, x + 10]:\n        out.append(y)\n    if x == 2:\n        break\nreturn [out, l]", "[[1, 11, 2, 12], [1, 2, 3, 1, 2]]"},
		{"def f(n):\n    for x in range(n):\n        if x == 2:\n            return x\n    return n\nout = []\nfor y in [f(1), f(5), f(2)]:\n    out.append(f(y))\nreturn out", "[1, 2, 2]"},
		{"out = []\nfor x in 'abc':\n    try:\n        for y in ['k', 'l']:\n            if x == 'b':\n                raise ValueError('x')\n            out.append(x + y)\n    except ValueError:\n        out.append('-')\nreturn out", "['ak', 'al', '-', 'ck', 'cl']"},
		// a literal is the same each time, whatever was done with the one before
		{"def f(k):\n    m = {'a': 1, 'b': 2}\n    n = m\n    m[k] = 3\n    del m['a']\n    return sorted(n.items())\nreturn [f('c'), f('b'), f('d')]", "[[('b', 2), ('c', 3)], [('b', 3)], [('b', 2), ('d', 3)]]"},
		{"def f(k):\n    m = {'a': 1}\n    m.update({k: 2})\n    m.setdefault('s', 4)\n    m.pop('a')\n    return sorted(m.keys())\nreturn [f('c'), f('d')]", "[['c', 's'], ['d', 's']]"},
		{"def f(k):\n    m = {'a': 1, 'a': 2}\n    c = m.copy()\n    c[k] = 1\n    return [len(m), len(c), m['a']]\nreturn [f('x'), f('a')]", "[[1, 2, 2], [1, 1, 2]]"},
		{"out = []\nfor i in range(3):\n    m = {'a': 0}\n    m['a'] += i\n    out.append(m['a'])\nreturn out", "[0, 1, 2]"},
		// arguments outlive the call that they were made for
		{"def f(*a):\n    return a\ndef g(a, b):\n    return [a, b]\nreturn [f(1, 2), g(3, g(4, 5)), f(*[6], 7), list((8, 9))]", "[(1, 2), [3, [4, 5]], (6, 7), [8, 9]]"},
		{"l = []\nl.extend(g for g in [1])\nl.insert(0, 2)\nl.extend([3, len([4])])\nreturn l", "[2, 1, 3, 1]"},
	} {
		for range 2 { // what is parsed is shared
			if got := runs(t, c.code); got != c.want {
				t.Errorf("%s\ngives %s, want %s", c.code, got, c.want)
			}
		}
	}
}

func runs(t *testing.T, code string) string {
	t.Helper()
	body, err := ParseBody(code)
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	prepared := Prepare(body)
	first, got := "", ""
	for i := range 2 {
		v, err := interp().Run(prepared)
		if err != nil {
			return "raises " + err.Error()
		}
		if got, _ = Repr(v); i == 0 {
			first = got
		}
	}
	if first != got {
		return first + ", then " + got
	}
	return got
}

// TestShortcutsUnknown: they make nothing certain that is not.
func TestShortcutsUnknown(t *testing.T) {
	for _, code := range []string{
		"'a' + nothing + 'b'", "nothing + 'a' + 'b'", "'a' + 'b' + nothing", "'%s %s' % ('a', nothing)", "'%s' % ([nothing],)",
		"'" + strings.Repeat("x", 40000) + "' + '" + strings.Repeat("x", 40000) + "' + 'y'", "{'a': nothing}['a'] + 'b' + 'c'", "nothing % ('a',)",
	} {
		x, err := ParseExpr(code)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := interp().Eval(PrepareExpr(x)); err != nil {
			t.Errorf("%.40s raises %v", code, err)
		} else if _, ok := v.(*Unknown); !ok {
			t.Errorf("%.40s is %v", code, v)
		}
	}
}

// TestSteps: sums and literals take as many steps as their parts.
func TestSteps(t *testing.T) {
	for code, want := range map[string]int{"'a' + 'b' + 'c'": 5, "{'a': 1, 'b': 2}": 5, "'%s' % ('a', 'b', nothing)": 6} {
		x, err := ParseExpr(code)
		if err != nil {
			t.Fatal(err)
		}
		in := interp()
		before, depth := in.Steps, in.Depth
		_, _ = in.Eval(PrepareExpr(x))
		if got := before - in.Steps; got != want || in.Depth != depth {
			t.Errorf("%s takes %d steps, want %d, and leaves %d of the depth %d", code, got, want, in.Depth, depth)
		}
		for steps := range want { // fewer are not enough
			in := interp()
			in.Steps = steps
			v, err := in.Eval(PrepareExpr(x))
			if _, ok := v.(*Unknown); !ok || err != nil {
				t.Errorf("%s with %d steps is %v, %v", code, steps, v, err)
			}
		}
	}
}
