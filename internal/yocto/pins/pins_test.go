package pins

import (
	"reflect"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

const hexA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const idA = "0123456789abcdef0123456789abcdef01234567"

func example() Lock {
	return Lock{BitBake: "2.18",
		Files: []File{
			{Name: "b.tar", Digest: "sha256:" + hexA, Sums: []string{"md5:d41d8cd98f00b204e9800998ecf8427e"}, URLs: []string{"https://example.org/b.tar?x=${y}"}, Recipes: []string{"b"}},
			{Name: "a.tar", Digest: "sha256:" + hexA, URLs: []string{"https://example.org/a.tar"}, Recipes: []string{"z"}},
			{Name: "a.tar", Digest: "sha256:" + hexA, URLs: []string{"https://example.org/2/a.tar"}, Recipes: []string{"a"}},
			{Name: "m@v1.zip", Digest: "sha256:" + hexA, Modules: []string{"example.org/!m/@v/v1.0.0.zip"}, Recipes: []string{"m"}},
		},
		Commits: []Commit{
			{Clone: "example.org.c.git", ID: idA, URLs: []string{"https://example.org/c.git"}, Tags: []string{"v1"}, Recipes: []string{"c"}},
			{Clone: "example.org.c.git", ID: idA, Content: "sha256:" + hexA, URLs: []string{"https://example.org/c.git"}, Branches: []string{"main"}, Submodules: true, Recipes: []string{"b"}, Objects: []Object{{"sha256:" + hexA, 12}}},
			{Clone: "example.org.d.git", ID: idA, URLs: []string{"https://example.org/d.git"}, NoLFS: true, Recipes: []string{"d"}},
		},
		Unlocked: []Unlocked{{"git://example.org/g.git", []string{"g"}, "a \"reason\""}},
	}
}

func TestFormatIsAFixpoint(t *testing.T) {
	l, err := New(example())
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Files) != 3 || l.Files[0].Name != "a.tar" || len(l.Files[0].URLs) != 2 || strings.Join(l.Files[0].Recipes, " ") != "a z" {
		t.Errorf("%+v", l.Files)
	}
	if want := (Commit{"example.org.c.git", idA, "sha256:" + hexA, []string{"https://example.org/c.git"}, []string{"main"}, []string{"v1"}, true, []string{"b", "c"}, false, []Object{{"sha256:" + hexA, 12}}}); len(l.Commits) != 2 || !reflect.DeepEqual(l.Commits[0], want) {
		t.Errorf("%+v", l.Commits)
	}
	text := l.Format()
	again, err := Parse("x.lock", text)
	if err != nil {
		t.Fatal(err)
	}
	if string(again.Format()) != string(text) || !Is(text) {
		t.Errorf("%s", again.Format())
	}
}

func TestRefused(t *testing.T) {
	good, err := New(example())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"order":     {`["a", "z"]`, `["z", "a"]`, "line 13 is not in the one form"},
		"weak":      {`digest  = "sha256:` + hexA, `digest  = "md5:d41d8cd98f00b204e9800998ecf8427e`, "not a SHA-256"},
		"kind":      {`kind    = "yocto"`, `kind    = "other"`, `of the kind "other"`},
		"version":   {`version = 1`, `version = 2`, "version 2"},
		"outside":   {`file "a.tar"`, `file "../a.tar"`, "no plain file name"},
		"stamp":     {`file "a.tar"`, `file "b.tar.done"`, "stamp"},
		"transport": {`"https://example.org/2/a.tar"`, `"ftp://example.org/2/a.tar"`, "not ftp"},
		"password":  {`"https://example.org/2/a.tar"`, `"https://u:p@example.org/2/a.tar"`, "password"},
		"no module": {`"example.org/!m/@v/v1.0.0.zip"`, `"example.org/!m/v1.0.0.zip"`, "not what a Go module proxy calls"},
		"capital":   {`"example.org/!m/@v/v1.0.0.zip"`, `"example.org/M/@v/v1.0.0.zip"`, "invalid escaped module path"},
		"upwards":   {`"example.org/!m/@v/v1.0.0.zip"`, `"example.org/!m/@v/../v1.0.0.zip"`, "invalid escaped version"},
		"nowhere":   {"  modules = [\"example.org/!m/@v/v1.0.0.zip\"]\n", "", "needs a URL or module"},
		"unknown":   {`sums    = []`, "sums    = []\n  more    = 1", "more"},
		"short":     {`"` + idA, `"` + idA[:39], "not the full hash"},
		"clone":     {`commit "example.org.c.git"`, `commit "../c.git"`, "no plain file name"},
		"ssh":       {`"https://example.org/c.git"`, `"ssh://example.org/c.git"`, "not ssh"},
		"me":        {`"https://example.org/c.git"`, `"https://me@example.org/c.git"`, "user"},
		"space":     {`"https://example.org/c.git"`, `"https://example.org/c.git\n"`, "no URL"},
		"branch":    {`["main"]`, `["-main"]`, "no name of a branch"},
		"lines":     {`["main"]`, `["main\nx"]`, "no name of a branch"},
		"tag":       {`["v1"]`, `["../v1"]`, "no name of a branch"},
		"contents":  {`content    = "sha256:`, `content    = "sha512:`, "not a SHA-256"},
		"object":    {hexA + ` 12"`, hexA + ` -1"`, "no SHA-256 digest and size"},
		"no size":   {hexA + ` 12"`, hexA + `"`, "no SHA-256 digest and size"},
		"sha512":    {`["sha256:` + hexA + ` 12"]`, `["sha512:` + hexA + ` 12"]`, "no SHA-256 digest and size"},
		"no files":  {"  lfs        = false\n", "  lfs        = false\n  objects    = [\"sha256:" + hexA + " 12\"]\n", "there is none"},
		"default":   {"  lfs        = false\n", "  lfs        = true\n", "not in the one form"},
		"twice":     {`file "b.tar"`, `file "a.tar"`, "not in the one form"},
		"syntax":    {`lock {`, `lock {{`, ":"},
	} {
		text := strings.Replace(string(good.Format()), c.from, c.to, 1)
		if _, err := Parse("x.lock", []byte(text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	conflict := example()
	conflict.Files[1].Digest = digest.Digest("sha256:" + strings.Repeat("0", 64))
	if _, err := New(conflict); err == nil {
		t.Error("one name for two digests was accepted")
	}
}

func FuzzParse(f *testing.F) {
	l, err := New(example())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(l.Format())
	f.Add([]byte(header))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Parse("x", text)
		if err != nil {
			return
		}
		if string(l.Format()) != string(text) {
			t.Error("what was accepted is not canonical")
		}
		for _, file := range l.Files {
			if strings.ContainsAny(file.Name, "/\\\x00") || file.Digest.Validate() != nil {
				t.Errorf("%+v", file)
			}
		}
	})
}
