package main

import (
	"slices"
	"strings"
	"testing"
)

// TestFiles: the commands and uploads of the ready files are found.
func TestFiles(t *testing.T) {
	for _, read := range []func(string) (pipeline, error){github, gitlab} {
		p, err := read("../..")
		if err != nil {
			t.Fatal(err)
		}
		scripts := ""
		for _, s := range p.steps {
			scripts += s.script + "\n"
		}
		if !strings.Contains(scripts, `ci/check.sh bin/dombuild "$RECIPE" reports`) || !slices.Contains(p.uploads, "reports") {
			t.Errorf("%+v", p)
		}
		env := p.environment("/tmp/t", "/checkout", "x")
		if !slices.Contains(env, "RECIPE=recipes/hello") || slices.ContainsFunc(env, func(e string) bool { return strings.Contains(e, workspace) || strings.Contains(e, "$") }) {
			t.Errorf("%q", env)
		}
	}
}
