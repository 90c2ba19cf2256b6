package yocto

import (
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestInactive: what stands in a recipe for other overrides is listed.
func TestInactive(t *testing.T) {
	const recipe = `SRC_URI = "https://www.example.com/${BPN}.tar.gz"
SRC_URI[sha256sum] = "` + attackSum + `"
SRC_URI:append:qemux86-64 = " https://www.example.com/active.tar.gz file://active.patch"
SRC_URI:append:qemuarm = " https://www.example.com/${BPN}-arm.tar.gz file://arm.patch"
SRC_URI:prepend = "https://www.example.com/always.tar.gz "
SRC_URI:class-native = "git://example.com/native.git;branch=main"
SRC_URI:remove:qemuarm = "https://www.example.com/always.tar.gz"
`
	r := audited(t, workspace(t, []txtar.File{{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(recipe)}}, "x"))
	var got []string
	for _, i := range r.Inactive {
		got = append(got, i.Variable+" "+i.URI)
	}
	want := []string{"SRC_URI:append:qemuarm https://www.example.com/${BPN}-arm.tar.gz", "SRC_URI:class-native git://example.com/native.git;branch=main"}
	if !slices.Equal(got, want) || r.Summary().Inactive != 2 {
		t.Errorf("got %q, want %q", got, want)
	}
}
