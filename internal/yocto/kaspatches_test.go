package yocto

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

// TestKasPatches: layers that kas has still to patch prove nothing; once it has
// patched them they do.
func TestKasPatches(t *testing.T) {
	const pin = "0123456789abcdef0123456789abcdef01234567"
	for head, want := range map[string]source.Verdict{"ref: refs/heads/patched-" + pin: source.Checksum, pin: source.NotProven} {
		file := workspace(t, []txtar.File{
			{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(attackedFile)},
			{Name: "x/meta-own/.git/HEAD", Data: []byte(head + "\n")},
			{Name: "x/kas.yml", Data: []byte("header: {version: 14}\nenv: {MINE: yes}\nrepos:\n  x: {layers: {core: }}\n" +
				"  own:\n    path: meta-own\n    url: https://example.com/own.git\n    commit: " + pin + "\n    patches:\n      a: {repo: x, path: a.patch}\n")},
		}, "x")
		r, err := Audit(t.Context(), Input{Paths: []string{file}})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Sources) != 1 || r.Sources[0].Verdict != want {
			t.Fatalf("%s: %+v", head, r.Sources)
		}
		if reasons := r.Sources[0].Reasons; want == source.NotProven &&
			(len(reasons) != 1 || !strings.HasSuffix(reasons[0].File, "kas.yml") || reasons[0].Line != 10 || !strings.Contains(reasons[0].Reason, "kas patches repository own")) {
			t.Errorf("%+v", reasons)
		}
	}
}
