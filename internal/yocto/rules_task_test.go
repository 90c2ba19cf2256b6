package yocto

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMayDownload: where the expression matches, the words are found.
func TestMayDownload(t *testing.T) {
	parts := []string{"curl", "wget", "git", "-x", "clone", "fetch", "submodule", "update", "svn", "co", "pip", "pip3", "install", "npm", "ci", "yarn", "go", "get", "mod", "tidy",
		"cargo", "vendor", "gem", "bundle", " ", "\t", "\f", "\r", "\v", ";", "|", "\"", "x"}
	r := rand.New(rand.NewPCG(5, 6))
	found := 0
	for range 100000 {
		var b strings.Builder
		for range 1 + r.IntN(8) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		line := b.String()
		if !downloads.MatchString(line) {
			continue
		}
		if found++; !mayDownload(line) {
			t.Fatalf("%q downloads", line)
		}
	}
	if found < 300 {
		t.Fatalf("only %d lines download", found)
	}
}
