package bitbake

import (
	"fmt"
	"strings"
	"testing"
)

// TestLateVariants: anonymous python says that there are variants; they are
// made of what was parsed, not of what it did.
func TestLateVariants(t *testing.T) {
	late := "A = \"a\"\npython () {\n    d.appendVar('A', '-ran')\n    d.setVar('BBCLASSEXTEND', 'native')\n}\n"
	_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", late, map[string]string{
		"conf/bitbake.conf":      "PN = \"${@d.getVar('FILE', False).split('/')[-1].split('_')[0]}\"\nOVERRIDES = \"pn-${PN}\"\n",
		"classes/native.bbclass": "A .= \"-native\"\n",
		"recipes/s_1.bb":         "A = \"a\"\nBBCLASSEXTEND:pn-s = \"native\"\n",
		"recipes/t_1.bb":         "A = \"a\"\n",
	})}})
	want := map[string]string{"r_1.bb": "a-ran", "r_1.bb native": "a-native-ran", "s_1.bb": "a", "s_1.bb native": "a-native", "t_1.bb": "a"}
	for key, text := range want {
		if r := list[key]; r == nil || r.Data.Get("A").Text != text {
			t.Errorf("%s: %+v, want %s", key, r, text)
		}
	}
	if len(list) != len(want) {
		t.Errorf("%d variants, want %d", len(list), len(want))
	}
}

// TestUnreadable: of recipes with which BitBake stops nothing is certain.
func TestUnreadable(t *testing.T) {
	files := map[string]string{"conf/bitbake.conf": "PN = \"${@bb.parse.vars_from_file(d.getVar('FILE', False), d)[0]}\"\nPV = \"1\"\nOVERRIDES = \"one\"\n"}
	unreadable := map[string]string{
		"pn":      "PN = \"${PN}x\"\n",
		"pv":      "PV = \"${PV}.1\"\n",
		"depends": "D = \"${DEPENDS}\"\nDEPENDS = \"${D} x\"\n",
		"raise":   "python () {\n    raise Exception('no')\n}\n",
		"fatal":   "python () {\n    if d.getVar('A') == 'a':\n        bb.fatal('no')\n}\n",
		"handler": "addhandler h\nh[eventmask] = \"bb.event.RecipePreFinalise\"\npython h () {\n    bb.fatal('no')\n}\n",
	}
	readable := map[string]string{
		"other":  "DESCRIPTION = \"${DESCRIPTION} x\"\n",
		"caught": "python () {\n    try:\n        raise Exception('no')\n    except Exception:\n        pass\n}\n",
		"skip":   "python () {\n    raise bb.parse.SkipRecipe('no')\n}\n",
	}
	for _, m := range []map[string]string{unreadable, readable} {
		for name, text := range m {
			files["recipes/"+name+"_1.bb"] = "A = \"a\"\n" + text
		}
	}
	_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", "", files)}})
	for name := range unreadable {
		if v := list[name+"_1.bb"].Data.Get("A"); len(v.Unknown) != 1 || v.Unknown[0].Place.File != "layer/recipes/"+name+"_1.bb" || v.Unknown[0].Place.Line < 2 {
			t.Errorf("%s: A is %+v", name, v)
		}
	}
	for name := range readable {
		if v := list[name+"_1.bb"].Data.Get("A"); v.Text != "a" || len(v.Unknown) > 0 {
			t.Errorf("%s: A is %+v", name, v)
		}
	}
}

// TestManyVariants: more variants than any recipe has are an error, and cost
// no more than the first of them.
func TestManyVariants(t *testing.T) {
	var words strings.Builder
	for i := range 20000 {
		fmt.Fprintf(&words, " native:v%d", i)
	}
	dir := layer(t, "wrynose", "A = \"a\"\nBBCLASSEXTEND = \""+words.String()+"\"\n", map[string]string{"classes/native.bbclass": ""})
	_, list := recipes(t, Options{Layers: []string{dir}})
	if len(list) != 1+mostVariants {
		t.Errorf("%d variants", len(list))
	}
	e := list["r_1.bb"].Data.errors
	if len(e) != 1 || !strings.Contains(e[0].Error(), "r_1.bb:2:1: BBCLASSEXTEND names 20000 variants, more than 2000") {
		t.Errorf("errors: %v", e)
	}
}
