package bitbake

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestLookups changes variables and flags at random, copies them now and then,
// and compares what is found in a shorter way with what there is.
func TestLookups(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	for round := range 40 {
		env := &environment{limits: Limits{}.withDefaults(), old: round%3 == 0}
		sep := env.separator()
		d := newData(env)
		d.recipe = (&Workspace{env: env}).state()
		d.setVar("OVERRIDES", "one:two", true, nil)
		all := []*Data{d}
		for range 80 {
			d := all[len(all)-1]
			name := pick("A", "B", "C") + pick("", "", sep+"one", sep+"two", sep+"one"+sep+"two", sep+"${P}", sep+"append", sep+"append"+sep+"one", sep+"remove", "[x]")
			other := pick("D", "E", "F") + pick("", sep+"one", sep+"two", sep+"none", sep+"${P}", sep+"append")
			flag := pick("f", "g", "h")
			switch r.IntN(12) {
			case 0:
				d.delVar(name)
			case 1, 2:
				d.rename(name, other)
			case 3:
				d.rename(strings.Replace(name, sep+"one", sep+"two", 1), name)
			case 4:
				d.setWeak(name, "w", nil)
			case 5:
				if len(all) < 6 {
					if len(all) == 1 {
						d.names.share()
					}
					all = append(all, d.copy())
					d.mark = &mark{}
				}
			case 6:
				d.setFlag(name, flag, pick("1", "2"), r.IntN(2) == 0, nil)
			case 7:
				d.delFlag(name, flag)
			case 8:
				for i := range manyFlags + r.IntN(9) {
					d.setFlag("A", fmt.Sprint("flag", i), pick("1", "2"), r.IntN(3) == 0, nil)
				}
			case 9:
				d.setVar(name, pick("x", "y"), false, nil)
			default:
				d.setVar(name, pick("x", "y"), true, nil)
			}
			found(t, d)
		}
		for _, d := range all { // a copy changes nothing of what it was made from
			found(t, d)
		}
	}
}

// found compares each way of finding with the plain one.
func found(t *testing.T, d *Data) {
	t.Helper()
	d.names.each(func(s *symbol) {
		if d.symbol(s.name) != s || d.known(s.name) != s || d.names.byID(s.id) != s {
			t.Fatalf("another symbol is found for %s", s.name)
		}
		c := d.at(s)
		for i, v := range c.variants {
			if !d.varied.has(v.symbol) {
				t.Fatalf("nobody knows that %s is a variant of %s", v.symbol.name, s.name)
			}
			if findVariant(c.variants, v.symbol, v.overrides) != i {
				t.Fatalf("%s is twice a variant of %s", v.symbol.name, s.name)
			}
		}
		if c.variable == nil {
			return
		}
		for _, key := range append([]string{"f", "none"}, namesOf(c.variable.flags)...) {
			value, set := "", false
			for _, f := range c.variable.flags {
				if f.name == key && (!set || !f.weak) {
					value, set = f.value, true
					if !f.weak {
						break
					}
				}
			}
			if got, ok, _ := d.flagOf(s, key); got != value || ok != set {
				t.Fatalf("%s[%s] is found as %q %v, and is %q %v", s.name, key, got, ok, value, set)
			}
		}
	})
}

func namesOf(flags []flag) []string {
	var list []string
	for _, f := range flags {
		list = append(list, f.name)
	}
	return list
}

// TestMoved: a variable that is renamed is the same one until somebody changes
// it, and then that of him alone.
func TestMoved(t *testing.T) {
	env := &environment{limits: Limits{}.withDefaults()}
	base := newData(env)
	base.recipe = (&Workspace{env: env}).state()
	st := &statement{file: &source{name: "f"}, line: 1}
	base.record(st, "X:${PN}")
	base.setVar("X:${PN}", "value", true, nil)
	base.setVar("X:${PN}:append", " more", true, nil)
	one, two := base.copy(), base.copy()
	base.mark = &mark{}
	for i, d := range []*Data{one, two} {
		d.setVar("PN", fmt.Sprint("p", i), true, nil)
		d.expandKeys()
		d.record(st, fmt.Sprint("X:p", i))
		d.setVar(fmt.Sprint("X:p", i, ":append"), fmt.Sprint(" a", i), true, nil)
		d.setFlag(fmt.Sprint("X:p", i), "f", fmt.Sprint(i), false, nil)
	}
	one.rename("X:p0", "X:q")
	two.delVar("X:p1")
	for _, c := range []struct {
		d          *Data
		name, want string
		events     int
	}{
		{base, "X:${PN}", "value more", 1}, {one, "X:q", "value more a0", 2}, {one, "X:p0", "", 2}, {one, "X:${PN}", "", 1}, {two, "X:p1", "", 2}, {two, "X:q", "", 0},
	} {
		if got := c.d.getRaw(c.name); got.raw != c.want || len(c.d.events(c.name)) != c.events {
			t.Errorf("%s is %q with %d events, want %q with %d", c.name, got.raw, len(c.d.events(c.name)), c.want, c.events)
		}
	}
}

// TestSharedSymbols: statements of a class and literals in its code, for which
// symbols are looked for once, mean the recipe's own variables, whatever names
// it had before.
func TestSharedSymbols(t *testing.T) {
	for _, series := range []string{"wrynose", "dunfell"} {
		files := map[string]string{
			"conf/bitbake.conf": "OVERRIDES = \"one\"\nPN = \"${@d.getVar('FILE').split('/')[-1].split('_')[0]}\"\nCONF = \"conf\"\n",
			"classes/c.bbclass": "OWN = \"own ${PN}\"\nOWN:append:one = \" appended\"\nOWN[flag] = \"flag ${PN}\"\nCONF = \"class ${PN}\"\nCONF[flag] = \"f ${PN}\"\n" +
				"do_x () {\n\techo ${PN}\n}\naddtask x after do_y\n" +
				"python () {\n    d.setVar('SEEN', (d.getVar('OWN') or '') + '|' + d.getVar('CONF') + '|' + d.getVarFlag('OWN', 'flag') + '|' + d.getVarFlag('CONF', 'flag') + '|' + str(d.getVar('MINE')))\n" +
				"    d.setVarFlag('OWN', 'late', d.getVar('PN'))\n    d.appendVarFlag('CONF', 'flag', ' +')\n}\n",
		}
		for i := range 12 {
			own := ""
			for j := range i * 3 {
				own += fmt.Sprintf("MINE%d = \"%d\"\nOTHER%d[f] = \"x\"\n", (j*7+i)%40, j, j)
			}
			files[fmt.Sprintf("recipes/x%d_1.bb", i)] = own + "MINE = \"m" + fmt.Sprint(i) + "\"\ninherit c\n"
		}
		if series == "dunfell" {
			for name, text := range files {
				files[name] = strings.ReplaceAll(text, "OWN:append:one", "OWN_append_one")
			}
		}
		_, list := recipes(t, Options{Layers: []string{layer(t, series, "", files)}})
		for i := range 12 {
			d := list[fmt.Sprintf("x%d_1.bb", i)].Data
			pn := fmt.Sprint("x", i)
			want := "own " + pn + " appended|class " + pn + "|flag " + pn + "|f " + pn + "|m" + fmt.Sprint(i)
			if got := d.Get("SEEN").Text; got != want {
				t.Errorf("%s: %q, want %q", pn, got, want)
			}
			if late, flag := d.Flag("OWN", "late").Text, d.Flag("CONF", "flag").Text; late != pn || flag != "f "+pn+" +" {
				t.Errorf("%s: the flags are %q and %q", pn, late, flag)
			}
			if f, ok := d.Function("do_x"); !ok || !slices.Contains(d.Tasks(), "do_x") || !strings.Contains(f.Body, "echo") {
				t.Errorf("%s: the task is %+v", pn, f)
			}
		}
	}
}
