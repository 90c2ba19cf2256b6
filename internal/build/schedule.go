package build

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/plan"
)

// runAll runs each step as soon as those it needs are done and one of
// opt.Parallel places is free. The first error stops what has not begun and
// cancels what runs.
func (r *runner) runAll(ctx context.Context, todo []plan.Step) error {
	group, within := errgroup.WithContext(ctx)
	if slices.ContainsFunc(todo, inSandbox) {
		// The engine starts and is probed while toolchains are unpacked.
		group.Go(func() error {
			_, err := r.sandbox(within)
			return err
		})
	}
	finished := make(chan string, len(todo))
	waiting, running := newSchedule(todo), 0
	for left := len(todo); left > 0; left-- {
		for running < r.opt.Parallel {
			s, ok := waiting.next()
			if !ok {
				break
			}
			running++
			group.Go(func() error {
				if err := r.runOne(within, s); err != nil {
					return err
				}
				finished <- s.Name
				return nil
			})
		}
		select {
		case name := <-finished:
			running--
			waiting.done(name)
		case <-within.Done():
			if err := group.Wait(); err != nil {
				return err
			}
			return ctx.Err()
		}
	}
	return group.Wait()
}

func (r *runner) runOne(ctx context.Context, s plan.Step) error {
	out, err := r.run(ctx, s)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[s.Name] = out
	return nil
}

// inSandbox reports whether a step runs something.
func inSandbox(s plan.Step) bool { return s.Kind != plan.KindToolchain || s.Configure }

// schedule says which step is next: of those that wait for nothing, the one
// that begins the longest way to the end, so that the longest compilation does
// not run alone at last. How long a step takes is guessed from the bytes of its
// pinned input.
type schedule struct {
	ready   []plan.Step         // the longest way first
	blocked map[string]int      // steps it still waits for
	readers map[string][]string // who waits for a step
	steps   map[string]plan.Step
	way     map[string]int64 // bytes of the step's own input and of the longest chain of steps behind it
}

// newSchedule takes steps in topological order. What a step needs and is not
// among them is there already.
func newSchedule(todo []plan.Step) *schedule {
	s := &schedule{blocked: map[string]int{}, readers: map[string][]string{}, steps: map[string]plan.Step{}, way: map[string]int64{}}
	for _, step := range todo {
		s.steps[step.Name] = step
		for _, d := range step.Deps {
			if _, ok := s.steps[d]; ok {
				s.blocked[step.Name]++
				s.readers[d] = append(s.readers[d], step.Name)
			}
		}
	}
	for _, step := range slices.Backward(todo) {
		s.way[step.Name] = inputBytes(step)
		for _, reader := range s.readers[step.Name] {
			s.way[step.Name] = max(s.way[step.Name], inputBytes(step)+s.way[reader])
		}
	}
	for _, step := range todo {
		if s.blocked[step.Name] == 0 {
			s.add(step)
		}
	}
	return s
}

// add puts a step behind those with an equal way.
func (s *schedule) add(step plan.Step) {
	i, _ := slices.BinarySearchFunc(s.ready, s.way[step.Name], func(e plan.Step, way int64) int {
		if s.way[e.Name] >= way {
			return -1
		}
		return 1
	})
	s.ready = slices.Insert(s.ready, i, step)
}

// next takes the step to begin with; false when each one waits for another.
func (s *schedule) next() (plan.Step, bool) {
	if len(s.ready) == 0 {
		return plan.Step{}, false
	}
	step := s.ready[0]
	s.ready = s.ready[1:]
	return step, true
}

// done tells those that wait for the named step.
func (s *schedule) done(name string) {
	for _, reader := range s.readers[name] {
		if s.blocked[reader]--; s.blocked[reader] == 0 {
			s.add(s.steps[reader])
		}
	}
}

// inputBytes is the size of what is pinned for a step alone.
func inputBytes(s plan.Step) (sum int64) {
	for _, b := range s.Blobs {
		sum += b.Size
	}
	for _, d := range s.Debs {
		sum += d.Size
	}
	return sum
}
