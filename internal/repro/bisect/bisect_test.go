package bisect

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// all are the axes of the tests, as many as a check may vary.
var all = strings.Fields("a b c d e f g h i j k l m n o p q r")

// oracle says what differs in the nth build (from 0) with these axes varied:
// words "path=content", or "failed".
type oracle func(axes map[string]bool, n int) string

func (f oracle) outcome(axes []string, n int) Outcome {
	set := map[string]bool{}
	for _, a := range axes {
		set[a] = true
	}
	o := Outcome{Differ: map[string]string{}}
	for _, w := range strings.Fields(f(set, n)) {
		if w == "failed" {
			return Outcome{Failed: true}
		}
		path, content, _ := strings.Cut(w, "=")
		o.Differ[path] = content
	}
	return o
}

// find searches with an oracle whose build 0 is the one that was seen.
func (f oracle) find(t *testing.T, limit int, hints ...string) Result {
	t.Helper()
	n := 0
	res, err := Find(t.Context(), Options{Axes: all, Hints: hints, Seen: f.outcome(all, 0), Limit: limit,
		Build: func(_ context.Context, axes []string) (Outcome, error) {
			if !slices.IsSortedFunc(axes, strings.Compare) {
				t.Errorf("built with %v, out of order", axes)
			}
			n++
			return f.outcome(axes, n), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Builds != n || n > limit {
		t.Errorf("%d builds were made, %d are reported, %d are allowed", n, res.Builds, limit)
	}
	return res
}

// describe is "a+b: paths; …", then what differs by itself or is not known.
func (r Result) describe() string {
	var parts []string
	for _, s := range r.Sets {
		unstable := ""
		if s.Unstable {
			unstable = " unstable"
		}
		parts = append(parts, strings.Join(s.Axes, "+")+": "+strings.Join(s.Paths, " ")+unstable)
	}
	for _, x := range []struct {
		name  string
		paths []string
	}{{"itself", r.Itself}, {"unknown", r.Unknown}, {"narrowed to", r.Narrowed}} {
		if len(x.paths) > 0 {
			parts = append(parts, x.name+" "+strings.Join(x.paths, " "))
		}
	}
	if r.Limited {
		parts = append(parts, "limited")
	}
	return strings.Join(parts, "; ")
}

// when returns words if all of the axes are varied.
func when(set map[string]bool, axes, words string) string {
	for a := range strings.SplitSeq(axes, "") {
		if !set[a] {
			return ""
		}
	}
	return words + " "
}

func TestFind(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hints string
		limit int
		most  int // builds
		want  string
		oracle
	}{
		{"one axis", "", 40, 16, "k: f", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"the first axis", "", 40, 11, "a: f", func(s map[string]bool, _ int) string { return when(s, "a", "f=1") }},
		{"a good hint", "k", 40, 5, "k: f", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"a wrong hint", "b", 40, 17, "k: f", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"a hint that was not varied", "z", 40, 16, "k: f", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"two together", "", 60, 40, "c+p: f", func(s map[string]bool, _ int) string { return when(s, "cp", "f=1") }},
		{"two neighbours", "", 60, 22, "c+d: f", func(s map[string]bool, _ int) string { return when(s, "cd", "f=1") }},
		{"three together", "", 200, 120, "a+i+r: f", func(s map[string]bool, _ int) string { return when(s, "air", "f=1") }},
		{"all together", "", 300, 200, strings.Join(all, "+") + ": f", func(s map[string]bool, _ int) string { return when(s, strings.Join(all, ""), "f=1") }},
		{"several causes, one file", "", 60, 40, "c: f; h: f; p: f", func(s map[string]bool, _ int) string {
			if s["c"] || s["h"] || s["p"] {
				return "f=1"
			}
			return ""
		}},
		{"several causes, a file each", "", 60, 40, "c: f; h: g", func(s map[string]bool, _ int) string { return when(s, "c", "f=1") + when(s, "h", "g=1") }},
		{"causes that share an axis", "", 90, 80, "a+b: f; a+c: g", func(s map[string]bool, _ int) string { return when(s, "ab", "f=1") + when(s, "ac", "g=1") }},
		{"alone and together", "", 90, 60, "b: f; c+d: f", func(s map[string]bool, _ int) string { return when(s, "b", "f=1") + when(s, "cd", "f=1") }},
		{"one axis, many files", "", 40, 16, "k: f g h", func(s map[string]bool, _ int) string { return when(s, "k", "f=1 g=1 h=1") }},
		{"by itself", "a", 40, 3, "itself f", func(_ map[string]bool, n int) string { return fmt.Sprint("f=", n) }},
		{"by itself, to the same", "", 40, 3, "itself f", func(map[string]bool, int) string { return "f=1" }},
		{"by itself, and another file by an axis", "", 40, 17, "k: g; itself f",
			func(s map[string]bool, n int) string { return fmt.Sprint("f=", n, " ", when(s, "k", "g=1")) }},
		{"once and not again", "", 60, 8, "itself f", func(_ map[string]bool, n int) string {
			if n == 0 {
				return "f=1"
			}
			return ""
		}},
		{"every third time", "", 60, 20, "itself f", func(_ map[string]bool, n int) string {
			if n%3 == 0 {
				return fmt.Sprint("f=", n)
			}
			return ""
		}},
		{"chance, and with the hint at first", "k", 60, 60, "itself f", func(_ map[string]bool, n int) string {
			if n == 0 || n == 3 {
				return fmt.Sprint("f=", n)
			}
			return ""
		}},
		{"chance that needs a closer look", "k", 60, 60, "itself f", func(_ map[string]bool, n int) string {
			if n == 0 || n == 3 || n == 5 || n == 6 {
				return fmt.Sprint("f=", n)
			}
			return ""
		}},
		{"other bytes each time, because of an axis", "k", 40, 9, "k: f unstable", func(s map[string]bool, n int) string { return when(s, "k", fmt.Sprint("f=", n)) }},
		{"nothing differs", "", 40, 2, "", func(map[string]bool, int) string { return "" }},
		{"builds that fail", "", 60, 60, "c+k: f", func(s map[string]bool, _ int) string {
			if s["c"] != s["k"] {
				return "failed"
			}
			return when(s, "k", "f=1")
		}},
		{"the limit", "", 6, 6, "unknown f; narrowed to j k; limited", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"the limit at once", "", 1, 1, "unknown f; limited", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"the limit before confirming", "k", 3, 3, "unknown f; narrowed to k; limited", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
		{"the limit before further causes", "k", 4, 4, "k: f; limited", func(s map[string]bool, _ int) string { return when(s, "k", "f=1") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := tt.find(t, tt.limit, strings.Fields(tt.hints)...)
			if diff := cmp.Diff(tt.want, res.describe()); diff != "" {
				t.Error(diff)
			}
			if res.Builds > tt.most {
				t.Errorf("%d builds, want at most %d", res.Builds, tt.most)
			}
		})
	}
}

// TestEverySingleAxis: each is found, within a few builds more than halving needs.
func TestEverySingleAxis(t *testing.T) {
	for _, a := range all {
		f := oracle(func(s map[string]bool, _ int) string { return when(s, a, "f=1") })
		res := f.find(t, 40)
		if got := res.describe(); got != a+": f" || res.Builds > 16 {
			t.Errorf("%s: %s after %d builds", a, got, res.Builds)
		}
	}
}

// TestEveryPair: each pair that is needed together is found within the limit
// that check has by default.
func TestEveryPair(t *testing.T) {
	for i, a := range all {
		for _, b := range all[i+1:] {
			f := oracle(func(s map[string]bool, _ int) string { return when(s, a+b, "f=1") })
			res := f.find(t, 40)
			if got := res.describe(); got != a+"+"+b+": f" {
				t.Errorf("%s+%s: %s after %d builds", a, b, got, res.Builds)
			}
		}
	}
}

// TestChance: what differs in one build of three, to the same bytes or to others,
// is hardly ever taken for the work of an axis.
func TestChance(t *testing.T) {
	const searches = 1000
	for name, c := range map[string]struct {
		most  int // wrong ones of all
		bytes func(n int) string
	}{
		"the same bytes":  {searches * 4 / 100, func(int) string { return "f=odd" }},
		"yet other bytes": {searches / 100, func(n int) string { return fmt.Sprint("f=", n) }},
	} {
		wrong := 0
		for seed := range searches {
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			f := oracle(func(_ map[string]bool, n int) string {
				if n == 0 || random.IntN(3) == 0 { // the first one was seen to differ
					return c.bytes(n)
				}
				return ""
			})
			if len(f.find(t, 40).Sets) > 0 {
				wrong++
			}
		}
		if wrong > c.most {
			t.Errorf("%s: %d of %d searches blame an axis", name, wrong, searches)
		}
	}
}

// TestBuildFails: an error that is not about the output ends the search.
func TestBuildFails(t *testing.T) {
	broken := errors.New("the disk is full")
	_, err := Find(t.Context(), Options{Axes: all, Seen: Outcome{Differ: map[string]string{"f": "1"}}, Limit: 9,
		Build: func(context.Context, []string) (Outcome, error) { return Outcome{}, broken }})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
