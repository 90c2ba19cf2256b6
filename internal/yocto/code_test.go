package yocto

import (
	"strings"
	"sync"
	"testing"
)

// TestRemembered: bodies of which the sample is the same are told apart.
func TestRemembered(t *testing.T) {
	var known sync.Map
	first := "begins " + strings.Repeat(" ", 200) + " ends here"
	other := first[:30] + "x" + first[31:]
	if sample(first) != sample(other) {
		t.Fatal("the samples differ: the test shows nothing")
	}
	asked := 0
	find := func(text string) bool { asked++; return strings.Contains(text, "x") }
	for range 3 {
		for text, want := range map[string]bool{first: false, other: true, "": false, "x": true, "a": false} {
			if got := remembered(&known, strings.Clone(text), find); got != want {
				t.Errorf("%q is %v", text, got)
			}
		}
	}
	if asked != 5 {
		t.Errorf("%d bodies were looked at, want 5", asked)
	}
}
