package recipe

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/profile"
)

// TestSpecification holds docs/recipe.md to the implementation: every function,
// block, attribute, profile, format and reserved variable is in it.
func TestSpecification(t *testing.T) {
	src, err := os.ReadFile("../../docs/recipe.md")
	check(t, err)
	doc := string(src)
	need := func(what, form string) {
		if !strings.Contains(doc, form) {
			t.Errorf("docs/recipe.md does not mention the %s %s", what, form)
		}
	}
	functions := (&loader{meter: &meter{left: meterBudget}}).functionsOf(&module{})
	for _, name := range sortedKeys(functions) {
		need("function", "`"+name+"(")
	}
	for _, kind := range sortedKeys(shapes) {
		for _, name := range shapes[kind].attrs {
			need("attribute of "+kind, "`"+name+"`")
		}
		for _, name := range sortedKeys(shapes[kind].blocks) {
			if kind == "" {
				need("block", "### "+name+"\n")
			} else {
				need("block of "+kind, "`"+name+"`")
			}
		}
	}
	for _, name := range slices.Concat(profile.Names(), profile.RuleIDs(), profile.ImageRules(), Formats) {
		need("value", "`"+name+"`")
	}
	for _, name := range append(reservedEnv, flagEnv...) {
		if !regexp.MustCompile("`\\$?"+name+"`").MatchString(doc) && !strings.HasPrefix(name, "LC_") {
			t.Errorf("docs/recipe.md does not mention the variable %s", name)
		}
	}
}

// TestSpecificationExample loads the example of docs/recipe.md.
func TestSpecificationExample(t *testing.T) {
	src, err := os.ReadFile("../../docs/recipe.md")
	check(t, err)
	_, rest, ok := strings.Cut(string(src), "```hcl\n")
	example, _, end := strings.Cut(rest, "```\n")
	if !ok || !end {
		t.Fatal("docs/recipe.md has no example")
	}
	dir := t.TempDir()
	copyTree(t, "testdata/shared", dir)
	check(t, os.Remove(dir+"/preamble.hcl"))
	check(t, os.WriteFile(dir+"/xen.sh", []byte("make\n"), 0o644))
	check(t, os.WriteFile(dir+"/recipe.hcl", []byte(example), 0o644))
	_, err = Load(dir, nil)
	check(t, err)
}
