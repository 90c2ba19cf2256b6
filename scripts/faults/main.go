// Command faults holds the verdict of a check over recipe.hcl against what is
// expected of it: every fault caught and attributed, every mended twin equal.
//
//	dombuild --json check > check.json
//	faults [-classes] check.json
//
// With -classes also the class of what differs by itself has to be right, which
// needs more than the axes to tell.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// verdict is what is read of a document dombuild/check/v2.
type verdict struct {
	Schema string `json:"schema"`
	Varied []struct {
		Name   string `json:"name"`
		Second string `json:"second"`
	} `json:"varied"`
	Steps []struct {
		Name  string `json:"name"`
		Equal bool   `json:"equal"`
	} `json:"steps"`
	Causes []cause `json:"causes"`
}

type cause struct {
	Step string `json:"step"`
	By   string `json:"by"`
	Axes []struct {
		Name string `json:"name"`
	} `json:"axes"`
	Inputs []string `json:"inputs"`
	Class  string   `json:"cause"`
	Files  []string `json:"files"`
	Remedy string   `json:"remedy"`
	Builds int      `json:"builds"`
}

func main() {
	classes := flag.Bool("classes", false, "also hold the classes of what differs by itself against what is expected")
	flag.Parse()
	text, err := os.ReadFile(flag.Arg(0))
	var v verdict
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err == nil && v.Schema != "dombuild/check/v2" {
		err = fmt.Errorf("the schema is %q", v.Schema)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	wrong := judge(v, *classes)
	for _, w := range wrong {
		fmt.Println("wrong:", w)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}

// judge lists what is not as expected, and prints what is.
func judge(v verdict, classes bool) []string {
	var wrong []string
	builds := 0
	for _, e := range expectations {
		step := fmt.Sprintf("package.fault[%q]", e.name)
		mended := fmt.Sprintf("package.mended[%q]", e.name)
		if !v.has(mended, true) {
			wrong = append(wrong, mended+" is not equal")
		}
		want := e.in(v)
		if want == equal {
			fmt.Printf("   not varied: %s, which %s would show\n", e.name, e.axis)
			if !v.has(step, true) {
				wrong = append(wrong, step+" differs although its axis is not varied: "+v.describe(step))
			}
			continue
		}
		if e.name == rarely && v.has(step, true) {
			fmt.Printf("   not caught this time: %s\n", e.name)
			continue
		}
		if !v.has(step, false) {
			wrong = append(wrong, step+" was not caught")
			continue
		}
		if why := e.judge(v.of(step), want, classes); why != "" {
			wrong = append(wrong, step+": "+why+": "+v.describe(step))
		}
		for _, c := range v.of(step) {
			builds = builds + c.Builds
		}
		fmt.Printf("   caught: %s\n", v.describe(step))
	}
	wrong = append(wrong, judgeChain(v)...)
	if n, want := len(v.steps("package.")), 2*(len(expectations)+len(chain)); n != want {
		wrong = append(wrong, fmt.Sprintf("%d packages were checked, and %d are expected", n, want))
	}
	fmt.Printf("   %d builds of single steps\n", builds)
	return wrong
}

// judgeChain says what is wrong with what is told of a fault that later steps hand
// on: the step that has it is to blame, and each of the others only says which
// of its inputs differs.
func judgeChain(v verdict) []string {
	var wrong []string
	varied := v.varies(chainAxis, "")
	for i, c := range chain {
		step := fmt.Sprintf("package.%s[%q]", c.name, "fault")
		if mended := fmt.Sprintf("package.%s[%q]", c.name, "mended"); !v.has(mended, true) {
			wrong = append(wrong, mended+" is not equal")
		}
		if !v.has(step, !varied) {
			wrong = append(wrong, fmt.Sprintf("%s is equal: %t, when its axis is varied: %t", step, !v.has(step, false), varied))
		}
		if !varied {
			continue
		}
		list := v.of(step)
		good := len(list) == 1 && list[0].Remedy != "" && slices.Equal(list[0].Files, []string{c.file})
		if i == 0 {
			good = good && list[0].By == "axes" && list[0].axes() == chainAxis
		} else {
			good = good && list[0].By == "inputs" && slices.Equal(list[0].Inputs, []string{fmt.Sprintf("package.%s[%q]", chain[i-1].name, "fault")})
		}
		if !good {
			wrong = append(wrong, step+" is not told as what it is: "+v.describe(step))
		}
		fmt.Printf("   caught: %s\n", v.describe(step))
	}
	return wrong
}

// axes are the names of a cause's axes, joined by "+".
func (c cause) axes() string {
	var names []string
	for _, a := range c.Axes {
		names = append(names, a.Name)
	}
	return strings.Join(names, "+")
}

// varies says whether an axis was varied, and not to the value that makes no
// difference.
func (v verdict) varies(axis, harmless string) bool {
	for _, a := range v.Varied {
		if a.Name == axis && (harmless == "" || a.Second != harmless) {
			return true
		}
	}
	return false
}

// in is what to expect where only the axes of v are varied: an axis, equal, or
// itself.
func (e expectation) in(v verdict) string {
	if e.axis == itself {
		return itself
	}
	for a := range strings.SplitSeq(e.axis, "+") {
		if !v.varies(a, e.harmless) {
			return e.without
		}
	}
	return e.axis
}

// judge says what is wrong with the causes of a fault.
func (e expectation) judge(list []cause, want string, classes bool) string {
	found := false
	for _, c := range list {
		if c.Remedy == "" || !slices.Equal(c.Files, []string{"f"}) {
			return "a cause without a remedy, or of other files than f"
		}
		switch {
		case want == itself && c.By == "itself":
			found = true
			if classes && c.Class != e.class {
				return "the class is not " + e.class
			}
		case c.By == "axes" && c.axes() == want:
			found = true
			if c.Class != e.class {
				return "the class is not " + e.class
			}
		case c.By == "axes" && slices.Contains(e.also, c.axes()):
			found = found || want == itself
		default:
			return "it is not only " + want
		}
	}
	if !found {
		return "it is not " + want
	}
	return ""
}

func (v verdict) steps(prefix string) []string {
	var names []string
	for _, s := range v.Steps {
		if strings.HasPrefix(s.Name, prefix) {
			names = append(names, s.Name)
		}
	}
	return names
}

func (v verdict) has(step string, equal bool) bool {
	for _, s := range v.Steps {
		if s.Name == step {
			return s.Equal == equal
		}
	}
	return false
}

func (v verdict) of(step string) []cause {
	return slices.DeleteFunc(slices.Clone(v.Causes), func(c cause) bool { return c.Step != step })
}

func (v verdict) describe(step string) string {
	var parts []string
	for _, c := range v.of(step) {
		what := strings.Join(append([]string{c.By}, c.Inputs...), " ")
		if len(c.Axes) > 0 {
			what += " " + c.axes()
		}
		parts = append(parts, fmt.Sprintf("%s (%s, %d builds)", what, c.Class, c.Builds))
	}
	return step + ": " + strings.Join(parts, "; ")
}
