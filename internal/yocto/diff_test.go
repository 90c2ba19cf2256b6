package yocto

import (
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/source"
)

func TestDiff(t *testing.T) {
	s := func(recipe, pv, uri string, v source.Verdict, expected string) *Source {
		out := &Source{Recipe: recipe, PN: "p", PV: pv, Layer: "l", URI: uri, Type: "https", Verdict: v, Expected: expected}
		if expected != "" {
			out.Algorithm = "sha256"
		}
		return out
	}
	for _, test := range []struct {
		name     string
		old, new *Source
		kind     string
		worse    bool
	}{
		{"same", s("a", "1", "https://h/a-1", source.Checksum, "x"), s("a", "1", "https://h/a-1", source.Checksum, "x"), "", false},
		{"update", s("a_1", "1.0", "https://h/a-1.0", source.Checksum, "x"), s("a_2", "1.10", "https://h/a-1.10", source.Checksum, "y"), "changed", false},
		{"update without a checksum", s("a_1", "1.0", "https://h/a-1.0", source.Checksum, "x"), s("a_2", "1.1", "https://h/a-1.1", source.Missing, ""), "changed", true},
		{"other content of the same name", s("a", "1", "https://h/a-1", source.Checksum, "x"), s("a", "1", "https://h/a-1", source.Checksum, "y"), "changed", true},
		{"mended", s("a", "1", "https://h/a-1", source.Missing, ""), s("a", "1", "https://h/a-1", source.Checksum, "y"), "changed", false},
		{"new and unverified", nil, s("a", "1", "https://h/a-1", source.NotProven, ""), "added", true},
		{"new and verified", nil, s("a", "1", "https://h/a-1", source.Checksum, "x"), "added", false},
		{"gone", s("a", "1", "https://h/a-1", source.Missing, ""), nil, "removed", false},
		{"a local file", nil, s("a", "1", "file://x", source.Local, ""), "", false},
	} {
		before, after := &Result{}, &Result{}
		if test.old != nil {
			before.Sources = []*Source{test.old}
		}
		if test.new != nil {
			after.Sources = []*Source{test.new}
		}
		got := Diff(before, after)
		if test.kind == "" && len(got) != 0 || test.kind != "" && (len(got) != 1 || got[0].Kind != test.kind || got[0].Worse != test.worse) {
			t.Errorf("%s: %+v", test.name, got)
		}
		if (DiffError(got) != nil) != test.worse {
			t.Errorf("%s: %v", test.name, DiffError(got))
		}
	}
}
