package bitbake

import "testing"

// TestFilterOwn: what a filter answers for one recipe is no other's when it
// calls a function of the metadata.
func TestFilterOwn(t *testing.T) {
	recipe := func(result string) string {
		return "A = \"a\"\nB = \"${A}\"\ndef change(text):\n    return text + '" + result + "'\npython () {\n    d.setVarFilter('A', 'change(val)')\n}\n"
	}
	plain := "A = \"a\"\npython () {\n    d.setVarFilter('A', 'val.upper()')\n}\nB = \"${A}\"\n"
	_, list := recipes(t, Options{Layers: []string{layer(t, "wrynose", recipe("-r"), map[string]string{
		"recipes/s_1.bb": recipe("-s"), "recipes/t_1.bb": plain, "recipes/u_1.bb": plain, "recipes/v_1.bb": "A = \"a\"\nB = \"${A}\"\n",
	})}})
	for key, want := range map[string]string{"r_1.bb": "a-r", "s_1.bb": "a-s", "t_1.bb": "A", "u_1.bb": "A", "v_1.bb": "a"} {
		if got := list[key].Data.Get("B"); got.Text != want || len(got.Unknown) > 0 {
			t.Errorf("%s: %+v, want %s", key, got, want)
		}
	}
}
