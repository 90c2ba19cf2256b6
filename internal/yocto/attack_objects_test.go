package yocto

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// objectModule is lib/oe/own.py of a layer.
const objectModule = `import elsewhere
NAMES = ['sha256sum']
STATE = {'on': True}
class Box(object):
    shared = ['sha256sum']
    def __init__(self, d, items):
        self.d = d
        self.items = items
        d.setVar('L', self)
    def drop(self):
        self.items = []
    def kill(self):
        self.d.delVarFlag('SRC_URI', 'sha256sum')
    def later(self):
        if os.path.exists('/elsewhere'):
            self.x = 1
        self.kill()
def clear(l):
    l.clear()
def kill(x):
    x.delVarFlag('SRC_URI', 'sha256sum')
`

// objectAttack is a recipe that keeps a list in the variable L. The code runs
// between that and the use of the list: for each item a checksum is set.
func objectAttack(code string) string {
	return "SRC_URI = \"https://www.example.com/a.tar.gz\"\n" +
		"EVIL = \"${@d.getVar('L').clear() or ''}\"\n" +
		"HARMLESS = \"${@'a' + 'b'}\"\n" +
		"def drop(l):\n    l.clear()\n" +
		"def call(f):\n    f()\n" +
		"def evil(x):\n    x.getVar('L').clear()\n" +
		"def through(x):\n    evil(x)\n" +
		"python () {\n    import elsewhere\n    import oe.own\n    d.setVar('L', ['sha256sum'])\n    l = d.getVar('L')\n    box = [l]\n" +
		indented(code) +
		"    for f in d.getVar('L'):\n        d.setVarFlag('SRC_URI', f, '" + attackSum + "')\n}\n"
}

// boxAttack is a recipe with a checksum, and an object that has the variables.
func boxAttack(code string) string {
	return attackedFile + "EVIL = \"${@d.getVar('L').kill() or ''}\"\npython () {\n    import elsewhere\n    import oe.own\n    o = oe.own.Box(d, ['a'])\n" + indented(code) + "    pass\n}\n"
}

func indented(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
	return b.String()
}

// maybe is code that runs or does not: nobody knows here.
func maybe(code string) string { return "if os.path.exists('/elsewhere'):\n" + indented(code) }

// objectReaches are the ways to get at a list that is kept in a variable.
func objectReaches() map[string]string {
	return map[string]string{
		"by its name":                maybe("d.getVar('L').clear()"),
		"by another name":            maybe("x = d.getVar('L')\nx.clear()"),
		"by a composed name":         maybe("d.getVar('L' + '').clear()"),
		"by a formatted name":        maybe("d.getVar('%s' % 'L').clear()"),
		"by an f-string":             maybe("n = 'L'\nd.getVar(f'{n}').clear()"),
		"by a name of a list":        maybe("for n in ['L']:\n    d.getVar(n).clear()"),
		"by a method as a value":     "g = d.getVar\n" + maybe("g('L').clear()"),
		"by getattr":                 maybe("getattr(d, 'getVar')('L').clear()"),
		"another value":              maybe("d.setVar('L', [])"),
		"another value, composed":    maybe("d.setVar('L' + '', [])"),
		"another value, alias":       "s = d.setVar\n" + maybe("s('L', [])"),
		"deleted":                    maybe("d.delVar('L')"),
		"renamed":                    maybe("d.renameVar('L', 'M')"),
		"renamed onto":               "d.setVar('M', [])\n" + maybe("d.renameVar('M', 'L')"),
		"local name":                 maybe("l.clear()"),
		"local name, added to":       maybe("l += ['md5sum']\nl.reverse()"),
		"local name, slice":          maybe("l[:] = []"),
		"local name, item":           maybe("l[0] = 'md5sum'"),
		"local name, deleted item":   maybe("del l[0]"),
		"local name, odd method":     maybe("l.__init__([])"),
		"odd method":                 "l.__init__([])\n",
		"in a list":                  maybe("box[0].clear()"),
		"in a list, loop":            maybe("for x in box:\n    x.clear()"),
		"in a list, comprehension":   maybe("[x.clear() for x in box]"),
		"in a dict":                  "m = {'a': {'b': (l,)}}\n" + maybe("m['a']['b'][0].clear()"),
		"in a dict, got":             "m = {'a': l}\n" + maybe("m.get('a').clear()"),
		"unpacked":                   maybe("(x,) = box\nx.clear()"),
		"helper":                     maybe("drop(l)"),
		"helper, keyword":            maybe("drop(l=l)"),
		"helper, star":               maybe("drop(*box)"),
		"helper of a module":         maybe("oe.own.clear(l)"),
		"helper of a helper":         maybe("through(d)"),
		"helper, hidden by a local":  "evil = len\n" + maybe("through(d)"),
		"method as a value":          "m = l.clear\n" + maybe("m()"),
		"method as an argument":      maybe("call(l.clear)"),
		"closure":                    "def f():\n    l.clear()\n" + maybe("f()"),
		"closure as an argument":     "def f():\n    l.clear()\n" + maybe("call(f)"),
		"closure in a list":          "def f():\n    l.clear()\nfs = [f]\n" + maybe("fs[0]()"),
		"lambda":                     "f = lambda: l.clear()\n" + maybe("f()"),
		"lambda, there":              maybe("(lambda x: x.clear())(l)"),
		"lambda to map":              maybe("list(map(lambda x: x.clear(), box))"),
		"lambda, default":            "f = lambda x=l: x.clear()\n" + maybe("f()"),
		"function, made there":       "f = print\n" + maybe("def f():\n    l.clear()") + "f()\n",
		"class, made there":          maybe("class C:\n    def f(self):\n        l.clear()\nC().f()"),
		"handed on":                  maybe("elsewhere.change(l)"),
		"handed on, certain":         "elsewhere.change(l)\n",
		"handed on in a dict":        "elsewhere.change(where={'l': [l]})\n",
		"handed on, closure":         "elsewhere.change(lambda: l.clear())\n",
		"variables handed on":        maybe("elsewhere.change(d)"),
		"variables by another name":  "x = d\n" + maybe("elsewhere.change(x)"),
		"variables in a list":        "x = [d]\n" + maybe("elsewhere.change(x)"),
		"text that is run":           maybe("exec(elsewhere.text)"),
		"a copy":                     "d.createCopy().getVar('L').clear()\n",
		"a copy, there":              maybe("d.createCopy().getVar('L').clear()"),
		"expansion":                  maybe("d.getVar('EVIL')"),
		"expansion, expand":          maybe("d.expand('${EVIL}')"),
		"expansion, expression":      maybe("d.expand(\"${@d.getVar('L').clear()}\")"),
		"expansion, contains":        maybe("bb.utils.contains('EVIL', 'a', 'b', 'c', d)"),
		"expansion, stored":          maybe("d.setVar('X', \"${@d.getVar('L').clear()}\")\nd.getVar('X')"),
		"expansion, stored for ever": maybe("d.setVar('X', \"${@d.getVar('L').clear()}\")") + "d.getVar('X')\n",
		"expansion, of some name":    maybe("for n in elsewhere.names():\n    d.getVar(n)"),
		"and":                        "os.path.exists('/elsewhere') and l.clear()\n",
		"or":                         "os.path.exists('/elsewhere') or l.clear()\n",
		"ternary":                    "l.clear() if os.path.exists('/elsewhere') else 0\n",
		"comprehension, condition":   "[x.clear() for x in box if os.path.exists('/elsewhere')]\n",
		"comprehension, iterable":    "[l.clear() for x in elsewhere.items()]\n",
		"while":                      "while os.path.exists('/elsewhere'):\n    l.clear()\n",
		"for":                        "for x in elsewhere.items():\n    l.clear()\n",
		"else of for":                "for x in elsewhere.items():\n    break\nelse:\n    l.clear()\n",
		"else":                       "if os.path.exists('/elsewhere'):\n    pass\nelse:\n    l.clear()\n",
		"handler":                    "try:\n    elsewhere.raises()\nexcept Exception:\n    l.clear()\n",
		"with":                       "with open('/elsewhere') as f:\n    l.clear()\n",
		"after a return":             "def f():\n    if os.path.exists('/elsewhere'):\n        return\n    l.clear()\nf()\n",
		"nonlocal":                   "n = l\ndef f():\n    nonlocal n\n    n = []\n" + maybe("f()") + "d.setVar('L', n)\n",
		"default of a function":      "def f(x=['sha256sum']):\n    d.setVar('L', x)\n    x.clear()\nf()\nf()\n",
		"value of a loop's function": "fs = []\nfor x in ['sha256sum', 'none']:\n    fs.append(lambda: d.setVar('L', [x]))\nfs[0]()\n",
	}
}

// boxReaches are the ways to call a method of an object that has the variables.
func boxReaches() map[string]string {
	return map[string]string{
		"method":                  maybe("o.kill()"),
		"method, certain":         "d.getVar('L').kill()\n",
		"method by the variable":  maybe("d.getVar('L').kill()"),
		"after it was in doubt":   maybe("d.getVar('L').drop()") + "d.getVar('L').kill()\n",
		"after an attribute was":  maybe("o.x = 1") + "o.kill()\n",
		"after it was, inside":    "o.later()\n",
		"after another was it":    maybe("d.setVar('L', o)") + "d.getVar('L').kill()\n",
		"attribute that has them": "x = o.d\n" + maybe("oe.own.kill(x)"),
		"attribute, there":        maybe("elsewhere.change(o.d)"),
		"handed on":               "elsewhere.change(o)\n",
		"handed on, there":        maybe("elsewhere.change(o)"),
		"handed on, method":       "elsewhere.call(o.kill)\n",
		"in a list":               "b = [o]\n" + maybe("b[0].kill()"),
		"expansion":               maybe("d.getVar('EVIL')"),
		"expansion, certain":      "d.getVar('EVIL')\n",
		"another class":           maybe("class C:\n    def kill(self):\n        d.delVarFlag('SRC_URI', 'sha256sum')\no = C()") + "o.kill()\n",
		"function that was":       "f = d.delVarFlag\n" + maybe("f = print") + "f('SRC_URI', 'sha256sum')\n",
		"function of a ternary":   "(d.delVarFlag if os.path.exists('/elsewhere') else print)('SRC_URI', 'sha256sum')\n",
		"function of a function":  "def g():\n    if os.path.exists('/elsewhere'):\n        return d.delVarFlag\n    return print\ng()('SRC_URI', 'sha256sum')\n",
		"function, made there":    "def f():\n    pass\n" + maybe("def f():\n    d.delVarFlag('SRC_URI', 'sha256sum')") + "f()\n",
		"lambda":                  "f = lambda: d.delVarFlag('SRC_URI', 'sha256sum')\n" + maybe("f()"),
		"names of the function":   "locals()['d'].delVarFlag('SRC_URI', 'sha256sum')\n",
		"event in a list":         "x = [e for e in [d]]\n" + maybe("elsewhere.change(x)"),
		"text of a variable":      maybe("d.setVar('X', \"${@d.delVarFlag('SRC_URI', 'sha256sum')}\")") + "d.getVar('X')\n",
		"sets of two names":       "a = b = set(['md5sum'])\na |= set(['sha256sum'])\nfor x in b:\n    d.delVarFlag('SRC_URI', x)\n",
		"list of a module":        "oe.own.NAMES.clear()\nif not oe.own.NAMES:\n    d.delVarFlag('SRC_URI', 'sha256sum')\n",
		"dict of a module":        "oe.own.STATE['on'] = False\nif not oe.own.STATE['on']:\n    d.delVarFlag('SRC_URI', 'sha256sum')\n",
		"list of a class":         "oe.own.Box.shared.clear()\nif not o.shared:\n    d.delVarFlag('SRC_URI', 'sha256sum')\n",
		"module":                  "oe.own.NAMES = []\nif not oe.own.NAMES:\n    d.delVarFlag('SRC_URI', 'sha256sum')\n",
		"the fetcher":             "bb.fetch2.verify_checksum = lambda *a, **k: {}\n",
		"the fetcher, another":    "f = bb.fetch2\nf.verify_checksum = lambda *a, **k: {}\n",
		"the fetcher's methods":   "bb.fetch2.methods.insert(0, oe.own)\n",
		"the fetcher's class":     "bb.fetch2.FetchMethod.recommends_checksum = lambda *a: False\n",
		"the fetcher, by name":    "import sys\nsys.modules['bb.fetch2'].verify_checksum = print\n",
		"the fetcher, there":      maybe("bb.fetch2.verify_checksum = print"),
		"the fetcher, item":       maybe("bb.fetch2.methods[0] = oe.own"),
		"the fetcher, added":      maybe("bb.fetch2.methods.append(oe.own)"),
		"the fetcher, imported":   "from bb.fetch2 import methods as m\nm.append(oe.own)\n",
		"the fetcher, importlib":  "import importlib\nimportlib.import_module('bb.fetch2').verify_checksum = print\n",
		"the name bb":             "bb.utils._context['bb'] = oe.own\n",
		"the fetcher, setattr":    "setattr(bb.fetch2, 'verify_checksum', print)\n",
	}
}

// TestObjectAttacks: however code gets at an object that is kept in a variable,
// or at what it has, nothing that depends on it is called verified.
func TestObjectAttacks(t *testing.T) {
	recipes := map[string]string{}
	for name, code := range objectReaches() {
		recipes["list, "+name] = objectAttack(code)
	}
	for name, code := range boxReaches() {
		recipes["box, "+name] = boxAttack(code)
	}
	for name, recipe := range recipes {
		t.Run(name, func(t *testing.T) {
			sources := objectSources(t, recipe)
			if len(sources) != 1 || sources[0].Verdict.Verified() {
				t.Errorf("%+v", sources)
			}
		})
	}
}

// TestObjectsStay: code that may or may not run and cannot get at an object
// leaves it as it is.
func TestObjectsStay(t *testing.T) {
	for name, recipe := range map[string]string{
		"nothing":            objectAttack(""),
		"nothing, box":       boxAttack(""),
		"another variable":   objectAttack(maybe("d.setVar('M', 'x')")),
		"harmless expansion": objectAttack(maybe("d.getVar('HARMLESS')")),
		"len":                objectAttack(maybe("n = len(l)")),
		"join":               objectAttack(maybe("s = ' '.join(l)")),
		"in":                 objectAttack(maybe("x = 'a' in l")),
		"loop":               objectAttack(maybe("for f in l:\n    pass")),
		"comprehension":      objectAttack(maybe("x = [f + 'a' for f in l if f]")),
		"other list":         objectAttack("m = []\n" + maybe("m.append('x')")),
		"other helper":       objectAttack("m = []\n" + maybe("drop(m)")),
		"method, reads":      boxAttack(maybe("x = o.items")),
		"checksum, certain":  boxAttack("o.drop()\n"),
	} {
		t.Run(name, func(t *testing.T) {
			sources := objectSources(t, recipe)
			if len(sources) != 1 || !sources[0].Verdict.Verified() {
				t.Errorf("%+v", sources[0])
			}
		})
	}
}

func objectSources(t *testing.T, recipe string) []*Source {
	t.Helper()
	return audited(t, workspace(t, []txtar.File{
		{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(recipe)},
		{Name: "x/meta-own/lib/oe/own.py", Data: []byte(objectModule)},
	}, "x")).Sources
}
