package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// Kinds of records in the store.
const (
	recordStep  = "step"  // step digest → Step
	recordProbe = "probe" // digest of a probe's report → the report
	recordLast  = "last"  // recipe and step name → components of the last run, to explain what changed
)

// cached asks the cache for a step. The bytes of what is exported are verified
// here; what a later step reads is verified by that step.
func (r *runner) cached(ctx context.Context, s plan.Step, verify bool) (Step, bool, error) {
	if r.opt.Fresh || r.stale[s.Name] {
		return Step{}, false, nil
	}
	out, ok := Lookup(r.opt.Store, s)
	if !ok || !verify {
		return out, ok, nil
	}
	_, err := r.opt.Store.Get(ctx, out.Output)
	var bad *store.IntegrityError
	if errors.As(err, &bad) {
		// moved away, so that the next run builds the step again
		err = r.opt.Store.Quarantine(ctx, out.Output)
	}
	if err != nil {
		return Step{}, false, fmt.Errorf("the cached output of %s: %w", s.Name, err)
	}
	return out, true, nil
}

// Lookup says what the cache holds for a step, without reading the output's bytes.
func Lookup(st *store.Store, s plan.Step) (Step, bool) {
	text, err := st.Record(recordStep, s.Digest.Encoded())
	if err != nil {
		return Step{}, false
	}
	var out Step
	if json.Unmarshal(text, &out) != nil || out.Digest != s.Digest || out.Output.Validate() != nil {
		return Step{}, false
	}
	if there, err := st.Has(out.Output); err != nil || !there {
		return Step{}, false
	}
	out.Name, out.Cached = s.Name, true
	return out, true
}

func (r *runner) remember(s plan.Step, out Step) error {
	if err := r.record(s, out); err != nil {
		return err
	}
	text, err := json.Marshal(r.plan.Components(s.Name))
	if err != nil {
		return fmt.Errorf("recording %s: %w", s.Name, err)
	}
	return r.opt.Store.PutRecord(recordLast, lastKey(r.plan, s), text)
}

// record puts a step into the cache.
func (r *runner) record(s plan.Step, out Step) error {
	text, err := json.Marshal(out)
	if err == nil {
		err = r.opt.Store.PutRecord(recordStep, s.Digest.Encoded(), text)
	}
	if err != nil {
		return fmt.Errorf("recording %s: %w", s.Name, err)
	}
	return nil
}

func lastKey(p *plan.Plan, s plan.Step) string {
	return digest.FromString(p.Recipe().Name + "\x00" + s.Name).Encoded()
}

// Reason says why a step has to run: what changed since it last ran here, or
// nil when it never did.
func Reason(st *store.Store, p *plan.Plan, s plan.Step) []plan.Change {
	text, err := st.Record(recordLast, lastKey(p, s))
	if err != nil {
		return nil
	}
	var old []plan.Component
	if json.Unmarshal(text, &old) != nil {
		return nil
	}
	return plan.Changes(old, p.Components(s.Name))
}

// recall reads the report of an earlier session's probe. A report that was
// removed from the store is left out.
func (r *runner) recall(probe digest.Digest) {
	if probe == "" || r.probes[probe] != nil {
		return
	}
	text, err := r.opt.Store.Record(recordProbe, probe.Encoded())
	if err == nil && digest.FromBytes(text) == probe {
		r.probes[probe] = text
	}
}
