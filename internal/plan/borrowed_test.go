package plan

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/recipe"
)

// TestBorrowedToolchain: a step whose toolchain has no compiler runs under a
// library that is compiled in another one. That one needs no canary: nothing
// that is compared runs in it.
func TestBorrowedToolchain(t *testing.T) {
	r := load(t, "recipe.hcl", "toolchain = toolchain.base\n  sources", "toolchain = toolchain.pack\n  sources")
	p := make1(t, r, "gcc", func(r *recipe.Recipe) Environment { return varied(t, r) })
	closure, err := p.Closure("package.hello")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"toolchain.base", "vary.distribution.debian", "toolchain.pack", "package.hello"}, names(closure)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for step, want := range map[string][]string{
		"package.hello": {"canary.toolchain.pack"},
		"package.init":  {"canary.toolchain.base", "canary.toolchain.pack"},
	} {
		got, err := p.Canaries(step)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", step, err, diff)
		}
	}
}
