package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro"
	"github.com/dombuild/dombuild/internal/tree"
)

// TestVerdictIsSafe: what a build or somebody else calls his files reaches no
// terminal as it is.
func TestVerdictIsSafe(t *testing.T) {
	const bad = "f\x1b]0;owned\x07\u202e"
	v := repro.Verdict{
		Against: bad, Notices: []string{bad}, NotVaried: []repro.NotVaried{{Name: "locale", Reason: bad}},
		Varied: []repro.Effect{{Axis: plan.Axis{Name: "kernel", First: bad, Second: bad}, Seen: []repro.Seen{{Toolchain: "t", Facet: "release", First: bad, Second: bad}},
			Exempt: []repro.Exempt{{Toolchain: "t", Reason: bad}}}},
		Steps:  []repro.StepResult{{Name: "package." + bad, Differences: []tree.Difference{{Path: bad, Kind: tree.LinkDiffers, Left: bad, Right: bad}}}},
		Causes: []repro.Cause{{Step: bad, By: repro.Unknown, Files: []string{bad}, Evidence: bad}},
	}
	var out bytes.Buffer
	printVerdict(&out, v)
	printAgainst(&out, v)
	v.Reproducible, v.Steps[0].Equal = true, true
	printAgainst(&out, v)
	if text := out.String(); strings.ContainsAny(text, "\x1b\x07\u202e") || strings.Count(text, `\x1b]0;owned\x07`) < 12 {
		t.Errorf("%q", text)
	}
}

func TestSafe(t *testing.T) {
	for text, want := range map[string]string{"a\n\tb": "a\n\tb", "a\x1b[2Jb\r\n": `a\x1b[2Jb\r` + "\n", "": ""} {
		if got := safe(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
