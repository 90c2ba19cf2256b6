package repro

import (
	"errors"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
)

func TestJudge(t *testing.T) {
	type seen = map[string]string
	for _, tt := range []struct {
		name     string
		one, two seen
		facets   int
		why      string
	}{
		{"differs", seen{"a": "1"}, seen{"a": "2"}, 1, ""},
		{"all differ", seen{"a": "1", "b": "1"}, seen{"a": "2", "b": "2"}, 2, ""},
		{"same", seen{"a": "1"}, seen{"a": "1"}, 1, `a is "1" in both builds`},
		{"half of it the same", seen{"a": "1", "b": "x"}, seen{"a": "2", "b": "x"}, 2, `b is "x" in both builds`},
		{"only the first could show it", seen{"a": "1"}, seen{}, 1, ""},
		{"only the second could show it", nil, seen{"a": "1"}, 1, ""},
		{"empty in both", seen{"a": ""}, seen{"a": ""}, 1, `a is "" in both builds`},
		{"nothing could show it", nil, nil, 0, "no program that would show it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, why := judge("toolchain.base", tt.one, tt.two)
			if len(got) != tt.facets || !strings.Contains(why, tt.why) || (why == "") != (tt.why == "") {
				t.Errorf("%v, %q", got, why)
			}
		})
	}
}

// TestPackageOrder: what unpacks a toolchain must have done it in another order.
func TestPackageOrder(t *testing.T) {
	b := newBench(t)
	made := func(order ...string) build.Step {
		s := b.step("toolchain.base", entry{path: "f"})
		s.Kind, s.Order = plan.KindToolchain, order
		return s
	}
	for _, tt := range []struct {
		name          string
		first, second build.Step
		why           string
	}{
		{"another order", made("a", "b"), made("b", "a"), ""},
		{"one package", made("a"), made("a"), ""},
		{"the same order", made("a", "b"), made("a", "b"), "axis package-order changed nothing in toolchain.base: it was unpacked in the same order"},
		{"no note", made(), made("a", "b"), "no note of its order"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first := &build.Result{Plan: b.first, Steps: []build.Step{tt.first}}
			err := Prove(t.Context(), b.store, first, b.second, tt.second)
			var dead *DeadAxisError
			if errors.As(err, &dead) != (tt.why != "") || tt.why != "" && !strings.Contains(err.Error(), tt.why) {
				t.Fatalf("got %v", err)
			}
			if dead != nil && !strings.Contains(dead.Hint(), "--vary-none package-order") {
				t.Errorf("hint %q", dead.Hint())
			}
			if _, err := b.compare([]build.Step{tt.first}, []build.Step{tt.second}); errors.As(err, &dead) != (tt.why != "") {
				t.Errorf("a verdict in spite of that: %v", err)
			}
		})
	}
}
