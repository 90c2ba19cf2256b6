package lockfile

import (
	"strings"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/recipe"
)

// weaker joins what Compare says is weaker, and says how many changes there are.
func weaker(t *testing.T, old, new Content) (text string, changes int) {
	t.Helper()
	list := Compare(mustNew(t, old), mustNew(t, new), &recipe.Recipe{})
	for _, c := range list {
		text += c.String() + "\n"
		for _, w := range c.Weaker {
			text += "WEAKER: " + w + "\n"
		}
	}
	return text, len(list)
}

const (
	otherSigner = "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
	otherCommit = "fedcba9876543210fedcba9876543210fedcba98"
)

// TestCompareTrees changes pins of trees: each change is told, and what is
// vouched for more weakly is told as such.
func TestCompareTrees(t *testing.T) {
	const git, image, npm = 0, 1, 4
	unsigned := func(t *Tree) { t.Vouched = nil }
	bySigner := func(t *Tree) { t.Vouched[0].Signers = []string{otherSigner} }
	ofCommit := func(t *Tree) { t.Vouched[0].Kind = GitCommit }
	commitOnly := func(t *Tree) { t.Ref = "" }
	moved := func(t *Tree) { t.Pinned, t.Index, t.Digest = otherCommit, sum("moved"), sum("moved tar") }
	for name, tt := range map[string]struct {
		which       int
		before, now []func(*Tree)
		want        string // of what is weaker; "": nothing is
	}{
		"a signed tag moves":               {git, nil, []func(*Tree){moved}, "the signed tag v1 named commit " + commit},
		"a tag on first use moves":         {git, []func(*Tree){unsigned}, []func(*Tree){unsigned, moved}, ""},
		"the next tag":                     {git, nil, []func(*Tree){moved, func(t *Tree) { t.Ref = "v2" }}, ""},
		"another key":                      {git, nil, []func(*Tree){moved, func(t *Tree) { t.Ref = "v2" }, bySigner}, "signed by a new key, " + otherSigner},
		"an earlier signature":             {git, nil, []func(*Tree){moved, func(t *Tree) { t.Ref, t.Vouched[0].Date = "v0", t.Vouched[0].Date.AddDate(-1, 0, 0) }}, "before at 2025-01-01"},
		"no signature any more":            {git, nil, []func(*Tree){unsigned}, "vouched for by first use only"},
		"only the commit is signed":        {git, nil, []func(*Tree){ofCommit}, "nobody vouches that the tag names it, before by git-tag"},
		"a signed commit by name":          {git, nil, []func(*Tree){ofCommit, commitOnly}, ""},
		"a commit by name":                 {git, nil, []func(*Tree){unsigned, commitOnly}, "vouched for by the recipe's commit"},
		"signed at last":                   {git, []func(*Tree){unsigned}, nil, ""},
		"other files of the same commit":   {git, nil, []func(*Tree){func(t *Tree) { t.Index, t.Digest = sum("other"), sum("other tar") }}, "other files under the same name: " + commit},
		"a tag of an image moves":          {image, nil, []func(*Tree){func(t *Tree) { t.Pinned, t.Index = string(sum("another")), sum("moved") }}, ""},
		"other files of the same image":    {image, nil, []func(*Tree){func(t *Tree) { t.Index = sum("moved") }}, "other files under the same name"},
		"a digest in the place of a tag":   {image, nil, []func(*Tree){commitOnly}, ""},
		"a tag in the place of a digest":   {image, []func(*Tree){commitOnly}, nil, "vouched for by first use only"},
		"another lock file":                {npm, nil, []func(*Tree){func(t *Tree) { t.Pinned, t.Index = string(sum("npm 2")), sum("moved") }}, ""},
		"other files of the same packages": {npm, nil, []func(*Tree){func(t *Tree) { t.Index = sum("moved") }}, "other files under the same name"},
	} {
		content := func(edits []func(*Tree)) Content {
			c := trees()
			for _, edit := range edits {
				edit(c.Sources[tt.which].Tree)
			}
			return c
		}
		got, n := weaker(t, content(tt.before), content(tt.now))
		if n != 1 || (tt.want == "") == strings.Contains(got, "WEAKER") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %d changes, want one with %q:\n%s", name, n, tt.want, got)
		}
	}
	if got, n := weaker(t, trees(), trees()); n != 0 {
		t.Errorf("nothing changed:\n%s", got)
	}
	fewer := trees()
	fewer.Sources = fewer.Sources[1:]
	if got, _ := weaker(t, trees(), fewer); !strings.Contains(got, "source.git: gone, was git https://example.org/x.git v1 "+commit) {
		t.Errorf("a source less:\n%s", got)
	}
	if got, _ := weaker(t, fewer, trees()); !strings.Contains(got, "source.git: new, git https://example.org/x.git v1 "+commit+", vouched for by git-tag") {
		t.Errorf("a source more:\n%s", got)
	}
}

// TestCompareRepositories has repositories of RPM packages whose dates have
// nothing to do with each other, and packages that are signed one by one.
func TestCompareRepositories(t *testing.T) {
	const updates, fedora = 0, 1
	only := func(which int) Content {
		c := rpmExample()
		d := &c.Distributions[0]
		d.Vouched = d.Vouched[which : which+1]
		c.Toolchains[0].Packages = []string{d.Vouched[0].Debs[0].Name}
		return c
	}
	early := rpmExample()
	early.Distributions[0].Vouched[fedora].Date = early.Distributions[0].Vouched[fedora].Date.AddDate(0, -2, 0)
	if got, _ := weaker(t, only(updates), early); strings.Contains(got, "WEAKER") {
		t.Errorf("a package of an older repository is wanted too:\n%s", got)
	}
	older := rpmExample()
	older.Distributions[0].Vouched[updates].Date = older.Distributions[0].Vouched[updates].Date.AddDate(0, 0, -1)
	older.Distributions[0].Vouched[updates].Digest = sum("older")
	if got, _ := weaker(t, rpmExample(), older); !strings.Contains(got, "WEAKER: the repomd.xml of updates is of 2025-06-30T12:00:00Z, older than that of 2025-07-01T12:00:00Z") {
		t.Errorf("rollback of one repository:\n%s", got)
	}

	// one more package, of another key, and the first signed by that key too
	more := func(first, second string) Content {
		c := rpmExample()
		v := &c.Distributions[0].Vouched[updates]
		v.Debs = append(v.Debs, Deb{Name: "ld", Version: "1-1", Architecture: "noarch", Filename: "l.rpm", Digest: sum("ld"), Size: 5, Signer: second, SignedAt: v.Date})
		v.Debs[0].Signer = first
		v.Signers = []string{first, second}
		if first == second {
			v.Signers = v.Signers[:1]
		}
		c.Toolchains[0].Packages = append(c.Toolchains[0].Packages, "ld")
		return c
	}
	fewer := rpmExample()
	fewer.Distributions[0].Vouched[updates].Digest, fewer.Distributions[0].Vouched[updates].Date = sum("next"), time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC)
	if got, _ := weaker(t, more(signer, otherSigner), fewer); strings.Contains(got, "WEAKER") {
		t.Errorf("the only package of a key is gone:\n%s", got)
	}
	next := more(otherSigner, otherSigner)
	next.Distributions[0].Vouched[updates].Debs[0].Version = "1:15.1.1-3.fc42"
	if got, _ := weaker(t, more(signer, otherSigner), next); !strings.Contains(got, "WEAKER: signed by a new key, "+otherSigner+", in the place of "+signer) {
		t.Errorf("a package is signed by another package's key:\n%s", got)
	}
}
