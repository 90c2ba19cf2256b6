package plan

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// TestTreeSource has a source that is a tree: the step reads one blob, as a
// directory, and its digest follows the blob alone.
func TestTreeSource(t *testing.T) {
	planned := func(content string) Step {
		r := load(t, "", "", "")
		for i, s := range r.Sources {
			if s.Address == "source.hello" {
				r.Sources[i].Dsc, r.Sources[i].Git = nil, &recipe.Git{URL: "https://example.org/x.git", Tag: "v1"}
			}
		}
		c := lockFor(t, r, "gcc").Content()
		c.Distributions[0].Vouched[0].Dscs = nil
		c.Sources = []lockfile.Source{{Address: "source.hello", Tree: &lockfile.Tree{Kind: lockfile.GitTree, Name: "https://example.org/x.git", Ref: "v1",
			Pinned: strings.Repeat("a", 40), Variant: "false", Index: digest.FromString("index"), Digest: digest.FromString(content), Size: 10,
			Parts: []lockfile.Part{{Path: "commit", Digest: digest.FromString("commit"), Size: 11}}}}}
		l, err := lockfile.New(c)
		if err != nil {
			t.Fatal(err)
		}
		p, err := New(r, l, Standard(r))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Steps() {
			for _, b := range s.Blobs {
				if b.Digest == digest.FromString(content) {
					return s
				}
			}
		}
		t.Fatal("no step reads the tree")
		return Step{}
	}
	s := planned("tree")
	if b := s.Blobs[0]; !b.Unpack || b.Target != SourcesDir+"/hello" || b.Name != "" || b.Size != 10 {
		t.Errorf("the tree is mounted as %+v", b)
	}
	for _, f := range s.Files {
		if f.Path == RunScript && !strings.Contains(f.Content, "cp -R -p '/sources/hello'/. .\n") {
			t.Errorf("the working directory is filled by\n%s", f.Content)
		}
	}
	if planned("other").Digest == s.Digest {
		t.Error("another tree, and the step is the same")
	}
}
