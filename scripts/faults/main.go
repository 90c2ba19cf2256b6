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
	if n := len(v.steps("package.")); n != 2*len(expectations) {
		wrong = append(wrong, fmt.Sprintf("%d packages were checked, and %d are expected", n, 2*len(expectations)))
	}
	fmt.Printf("   %d builds of single steps\n", builds)
	return wrong
}

// in is what to expect where only the axes of v are varied: an axis, equal, or
// itself.
func (e expectation) in(v verdict) string {
	if e.axis == itself {
		return itself
	}
	for _, a := range v.Varied {
		if a.Name == e.axis && (e.harmless == "" || a.Second != e.harmless) {
			return e.axis
		}
	}
	return e.without
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
		case c.By == "axes" && len(c.Axes) == 1 && c.Axes[0].Name == want:
			found = true
			if c.Class != e.class {
				return "the class is not " + e.class
			}
		case c.By == "axes" && len(c.Axes) == 1 && slices.Contains(e.also, c.Axes[0].Name):
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
		what := c.By
		for _, a := range c.Axes {
			what += " " + a.Name
		}
		parts = append(parts, fmt.Sprintf("%s (%s, %d builds)", what, c.Class, c.Builds))
	}
	return step + ": " + strings.Join(parts, "; ")
}
