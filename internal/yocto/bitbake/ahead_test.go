package bitbake

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExpandAheadAttacked: recipes change, in every way there is, what values
// of the configuration were computed from. Each variable of each recipe is what
// it is when nothing was computed ahead.
func TestExpandAheadAttacked(t *testing.T) {
	conf := `OVERRIDES = "linux:pn-${PN}:${CLASSOVERRIDE}:${@bb.utils.contains('FEATURES', 'musl', 'libc-musl', 'libc-glibc', d)}:${@'nat' if bb.data.inherits_class('native', d) else 'tgt'}:${@d.getVarFlag('SOURCE', 'over') or 'plain'}"
CLASSOVERRIDE ?= "class-target"
PN = "${@d.getVar('FILE', False).split('/')[-1].split('_')[0]}"
PV = "${@d.getVar('FILE', False).split('_')[1]}"
FEATURES ??= "acl glibc"
SOURCE = "main"
SOURCE[kind] = "plain"
TASK[weak] ??= "weak"
MIRROR = "https://example.org/${SOURCE}"
LINK = "${MIRROR}/${SITE}"
SITE ?= "site"
SITE:libc-musl = "musl"
SITE:nat = "native"
SITE:forced = "forced"
KIND = "${@d.getVarFlag('SOURCE', 'kind')} ${@d.getVarFlag('TASK', 'weak')} ${@' '.join(sorted((d.getVarFlags('SOURCE') or {}).keys()))}"
CLASSES = "${@bb.data.inherits_class('native', d)} ${@bb.data.inherits_class('extra', d)}"
RAW = "${@d.getVar('MIRROR', False)}"
HAS = "${@d.hasOverrides('SOURCE')}"
DEF = "${@pick(d)}"
FREE = "${@SOURCE + SITE}"
COPY = "${@bb.data.createCopy(d).getVar('LINK')}"
INDIRECT = "${@d.getVar(d.getVar('WHICH') or 'SOURCE')}"
NESTED = "${${WHICH}}"
WHICH = "SOURCE"
WORDS = "a b c ${SOURCE}"
WORDS:remove = "${GONE}"
GONE = "b"
ABSENT = "${NOBODY}"
NOBODYS = "${@d.getVar('NOBODY') or 'none'}"
FILTERED = "${WORDS}"
CONST = "${@'a' + 'b'}"
`
	attacks := map[string]string{
		"set":       "SOURCE = \"other\"\n",
		"append":    "SOURCE:append = \"-more\"\nGONE .= \" c\"\n",
		"prepend":   "SOURCE:prepend = \"pre-\"\n",
		"remove":    "WORDS:remove = \"a\"\nSOURCE:remove = \"main\"\n",
		"override":  "SOURCE:pn-override = \"mine\"\n",
		"override2": "SOURCE:linux = \"l\"\nSOURCE:pn-override2:linux = \"both\"\n",
		"weak":      "WHICH ??= \"x\"\nNOBODY ??= \"somebody\"\nFEATURES ??= \"none\"\n",
		"default":   "NOBODY ?= \"somebody\"\nSITE ?= \"x\"\n",
		"musl":      "FEATURES = \"musl\"\n",
		"flag":      "SOURCE[kind] = \"changed\"\nTASK[weak] = \"strong\"\n",
		"noflag":    "unset SOURCE[kind]\n",
		"newflag":   "SOURCE[over] = \"forced\"\n",
		"unset":     "unset SOURCE\n",
		"which":     "WHICH = \"SITE\"\n",
		"class":     "inherit extra\n",
		"native":    "inherit native\n",
		"extend":    "BBCLASSEXTEND = \"native\"\nSITE:class-native = \"n\"\n",
		"def":       "def pick(d):\n    return 'recipe'\n",
		"late":      "OVERRIDES .= \":forced\"\n",
		"early":     "OVERRIDES =. \"forced:\"\n",
		"pn":        "PN = \"renamed\"\nSITE:pn-renamed = \"by name\"\n",
		"immediate": "SOURCE := \"${MIRROR}\"\n",
		"inline":    "OTHER = \"${@d.setVar('SOURCE', 'inline') or ''}\"\nWHICH = \"${OTHER}SOURCE\"\nNOW := \"${OTHER}\"\n",
		"anonymous": "python () {\n    d.setVar('SOURCE', 'anonymous')\n    d.setVarFlag('SOURCE', 'kind', 'a')\n}\n",
		"overanon":  "python () {\n    d.setVar('SITE:linux', 'x')\n    d.appendVar('OVERRIDES', ':forced')\n}\n",
		"delete":    "python () {\n    d.delVar('SITE')\n    d.delVarFlag('SOURCE', 'kind')\n}\n",
		"rename":    "python () {\n    d.renameVar('SITE', 'NOBODY')\n}\n",
		"filter":    "python () {\n    d.setVarFilter('SOURCE', \"val + '-x'\")\n}\n",
		"doubt":     "python () {\n    if unknown_thing():\n        d.setVar('SOURCE', 'maybe')\n}\n",
		"doubtflag": "python () {\n    if unknown_thing():\n        d.setVarFlag('SOURCE', 'kind', 'maybe')\n}\n",
		"doubtall":  "python () {\n    if unknown_thing():\n        d.setVar(unknown_name(), 'maybe')\n}\n",
		"doubtpre":  "python () {\n    if unknown_thing():\n        d.setVar('SO' + unknown_name(), 'maybe')\n}\n",
		"refused":   "SOURCE = nothing\n",
		"keys":      "NAME = \"SOURCE\"\n${NAME} = \"keyed\"\n",
		"keyover":   "SITE:pn-${PN} = \"keyed\"\n",
		"object":    "python () {\n    d.setVar('SOURCE', ['main', 'b'])\n}\n",
		"handler":   "addhandler change\nchange[eventmask] = \"bb.event.RecipePreFinalise\"\npython change () {\n    d.setVar('SITE', 'handled')\n}\n",
		"appended":  "",
		"plain":     "",
	}
	for _, old := range []bool{false, true} {
		series, text, files := "wrynose", conf, map[string]string{
			"classes-global/base.bbclass": "def pick(d):\n    return 'conf ' + (d.getVar('SOURCE') or '')\n",
			"classes/extra.bbclass":       "",
			"classes/native.bbclass":      "CLASSOVERRIDE = \"class-native\"\n",
			"recipes/appended_1.bbappend": "SOURCE = \"appended\"\n",
		}
		for name, body := range attacks {
			files["recipes/"+name+"_1.bb"] = body
		}
		if old {
			series = "dunfell"
			files["classes/base.bbclass"] = files["classes-global/base.bbclass"]
			for name, body := range files {
				files[name] = oldOverrides(body)
			}
			text = oldOverrides(text)
		}
		files["conf/bitbake.conf"] = text
		files["conf/layer.conf"] = "BBPATH .= \":${LAYERDIR}\"\nBBFILES += \"${LAYERDIR}/recipes/*.bb ${LAYERDIR}/recipes/*.bbappend\"\nBBFILE_COLLECTIONS += \"l\"\nBBFILE_PATTERN_l = \"^${LAYERDIR}/\"\nLAYERSERIES_COMPAT_l = \"" + series + "\"\nLAYERSERIES_CORENAMES = \"" + series + "\"\n"
		compareAhead(t, layer(t, series, "", files), len(attacks)+2)
	}
}

// oldOverrides writes operators and overrides as releases before honister do.
func oldOverrides(text string) string {
	return regexp.MustCompile(`(?m)^\w+:[^ =]+`).ReplaceAllStringFunc(text, func(name string) string { return strings.ReplaceAll(name, ":", "_") })
}

// compareAhead compares the variables and flags of all recipes of a layer, of
// which there have to be n or more, with what they are when nothing is computed
// ahead.
func compareAhead(t *testing.T, dir string, n int) {
	t.Helper()
	evaluate := func(ahead bool) map[string][]string {
		w, err := Load(context.Background(), Options{Layers: []string{dir}})
		if err != nil {
			t.Fatal(err)
		}
		if !w.conf.memo.used {
			t.Fatal("nothing was computed ahead")
		}
		if !ahead {
			w.conf.dropMemos()
			w.conf.resolved = false
		}
		out := map[string][]string{}
		var mu sync.Mutex
		err = w.Recipes(context.Background(), func(_ int, variants []*Recipe) error {
			mu.Lock()
			defer mu.Unlock()
			var data []*Data
			for _, r := range variants {
				out[filepath.Base(r.File)+" "+r.Variant] = everything(r.Data)
				data = append(data, r.Data)
			}
			if ahead {
				Release(data) // what the next ones are is the same
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	got, want := evaluate(true), evaluate(false)
	if len(want) < n {
		t.Fatalf("%d recipes, want %d", len(want), n)
	}
	for key := range want {
		if diff := cmp.Diff(want[key], got[key]); diff != "" {
			t.Errorf("%s: computed ahead (+) and not (-):\n%s", key, diff)
		}
	}
}

// everything describes all variables and flags.
func everything(d *Data) []string {
	var list []string
	for _, name := range d.Names() {
		v := d.Get(name)
		list = append(list, fmt.Sprintf("%s %v %q", name, v.Set, v.Text), fmt.Sprint(name, v.Unknown))
		for _, flag := range d.Flags(name) {
			f := d.Flag(name, flag)
			list = append(list, fmt.Sprintf("%s[%s] %v %q", name, flag, f.Set, f.Text), fmt.Sprint(name, flag, f.Unknown))
		}
	}
	return list
}

// TestExpandAheadWrites: what an expression of the configuration writes to
// variables is written only where it is expanded, and is gone ahead.
func TestExpandAheadWrites(t *testing.T) {
	for _, conf := range []string{
		"A = \"${@d.setVar('B', 'poison') or ''}\"\n",
		"A = \"${@d.setVar('B:one', 'poison') or ''}\"\n",
		"A = \"${@d.setVar('OVERRIDES', 'two') or ''}\"\n",
		"A = \"${@d.setVarFlag('B', 'x', 'poison') or ''}\"\n",
		"A = \"${@d.appendVar('B', 'poison') or ''}\"\n",
		"A = \"${@d.delVar('B') or ''}\"\n",
		"A = \"${@d.renameVar('B', 'A2') or ''}\"\n",
		"A = \"${@d.setVarFilter('B', 'val.upper()') or ''}\"\n",
		"A = \"${@d.setVar('NEW', 'poison') or ''}\"\n",
		"A = \"${@d.setVar('B', ['poison']) or ''}\"\n",
		"A = \"${@d.setVar(nobody(), 'poison') or ''}\"\n",
		"A = \"${@bb.parse.BBHandler.inherit('poison', 'x', 1, d) or ''}\"\n",
	} {
		text := "OVERRIDES = \"one\"\n" + conf + "AA = \"${A}\"\nB = \"good\"\nC = \"${B}\"\nC:two = \"poison\"\nD = \"${@d.getVarFlag('B', 'x') or 'good'}\"\nE = \"${@d.getVar('NEW') or 'good'}\"\n" +
			"F = \"${@'bad' if bb.data.inherits_class('poison', d) else 'good'}\"\n"
		_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", "", map[string]string{"conf/bitbake.conf": text, "classes/poison.bbclass": ""})}})
		for _, name := range []string{"C", "D", "E", "F"} {
			if v := list["r_1.bb"].Data.Get(name); v.Text != "good" || len(v.Unknown) > 0 {
				t.Errorf("%s %s is %+v", conf, name, v)
			}
		}
	}
}

// TestOverridesDepend: OVERRIDES is computed again when a flag changes that it
// was computed from, or when a class is inherited that it asks for.
func TestOverridesDepend(t *testing.T) {
	_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", "inherit native\n", map[string]string{
		"conf/bitbake.conf":      "OVERRIDES = \"one:${@'nat' if bb.data.inherits_class('native', d) else 'tgt'}:${@d.getVarFlag('A', 'over') or 'plain'}\"\nA = \"a\"\nA:nat = \"native\"\nB = \"b\"\nB:forced = \"forced\"\n",
		"classes/native.bbclass": "",
		"recipes/s_1.bb":         "A[over] = \"forced\"\n",
	})}})
	for key, want := range map[string]string{"r_1.bb": "native b", "s_1.bb": "a forced"} {
		if d := list[key].Data; d.Get("A").Text+" "+d.Get("B").Text != want {
			t.Errorf("%s: A is %q, B is %q, want %s", key, d.Get("A").Text, d.Get("B").Text, want)
		}
	}
}

// TestObjectRead: what is computed from a value that is no text is computed
// again, as who has the value may change it.
func TestObjectRead(t *testing.T) {
	_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", "A = \"${@len(d.getVar('OBJECT'))}\"\npython () {\n    items = ['x']\n    d.setVar('OBJECT', items)\n    d.setVar('FIRST', d.getVar('A'))\n    items.append('y')\n    d.setVar('SECOND', d.getVar('A'))\n}\n", nil)}})
	if d := list["r_1.bb"].Data; d.Get("FIRST").Text != "1" || d.Get("SECOND").Text != "2" {
		t.Errorf("a list is counted as %+v, then as %+v", d.Get("FIRST"), d.Get("SECOND"))
	}
}
