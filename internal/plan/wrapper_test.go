package plan

import (
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// TestExceptedRulesGiveNoFlags: what a package is excepted from as a whole is
// neither in its variables nor in the wrapper's configuration; an exception for
// some paths changes no flag.
func TestExceptedRulesGiveNoFlags(t *testing.T) {
	p, _ := profile.Lookup("userspace")
	except := []recipe.Exception{{Rule: "stack-clash"}, {Rule: "auto-var-init", Paths: []string{"bin/*"}}}
	enforced := p.Without(exceptedEverywhere(except))
	c := profile.Compiler{Architecture: "amd64", GCC: 12}
	config, err := wrapperConfig(enforced, c, "/build")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(config), strings.Join(enforced.Environment("/build", c), "\n")} {
		if strings.Contains(text, "stack-clash") || !strings.Contains(text, "-ftrivial-auto-var-init=zero") ||
			!strings.Contains(text, "-ffile-prefix-map=/build=.") {
			t.Errorf("flags:\n%s", text)
		}
	}
}
