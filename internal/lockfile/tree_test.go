package lockfile

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/recipe"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// trees is a content with a source of every kind of tree.
func trees() Content {
	of := func(name string, size int64, t Tree) Source {
		t.Index, t.Digest, t.Size = sum(name+" index"), sum(name), size
		return Source{Address: recipe.Address("source." + name), Tree: &t}
	}
	return Content{Recipe: sum("recipe"), Sources: []Source{
		of("git", 20, Tree{Kind: GitTree, Name: "https://example.org/x.git", Ref: "v1", Pinned: commit, Variant: "true",
			Parts:   []Part{{"tag", sum("tag"), 2}, {"commit", sum("commit"), 1}},
			Modules: []Module{{"b/c d", "https://example.org/y.git", strings.Repeat("a", 64)}, {"a", "git://example.org/z", commit}},
			Vouched: []TreeVouch{{GitTag, []string{signer}, time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), sum("keys")}}}),
		of("image", 21, Tree{Kind: OCITree, Name: "example.org/a/b", Ref: "1.0", Pinned: string(sum("index")), Variant: "linux/amd64",
			Parts: []Part{{"index", sum("index"), 3}, {"manifest", sum("manifest"), 4}, {"config", sum("config"), 5}, {"layer/0", sum("layer"), 6}}}),
		of("module", 22, Tree{Kind: GoModuleTree, Name: "example.org/m", Ref: "v1.0.0", Pinned: "h1:" + strings.Repeat("A", 43) + "=",
			Parts: []Part{{"example.org/m/@v/v1.0.0.zip", sum("zip"), 7}}}),
		of("modules", 23, Tree{Kind: GoModulesTree, Name: "go.sum", Pinned: string(sum("go.sum")),
			Parts: []Part{{"example.org/!m/@v/v1.0.0.mod", sum("mod"), 8}}}),
		of("npm", 24, Tree{Kind: NPMTree, Name: "package-lock.json", Pinned: string(sum("npm")),
			Parts: []Part{{"@a/b/-/b-1.0.0.tgz", sum("tgz"), 9}}}),
		of("crates", 25, Tree{Kind: CratesTree, Name: "Cargo.lock", Pinned: string(sum("cargo")),
			Parts: []Part{{"a/a-1.0.0.crate", sum("crate"), 10}}}),
	}}
}

func TestTreesAreAFixpoint(t *testing.T) {
	l := mustNew(t, trees())
	again, err := Parse("x", l.Format())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l.Content(), again.Content()); diff != "" {
		t.Errorf("Parse(Format(l)) (-want +got):\n%s", diff)
	}
	made, mirrored := 0, map[string]int{}
	for _, p := range l.Pins() {
		if p.Made {
			made++
		}
		mirrored[p.Distribution]++
		if p.Made != (p.URL != "") {
			t.Errorf("%s: a pin that is made says where it comes from", p)
		}
	}
	if want := map[string]int{"": 12, "go": 2, "npm": 1, "crates": 1}; made != 12 || !cmp.Equal(want, mirrored) {
		t.Errorf("%d pins are made, mirrors have %v", made, mirrored)
	}
	if _, err := l.Source("source.git"); err == nil {
		t.Error("a tree has a list of files")
	}
}

func TestTreesRefused(t *testing.T) {
	good := string(mustNew(t, trees()).Format())
	for name, tt := range map[string]struct{ old, new, want string }{
		"no name of a commit":    {`commit     = "` + commit, `commit     = "` + commit[1:], "is not a commit"},
		"ssh":                    {`"https://example.org/x.git"`, `"ssh://example.org/x.git"`, "is not an https, http or git URL"},
		"submodule over file":    {`"git://example.org/z"`, `"file:///z"`, "is not an https, http or git URL"},
		"submodule that escapes": {`submodule "a"`, `submodule "../a"`, "is not a path in a tree"},
		"neither true nor false": {`submodules = "true"`, `submodules = "yes"`, "true or false"},
		"tag that is not there":  {`part "tag"`, `part "taggen"`, "what it signs is not pinned"},
		"commit not there":       {`part "commit"`, `part "comm"`, "the commit itself is not pinned"},
		"md5":                    {`digest     = "` + string(sum("git")), `digest     = "md5:d41d8cd98f00b204e9800998ecf8427e`, "md5 is not an algorithm"},
		"part that escapes":      {`part "a/a-1.0.0.crate"`, `part "../a"`, "is not a clean path"},
		"part twice":             {`part "layer/0"`, `part "config"`, "is pinned twice"},
		"no sum":                 {"h1:AAAA", "h1:AA", "is not a sum of a module"},
		"two kinds":              {`  npm    = "package-lock.json"`, "  npm    = \"package-lock.json\"\n  url    = \"https://example.org/x\"", `no attribute "url"`},
		"unknown signature":      {`vouched "git-tag"`, `vouched "hearsay"`, `"hearsay" is not known`},
		"signature of an image":  {`part "config"`, "vouched \"git-tag\" {\n    date    = \"2025-01-01T00:00:00Z\"\n    keyring = \"" + string(sum("keys")) + "\"\n    signers = [\n      \"" + signer + "\",\n    ]\n  }\n\n  part \"config\"", "only git has"},
	} {
		if !strings.Contains(good, tt.old) {
			t.Errorf("%s: %q is not in the lock:\n%s", name, tt.old, good)
			continue
		}
		_, err := Parse("x", []byte(strings.Replace(good, tt.old, tt.new, 1)))
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

func TestTreesCheck(t *testing.T) {
	keys := recipe.File{Path: "keys", Digest: sum("keys")}
	source := func() recipe.Source {
		return recipe.Source{Address: "source.git", Git: &recipe.Git{URL: "https://example.org/x.git", Tag: "v1", Keyring: &keys, Submodules: true}}
	}
	var pin Source
	for _, s := range trees().Sources {
		if s.Address == "source.git" {
			pin = s
		}
	}
	if !pin.Fits(source()) {
		t.Error("a pin does not fit its source")
	}
	for name, edit := range map[string]func(*recipe.Git){
		"url":        func(g *recipe.Git) { g.URL += "x" },
		"tag":        func(g *recipe.Git) { g.Tag = "v2" },
		"commit":     func(g *recipe.Git) { g.Tag, g.Commit = "", strings.Repeat("1", 40) },
		"submodules": func(g *recipe.Git) { g.Submodules = false },
		"no keyring": func(g *recipe.Git) { g.Keyring = nil },
		"new keys":   func(g *recipe.Git) { g.Keyring = &recipe.File{Digest: sum("new")} },
	} {
		s := source()
		edit(s.Git)
		if pin.Fits(s) {
			t.Errorf("another %s: the pin fits", name)
		}
	}
	l := mustNew(t, trees())
	var stale *StaleError
	if err := l.Check(&recipe.Recipe{Sources: []recipe.Source{source()}}); !errors.As(err, &stale) || len(stale.Unused) != 5 || len(stale.Missing) != 0 {
		t.Errorf("five unused pins: %v", err)
	}
}

func FuzzParseTrees(f *testing.F) {
	f.Add(mustNew(f, trees()).Format())
	f.Fuzz(func(t *testing.T, src []byte) {
		if l, err := Parse("x", src); err == nil && string(l.Format()) != string(src) {
			t.Error("accepted text is not canonical")
		}
	})
}
