package repro

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
	"github.com/dombuild/dombuild/internal/store"
)

// maxCallLines bounds the differences that are told of the calls of one step.
const maxCallLines = 50

// compareCalls holds the logs of compiler calls of a step's two builds against
// each other. They are compared by their bytes, as outputs are; the canonical
// form, in which the build keeps them, has no path of the build's own. A build
// that has no log beside one that has differs.
func (r *StepResult) compareCalls(ctx context.Context, st *store.Store, a, b build.Step) error {
	r.FirstCalls, r.SecondCalls = a.Calls.String(), b.Calls.String()
	if a.Calls == b.Calls {
		return nil
	}
	if a.Calls == "" || b.Calls == "" {
		r.CallDifferences = []string{"only one of the builds has a log of its compiler calls"}
		return nil
	}
	left, err := readCalls(ctx, st, a.Calls)
	if err != nil {
		return fmt.Errorf("the compiler calls of %s: %w", a.Name, err)
	}
	right, err := readCalls(ctx, st, b.Calls)
	if err != nil {
		return fmt.Errorf("the compiler calls of %s: %w", b.Name, err)
	}
	lines := wrapper.Differences(left, right)
	if more := len(lines) - maxCallLines; more > 0 {
		lines = append(lines[:maxCallLines], fmt.Sprintf("and %d more", more))
	}
	if len(lines) == 0 {
		lines = []string{"the logs differ in which call made which other"}
	}
	r.CallDifferences = lines
	return nil
}

func readCalls(ctx context.Context, st *store.Store, d digest.Digest) (*wrapper.Log, error) {
	blob, err := st.Get(ctx, d)
	if err != nil {
		return nil, err
	}
	f, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	return wrapper.Parse(bytes.NewReader(text))
}

// callsRule is the rule that steps call their compilers alike in both builds.
const callsRule = "calls-differ"

// callFindings are the steps whose outputs are equal and whose calls are not.
func callFindings(v Verdict) []finding.Finding {
	var list []finding.Finding
	for _, s := range v.Steps {
		if len(s.CallDifferences) == 0 || !s.Equal {
			continue // what makes outputs differ is told as their cause
		}
		list = append(list, finding.Finding{Rule: callsRule, Subject: s.Name, Place: s.place,
			Message:  s.Name + " called its compilers otherwise in the second build; the outputs are equal",
			Evidence: s.CallDifferences, Remedy: callsRemedy})
	}
	return list
}

const callsRemedy = "let no name, path or number of the build's surroundings reach a compiler's arguments or what it reads: give temporary files fixed names, and what is compiled fixed content"
