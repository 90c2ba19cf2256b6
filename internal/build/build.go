// Package build runs a plan: it asks the step cache, runs what it does not
// hold, in parallel where steps do not need each other, applies the gates, and
// keeps every output as a verified blob of the store.
//
// # Step cache
//
// The cache maps the digest of a step (see package plan) to the digest of its
// output, a canonical tar (see package tree). It is a record beside the blobs
// of the store; the engine's own cache only saves unpacking toolchains again.
// An answer from the cache is as good as the store it lies in: it says that
// this machine built these bytes before, not that they can be built again.
// That is what check is for, which runs with Fresh set: then the cache is
// neither asked nor written.
//
// # Gates
//
// A step's output is accepted only if it holds every declared output and
// nothing else, if every configuration that is read back holds what was
// requested, and if an image stays inside its budget. A refused output is not
// cached and not exported.
package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/sandbox"
	"github.com/dombuild/dombuild/internal/store"
)

// Options say with what a plan is run.
type Options struct {
	Store    *store.Store
	Open     func(context.Context) (*sandbox.Engine, error)                  // starts the engine; called at most once, when the first script has to run
	Fresh    bool                                                            // neither ask nor write the step cache
	Logs     string                                                          // directory for one log a step
	Status   func(*client.SolveStatus)                                       // shows what scripts do and print; may be nil
	Shell    func(context.Context, *sandbox.StepError, *sandbox.Shell) error // called in the root of a step that fails; may be nil
	Progress progress.Reporter
	// Each is called when a step has been made; its error ends the run. May be nil.
	Each     func(context.Context, Step) error
	Parallel int  // steps at once; 0: one for each CPU
	Whole    bool // make every step of the closure, also those that no step still to run reads
	// Compared says that outputs are held against those of a build that passed
	// the gates: one that a gate refuses differs from those, and is made to be
	// looked at.
	Compared bool
	// Given are outputs that are taken as they are, by the names of their
	// steps, also where the plan would make them otherwise. What is made of them
	// is only for comparing: it passes no gate, and Fresh is implied.
	Given  map[string]Step
	Shared bool // whoever gave Open closes the engine
}

// Step says how the output of one step came about.
type Step struct {
	Name    string        `json:"name"`
	Kind    plan.Kind     `json:"kind"`
	Digest  digest.Digest `json:"digest"` // of the step
	Output  digest.Digest `json:"output"` // of its canonical tar, a blob of the store
	Size    int64         `json:"size"`   // bytes of that tar
	Tree    digest.Digest `json:"tree,omitempty"`
	Order   []string      `json:"order,omitempty"` // toolchain: its packages, as they were unpacked
	Cached  bool          `json:"cached"`
	Built   time.Time     `json:"built"`   // when the bytes were made
	Seconds float64       `json:"seconds"` // how long that took
	Log     string        `json:"log,omitempty"`
	Probe   digest.Digest `json:"probe,omitempty"`   // of the probe's report of the session that ran the step
	Calls   digest.Digest `json:"calls,omitempty"`   // of the canonical log of its compilers' calls, a blob of the store
	Verdict digest.Digest `json:"verdict,omitempty"` // of what is known of its files' hardening, a blob of the store
	Gate    string        `json:"gate,omitempty"`    // tells the program that gave the verdict
}

// Result is a finished run.
type Result struct {
	Plan  *plan.Plan
	Steps []Step // in plan order; without Whole, a step nobody read may be absent
	// Probes are the reports of the sessions that ran the steps, by the digest
	// that the steps name.
	Probes map[digest.Digest]json.RawMessage
}

// Step returns the outcome of the named step.
func (r *Result) Step(name string) (Step, bool) {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Name == name })
	if i < 0 {
		return Step{}, false
	}
	return r.Steps[i], true
}

// Run makes the named steps and everything they need. It verifies every
// pinned input of the closure before anything runs. When ctx ends it returns
// soon, and what was finished stays in the cache.
func Run(ctx context.Context, p *plan.Plan, targets []string, opt Options) (*Result, error) {
	steps, err := p.Closure(targets...)
	if err != nil {
		return nil, err
	}
	r := newRunner(p, opt)
	defer r.close()
	steps = r.give(steps, targets)
	if err := r.inputs(ctx, steps); err != nil {
		return nil, err
	}
	if err := r.judgeAnew(ctx, steps); err != nil {
		return nil, err
	}
	todo, err := r.ask(ctx, steps, targets)
	if err != nil {
		return nil, err
	}
	if err := r.judgeAgain(ctx, steps, todo); err != nil {
		return nil, err
	}
	if err := r.runAll(ctx, todo); err != nil {
		return nil, err
	}
	return r.result(steps), nil
}

type runner struct {
	plan *plan.Plan
	opt  Options

	mu     sync.Mutex
	done   map[string]Step
	known  map[string]Step // what the cache held at the begin
	stale  map[string]bool // cached steps that have to run again
	engine *sandbox.Engine
	probe  digest.Digest // of the session's report
	probes map[digest.Digest]json.RawMessage
	opened sync.Once
	fault  error // of opening
}

func newRunner(p *plan.Plan, opt Options) *runner {
	if opt.Parallel <= 0 {
		// A step starts several processes by itself. Twice as many steps made
		// compilers wait for each other and take a tenth to a fifth more
		// processor time, on two processors.
		opt.Parallel = runtime.NumCPU()
	}
	opt.Fresh = opt.Fresh || opt.Given != nil
	if opt.Progress == nil {
		opt.Progress = progress.None{}
	}
	return &runner{plan: p, opt: opt, done: map[string]Step{}, known: map[string]Step{}, stale: map[string]bool{}, probes: map[digest.Digest]json.RawMessage{}}
}

func (r *runner) close() {
	if r.engine != nil && !r.opt.Shared {
		_ = r.engine.Close()
	}
}

// inputs verifies the bytes of everything the closure reads from the store.
func (r *runner) inputs(ctx context.Context, steps []plan.Step) error {
	for _, l := range r.plan.Locals() {
		if err := r.putLocal(ctx, l); err != nil {
			return err
		}
	}
	return verifyInputs(ctx, r.opt.Store, steps)
}

// ask looks up the targets in the cache, and for what it does not hold, what
// that needs. It returns the steps that have to run, in plan order.
func (r *runner) ask(ctx context.Context, steps []plan.Step, targets []string) ([]plan.Step, error) {
	need := map[string]bool{}
	exported := map[string]bool{}
	for _, t := range targets {
		need[t], exported[t] = true, true
	}
	var todo []plan.Step
	for _, s := range slices.Backward(steps) {
		if !need[s.Name] && !r.opt.Whole {
			continue
		}
		hit, ok, err := r.cached(ctx, s, exported[s.Name])
		if err != nil {
			return nil, err
		}
		if ok {
			r.done[s.Name] = hit
			continue
		}
		todo = append(todo, s)
		for _, d := range s.Deps {
			need[d] = true
		}
	}
	slices.Reverse(todo)
	return todo, nil
}

func (r *runner) run(ctx context.Context, s plan.Step) (Step, error) {
	began := time.Now()
	out := Step{Name: s.Name, Kind: s.Kind, Digest: s.Digest, Built: began.UTC().Truncate(time.Second)}
	var err error
	if s.Kind == plan.KindToolchain {
		err = r.toolchain(ctx, s, &out)
	} else {
		err = r.script(ctx, s, &out)
	}
	if err != nil {
		return Step{}, err
	}
	out.Seconds = time.Since(began).Seconds()
	if r.opt.Each != nil {
		if err := r.opt.Each(ctx, out); err != nil {
			return Step{}, err
		}
	}
	if r.opt.Fresh {
		return out, nil
	}
	return out, r.remember(s, out)
}

func (r *runner) result(steps []plan.Step) *Result {
	res := &Result{Plan: r.plan, Probes: r.probes}
	for _, s := range steps {
		out, ok := r.done[s.Name]
		if !ok && !r.opt.Fresh {
			out, ok = Lookup(r.opt.Store, s)
		}
		if ok {
			res.Steps = append(res.Steps, out)
			r.recall(out.Probe)
		}
	}
	return res
}

// output returns the verified output of a step that is done.
func (r *runner) output(name string) (Step, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s, ok := r.done[name]; ok {
		return s, nil
	}
	if s, ok := r.known[name]; ok {
		return s, nil
	}
	return Step{}, &unreadError{name}
}

// sandbox returns the engine, started and probed once.
func (r *runner) sandbox(ctx context.Context) (*sandbox.Engine, error) {
	r.opened.Do(func() {
		task := r.opt.Progress.Begin("start the sandbox and probe it", 0)
		r.fault = r.open(ctx)
		task.End(r.fault)
	})
	return r.engine, r.fault
}

func (r *runner) open(ctx context.Context) error {
	if r.opt.Open == nil {
		return errors.New("a script has to run and no engine was given")
	}
	engine, err := r.opt.Open(ctx)
	if err != nil {
		return err
	}
	r.engine = engine
	report, err := engine.Probe(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("recording the probe: %w", err)
	}
	r.probe = digest.FromBytes(text)
	r.probes[r.probe] = text
	return r.opt.Store.PutRecord(recordProbe, r.probe.Encoded(), text)
}
