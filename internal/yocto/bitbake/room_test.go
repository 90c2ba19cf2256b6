package bitbake

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRelease evaluates recipes one after the other: what one says does not
// depend on whether those before it were released.
func TestRelease(t *testing.T) {
	files := map[string]string{
		"conf/bitbake.conf":      "PN = \"${@d.getVar('FILE', False).split('/')[-1].split('_')[0]}\"\nOVERRIDES = \"pn-${PN}:${WHICH}\"\nWHICH = \"target\"\nA:${PN}-x = \"conf\"\nA[flag] = \"${PN}\"\n",
		"classes/native.bbclass": "WHICH = \"native\"\nA:native = \"n\"\nA:append:native = \" more\"\nA[flag] .= \"-native\"\n",
	}
	for i := range 40 {
		files[fmt.Sprintf("recipes/r%d_1.bb", i)] = fmt.Sprintf("A = \"%d ${PN}\"\nOWN%d = \"1\"\nA:append:target = \" ${OWN%d}\"\nA[own%d] = \"x\"\nBBCLASSEXTEND = \"native\"\npython () {\n    for i in range(%d):\n        d.setVar('B%%d' %% i, d.getVar('A'))\n        d.setVarFlag('B%%d' %% i, 'f%%d' %% i, 'x')\n}\n", i, i, i-1, i, 5*i)
	}
	dir := layer(t, "wrynose", "A = \"a\"\n", files)
	evaluate := func(release bool) map[string][]string {
		w, err := Load(context.Background(), Options{Layers: []string{dir}, Limits: Limits{Workers: 2}})
		if err != nil {
			t.Fatal(err)
		}
		out := make([]map[string][]string, w.Files())
		err = w.Recipes(context.Background(), func(file int, variants []*Recipe) error {
			out[file] = map[string][]string{}
			var data []*Data
			for _, r := range variants {
				list := everything(r.Data)
				for _, name := range r.Data.Names() {
					list = append(list, fmt.Sprint(name, " ", r.Data.History(name)))
				}
				out[file][filepath.Base(r.File)+" "+r.Variant] = list
				data = append(data, r.Data)
			}
			if release {
				Release(data)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.env.rooms.free); release != (n > 0) {
			t.Fatalf("%d rooms are free, though recipes were released: %v", n, release)
		}
		all := map[string][]string{}
		for _, one := range out {
			for key, list := range one {
				all[key] = list
			}
		}
		return all
	}
	got, want := evaluate(true), evaluate(false)
	if len(want) != 81 {
		t.Fatalf("%d variants, want 81", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("released (+) and not (-):\n%s", diff)
	}
}

// TestReleased: to use a released recipe ends in a panic, to release it twice
// in nothing.
func TestReleased(t *testing.T) {
	w, list := recipes(t, Options{Layers: fixture})
	d := list["a_1.2.3.bb"].Data
	Release([]*Data{d, d})
	if n := len(w.env.rooms.free); n != 1 {
		t.Fatalf("%d rooms are free, want 1", n)
	}
	defer func() {
		if recover() == nil {
			t.Fatal("a released recipe has variables")
		}
	}()
	d.Get("PN")
}

// TestSlab takes parts singly and several at a time, more than are kept: all are
// zero and no two the same, also after a reset.
func TestSlab(t *testing.T) {
	var s slab[event]
	for round := range 3 {
		seen := map[*event]bool{}
		for i := range 3 * mostChunks * largeChunk / 10 {
			list := []*event{s.take()}
			parts := s.many(i % 12)
			if i%1000 == 0 {
				parts = s.many(mostParts/2 + i%2*mostParts)
			}
			for j := range parts {
				list = append(list, &parts[j])
			}
			if cap(parts) != len(parts) {
				t.Fatalf("%d parts have room for %d", len(parts), cap(parts))
			}
			for _, e := range list {
				if seen[e] || e.name != "" || e.before != nil {
					t.Fatalf("round %d: part %d was given: %+v", round, i, *e)
				}
				seen[e] = true
				e.name, e.before = strings.Repeat("x", i%3+1), e
			}
		}
		if s.used != mostChunks || len(s.chunks) != mostChunks {
			t.Fatalf("%d of %d chunks are in use, want all", s.used, len(s.chunks))
		}
		s.reset()
		if slices.ContainsFunc(s.chunks, func(c []event) bool { return slices.ContainsFunc(c, func(e event) bool { return e.name != "" }) }) {
			t.Fatal("something is left after the reset")
		}
	}
}
