package bitbake

import "testing"

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
