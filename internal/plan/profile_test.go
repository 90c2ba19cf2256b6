package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/recipe"
)

// The recipe language and the profiles are packages that do not know each
// other: a recipe may set CFLAGS exactly where the profile does not.
func TestRecipesAndProfilesAgree(t *testing.T) {
	var names []string
	for _, p := range hardening.Profiles() {
		names = append(names, p.Name)
		_, err := recipe.Load(withFlags(t, p.Name), nil)
		sets := p.Environment("/build") != nil
		if sets != (err != nil) {
			t.Errorf("profile %s sets flags: %v; a recipe that sets CFLAGS: %v", p.Name, sets, err)
		}
	}
	if diff := cmp.Diff(recipe.Profiles, names); diff != "" {
		t.Error(diff)
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
