package bitbake

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMemo changes variables at random, copies them now and then, and compares
// what is remembered with what is computed anew.
func TestMemo(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	names := []string{"A", "B", "C", "D", "E", "X", "Y"}
	for round := range 300 {
		env := &environment{limits: Limits{}.withDefaults(), old: round%3 == 0}
		sep := env.separator()
		d := newData(env)
		d.recipe = (&Workspace{env: env}).state()
		d.setVar("OVERRIDES", "zero:${X}:${Y}:class-${E}", true, nil)
		all := []*Data{d}
		for range 60 {
			d := all[len(all)-1]
			at := r.IntN(len(names))
			name, later := names[at], append(names[at+1:], "Z")
			value := pick("one", "two", "one:two", "two:one", "zero", "${"+pick(later...)+"}", "${"+pick(later...)+"} ${"+pick(later...)+"}",
				"${@d.getVar('"+pick(later...)+"') or 'none'}", "${@d.getVar('"+pick(later...)+"', False) or ''}")
			suffix := pick("", "", "", sep+"one", sep+"two", sep+"zero", sep+"one"+sep+"two", sep+"class-one", sep+"append", sep+"append"+sep+"two", sep+"remove"+sep+"one", sep+"prepend"+sep+"zero")
			switch r.IntN(12) {
			case 0:
				d.delVar(name + suffix)
			case 1:
				d.rename(name+sep+"one", name+sep+"two")
			case 2:
				d.setWeak(name, value, nil)
			case 3:
				if len(all) < 8 {
					all = append(all, d.copy())
				}
			case 4:
				d.setVar(name, value, false, nil)
			default:
				d.setVar(name+suffix, value, true, nil)
			}
			check(t, all[len(all)-1], names)
		}
		for _, d := range all { // a copy changes nothing of what it was made from
			check(t, d, names)
		}
	}
}

func check(t *testing.T, d *Data, names []string) {
	t.Helper()
	anew := d.scratch()
	anew.resolved = false
	for _, name := range append([]string{"OVERRIDES"}, names...) {
		got, want := d.get(name), anew.get(name)
		if describe(got) != describe(want) {
			t.Fatalf("%s is remembered as %s, and is %s, with the overrides %s", name, describe(got), describe(want), strings.Join(anew.overrides, ":"))
		}
	}
}

func describe(e expanded) string {
	return fmt.Sprintf("%q %q %v %v", e.raw, e.text, e.set, len(e.unknown) > 0)
}

// TestExpandAhead: what the configuration makes a variable is no recipe's when
// it depends on the recipe's file, name, class or other overrides.
func TestExpandAhead(t *testing.T) {
	dir := layer(t, "wrynose", "BBCLASSEXTEND = \"native\"\nTUNE = \"${TOP} of r\"\n", map[string]string{
		"conf/bitbake.conf": "OVERRIDES = \"two:pn-${PN}:${CLASSOVERRIDE}\"\nCLASSOVERRIDE ?= \"class-target\"\nPN = \"${@d.getVar('FILE', False).split('/')[-1].split('_')[0]}\"\nPV = \"1\"\n" +
			"TOP = \"top\"\nTOP:class-native = \"native\"\nTUNE = \"${TOP}\"\nFEATURES = \"${@'x' if d.getVar('TUNE') == 'top' else 'y'}\"\nNAME = \"${PN} ${FEATURES}\"\nNAME:append:pn-s = \" s\"\nFIX = \"${@'a' + 'b'}\"\nFIX:other = \"o\"\n",
		"classes/native.bbclass": "CLASSOVERRIDE = \"class-native\"\n",
		"recipes/s_1.bb":         "",
	})
	_, list := recipes(t, Options{Layers: []string{dir}})
	for key, want := range map[string]string{"r_1.bb": "top of r|r y|ab", "r_1.bb native": "native of r|r-native y|ab", "s_1.bb": "top|s x s|ab"} {
		d := list[key].Data
		got := d.Get("TUNE").Text + "|" + d.Get("NAME").Text + "|" + d.Get("FIX").Text
		if got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}
