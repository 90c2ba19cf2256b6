package bitbake

import (
	"slices"
	"strings"
	"testing"
)

// What is read ahead are classes, recipes and included files, none that leads
// out of the layers; a recipe is forgotten when it was asked for.
func TestReadAhead(t *testing.T) {
	dir := layer(t, "wrynose", "require r.inc\n", map[string]string{
		"classes-recipe/one.bbclass": "NEW_NAME:append:x = \"1\"\nnew_function () {\n}\n",
		"classes/bad.bbclass":        "what is this\n",
		"recipes/r.inc":              "A = \"1\"\n",
		"recipes/files/r.patch":      "B = \"1\"\n",
	})
	w, err := Load(t.Context(), Options{Layers: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	ahead := w.env.readAhead()
	var names []string
	for _, src := range ahead.allClasses() {
		names = append(names, src.class)
	}
	if want := []string{"bad", "base", "base", "one"}; !slices.Equal(slices.Sorted(slices.Values(names)), want) {
		t.Errorf("classes: got %q, want %q", names, want)
	}
	<-ahead.done
	recipe, include := dir+"/recipes/r_1.bb", dir+"/recipes/r.inc"
	known := func(path string) bool {
		_, file := w.env.files.Load(path)
		_, recipe := w.env.recipes.Load(path)
		return file || recipe
	}
	if !known(recipe) || !known(include) || known(dir+"/recipes/files/r.patch") {
		t.Error("not exactly the recipe and what it includes were read")
	}
	for range 2 { // from memory, then from the file
		if src, err := w.env.load(recipe); err != nil || len(src.statements) != 1 {
			t.Errorf("got %v, %v", src, err)
		}
		if known(recipe) {
			t.Error("the recipe is kept after it was asked for")
		}
	}
	for _, name := range []string{"NEW_NAME", "NEW_NAME:append:x", "new_function"} {
		if s := w.conf.known(name); s == nil || !w.conf.names.shares(s) || w.conf.at(s).variable != nil {
			t.Errorf("%s: a name of a class that nobody inherited is no shared one without a value", name)
		}
	}
}

// What is read ahead is bounded.
func TestReadAheadBound(t *testing.T) {
	dir := layer(t, "wrynose", "A = \"1\"\n", map[string]string{"recipes/s_1.bb": "B = \"1\"\n"})
	w, err := Load(t.Context(), Options{Layers: []string{dir}})
	if err != nil {
		t.Fatal(err)
	}
	r := &readAhead{env: w.env, left: 8}
	var read []string
	r.below(dir, isPart, func(path string) { read = append(read, path) })
	if len(read) != 1 || r.left >= 0 {
		t.Errorf("read %q, %d bytes are left, want one of two files", read, r.left)
	}
	r.below(dir, isPart, func(path string) { t.Errorf("%s is read beyond the bound", strings.TrimPrefix(path, dir)) })
}
