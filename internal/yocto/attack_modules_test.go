package yocto

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestModuleAttacks: a module in lib of a layer that changes BitBake's fetcher,
// or what it uses, makes no source of the build verified, and the place is said.
func TestModuleAttacks(t *testing.T) {
	for name, text := range map[string]string{
		"function":          "import bb.fetch2\nbb.fetch2.verify_checksum = lambda *a, **k: {}\n",
		"function, def":     "import bb\ndef mine(*a):\n    return {}\nbb.fetch2.verify_checksum = mine\n",
		"by another name":   "from bb import fetch2 as f\nf.verify_checksum = print\n",
		"class":             "from bb.fetch2 import FetchMethod\nFetchMethod.recommends_checksum = lambda *a: False\n",
		"class of a module": "import bb.fetch2.git\nbb.fetch2.git.Git.supports_checksum = print\n",
		"list of methods":   "import bb.fetch2\nbb.fetch2.methods.insert(0, object())\n",
		"list, by a name":   "from bb.fetch2 import methods\nmethods.append(object())\n",
		"list, item":        "import bb.fetch2\nbb.fetch2.methods[0] = None\n",
		"setattr":           "import bb.fetch2\nsetattr(bb.fetch2, 'verify_checksum', print)\n",
		"dict":              "import bb.fetch2\nbb.fetch2.__dict__['verify_checksum'] = print\n",
		"modules":           "import sys\nsys.modules['bb.fetch2'].verify_checksum = print\n",
		"module replaced":   "import sys\nsys.modules['bb.fetch2'] = None\n",
		"hash":              "import hashlib\nhashlib.sha256 = hashlib.md5\n",
		"utility":           "import bb.utils\nbb.utils.sha256_file = lambda f: ''\n",
		"in a function":     "import bb.fetch2\ndef patch():\n    bb.fetch2.verify_checksum = print\npatch()\n",
		"in a try":          "try:\n    import bb.fetch2\n    bb.fetch2.verify_checksum = print\nexcept ImportError:\n    pass\n",
		"in a condition":    "import os, bb.fetch2\nif os.path.exists('/elsewhere'):\n    bb.fetch2.verify_checksum = print\n",
		"in a class":        "import bb.fetch2\nclass X:\n    bb.fetch2.verify_checksum = print\n",
		"in a loop":         "import bb.fetch2\nfor n in ['verify_checksum']:\n    setattr(bb.fetch2, n, print)\n",
		"exec":              "exec('import bb.fetch2; bb.fetch2.verify_checksum = print')\n",
		"what is not read":  "import bb.fetch2\nasync def f(): pass\nwith open('/elsewhere') as bb.fetch2.x: bb.fetch2.verify_checksum = (yield)\n",
		"annotated":         "import bb.fetch2\nbb.fetch2.verify_checksum: object = print\n",
		"two at once":       "import bb.fetch2\nx = bb.fetch2.verify_checksum = print\n",
		"unpacked":          "import bb.fetch2\n(bb.fetch2.verify_checksum, x) = (print, 1)\n",
		"deleted":           "import bb.fetch2\ndel bb.fetch2.verify_checksum\n",
		"with":              "import bb.fetch2\nwith open('/elsewhere') as f:\n    bb.fetch2.verify_checksum = print\n",
		"loop over":         "import bb.fetch2\nfor bb.fetch2.verify_checksum in [print]:\n    pass\n",
		"with as":           "import bb.fetch2\nwith open('/elsewhere') as bb.fetch2.verify_checksum:\n    pass\n",
	} {
		t.Run(name, func(t *testing.T) {
			sources := moduleSources(t, text)
			if len(sources) != 1 || sources[0].Verdict.Verified() {
				t.Fatalf("%+v", sources[0])
			}
			for _, r := range sources[0].Reasons {
				if strings.HasSuffix(r.File, "lib/own/patch.py") && r.Line > 0 {
					return
				}
			}
			t.Errorf("the place is not said: %+v", sources[0].Reasons)
		})
	}
}

// TestModulesStay: what is the module's own may be changed.
func TestModulesStay(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":       "import bb.fetch2\n",
		"own class":     "class X:\n    pass\nX.y = 1\nx = X()\nx.z = 2\n",
		"own function":  "def f():\n    pass\nf.y = 1\n",
		"in a method":   "import hashlib\nclass X:\n    def f(self, other):\n        other.x = 1\n        self.y = 2\n    def __init__(self):\n        self.__data = 1\nX()\n",
		"search path":   "import sys\nsys.path = sys.path + ['/x']\nsys.path.append('/y')\n",
		"own signature": "import bb.siggen\nclass S:\n    pass\nbb.siggen.SignatureGeneratorOwn = S\n",
	} {
		t.Run(name, func(t *testing.T) {
			sources := moduleSources(t, text)
			if len(sources) != 1 || !sources[0].Verdict.Verified() {
				t.Errorf("%+v", sources[0])
			}
		})
	}
}

// moduleSources audits a recipe beside a layer with a module.
func moduleSources(t *testing.T, module string) []*Source {
	t.Helper()
	return audited(t, workspace(t, []txtar.File{
		{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(attackedFile)},
		{Name: "x/meta-own/lib/own/patch.py", Data: []byte(module)},
	}, "x")).Sources
}
