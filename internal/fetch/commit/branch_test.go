package commit

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// TestContained: a branch is proven to contain a commit, or not to, or is a doubt.
func TestContained(t *testing.T) {
	root := t.TempDir()
	archivetest.Git(t, root, "init", "-q", "-b", "main", "x")
	dir := filepath.Join(root, "x")
	commit := func(message string) string {
		archivetest.Git(t, dir, "commit", "-q", "--allow-empty", "-m", message)
		return archivetest.Git(t, dir, "rev-parse", "HEAD")
	}
	first := commit("first")
	archivetest.Git(t, dir, "checkout", "-q", "-b", "side")
	side := commit("side")
	archivetest.Git(t, dir, "checkout", "-q", "main")
	second := commit("second")
	archivetest.Git(t, dir, "checkout", "-q", "-b", "merged", "side")
	archivetest.Git(t, dir, "merge", "-q", "-m", "merge", "main")
	archivetest.Git(t, dir, "tag", "-a", "-m", "x", "v1", first)
	tag := archivetest.Git(t, dir, "rev-parse", "v1")
	url, requests := counting(t, root)
	for name, test := range map[string]struct {
		id, branch string
		filter     string
		want       string // in the error
		doubts     int
	}{
		"tip":             {second, "main", "true", "", 0},
		"tip, no filter":  {second, "main", "false", "", 0},
		"below":           {first, "main", "true", "", 0},
		"by a merge":      {second, "merged", "true", "", 0},
		"a tag of it":     {tag, "main", "true", "", 0},
		"not known":       {first, "main", "false", "", 1},
		"elsewhere":       {side, "main", "true", "the branch main, which is at " + second + ", does not contain it", 0},
		"later":           {second, "side", "true", "does not contain it", 0},
		"no such branch":  {first, "none", "true", "there is no branch none", 0},
		"none, no filter": {first, "none", "false", "there is no branch none", 0},
	} {
		t.Run(name, func(t *testing.T) {
			archivetest.Git(t, dir, "config", "uploadpack.allowFilter", test.filter)
			c := pinned(url+"/x/.git", test.id)
			c.Branches = []string{test.branch}
			m := machine(t)
			_, err := m.Fetch(t.Context(), []pins.Commit{c})
			var wrong *commits.Error
			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want != "" && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) || wrong.From != c.URLs[0]):
				t.Fatalf("%v, want %q", err, test.want)
			case len(m.Doubts) != test.doubts:
				t.Fatalf("doubts %q, want %d", m.Doubts, test.doubts)
			}
			asked := requests.Load()
			if _, err := m.Fetch(t.Context(), []pins.Commit{c}); test.want == "" && (len(m.Doubts) != test.doubts || err != nil || requests.Load() != asked) {
				t.Errorf("the second time: %v, %d requests", err, requests.Load()-asked)
			}
		})
	}
}
