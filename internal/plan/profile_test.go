package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// A recipe may set CFLAGS exactly where its profile does not.
func TestRecipesAndProfilesAgree(t *testing.T) {
	for _, name := range profile.Names() {
		_, err := recipe.Load(withFlags(t, name), nil)
		p, _ := profile.Lookup(name)
		sets := p.Environment("/build", profile.Compiler{}) != nil
		if sets != (err != nil) {
			t.Errorf("profile %s sets flags: %v; a recipe that sets CFLAGS: %v", name, sets, err)
		}
	}
}

func TestCompilerOfAToolchain(t *testing.T) {
	tests := []struct {
		debs []string
		want profile.Compiler
	}{
		{[]string{"make"}, profile.Compiler{}},
		{[]string{"gcc", "gcc-12", "gcc-12-base", "cpp-12"}, profile.Compiler{GCC: 12}},
		{[]string{"gcc-14", "gcc-9", "clang-16", "clang"}, profile.Compiler{GCC: 9, Clang: 16}},
	}
	for _, tt := range tests {
		var got profile.Compiler
		for _, d := range tt.debs {
			oldest(&got.GCC, d, "gcc-")
			oldest(&got.Clang, d, "clang-")
		}
		if got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.debs, got, tt.want)
		}
	}
}

func withFlags(t *testing.T, profile string) string {
	t.Helper()
	dir := t.TempDir()
	text := `
recipe "r" { source_date_epoch = 1 }
distribution "debian" {
  suite   = "bookworm"
  keyring = "keys.gpg"
}
toolchain "c" {
  from     = distribution.debian
  packages = ["gcc"]
}
package "p" {
  toolchain   = toolchain.c
  hardening   = "` + profile + `"
  script      = "true"
  outputs     = ["x"]
  environment = { CFLAGS = "-O1" }
}
`
	for name, content := range map[string]string{"recipe.hcl": text, "keys.gpg": "keys"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
