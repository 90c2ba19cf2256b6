package bitbake

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// recipes loads layers and lists their recipes by "PN" and "PN variant".
func recipes(t *testing.T, opt Options) (*Workspace, map[string]*Recipe) {
	t.Helper()
	w, err := Load(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]*Recipe{}
	var mu sync.Mutex
	err = w.Recipes(context.Background(), func(_ int, variants []*Recipe) error {
		mu.Lock()
		defer mu.Unlock()
		for _, r := range variants {
			key := filepath.Base(r.File)
			if r.Variant != "" {
				key += " " + r.Variant
			}
			list[key] = r
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w, list
}

var fixture = []string{"testdata/layers/core", "testdata/layers/extra"}

func TestValues(t *testing.T) {
	_, list := recipes(t, Options{Layers: fixture})
	for _, c := range []struct{ recipe, name, want string }{
		{"a_1.2.3.bb", "SRC_URI", "https://example.org/src/a/1.2/a-1.2.3.tar.xz file://one.patch                           file://always.patch"},
		{"a_1.2.3.bb native", "SRC_URI", "https://example.org/src/a/1.2/a-1.2.3.tar.xz file://one.patch                           file://always.patch file://native.patch"},
		{"a_1.2.3.bb", "PN", "a"},
		{"a_1.2.3.bb native", "PN", "a-native"},
		{"a_1.2.3.bb native", "BPN", "a"},
		{"a_1.2.3.bb native", "OVERRIDES", "linux:qemux86-64:nodistro:class-native:forcevariable"},
		{"a_1.2.3.bb", "WEAK", "third"},
		{"a_1.2.3.bb", "NOW", "second"},
		{"a_1.2.3.bb", "DOT", "abc"},
		{"a_1.2.3.bb", "LATE", "MIT late"},
		{"a_1.2.3.bb", "NAME:a", "by key"},
		{"a_1.2.3.bb native", "SET_BY_CODE", "native"},
		{"a_1.2.3.bb", "APPENDED_BY_CODE", "some more"},
		{"a_1.2.3.bb", "APPENDED", "1"},
		{"b_git.bb", "SRCREV", "AUTOINC"},
		{"b_git.bb", "SRC_URI", "git://example.org/b;branch=main"},
	} {
		v := list[c.recipe].Data.Get(c.name)
		if v.Text != c.want || len(v.Unknown) > 0 {
			t.Errorf("%s: %s is %q (%v), want %q", c.recipe, c.name, v.Text, v.Unknown, c.want)
		}
	}
	a := list["a_1.2.3.bb"].Data
	for _, name := range []string{"GONE", "SET_BY_CODE"} {
		if v := a.Get(name); v.Set {
			t.Errorf("%s is set to %q", name, v.Text)
		}
	}
	for flag, want := range map[string]string{"sha256sum": "4567", "md5sum": "default"} {
		if v := a.Flag("SRC_URI", flag); v.Text != want || len(v.Unknown) > 0 {
			t.Errorf("SRC_URI[%s] is %+v, want %q", flag, v, want)
		}
	}
	if got := list["b_git.bb"].Skipped; got != "not here" {
		t.Errorf("skipped is %q", got)
	}
}

func TestUnknown(t *testing.T) {
	_, list := recipes(t, Options{Layers: fixture})
	for name, want := range map[string]Unknown{
		"DOUBTFUL": {Place: Place{"core/recipes-a/a/a_1.2.3.bb", 37}, Expression: "os.listdir is not known", Reason: "os.listdir is not known"},
		"CLOCK":    {Place: Place{"core/conf/bitbake.conf", 12}, Expression: "${@time.strftime('%Y%m%d', time.gmtime())}", Reason: "time.strftime is not known"},
	} {
		v := list["a_1.2.3.bb"].Data.Get(name)
		if len(v.Unknown) == 0 {
			t.Errorf("%s is %q, want unknown", name, v.Text)
			continue
		}
		if diff := cmp.Diff(want, v.Unknown[0]); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
	}
}

func TestHistory(t *testing.T) {
	_, list := recipes(t, Options{Layers: fixture})
	a := list["a_1.2.3.bb"].Data
	want := []Assignment{
		{Place{"core/recipes-a/a/a_1.2.3.bb", 17}, "SRC_URI[sha256sum]", "=", "0123"},
		{Place{"extra/recipes-a/a/a_1.%.bbappend", 2}, "SRC_URI[sha256sum]", "=", "4567"},
	}
	if diff := cmp.Diff(want, a.History("SRC_URI[sha256sum]")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var ops []string
	for _, h := range a.History("SRC_URI") {
		ops = append(ops, h.Name+" "+h.Op)
	}
	if diff := cmp.Diff([]string{"SRC_URI =", "SRC_URI =", "SRC_URI +=", "SRC_URI:append :append", "SRC_URI:append:class-native :append", "SRC_URI:remove :remove", "SRC_URI:prepend:arm :prepend"}, ops); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFunctions(t *testing.T) {
	_, list := recipes(t, Options{Layers: fixture})
	a := list["a_1.2.3.bb"].Data
	f, ok := a.Function("do_install")
	if !ok || f.Python || a.Flag("do_install", "network").Text != "1" || f.Place.Line != 43 || f.Body != "\tinstall -d ${D}" {
		t.Errorf("do_install: %+v %v", f, ok)
	}
	if f, _ := a.Function("do_fetch"); !strings.Contains(f.Body, "base_do_fetch") || !f.Python {
		t.Errorf("do_fetch: %+v", f)
	}
	if diff := cmp.Diff([]string{"do_fetch", "do_compile"}, a.Tasks()); diff != "" {
		t.Errorf("tasks (-want +got)\n%s", diff)
	}
	if len(a.Anonymous()) != 1 {
		t.Errorf("anonymous functions: %v", a.Anonymous())
	}
	if diff := cmp.Diff([]string{"base", "late"}, a.Inherits()); diff != "" {
		t.Errorf("classes (-want +got)\n%s", diff)
	}
	want := []string{"core/recipes-a/a/a_1.2.3.bb", "core/recipes-a/a/a-1.2.3.inc", "extra/recipes-a/a/a_1.%.bbappend", "core/classes-recipe/late.bbclass"}
	var files []string
	for _, f := range a.Files() {
		files = append(files, f.File)
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("files (-want +got)\n%s", diff)
	}
}

func TestLayers(t *testing.T) {
	w, list := recipes(t, Options{Layers: fixture, Set: map[string]string{"MIRROR": "https://forced.example"}})
	var got []string
	for _, l := range w.Layers() {
		got = append(got, l.Name+" "+strings.Join(l.Compat, ","))
		if l.Name == "extra" && l.Priority != 6 {
			t.Errorf("priority of extra is %d", l.Priority)
		}
	}
	if diff := cmp.Diff([]string{"core scarthgap", "extra scarthgap"}, got); diff != "" {
		t.Error(diff)
	}
	if v := list["a_1.2.3.bb"].Data.Get("SRC_URI"); !strings.HasPrefix(v.Text, "https://forced.example/a/") {
		t.Errorf("a value that is set does not win: %s", v.Text)
	}
	if len(w.Errors()) != 1 || !strings.Contains(w.Errors()[0].Error(), "c_%.bbappend: no recipe") {
		t.Errorf("errors: %v", w.Errors())
	}
}

// layer writes a layer with one recipe and gives its directory.
func layer(t *testing.T, series, recipe string, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "layer")
	all := map[string]string{
		"conf/layer.conf":             "BBPATH .= \":${LAYERDIR}\"\nBBFILES += \"${LAYERDIR}/recipes/*.bb\"\nBBFILE_COLLECTIONS += \"l\"\nBBFILE_PATTERN_l = \"^${LAYERDIR}/\"\nLAYERSERIES_COMPAT_l = \"" + series + "\"\nLAYERSERIES_CORENAMES = \"" + series + "\"\n",
		"conf/bitbake.conf":           "OVERRIDES = \"one:two\"\n",
		"classes-global/base.bbclass": "",
		"classes/base.bbclass":        "",
		"recipes/r_1.bb":              recipe,
	}
	for k, v := range files {
		all[k] = v
	}
	writeFiles(t, dir, all)
	return dir
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOldSyntax(t *testing.T) {
	dir := layer(t, "dunfell", "A = \"a\"\nA_append_two = \" two\"\nA_append_three = \" three\"\nA_append:one = \" one\"\nB = \"b\"\nB_one = \"first\"\nB_two = \"second\"\nB_remove = \"x\"\n", nil)
	w, list := recipes(t, Options{Layers: []string{dir}})
	if !w.Layers()[0].OldStyle {
		t.Error("the layer is not taken for an old one")
	}
	d := list["r_1.bb"].Data
	if got := d.Get("A").Text; got != "a two one" {
		t.Errorf("A is %q", got)
	}
	if got := d.Get("B").Text; got != "second" {
		t.Errorf("B is %q", got)
	}
}

// TestReleases: what the same text means depends on the release.
func TestReleases(t *testing.T) {
	const text = "A[f] = \"first\"\nA[f] ??= \"second\"\nB = \"${@'x' #{}'y'}\"\nC = \"${@bb.fetch2.decodeurl('https://E.org/F')[1]}\"\n" +
		"addhandler h\nh[eventmask] = \"bb.event.RecipePostKeyExpansion\"\npython h () {\n    d.setVar('D', 'expanded')\n}\n"
	for _, c := range []struct {
		series, version string
		flag, braces    string
	}{
		{"dunfell", "", "second", "x'y'}"},
		{"kirkstone", "", "second", "x'y'}"},
		{"mickledore", "", "second", "x"},
		{"styhead", "", "second", "x"},
		{"walnascar", "", "first", "x"},
		{"kirkstone", "2.18", "first", "x"},
		{"wrynose", "2.8.1", "second", "x"},
		{"wrynose", "2.2", "second", "x'y'}"},
	} {
		opt := Options{Layers: []string{layer(t, c.series, text, nil)}, Set: map[string]string{}}
		if c.version != "" {
			opt.Set["BB_VERSION"] = c.version
		}
		_, list := recipes(t, opt)
		d := list["r_1.bb"].Data
		if got := d.Flag("A", "f"); got.Text != c.flag || len(got.Unknown) > 0 {
			t.Errorf("%s %s: A[f] is %+v, want %q", c.series, c.version, got, c.flag)
		}
		if got := d.Get("B"); got.Text != c.braces || len(got.Unknown) > 0 {
			t.Errorf("%s %s: B is %+v, want %q", c.series, c.version, got, c.braces)
		}
		if got := d.Get("D"); got.Set != (c.series != "dunfell") {
			t.Errorf("%s %s: D is %+v", c.series, c.version, got)
		}
		host := map[string]string{"first": "e.org", "second": "E.org"}[c.flag] // of the same release
		if got := d.Get("C"); got.Text != host || len(got.Unknown) > 0 {
			t.Errorf("%s %s: C is %+v, want %q", c.series, c.version, got, host)
		}
	}
}

// TestOverrideTwice: what names an override twice is replaced by what comes
// after, as when it names it once.
func TestOverrideTwice(t *testing.T) {
	dir := layer(t, "scarthgap", "OVERRIDES = \"one:two\"\nX = \"e\"\nA:two = \"second\"\nA:on${X}:one = \"twice\"\n", nil)
	_, list := recipes(t, Options{Layers: []string{dir}})
	if got := list["r_1.bb"].Data.Get("A"); got.Text != "second" || len(got.Unknown) > 0 {
		t.Errorf("A is %+v", got)
	}
}

// TestWeakFlag: what deletes a flag leaves a weak one that stands alone.
func TestWeakFlag(t *testing.T) {
	dir := layer(t, "wrynose", "A[f] ??= \"weak\"\nunset A[f]\nA[g] ??= \"weak\"\nA[g] = \"x\"\nunset A[g]\n", nil)
	_, list := recipes(t, Options{Layers: []string{dir}})
	for flag, want := range map[string]string{"f": "weak", "g": ""} {
		if got := list["r_1.bb"].Data.Flag("A", flag); got.Text != want || len(got.Unknown) > 0 {
			t.Errorf("A[%s] is %+v, want %q", flag, got, want)
		}
	}
}

// TestOverrideData: classes of 3.4 ask whether anything overrides a variable.
func TestOverrideData(t *testing.T) {
	dir := layer(t, "honister", "B:off = \"x\"\npython () {\n    d.setVar('A', 'none' if d.overridedata.get('A') is None else 'some')\n    d.setVar('C', 'none' if d.overridedata.get('B') is None else 'some')\n}\n", nil)
	_, list := recipes(t, Options{Layers: []string{dir}})
	d := list["r_1.bb"].Data
	if got := d.Get("A"); got.Text != "none" || len(got.Unknown) > 0 {
		t.Errorf("A is %+v", got)
	}
	if got := d.Get("C"); len(got.Unknown) == 0 {
		t.Errorf("C is %+v", got)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct{ name, recipe, want string }{
		{"no quotes", "A = 1\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:2: the value is not in quotes: A = 1"},
		{"three quotes", "A = \"x\" y\"\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:2: the value is not in quotes: A = \"x\" y\""},
		{"unclosed function", "B = \"kept\"\ndo_x() {\n", "layer/recipes/r_1.bb:2:1: the function do_x is never closed"},
		{"comment within", "A = \"x \\\n# no\n\"\nB = \"kept\"\n", "layer/recipes/r_1.bb:2:1: a statement over several lines is a comment in part"},
		{"missing file", "require none.inc\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:1: the file none.inc is not found"},
		{"missing class", "inherit none\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:1: the class none is not found"},
		{"old operator", "A_append = \"x\"\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:1: the operator is written in the syntax before release honister: A_append"},
		{"loop", "require loop.inc\nB = \"kept\"\n", "layer/recipes/other.inc:1:1: loop.inc: the file includes itself: layer/recipes/loop.inc"},
		{"outside", "require /etc/passwd.inc\nB = \"kept\"\n", "layer/recipes/r_1.bb:1:1: the file /etc/passwd.inc is not found"},
		{"escape", "require escape.inc\nB = \"kept\"\n", "outside of the layers"},
		{"binary", "B = \"kept\"\nA = \"\xff\"\n", "layer/recipes/r_1.bb:2:6: the file is not UTF-8 text"},
		{"large", "require large.inc\nB = \"kept\"\n", "the file is larger than 1000 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := layer(t, "scarthgap", c.recipe, map[string]string{
				"recipes/loop.inc": "require other.inc\n", "recipes/other.inc": "require loop.inc\n",
				"recipes/large.inc": strings.Repeat("# comment\n", 200),
			})
			outside := filepath.Join(t.TempDir(), "secret.inc")
			if err := os.WriteFile(outside, []byte("A = \"1\"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(dir, "recipes/escape.inc")); err != nil {
				t.Fatal(err)
			}
			_, list := recipes(t, Options{Layers: []string{dir}, Limits: Limits{FileSize: 1000}})
			r := list["r_1.bb"]
			if v := r.Data.Get("B"); v.Text != "kept" {
				t.Errorf("the rest is not evaluated: B is %q", v.Text)
			}
			if v := r.Data.Get("A"); len(v.Unknown) == 0 && c.name != "old operator" && c.name != "binary" && c.name != "unclosed function" {
				t.Errorf("what the refused line may have set is not unknown: A is %+v", v)
			}
			var all []string
			for _, e := range r.Errors {
				all = append(all, e.Error())
				if e.Remedy == "" {
					t.Errorf("no remedy for %v", e)
				}
			}
			if !strings.Contains(strings.Join(all, "\n"), c.want) {
				t.Errorf("errors %q, want %q", all, c.want)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	text := "A0 = \"0123456789\"\n"
	for _, l := range "123456789" {
		p := string(l - 1)
		text += "A" + string(l) + " = \"" + strings.Repeat("${A"+p+"}", 10) + "\"\n"
	}
	text += "LOOP = \"${LOOP2}\"\nLOOP2 = \"x${LOOP}\"\nBUSY = \"${@[x for x in range(100000) for y in range(100000)]}\"\nDEEP = \"${@" + strings.Repeat("(", 5000) + "}\"\n"
	dir := layer(t, "scarthgap", text, nil)
	_, list := recipes(t, Options{Layers: []string{dir}, Limits: Limits{Length: 1 << 16}})
	for _, name := range []string{"A9", "LOOP", "BUSY", "DEEP"} {
		if v := list["r_1.bb"].Data.Get(name); len(v.Unknown) == 0 {
			t.Errorf("%s is not unknown, but %.40q", name, v.Text)
		}
	}
	if v := list["r_1.bb"].Data.Get("A2"); len(v.Text) != 1000 || len(v.Unknown) > 0 {
		t.Errorf("A2 has %d bytes, %v", len(v.Text), v.Unknown)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []struct {
		opt  Options
		want string
	}{
		{Options{}, "either a build directory or layers"},
		{Options{Layers: []string{t.TempDir()}}, "is no layer"},
		{Options{BuildDir: t.TempDir()}, "is no build directory"},
	} {
		if _, err := Load(context.Background(), c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

// TestContinuations: what is joined is what BitBake joins, and the time is not
// quadratic in the number of lines.
func TestContinuations(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  string
		last  int
	}{
		{[]string{"a"}, "a", 0},
		{[]string{`a\`, `b\`, "c"}, "abc", 2},
		{[]string{`a\`}, "a", 0},
		{[]string{`a\\`, "", "b"}, "ab", 2},
		{[]string{`a\\`, `\`, "", "b"}, "ab", 3},
		{[]string{`\`, "b"}, "b", 1},
	} {
		if got, last, comment := joinConf(c.lines, 0); got != c.want || last != c.last || comment {
			t.Errorf("%q: %q up to %d, %v", c.lines, got, last, comment)
		}
	}
	if _, last, comment := joinConf([]string{`# a\`, "b"}, 0); last != 1 || !comment {
		t.Errorf("a comment that runs on: %d %v", last, comment)
	}
	many := make([]string, 1<<20)
	for i := range many {
		many[i] = `x\`
	}
	if got, _, _ := joinConf(many, 0); len(got) != len(many) {
		t.Errorf("%d bytes", len(got))
	}
}

// TestImportLoop: Python modules that import each other are loaded once, and
// what cannot be there yet is not known.
func TestImportLoop(t *testing.T) {
	dir := layer(t, "scarthgap", "A = \"${@oe.a.one()}\"\nB = \"${@oe.b.two()}\"\nC = \"kept\"\n", map[string]string{
		"lib/oe/a.py": "from oe.b import two\n\ndef one():\n    return two()\n",
		"lib/oe/b.py": "import oe.a\nfrom oe.a import one\n\ndef two():\n    return '2'\n",
	})
	_, list := recipes(t, Options{Layers: []string{dir}})
	for name, want := range map[string]string{"B": "2", "C": "kept"} {
		if v := list["r_1.bb"].Data.Get(name); v.Text != want || len(v.Unknown) > 0 {
			t.Errorf("%s is %q %v", name, v.Text, v.Unknown)
		}
	}
	if v := list["r_1.bb"].Data.Get("A"); v.Text != "2" && len(v.Unknown) == 0 {
		t.Errorf("A is %q", v.Text)
	}
}
