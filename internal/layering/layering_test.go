// Package layering holds the rules which package may know which: the reason
// why nothing unverified reaches a build is that what builds cannot download,
// and what downloads cannot build.
package layering

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/dombuild/dombuild/"

type ban struct {
	pkg    string
	never  []string
	reason string
}

// bans lists what a package must not depend on, directly or not. A name that
// begins with "internal/" is one of this module.
var bans = []ban{
	{"internal/recipe", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "a recipe is evaluated from its files alone"},
	{"internal/lockfile", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "a lock is text: reading it opens no connection"},
	{"internal/store", []string{"net/http", "internal/fetch", "internal/plan"}, "the store holds bytes and does not know where they come from"},
	{"internal/lanes", []string{"net/http", "os/exec", "internal/store"}, "a hash is a function of bytes"},
	{"internal/fetch", []string{"internal/plan", "internal/sandbox", "internal/build", "github.com/moby/buildkit/client"}, "what downloads does not build"},
	{"internal/resolve", []string{"internal/sandbox", "internal/plan", "internal/build", "github.com/moby/buildkit/client"}, "what resolves does not build"},
	{"internal/resolve/upstream", []string{"internal/sandbox", "internal/plan", "internal/build", "github.com/moby/buildkit/client"}, "what brings sources runs nothing of them"},
	{"internal/git", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "objects are bytes: reading them runs nothing and asks nobody"},
	{"internal/fetch/gitwire", []string{"os/exec", "internal/plan", "internal/sandbox", "internal/build"}, "asking a git server runs no git"},
	{"internal/vouch", []string{"net/http", "os/exec", "internal/store", "internal/fetch", "internal/lockfile", "internal/recipe"}, "a signature is judged by bytes and keys: nothing is looked up"},
	{"internal/plan", []string{"internal/fetch", "internal/resolve", "internal/sandbox", "net/http", "os/exec", "github.com/moby/buildkit/client"}, "a plan is closed: it is made of pins, not of connections"},
	{"internal/debroot", []string{"net/http", "os/exec", "internal/fetch"}, "unpacking runs nothing and asks nobody"},
	{"internal/rpm", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "a package is bytes: reading it runs nothing and asks nobody"},
	{"internal/rpmmd", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "metadata are text: reading them opens no connection"},
	{"internal/rpmsolve", []string{"net/http", "os/exec", "internal/store", "internal/fetch", "internal/lockfile"}, "a closure is a function of metadata"},
	{"internal/tree", []string{"net/http", "os/exec", "internal/fetch"}, "taking an output runs nothing"},
	{"internal/finding", []string{"net/http", "os/exec", "github.com/hashicorp/hcl/v2", "internal/recipe", "internal/store", "internal/hardening", "internal/repro"}, "verdicts are words: whoever judges imports them, they know nobody"},
	{"internal/hardening", []string{"net/http", "os/exec", "internal/plan"}, "rules are data"},
	{"internal/hardening/profile", []string{"net/http", "os/exec", "internal/recipe", "internal/plan"}, "profiles are data"},
	{"internal/kconfig", []string{"net/http", "os/exec", "internal/hardening", "internal/plan"}, "a configuration is text"},
	{"internal/hardening/kernel", []string{"net/http", "os/exec", "internal/hardening", "internal/plan"}, "an image is read, never run"},
	{"internal/hardening/listen", []string{"net/http", "os/exec", "internal/store", "internal/plan"}, "what listens is told by files: nothing is run or looked up"},
	{"internal/hardening/prove", []string{"net/http", "os/exec", "internal/hardening", "internal/store"}, "a file is judged by its bytes: nothing is run or looked up"},
	{"internal/image", []string{"net/http", "os/exec", "internal/store", "internal/fetch"}, "reading an artifact runs nothing and asks nobody"},
	{"internal/hardening/wrapper", []string{"net/http", "os/exec", "internal/hardening", "internal/plan", "internal/sandbox"}, "reading a log runs nothing, and the wrapper is configured, not asked"},
	{"internal/graph", []string{"net/http", "os/exec", "internal/plan"}, "drawing needs a graph, not a plan"},
	{"internal/sandbox", []string{"internal/fetch", "internal/resolve", "internal/recipe", "internal/lockfile"}, "the sandbox runs what it is given and cannot fetch"},
	{"internal/sandbox/probe", []string{"github.com/moby/buildkit/client", "internal/store", "net/http"}, "the probe is what a step is: alone"},
	{"internal/build", []string{"internal/fetch", "internal/resolve"}, "a build cannot download"},
	{"internal/repro", []string{"internal/fetch", "internal/resolve"}, "comparing cannot download"},
	{"internal/repro/bisect", []string{"net/http", "os/exec", "internal/build", "internal/plan", "internal/store"}, "a search knows names, not builds"},
	{"internal/repro/explain", []string{"net/http", "os/exec", "internal/build", "internal/plan", "internal/store"}, "explaining knows contents, not builds"},
	{"internal/repro/diff", []string{"net/http", "os/exec", "internal/build", "internal/plan", "internal/store"}, "any two artifacts are compared, however they were built"},
	{"internal/yocto", []string{"net/http", "os/exec", "internal/store", "internal/recipe", "internal/plan"}, "an audit reads files: it runs nothing and asks nobody"},
	{"internal/yocto/pins", []string{"net/http", "os/exec", "internal/finding", "internal/store"}, "a lock is text: reading it opens no connection"},
	{"internal/yocto/dldir", []string{"net/http", "os/exec", "internal/finding", "internal/fetch"}, "what is exported is in the store, or nowhere"},
	{"internal/fetch/lfs", []string{"os/exec", "internal/finding", "internal/git", "internal/sandbox"}, "a server of files is asked for files: their names come from a commit, git is not run"},
	{"internal/yocto/commits", []string{"net/http", "os/exec", "internal/finding", "internal/fetch"}, "a commit is in the store, or nowhere"},
	{"internal/fetch/commit", []string{"os/exec", "internal/plan", "internal/sandbox", "internal/build", "internal/finding"}, "fetching a commit runs no git"},
	{"internal/yocto/source", []string{"net/http", "os/exec", "internal/finding", "internal/store"}, "what BitBake compares follows from metadata alone"},
	{"internal/yocto/git", []string{"net/http", "os/exec", "internal/finding", "internal/store"}, "a repository is read, git is not run"},
	{"internal/yocto/kas", []string{"net/http", "os/exec", "internal/finding", "internal/store"}, "a kas file is text: its repositories are looked at, not fetched"},
	{"internal/yocto/bitbake", []string{"net/http", "os/exec", "internal/store", "internal/recipe", "internal/plan", "internal/finding"}, "metadata is text: evaluating it runs nothing"},
	{"internal/attest", []string{"internal/sandbox", "internal/fetch", "internal/resolve", "internal/store", "internal/build"}, "judging needs neither a store nor an engine"},
	{"internal/signer", []string{"net/http", "internal/store", "internal/fetch", "internal/sandbox"}, "a key is found and asked to sign: nothing else is done with it"},
	{"internal/bundle", []string{"net/http", "os/exec", "internal/fetch", "internal/sandbox", "internal/plan"}, "what crosses the gap is what a lock pins: no connection, no build"},
	{"internal/yocto/bitbake/python", []string{"net/http", "os/exec", "internal/yocto/bitbake"}, "code is evaluated, not run: nothing of the machine is at hand"},
	{"internal/daemontest", []string{"net/http", "internal/store", "internal/sandbox"}, "whoever builds a daemon does not know who asks it"},
	{"internal/killtest", []string{"net/http", "internal/store", "internal/build"}, "whoever kills knows processes, not what they do"},
	{"internal/boot", []string{"internal/fetch", "internal/sandbox", "net/http"}, "booting needs files and QEMU"},
}

func TestLayering(t *testing.T) {
	for _, b := range bans {
		out, err := exec.Command("go", "list", "-deps", module+b.pkg).Output()
		if err != nil {
			t.Fatalf("listing what %s depends on: %v", b.pkg, err)
		}
		deps := strings.Fields(string(out))
		for _, n := range b.never {
			full := n
			if strings.HasPrefix(n, "internal/") {
				full = module + n
			}
			if slices.Contains(deps, full) {
				t.Errorf("%s depends on %s: %s", b.pkg, n, b.reason)
			}
		}
	}
}

// TestEveryRoomHasARule fails when a package is added and nobody said what it
// must not know.
func TestEveryRoomHasARule(t *testing.T) {
	out, err := exec.Command("go", "list", module+"internal/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	free := []string{"internal/archivetest", "internal/deb822", "internal/debversion", "internal/display", "internal/doctor", "internal/layering", "internal/progress", "internal/sandbox/runtime", "internal/xz"}
	for _, pkg := range strings.Fields(string(out)) {
		name := strings.TrimPrefix(pkg, module)
		ruled := slices.ContainsFunc(bans, func(b ban) bool { return b.pkg == name })
		if !ruled && !slices.Contains(free, name) {
			t.Errorf("no layering rule names %s", name)
		}
	}
}
