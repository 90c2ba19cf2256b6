package repro

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/repro/explain"
	"github.com/dombuild/dombuild/internal/sandbox"
)

// search looks for causes of a step "a", whose file f holds what text says for
// the axes that are varied and the number of the build.
func (b bench) search(limit int, text func(axes []string, n int) string) []Cause {
	b.Helper()
	n := 0
	made := func(axes []string) build.Step { n++; return b.step("a", entry{path: "f", text: text(axes, n)}) }
	first := &build.Result{Plan: b.first, Steps: []build.Step{made(nil)}}
	second := &build.Result{Plan: b.second, Steps: []build.Step{made(plan.AxisNames())}}
	v, err := Compare(b.Context(), b.store, first, second)
	if err == nil {
		b.Fatal("the builds do not differ")
	}
	v.Varied = unproved(plan.Differ(b.first.Environment(), b.second.Environment()))
	s := Search{Store: b.store, Limit: limit, Parallel: 2, Progress: progress.None{}, Rebuild: func(_ context.Context, name string, axes []string) (build.Step, error) {
		if name != "a" {
			b.Errorf("%s was built", name)
		}
		if slices.Contains(axes, "locale") && !slices.Contains(axes, "umask") {
			return build.Step{}, &sandbox.StepError{Name: name, ExitCode: 1}
		}
		return made(axes), nil
	}}
	causes, err := s.Causes(b.Context(), v, first, second)
	if err != nil {
		b.Fatal(err)
	}
	v.Causes = causes
	b.inWords(v, first)
	return causes
}

// inWords holds that every form of a verdict says something of each cause.
func (b bench) inWords(v Verdict, first *build.Result) {
	b.Helper()
	if _, err := finding.New(finding.Content{Tool: finding.Tool{Name: "t"}, Rules: FindingRules(), Findings: Findings(v, "")}); err != nil {
		b.Error(err)
	}
	cases := Cases(v, first)
	if len(cases) != 1 || len(cases[0].Findings) != max(len(v.Causes), 1) {
		b.Errorf("cases %+v", cases)
	}
	for _, c := range v.Causes {
		if c.Evidence == "" || c.Remedy == "" || len(c.Files) == 0 || len(c.Differences) == 0 {
			b.Errorf("says too little: %+v", c)
		}
	}
}

// TestSearchBreaksOff: what is known is said, beside the error.
func TestSearchBreaksOff(t *testing.T) {
	b := newBench(t)
	first := &build.Result{Plan: b.first, Steps: []build.Step{b.step("a", entry{path: "f", text: "x"})}}
	second := &build.Result{Plan: b.second, Steps: []build.Step{b.step("a", entry{path: "f", text: "y"})}}
	v, _ := b.compare(first.Steps, second.Steps)
	broken := errors.New("the disk is full")
	s := Search{Store: b.store, Limit: 9, Progress: progress.None{}, Rebuild: func(context.Context, string, []string) (build.Step, error) {
		return build.Step{}, broken
	}}
	causes, err := s.Causes(t.Context(), v, first, second)
	if !errors.Is(err, broken) || len(causes) != 1 || causes[0].By != Unknown || !slices.Equal(causes[0].Files, []string{"f"}) {
		t.Errorf("got %+v, %v", causes, err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if causes, err := s.Causes(stopped, v, first, second); !errors.Is(err, context.Canceled) || causes != nil {
		t.Errorf("when it is told to stop: %+v, %v", causes, err)
	}
}

// TestStepOfOneBuild: a step that only one build has is not looked into.
func TestStepOfOneBuild(t *testing.T) {
	b := newBench(t)
	first := &build.Result{Plan: b.first, Steps: []build.Step{b.step("a", entry{path: "f"})}}
	second := &build.Result{Plan: b.second}
	v, _ := b.compare(first.Steps, second.Steps)
	causes, err := Search{Store: b.store, Progress: progress.None{}}.Causes(t.Context(), v, first, second)
	if err != nil || len(causes) != 1 || causes[0].By != Unknown || causes[0].Evidence != "only the first build has this step" {
		t.Errorf("got %+v, %v", causes, err)
	}
}

func TestCauses(t *testing.T) {
	b := newBench(t)
	has := func(axes []string, all ...string) bool {
		return !slices.ContainsFunc(all, func(a string) bool { return !slices.Contains(axes, a) })
	}
	for _, tt := range []struct {
		name  string
		limit int
		want  string // by, axes, class
		text  func(axes []string, n int) string
	}{
		{"one axis", 40, "axes host-name: host-name", func(axes []string, _ int) string { return fmt.Sprint(has(axes, "host-name")) }},
		{"a value that is a hint", 5, "axes host-name: host-name", func(axes []string, _ int) string {
			if has(axes, "host-name") {
				return "built on second-builder"
			}
			return "built on dombuild"
		}},
		{"two axes", 60, "axes clock+umask: timestamp", func(axes []string, _ int) string { return fmt.Sprint(has(axes, "umask", "clock")) }},
		{"two causes", 60, "axes build-path: build-path; axes host-name: host-name", func(axes []string, _ int) string {
			return fmt.Sprint(has(axes, "build-path"), has(axes, "host-name"))
		}},
		{"by itself", 40, "itself : ", func(_ []string, n int) string { return fmt.Sprint(n) }},
		{"not looked for", 0, "unknown : ", func(axes []string, _ int) string { return fmt.Sprint(has(axes, "host-name")) }},
		{"not found", 3, "unknown " + strings.Join(slices.Sorted(slices.Values(plan.AxisNames())), "+") + ": ", func(axes []string, _ int) string { return fmt.Sprint(has(axes, "cpu-count")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := b
			b.T = t
			var got []string
			for _, c := range b.search(tt.limit, tt.text) {
				var axes []string
				for _, a := range c.Axes {
					axes = append(axes, a.Name)
					if a.First == "" || a.First == a.Second {
						t.Errorf("values of %s: %q, %q", a.Name, a.First, a.Second)
					}
				}
				slices.Sort(axes)
				got = append(got, fmt.Sprintf("%s %s: %s", c.By, strings.Join(axes, "+"), c.Cause))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, strings.Join(got, "; ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestEveryAxisIsKnown: each axis of a plan has a class and a remedy.
func TestEveryAxisIsKnown(t *testing.T) {
	for _, name := range plan.AxisNames() {
		if f := factOf(name); f.cause == "" || f.remedy == "" {
			t.Errorf("axis %s has no class or no remedy", name)
		}
	}
}

// TestSuspects: known axes by likelihood, others behind them in their order.
func TestSuspects(t *testing.T) {
	axes := []plan.Axis{{Name: "new"}, {Name: "locale"}, {Name: "other"}, {Name: "clock"}}
	if diff := cmp.Diff([]string{"clock", "locale", "new", "other"}, suspects(axes)); diff != "" {
		t.Error(diff)
	}
}

// TestClassOf: what was measured decides, and what was explained chooses.
func TestClassOf(t *testing.T) {
	random := []explain.Difference{{Cause: explain.Random}}
	for _, tt := range []struct {
		axes string
		list []explain.Difference
		want explain.Cause
	}{
		{"host-name", random, explain.Hostname},
		{"umask host-name", []explain.Difference{{Cause: explain.Random}, {Cause: explain.Hostname}}, explain.Hostname},
		{"umask host-name", random, explain.Permissions},
		{"", random, explain.Random},
		{"", []explain.Difference{{Cause: explain.Random}, {}, {Cause: explain.BuildID}}, explain.Random},
		{"", []explain.Difference{{Cause: explain.Random}, {Cause: explain.UUID}}, ""},
		{"builder", random, ""},
	} {
		if got := classOf(strings.Fields(tt.axes), tt.list); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.axes, got, tt.want)
		}
	}
}

func TestAppears(t *testing.T) {
	for _, tt := range []struct {
		value, first, second string
		want                 bool
	}{
		{"second-builder", "on dombuild", "on second-builder", true},
		{"second-builder", "on dombuild", "on second", true},
		{"DMB-13:37", "00:00 UTC", "13:37 DMB", true},
		{"5", "2", "5", false},
		{"/check/build", "a build", "another build", false},
	} {
		if got := appears(tt.value, []byte(tt.first), []byte(tt.second)); got != tt.want {
			t.Errorf("%+v", tt)
		}
	}
}
