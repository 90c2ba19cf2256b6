// Package bisect finds out which of the conditions that two builds differed in
// make an output differ. It knows names of conditions (axes) and paths of an
// output, and is given a function that builds once more with some of the axes
// varied.
//
// # What is said, and on what evidence
//
// A path differs by itself when it differed although nothing was varied, or
// when two builds under the same conditions disagree about whether it differs.
// It is then attributed to no axis.
//
// A set of axes is a cause when the builds in which just these were varied all
// differ, twice at least; when those in which nothing was varied are all equal,
// twice at least; and when no set that has one axis less was seen to differ. If
// nothing but these builds speaks for the set, because it was not among the
// hints, both are built once more; if the builds with the set differ among
// themselves, which chance can do as well, twice more. What differs in one build
// of three by chance alone is then taken for the work of an axis about once in
// thirty times.
//
// When all that was found is left out and what is left still differs, there
// are further causes, and the search goes on. What the limit of builds cut off
// is said, and nothing is guessed.
//
// The search of a minimal set is delta debugging: A. Zeller, R. Hildebrandt,
// Simplifying and Isolating Failure-Inducing Input, 2002 (ddmin).
package bisect

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Outcome is what a build gave, held against the first build.
type Outcome struct {
	// Differ has the paths that are not as in the first build, each with what
	// tells one such content from another.
	Differ map[string]string
	Failed bool // there is no output: nothing is known of it
}

// Options say what is known before the search and how far it goes.
type Options struct {
	Axes  []string // that were varied when the difference was seen, likeliest cause first
	Hints []string // of these, what is worth a build of its own before anything else
	Seen  Outcome  // of the build with all of Axes varied
	Limit int      // builds that may be made
	// Build makes the output once more with these axes varied.
	Build func(ctx context.Context, axes []string) (Outcome, error)
}

// Set is a smallest set of axes that makes paths differ.
type Set struct {
	Axes     []string // in the order of Options.Axes
	Paths    []string // sorted
	Unstable bool     // each build with these axes gives yet other bytes
}

// Result is what a search found.
type Result struct {
	Sets     []Set
	Itself   []string // sorted paths that differ in unchanged conditions
	Unknown  []string // sorted paths for which the limit of builds was too low
	Narrowed []string // axes that Unknown is known to need no more than; nil: nothing is known
	Builds   int      // made
	Limited  bool     // there was more to find
	Plain    int      // of Builds, with nothing varied
	Differed int      // of those, how many differed
}

var errLimit = errors.New("the limit of builds is reached")

// Find searches until everything that was seen to differ has a cause or the
// limit is reached. An error of Build ends it.
func Find(ctx context.Context, opt Options) (Result, error) {
	s := &search{opt: opt, outcomes: map[string][]Outcome{}, failed: map[string]bool{}, itself: map[string]bool{}}
	s.note(opt.Axes, opt.Seen)
	err := s.run(ctx)
	if err != nil && !errors.Is(err, errLimit) {
		return Result{}, err
	}
	s.settle(err != nil)
	return s.result, nil
}

type search struct {
	opt      Options
	outcomes map[string][]Outcome // of builds, by the axes that were varied; without those that failed
	failed   map[string]bool      // axes with which a build gave nothing
	itself   map[string]bool      // paths
	smallest []string             // axes that the current search is down to
	result   Result
}

// note keeps an outcome and learns which paths differ by themselves from it.
func (s *search) note(axes []string, o Outcome) {
	k := key(axes)
	if o.Failed {
		s.failed[k] = true
		return
	}
	for _, other := range s.outcomes[k] {
		for p := range maps.Keys(o.Differ) {
			s.itself[p] = s.itself[p] || other.Differ[p] == ""
		}
		for p := range maps.Keys(other.Differ) {
			s.itself[p] = s.itself[p] || o.Differ[p] == ""
		}
	}
	s.outcomes[k] = append(s.outcomes[k], o)
	if len(axes) == 0 {
		s.result.Plain++
		for p := range maps.Keys(o.Differ) {
			s.itself[p] = true
		}
		if len(o.Differ) > 0 {
			s.result.Differed++
		}
	}
}

// again builds, whatever is known already.
func (s *search) again(ctx context.Context, axes []string) error {
	if s.result.Builds >= s.opt.Limit {
		return errLimit
	}
	o, err := s.opt.Build(ctx, axes)
	if err != nil {
		return err
	}
	s.result.Builds++
	s.note(axes, o)
	return nil
}

// differs says whether any of the paths differs when the axes are varied.
func (s *search) differs(ctx context.Context, axes, paths []string) (bool, error) {
	if len(axes) == 0 {
		return false, nil // what differs then differs by itself
	}
	if k := key(axes); len(s.outcomes[k]) == 0 && !s.failed[k] {
		if err := s.again(ctx, axes); err != nil {
			return false, err
		}
	}
	return slices.ContainsFunc(paths, func(p string) bool { return s.shows(axes, p) }), nil
}

// shows says whether every build with the axes had that path differ.
func (s *search) shows(axes []string, path string) bool {
	list := s.outcomes[key(axes)]
	return len(list) > 0 && !s.itself[path] && !slices.ContainsFunc(list, func(o Outcome) bool { return o.Differ[path] == "" })
}

// plainBuilds is how often nothing is varied, before anything else is tried,
// and how often more when something differed.
const plainBuilds = 2

func (s *search) run(ctx context.Context) error {
	for range plainBuilds {
		if err := s.again(ctx, nil); err != nil {
			return err
		}
	}
	if s.result.Differed > 0 {
		if err := s.again(ctx, nil); err != nil {
			return err
		}
	}
	for {
		space, goal, err := s.next(ctx)
		if err != nil || len(goal) == 0 {
			return err
		}
		set, err := s.minimal(ctx, space, goal)
		if err != nil {
			return err
		}
		if err := s.confirm(ctx, set); err != nil {
			return err
		}
		s.keep(set)
	}
}

// next says for which paths a cause has to be found next and among which axes:
// first for those that have none; then, with all found axes left out, for
// those that still differ.
func (s *search) next(ctx context.Context) (space, goal []string, err error) {
	if goal := s.uncovered(); len(goal) > 0 {
		return s.opt.Axes, goal, nil
	}
	space = slices.DeleteFunc(slices.Clone(s.opt.Axes), func(a string) bool {
		return slices.ContainsFunc(s.result.Sets, func(x Set) bool { return slices.Contains(x.Axes, a) })
	})
	goal = s.target()
	if len(s.result.Sets) == 0 || len(space) == 0 {
		return nil, nil, nil
	}
	yes, err := s.differs(ctx, space, goal)
	if err != nil || !yes {
		return nil, nil, err
	}
	return space, goal, nil
}

// target lists the paths that axes have to explain.
func (s *search) target() []string {
	var paths []string
	for _, p := range slices.Sorted(maps.Keys(s.opt.Seen.Differ)) {
		if !s.itself[p] {
			paths = append(paths, p)
		}
	}
	return paths
}

func (s *search) uncovered() []string {
	return slices.DeleteFunc(s.target(), func(p string) bool {
		return slices.ContainsFunc(s.result.Sets, func(x Set) bool { return slices.Contains(x.Paths, p) })
	})
}

// confirm builds with the set once more, so that chance shows, and again where it
// may have.
func (s *search) confirm(ctx context.Context, set []string) error {
	if err := s.again(ctx, set); err != nil {
		return err
	}
	times := 0
	switch {
	case s.unstable(set):
		times = 2
	case !s.hinted(set):
		times = 1
	}
	for range times {
		if err := errors.Join(s.again(ctx, nil), s.again(ctx, set)); err != nil {
			return err
		}
	}
	return nil
}

// hinted says whether there is other evidence for all axes of a set.
func (s *search) hinted(set []string) bool {
	return !slices.ContainsFunc(set, func(a string) bool { return !slices.Contains(s.opt.Hints, a) })
}

// unstable says whether builds with the set differ from the first one, but not
// in the same way.
func (s *search) unstable(set []string) bool {
	list := s.outcomes[key(set)]
	for _, p := range s.target() {
		if s.shows(set, p) && slices.ContainsFunc(list, func(o Outcome) bool { return o.Differ[p] != list[0].Differ[p] }) {
			return true
		}
	}
	return false
}

// keep adds a set if anything is left that it explains, and drops what earlier
// sets no longer explain.
func (s *search) keep(axes []string) {
	sets := append(s.result.Sets, Set{Axes: slices.Clone(axes)})
	s.result.Sets = nil
	for _, x := range sets {
		x.Paths = slices.DeleteFunc(s.target(), func(p string) bool { return !s.shows(x.Axes, p) })
		x.Unstable = s.unstable(x.Axes)
		if len(x.Paths) > 0 {
			s.result.Sets = append(s.result.Sets, x)
		}
	}
	s.smallest = nil
}

// settle says what the search leaves.
func (s *search) settle(limited bool) {
	for _, p := range slices.Sorted(maps.Keys(s.itself)) {
		if s.itself[p] {
			s.result.Itself = append(s.result.Itself, p)
		}
	}
	if s.result.Limited = limited; limited {
		if s.result.Unknown = s.uncovered(); len(s.result.Unknown) > 0 {
			s.result.Narrowed = s.smallest
		}
	}
}

func key(axes []string) string { return strings.Join(axes, " ") }
