package plan

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
		{[]string{"make 4.3-4.1"}, profile.Compiler{}},
		{[]string{"gcc 4:12.2.0-3", "gcc-12 12.2.0-14", "gcc-12-base 12.2.0-14", "cpp-12 12.2.0-14"}, profile.Compiler{GCC: 12}},
		{[]string{"gcc-14 14.2", "gcc-9 9.3", "clang-16 1:16.0", "clang 1:14.0"}, profile.Compiler{GCC: 9, Clang: 16}},
		{[]string{"golang-go 2:1.19~1", "golang-1.19-go 1.19.8-2", "golang-1.19-src 1.19.8-2"}, profile.Compiler{Go: []string{"1.19.8"}}},
		{[]string{"golang-1.24-go 1.24~rc2-1~bpo12+1"}, profile.Compiler{Go: []string{"1.24"}}},
		{[]string{"rustc 1.63.0+dfsg1-2", "libstd-rust-1.63 1.63.0+dfsg1-2"}, profile.Compiler{Rust: []string{"1.63.0"}}},
	}
	for _, tt := range tests {
		var got profile.Compiler
		for _, d := range tt.debs {
			name, version, _ := strings.Cut(d, " ")
			known(&got, name, version)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q: %s", tt.debs, diff)
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
