package repro

import (
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// recordCheck is the kind of a good verdict's record in the store.
const recordCheck = "check"

// Remember keeps a good verdict on the first build and one of a second plan in
// the store, for Earlier.
func Remember(st *store.Store, first *build.Result, second *plan.Plan, v Verdict) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("recording the verdict: %w", err)
	}
	return st.PutRecord(recordCheck, key(first, second), text)
}

// Earlier finds the verdict of an earlier check on this machine of exactly
// these two plans and these outputs. Any difference in what was built, or in
// how the second build would be varied, finds nothing.
func Earlier(st *store.Store, first *build.Result, second *plan.Plan) (Verdict, bool) {
	text, err := st.Record(recordCheck, key(first, second))
	if err != nil {
		return Verdict{}, false
	}
	var v Verdict
	if json.Unmarshal(text, &v) != nil || v.Schema != Schema || !v.Reproducible {
		return Verdict{}, false
	}
	return v, true
}

// key covers both plans and the outputs and compiler calls of every step of the
// first build that is compared. What canaries saw is not: it may be another
// thing each time they look.
func key(first *build.Result, second *plan.Plan) string {
	text := fmt.Sprintln(Schema, first.Plan.Digest(), second.Digest())
	for _, s := range first.Steps {
		if compared(s) {
			text += fmt.Sprintln(s.Name, s.Output, s.Calls)
		}
	}
	return digest.FromString(text).Encoded()
}
