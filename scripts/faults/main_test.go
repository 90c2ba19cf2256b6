package main

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// perfect is a verdict in which everything is as expected and every axis is varied.
func perfect(t *testing.T) verdict {
	t.Helper()
	var steps, causes, axes []string
	for _, e := range expectations {
		quoted := strings.ReplaceAll(`package.fault["`+e.name+`"]`, `"`, `\"`)
		steps = append(steps, `{"name": "`+quoted+`"}`, `{"name": "`+strings.Replace(quoted, "fault", "mended", 1)+`", "equal": true}`)
		by := `"by": "itself"`
		if e.axis != itself {
			var names []string
			for a := range strings.SplitSeq(e.axis, "+") {
				names = append(names, `{"name": "`+a+`"}`)
				axes = append(axes, `{"name": "`+a+`", "second": "varied"}`)
			}
			by = `"by": "axes", "axes": [` + strings.Join(names, ", ") + `]`
		}
		causes = append(causes, `{"step": "`+quoted+`", `+by+`, "cause": "`+e.class+`", "files": ["f"], "remedy": "mend it"}`)
	}
	for i, c := range chain {
		step := `package.` + c.name + `[\"fault\"]`
		steps = append(steps, `{"name": "`+step+`"}`, `{"name": "package.`+c.name+`[\"mended\"]", "equal": true}`)
		by := `"by": "axes", "axes": [{"name": "` + chainAxis + `"}]`
		if i > 0 {
			by = `"by": "inputs", "inputs": ["package.` + chain[i-1].name + `[\"fault\"]"]`
		}
		causes = append(causes, `{"step": "`+step+`", `+by+`, "cause": "host-name", "files": ["`+c.file+`"], "remedy": "mend it"}`)
	}
	list := func(parts []string) string { return "[" + strings.Join(parts, ", ") + "]" }
	var v verdict
	text := `{"steps": ` + list(steps) + `, "causes": ` + list(causes) + `, "varied": ` + list(axes) + `}`
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestJudge: nothing is wrong with what is as expected, and every deviation is.
func TestJudge(t *testing.T) {
	if wrong := judge(perfect(t), true); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for i := range expectations {
		for name, change := range map[string]func(*verdict){
			"not caught":   func(v *verdict) { v.Steps[2*i].Equal = true },
			"twin differs": func(v *verdict) { v.Steps[2*i+1].Equal = false },
			"no cause":     func(v *verdict) { v.Causes = slices.Delete(v.Causes, i, i+1) },
			"unknown":      func(v *verdict) { v.Causes[i].By = "unknown" },
			"wrong class":  func(v *verdict) { v.Causes[i].Class = "other" },
			"no remedy":    func(v *verdict) { v.Causes[i].Remedy = "" },
			"other files":  func(v *verdict) { v.Causes[i].Files = nil },
			"one more cause": func(v *verdict) {
				v.Causes = append(v.Causes, v.Causes[i], cause{Step: v.Causes[i].Step, By: "unknown"})
			},
			"a step is absent": func(v *verdict) { v.Steps = slices.Delete(v.Steps, 2*i, 2*i+1) },
		} {
			v := perfect(t)
			change(&v)
			maybe := expectations[i].name == rarely && name == "not caught"
			if wrong := judge(v, true); (len(wrong) == 0) != maybe {
				t.Errorf("%s: %s: %v", expectations[i].name, name, wrong)
			}
		}
	}
}

// TestJudgeChain: of steps that are built on each other the first one is to blame.
func TestJudgeChain(t *testing.T) {
	first := len(expectations)
	for name, change := range map[string]func(*verdict){
		"the second is blamed": func(v *verdict) {
			v.Causes[first+1].By, v.Causes[first+1].Axes = "axes", v.Causes[first].Axes
		},
		"the first is not":        func(v *verdict) { v.Causes[first].By = "itself" },
		"another axis":            func(v *verdict) { v.Causes[first].Axes[0].Name = "locale" },
		"another input":           func(v *verdict) { v.Causes[first+2].Inputs = v.Causes[first+1].Inputs },
		"other files":             func(v *verdict) { v.Causes[first].Files = []string{"g"} },
		"the last one is equal":   func(v *verdict) { v.Steps[2*(first+2)].Equal = true },
		"the twin is not":         func(v *verdict) { v.Steps[2*first+1].Equal = false },
		"the last is not told of": func(v *verdict) { v.Causes = v.Causes[:first+2] },
	} {
		v := perfect(t)
		change(&v)
		if len(judge(v, true)) == 0 {
			t.Errorf("%s: it is accepted", name)
		}
	}
}

// TestEveryFaultIsExpected: the recipe has each fault and its twin, and no others.
func TestEveryFaultIsExpected(t *testing.T) {
	text, err := os.ReadFile("recipe.hcl")
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(text), "  mended = {")
	if !ok {
		t.Fatal("the recipe has no mended twins")
	}
	_, head, _ = strings.Cut(head, "  fault = {")
	tail, _, _ = strings.Cut(tail, "\n  }\n")
	var want []string
	for _, e := range expectations {
		want = append(want, e.name)
	}
	for _, part := range []string{head, tail} {
		var names []string
		for _, m := range regexp.MustCompile(`(?m)^    ([a-z0-9-]+) += "`).FindAllStringSubmatch(part, -1) {
			names = append(names, m[1])
		}
		if !slices.Equal(names, want) {
			t.Errorf("the recipe has %v, expected are %v", names, want)
		}
	}
}
