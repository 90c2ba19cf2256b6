package bitbake

import (
	"testing"
)

// FuzzParse: no text makes the parser panic, hang or give places outside of
// the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"A = \"1\"\n", "A:append:x = 'y'\n", "A[f] ?= \"x\"\nexport B\nunset C[d]\n", "python () {\n    d.setVar('A', 'b')\n}\n", "def f(d):\n    return 1\n\nB = \"${@f(d)}\"\n",
		"do_x[dirs] = \"a\"\ndo_x () {\n\ty\n}\naddtask x after y before z\n", "A = \"x \\\n y\"\n# c \\\nB = 1\n", "inherit a b\nrequire c\ninclude_all d\n", "A \xff\x00= \"\r\n\"", "}\n{\n\\\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range []string{"/l/a.bb", "/l/a.conf", "/l/a.bbclass"} {
			src := parseSource(name, name, []byte(text))
			lines := len(splitLines(text)) + 1
			for _, st := range src.statements {
				if st.line < 1 || int(st.line) > lines {
					t.Errorf("%s: a statement at line %d of %d", name, st.line, lines)
				}
			}
			for _, e := range src.errors {
				if e.Place.Line < 1 || e.Place.Line > lines {
					t.Errorf("%s: an error at line %d of %d", name, e.Place.Line, lines)
				}
			}
		}
	})
}

// FuzzEvaluate: no recipe makes the evaluation panic or exceed its limits.
func FuzzEvaluate(f *testing.F) {
	for _, s := range []string{
		"A = \"${B}\"\nB = \"${A}\"\n", "OVERRIDES = \"${X}\"\nX:x = \"y\"\nX = \"x\"\n", "A = \"${@d.getVar('A')}\"\n", "A:append = \"${A}\"\nA:remove = \"${A}\"\n", "A[x] = \"${A}\"\nB := \"${A}\"\n",
		"python () {\n    for i in range(10**9):\n        d.setVar('A' + str(i), i)\n}\n", "${A} = \"1\"\nA = \"${B}\"\nB = \"B\"\n", "def f(d):\n    return f(d)\n\nA = \"${@f(d)}\"\n", "A = \"${@'x' * 10**9}\"\n",
		"inherit x\nBBCLASSEXTEND = \"native native\"\n", "python () {\n    d.renameVar('A', 'B')\n    d.delVar('A')\n}\nA:x = \"1\"\n", "A = \"${@{1: 2}[1]}}\"\n", "A[x] = \"${@d.getVarFlag('A', 'x')}\"\n", "A = \"${@d.expand(d.getVar('A', False))}\"\n", "python () {\n    l = [1]\n    for x in l:\n        l.append(x)\n}\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env := &environment{limits: Limits{Steps: 2000, Length: 1 << 12, Depth: 32, Files: 10}.withDefaults(), root: "/nowhere"}
		for _, old := range []bool{false, true} {
			env.old = old
			d := newData(env)
			d.recipe = &recipeState{steps: 20000, files: 10, class: "recipe"}
			d.setFile("/nowhere/r_1.bb")
			for _, st := range parseSource("/nowhere/r_1.bb", "r_1.bb", []byte(text)).statements {
				d.recipe.current = st
				d.execute(st)
			}
			for _, v := range d.variantsOfRecipe() {
				for _, name := range v.Names() {
					if got := v.Get(name); len(got.Text) > env.limits.Length+len(text) && len(got.Unknown) == 0 {
						t.Errorf("%s has %d bytes", name, len(got.Text))
					}
					v.History(name)
					for _, flag := range v.Flags(name) {
						v.Flag(name, flag)
					}
				}
			}
		}
	})
}
