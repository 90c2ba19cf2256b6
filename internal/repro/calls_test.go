package repro

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// compile is the canonical record of a compile of a.c.
func compile(object string, args ...string) wrapper.Call {
	c := wrapper.Call{ID: "x", Program: "/usr/bin/gcc-12", Name: "gcc", Cwd: ".", Kind: wrapper.KindCompile,
		Inputs:  []wrapper.Input{{Role: wrapper.RoleSource, Object: wrapper.Object{Path: "a.c"}}},
		Outputs: []wrapper.Object{{Path: "a.o", Digest: digest.FromString(object)}}}
	for _, a := range args {
		c.Args = append(c.Args, wrapper.Arg{Text: a})
	}
	return c
}

// TestCompareCalls: equal outputs are not enough, the compilers have to be
// called alike, and what differs is told with its call.
func TestCompareCalls(t *testing.T) {
	b := newBench(t)
	step := func(calls ...wrapper.Call) build.Step {
		s := b.step("a", entry{path: "f", text: "x"})
		if calls == nil {
			return s
		}
		text := (&wrapper.Log{Calls: calls}).Format()
		blob, err := b.store.Put(b.Context(), bytes.NewReader(text), "", int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		s.Calls = blob.Digest()
		return s
	}
	plain := compile("1", "-c", "a.c")
	for name, tt := range map[string]struct {
		first, second build.Step
		want          string // part of the only line; "": equal
	}{
		"equal":            {step(plain), step(plain), ""},
		"none":             {step(), step(), ""},
		"an argument":      {step(plain), step(compile("1", "-c", "a.c", "-DHOST=b")), "compile of a.o: arguments:  → -DHOST=b"},
		"the object":       {step(plain), step(compile("2", "-c", "a.c")), "compile of a.o: outputs: a.o=6b86b273ff34 → a.o=d4735e3a265e"},
		"the order":        {step(plain), step(compile("1", "a.c", "-c")), "compile of a.o: arguments: -c a.c → a.c -c"},
		"a call more":      {step(plain), step(plain, wrapper.Call{ID: "y", Program: "/usr/bin/ld", Name: "ld", Cwd: ".", Kind: wrapper.KindQuery, Exit: -1, Args: []wrapper.Arg{{Text: "-v"}}}), "query in .: only in the second build: ld -v"},
		"a call less":      {step(plain, compile("3", "-O0")), step(plain), "compile of a.o: only in the first build: gcc -O0"},
		"only one has one": {step(plain), step(), "only one of the builds has a log"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := b.compare([]build.Step{tt.first}, []build.Step{tt.second})
			var differ *DifferentError
			if errors.As(err, &differ) != (tt.want != "") || v.Reproducible != (tt.want == "") || !v.Steps[0].Equal {
				t.Fatalf("%v, %+v", err, v.Steps)
			}
			lines := v.Steps[0].CallDifferences
			if tt.want == "" {
				if len(lines) > 0 {
					t.Errorf("%q", lines)
				}
				return
			}
			if len(lines) != 1 || !strings.Contains(lines[0], tt.want) {
				t.Errorf("%q, want %q", lines, tt.want)
			}
			if f := Findings(v, ""); len(f) != 1 || f[0].Rule != callsRule || f[0].Remedy == "" || !strings.Contains(err.Error(), "1 called their compilers otherwise") {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
}
