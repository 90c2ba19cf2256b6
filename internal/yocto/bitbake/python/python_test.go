package python

import (
	"testing"
)

// nobody is a host that knows nothing and counts what is in doubt.
type nobody struct{ doubts int }

func (n *nobody) Lookup(*Name) (Value, bool)               { return nil, false }
func (n *nobody) Import(string) (Value, bool)              { return nil, false }
func (n *nobody) Doubt([]Stmt, func(Expr) Value, *Unknown) { n.doubts++ }

func (n *nobody) Known(string) bool { return false }

func (n *nobody) Assigned(*Attr, Value) {}

func (n *nobody) Tampered(string)                                 {}
func (n *nobody) Escaped(name string, args []Value, why *Unknown) {}
func interp() *Interp                                             { return &Interp{Host: &nobody{}, Steps: 20000, Depth: 200, Size: 1 << 16} }

// TestExpressions: what Python itself prints for repr(expression).
func TestExpressions(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"1 + 2 * 3", "7"}, {"-7 // 2", "-4"}, {"-7 % 3", "2"}, {"7 / 2", "3.5"}, {"2 ** 10", "1024"}, {"1 < 2 < 3", "True"}, {"1 < 3 < 2", "False"},
		{"'a' 'b' + \"c\"", "'abc'"}, {"'a.b.c'.split('.')", "['a', 'b', 'c']"}, {"' a  b '.split()", "['a', 'b']"}, {"'a b c'.split(None, 1)", "['a', 'b c']"}, {"'a.b.c'.rsplit('.', 1)", "['a.b', 'c']"},
		{"'abc'[1]", "'b'"}, {"'abc'[-1]", "'c'"}, {"'abc'[::-1]", "'cba'"}, {"[1, 2, 3][1:]", "[2, 3]"}, {"[1, 2, 3][:-1]", "[1, 2]"}, {"(1,)", "(1,)"}, {"()", "()"},
		{"'x' if [] else 'y'", "'y'"}, {"'' or 'z'", "'z'"}, {"'a' and 0", "0"}, {"not ''", "True"}, {"'a' in 'cat'", "True"}, {"1 not in [2]", "True"}, {"None is None", "True"},
		{"['no', 'yes'][1 == 1]", "'yes'"}, {"{'a': 1}['a']", "1"}, {"{'a': 1}.get('b', 2)", "2"}, {"'%s-%d' % ('a', 3)", "'a-3'"}, {"'%(x)s' % {'x': 1}", "'1'"}, {"'%05.1f' % 3.14", "'003.1'"},
		{"'{}-{}'.format(1, 'b')", "'1-b'"}, {"'{1}{0}'.format(1, 2)", "'21'"}, {"f'{1 + 1}{\"a\"!r}'", "\"2'a'\""}, {"f'{3:03d}'", "'003'"}, {"'-'.join(x for x in ['a', 'b'] if x != 'a')", "'b'"},
		{"[x + y for x in 'ab' for y in 'cd']", "['ac', 'ad', 'bc', 'bd']"}, {"{k: v for k, v in [('a', 1)]}", "{'a': 1}"}, {"sorted({'b', 'a'})", "['a', 'b']"}, {"sorted([3, 1], reverse=True)", "[3, 1]"},
		{"len('äb')", "2"}, {"int('0x10', 16)", "16"}, {"str(1.0)", "'1.0'"}, {"list(map(int, ['1']))", "[1]"}, {"(lambda x, y=2: x + y)(1)", "3"}, {"max(1, 3, 2)", "3"}, {"any([0, 1])", "True"}, {"all([])", "True"},
		{"'a'.ljust(3, '.') + '5'.zfill(2)", "'a..05'"}, {"'abc'.startswith(('x', 'a'))", "True"}, {"'a\\tb\\x41'", "'a\\tbA'"}, {"r'\\d'", "'\\\\d'"}, {"'abc'.replace('b', '')", "'ac'"}, {"isinstance('a', str)", "True"},
		{"set(['a']) & set(['a', 'b'])", "{'a'}"}, {"dict(a=1)", "{'a': 1}"}, {"[*[1], 2]", "[1, 2]"}, {"'a-b'.partition('-')", "('a', '-', 'b')"}, {"list(enumerate(['a']))", "[(0, 'a')]"}, {"'x' * 3", "'xxx'"}, {"True + 1", "2"},
		{"'x' if filter(None, []) else 'y'", "'x'"}, {"bool(zip())", "True"}, {"'-'.join(map(str, [1, 2]))", "'1-2'"}, {"'é'.zfill(2)", "'0é'"},
	} {
		x, err := ParseExpr(c.code)
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		v, err := interp().Eval(PrepareExpr(x))
		if err != nil {
			t.Errorf("%s raises %v", c.code, err)
			continue
		}
		if got, _ := Repr(v); got != c.want {
			t.Errorf("%s is %s (%v), want %s", c.code, got, v, c.want)
		}
	}
}

// TestUnknown: what cannot be told is unknown, never a guess.
func TestUnknown(t *testing.T) {
	for _, code := range []string{
		"nothing", "nothing.x(1)", "'-'.join({'a', 'b'})", "list({'a', 'b'})[0]", "'x' if nothing else 'y'", "nothing and 1", "1 + nothing", "[nothing][0]", "'a' in [nothing]", "len(nothing)",
		"'x' * 10000000", "[x for x in range(100000)]", "[y for x in range(1000) for y in range(1000)]", "str({'a', 'b'})", "f'{nothing}'", "'%s' % nothing", "'%s' % (nothing,)", "str([nothing])", "hash('a')", "9 ** 99",
		"(lambda i: list(i) + list(i))(zip('a'))", "(lambda i: 'a' in i and list(i))(x for x in 'ab')", "str(map(str, []))", "'İ'.lower()", "'ß'.upper()", "'é'.isalpha()", "'é'.capitalize()", "'x'.translate()",
	} {
		x, err := ParseExpr(code)
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		v, err := interp().Eval(PrepareExpr(x))
		if _, ok := v.(*Unknown); !ok {
			t.Errorf("%s is %v %v, want unknown", code, v, err)
		}
	}
}

func TestStatements(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"a = 1\na += 2\nreturn a", "3"},
		{"a, (b, *c) = 1, (2, 3, 4)\nreturn [a, b, c]", "[1, 2, [3, 4]]"},
		{"for i in [1, 2, 3]:\n    if i == 2:\n        break\nelse:\n    return 'no'\nreturn i", "2"},
		{"n = 0\nwhile True:\n    n += 1\n    if n < 5: continue\n    return n", "5"},
		{"def f(x, *a, k='d', **kw):\n    return [x, a, k, kw]\nreturn f(1, 2, k='e', z=3)", "[1, (2,), 'e', {'z': 3}]"},
		{"try:\n    {}['a']\nexcept (ValueError, KeyError) as e:\n    r = 'caught'\nfinally:\n    r += '!'\nreturn r", "'caught!'"},
		{"class A(object):\n    def __init__(self, x):\n        self.x = x\n    def get(self):\n        return self.x\nreturn A(7).get()", "7"},
		{"def f():\n    n = 1\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n\nreturn f()", "2"},
		{"d = {}\nd['a'] = 1\nd.setdefault('b', []).append(2)\ndel d['a']\nreturn d", "{'b': [2]}"},
		{"if 0:\n    return 1\nelif 1:\n    return 2\nelse:\n    return 3", "2"},
		{"x = [1]\nif nothing:\n    x.append(2)\nreturn x", "unknown"},
		{"if nothing:\n    return 1\nreturn 2", "unknown"},
		{"x = 1\nfor i in nothing:\n    x = 2\nreturn x", "unknown"},
		{"x = 1\ntry:\n    nothing()\nexcept Exception:\n    x = 2\nreturn x", "unknown"},
		{"x = 1\nif nothing:\n    y = 2\nreturn x", "1"},
	} {
		body, err := ParseBody(c.code)
		if err != nil {
			t.Errorf("%q: %v", c.code, err)
			continue
		}
		v, err := interp().Run(Prepare(body))
		got, ok := Repr(v)
		if spoiledBy(v) != nil {
			got, ok = "unknown", true
		}
		if err != nil || !ok || got != c.want {
			t.Errorf("%q is %s %v, want %s", c.code, got, err, c.want)
		}
	}
}

func TestExceptions(t *testing.T) {
	for code, want := range map[string]string{
		"{}['a']": "KeyError", "[][0]": "IndexError", "None.x": "AttributeError", "1 + 'a'": "TypeError", "int('x')": "ValueError", "1 // 0": "ZeroDivisionError", "None[0]": "TypeError", "'a'.index('b')": "ValueError",
	} {
		x, err := ParseExpr(code)
		if err != nil {
			t.Fatal(err)
		}
		_, err = interp().Eval(PrepareExpr(x))
		e, ok := err.(*Exception)
		if !ok || e.Type != want {
			t.Errorf("%s raises %v, want %s", code, err, want)
		}
	}
}

// FuzzRun: no code panics or runs beyond its steps.
func FuzzRun(f *testing.F) {
	for _, s := range []string{
		"a = [x for x in range(9)]\nreturn a[::2]", "def f(n):\n    return f(n + 1)\nreturn f(0)", "while True:\n    pass", "x = f'{1!r:>5}' % ()", "try:\n    raise ValueError('x')\nexcept:\n    pass",
		"a = {}\na[0] = a\nreturn a == a", "l = [1]\nl[0] = l\nreturn str(l)", "class A:\n    pass\nA().x = 1", "'%' % 1\n", "return lambda *a, **k: (yield)", "x = '{0.a}'.format(1)\n", "a = b = c[1:2, ::3]\n", "return sorted([1, 'a'])", "l=[]\nfor i in range(20):\n l=[l,l]\nreturn l==l",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if x, err := ParseExpr(code); err == nil {
			in := interp()
			if v, err := in.Eval(PrepareExpr(x)); err == nil {
				Str(v)
			}
		}
		if body, err := ParseBody(code); err == nil {
			if v, err := interp().Run(Prepare(body)); err == nil {
				Str(v)
			}
		}
		ParseModule(code)
	})
}
