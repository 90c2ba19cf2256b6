package bitbake

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGlob: as Python's glob, which BitBake asks, and not as Go's.
func TestGlob(t *testing.T) {
	t.Chdir(t.TempDir())
	files := map[string]string{}
	for _, name := range []string{"a/x.bb", "a/f.bb", "a/.h.bb", "a/[z.bb", `a/\.bb`, "a/SCCS/o.bb", "a/b/é.bb", ".hid/y.bb", "c/-.bb", "c/].bb"} {
		files[name] = ""
	}
	writeFiles(t, ".", files)
	for pattern, want := range map[string]string{
		"a/*.bb":          `a/[z.bb a/\.bb a/f.bb a/x.bb`,
		"a/.*.bb":         "a/.h.bb",
		"a/[!f]*.bb":      `a/[z.bb a/\.bb a/x.bb`,
		"a/[^f].bb":       "a/f.bb",
		"a/[f-x].bb":      "a/f.bb a/x.bb",
		"a/[z*.bb":        "a/[z.bb",
		"a/[z.bb":         "a/[z.bb",
		`a/\*.bb`:         `a/\.bb`,
		"c/[]a].bb":       "c/].bb",
		"c/[!]].bb":       "c/-.bb",
		"c/[x-a].bb":      "",
		"a/../a/./f*.bb":  "a/../a/./f.bb",
		"a//f*.bb":        "a/f.bb",
		"*/y.bb":          "",
		"a/*/?.bb":        "a/SCCS/o.bb a/b/é.bb",
		"a/**/o.bb":       "a/SCCS/o.bb",
		"a":               `a/.h.bb a/[z.bb a/\.bb a/b/é.bb a/f.bb a/x.bb`,
		"a/../a":          `a/../a/.h.bb a/../a/[z.bb a/../a/\.bb a/../a/b/é.bb a/../a/f.bb a/../a/x.bb`,
		"a/f.bb/":         "",
		"a/none.bb":       "",
		"{a,b}/f.bb":      "",
		"[ab]/[!a-w].bb":  `a/\.bb a/x.bb`,
		"a/x.bb a/f.bb":   "",
		"./a/[[]z.bb":     "./a/[z.bb",
		"a/b/[é].bb":      "a/b/é.bb",
		"a/[]-a].bb":      "",
		"nothing/at/*.bb": "",
	} {
		if got := strings.Join(expandPattern(pattern), " "); got != want {
			t.Errorf("%s\n got %s\nwant %s", pattern, got, want)
		}
	}
}

// build writes a build directory with layers, the first of which is the core
// layer: their names, and what is in layer.conf after the usual.
func build(t *testing.T, series string, layers [][2]string, files map[string]string) string {
	t.Helper()
	top := t.TempDir()
	all := map[string]string{"build/conf/bblayers.conf": "BBPATH = \"${TOPDIR}\"\nBBFILES ?= \"\"\nBBLAYERS = \""}
	for i, l := range layers {
		name := l[0]
		all["build/conf/bblayers.conf"] += " ${TOPDIR}/../" + name
		text := "BBPATH .= \":${LAYERDIR}\"\nBBFILE_COLLECTIONS += \"" + name + "\"\nBBFILE_PATTERN_" + name + " = \"^${LAYERDIR}/\"\n"
		if i == 0 {
			text += "LAYERSERIES_CORENAMES = \"" + series + "\"\n"
			all[name+"/conf/bitbake.conf"] = "OVERRIDES = \"one:two\"\n"
			all[name+"/classes/base.bbclass"] = ""
		}
		all[name+"/conf/layer.conf"] = text + l[1]
	}
	all["build/conf/bblayers.conf"] += "\"\n"
	for name, text := range files {
		all[name] = text
	}
	writeFiles(t, top, all)
	return filepath.Join(top, "build")
}

// TestLayerDir: after each layer.conf BitBake writes what a variable that
// refers to LAYERDIR holds into its value. What was appended comes before what
// later layers add, and what names it under an override, or to remove it, names
// nothing.
func TestLayerDir(t *testing.T) {
	for series, sep := range map[string]string{"wrynose": ":", "dunfell": "_"} {
		layers := [][2]string{
			{"core", "BBFILES += \"${LAYERDIR}/r/*.bb\"\nBBFILES:remove = \"${LAYERDIR}/r/b_1.bb\"\nBBFILES:append:two = \" ${LAYERDIR}/two/*.bb\"\n"},
			{"a", "BBPATH:append = \":${LAYERDIR}/first\"\nW ??= \"${LAYERDIR}\"\n"},
			{"b", "BBPATH .= \":${LAYERDIR}/second\"\nW ?= \"late\"\n"},
		}
		for i := range layers {
			layers[i][1] = strings.NewReplacer(":append:", sep+"append"+sep, ":append", sep+"append", ":remove", sep+"remove").Replace(layers[i][1])
		}
		dir := build(t, series, layers, map[string]string{"core/r/a_1.bb": "", "core/r/b_1.bb": "", "core/two/c_1.bb": "", "a/first/x.inc": "X = \"first\"\n", "b/second/x.inc": "X = \"second\"\n", "core/r/x_1.bb": "require x.inc\n"})
		_, list := recipes(t, Options{BuildDir: dir})
		var names []string
		for name := range list {
			names = append(names, name)
		}
		slices.Sort(names)
		if diff := cmp.Diff([]string{"a_1.bb", "b_1.bb", "x_1.bb"}, names); diff != "" {
			t.Error(diff)
		}
		x := list["x_1.bb"].Data
		if v := x.Get("X"); v.Text != "first" {
			t.Errorf("X is %q: BBPATH is %s", v.Text, x.Get("BBPATH").Text)
		}
		if v := x.Get("W"); v.Text != filepath.Dir(dir)+"/build/../a" {
			t.Errorf("W is %q", v.Text)
		}
	}
}

// TestLayerPriority: recommended layers count as those that are depended on,
// and the paths of recipes are compared as BBFILES writes them.
func TestLayerPriority(t *testing.T) {
	files := "BBFILES += \"${LAYERDIR}/r/*.bb ${LAYERDIR}/r/*.bbappend\"\n"
	dir := build(t, "wrynose", [][2]string{
		{"core", files + "BBFILE_PRIORITY_core = \"5\"\n"},
		{"a", files + "LAYERRECOMMENDS_a = \"b\"\n"},
		{"b", files + "LAYERDEPENDS_b = \"core\"\n"},
	}, map[string]string{"core/r/x_1.bb": "", "a/r/x_%.bbappend": "A .= \"a\"\n", "b/r/x_%.bbappend": "A .= \"b\"\n"})
	w, list := recipes(t, Options{BuildDir: dir})
	for i, want := range []int{5, 7, 6} {
		if l := w.Layers()[i]; l.Priority != want {
			t.Errorf("%s has priority %d, want %d", l.Name, l.Priority, want)
		}
	}
	r := list["x_1.bb"]
	if v := r.Data.Get("A"); v.Text != "ba" || r.Layer != "core" {
		t.Errorf("A is %q in layer %q, want ba in core", v.Text, r.Layer)
	}
}

// TestLayerPattern: an expression that is not read is said, for without it the
// order of appends is not known.
func TestLayerPattern(t *testing.T) {
	dir := build(t, "wrynose", [][2]string{{"core", ""}, {"a", "BBFILE_PATTERN_a = \"^(?!x)${LAYERDIR}/\"\n"}}, nil)
	w, _ := recipes(t, Options{BuildDir: dir})
	if e := w.Errors(); len(e) != 1 || !strings.Contains(e[0].Error(), "a/conf/layer.conf:4") || !strings.Contains(e[0].Error(), "BBFILE_PATTERN_a is an expression that is not read") {
		t.Errorf("errors: %v", e)
	}
}

// TestClassDirectories: BitBake looks into classes-recipe and classes-global
// since 2.2, and names the layer of a recipe since 2.6.
func TestClassDirectories(t *testing.T) {
	for series, want := range map[string][2]string{"kirkstone": {"old", ""}, "langdale": {"new", ""}, "nanbield": {"new", "core"}} {
		dir := build(t, series, [][2]string{{"core", "BBFILES += \"${LAYERDIR}/r/*.bb\"\n"}}, map[string]string{
			"core/r/x_1.bb": "inherit c\n", "core/classes/c.bbclass": "A = \"old\"\n", "core/classes-recipe/c.bbclass": "A = \"new\"\n"})
		_, list := recipes(t, Options{BuildDir: dir})
		d := list["x_1.bb"].Data
		if got := [2]string{d.Get("A").Text, d.Get("FILE_LAYERNAME").Text}; got != want {
			t.Errorf("%s: %q, want %q", series, got, want)
		}
	}
}

// TestDeferredByName: BB_DEFER_BBCLASSES says something since 2.16.
func TestDeferredByName(t *testing.T) {
	for series, want := range map[string]string{"walnascar": "now", "whinlatter": "late"} {
		_, list := recipes(t, Options{Layers: []string{layer(t, series, "BB_DEFER_BBCLASSES = \"c\"\ninherit c\nB = \"now\"\n", map[string]string{"classes/c.bbclass": "B = \"late\"\n"})}})
		if v := list["r_1.bb"].Data.Get("B"); v.Text != want {
			t.Errorf("%s: B is %q, want %q", series, v.Text, want)
		}
	}
}
