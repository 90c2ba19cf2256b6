package bitbake

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSymbol takes names apart by their stems, and compares with what the whole
// name says.
func TestSymbol(t *testing.T) {
	words := []string{"A", "b", "", "append", "prepend", "remove", "appendx", "1", "x86", "Cd", "${PN}", "é"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		env := &environment{limits: Limits{}.withDefaults(), old: r.IntN(2) == 0}
		d := newData(env)
		var parts []string
		for range 1 + r.IntN(6) {
			parts = append(parts, words[r.IntN(len(words))])
		}
		name := strings.Join(parts, env.separator())
		s := d.symbol(name)
		base, o, overrides, ok := d.split(name)
		if ok != (s.base != nil) || ok && (s.base.name != base || s.op != o || s.overrides != overrides) {
			t.Fatalf("%q is the operation %q of %v for %q, want %q of %q for %q", name, s.op, s.base, s.overrides, o, base, overrides)
		}
		var got, want []string
		s.eachVariant(func(short *symbol, overrides string) { got = append(got, short.name+" "+overrides) })
		i := strings.LastIndex(name, env.separator())
		for first := true; i >= 0 && (first || i > 0) && d.isOverride(name[i+1:]); first = false {
			want = append(want, name[:i]+" "+name[i+1:])
			i = strings.LastIndex(name[:i], env.separator())
		}
		if strings.Join(got, ",") != strings.Join(want, ",") {
			t.Fatalf("%q is a variant of %q, want %q", name, got, want)
		}
		if s.braced != strings.Contains(name, "${") {
			t.Fatalf("%q holds a reference: %v", name, s.braced)
		}
	}
}

// TestLongName: a name that is too long to be taken apart may mean any variable.
func TestLongName(t *testing.T) {
	d := newData(&environment{limits: Limits{}.withDefaults()})
	d.recipe = &recipeState{}
	d.setVar("A", "1", true, nil)
	if v := d.Get("A"); len(v.Unknown) > 0 {
		t.Fatalf("A is not certain: %v", v)
	}
	d.setVar("A"+strings.Repeat(":a", longest), "2", true, nil)
	if v := d.Get("A"); len(v.Unknown) == 0 {
		t.Fatal("A is certain, though a name could not be taken apart")
	}
}
