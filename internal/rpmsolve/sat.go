package rpmsolve

import (
	"slices"
)

// formula is clauses over variables 1…n. A rule is a clause with the numbers
// of the given clauses that it follows from.
type formula struct {
	n     int
	rules []rule
	watch map[literal][]int // rules that contain a literal, by the two that are watched
}

type rule struct {
	clause clause
	from   []int // sorted
}

// search is an assignment under construction.
type search struct {
	*formula
	value   []int8 // by variable: 1 true, -1 false, 0 open
	reason  []int  // rule by which a variable was set; -1: a decision
	level   []int
	trail   []literal
	head    int
	limits  []int // length of the trail where each decision was made
	pending []int // rules that are to be looked at first: of fewer than two literals
}

func newSearch(n int, clauses []clause) *search {
	s := &search{formula: &formula{n: n, watch: map[literal][]int{}},
		value: make([]int8, n+1), reason: make([]int, n+1), level: make([]int, n+1)}
	for i, c := range clauses {
		s.add(c, []int{i})
	}
	return s
}

// add adds a rule. The first two of its literals are watched.
func (s *search) add(c clause, from []int) int {
	c = slices.Clone(c)
	i := len(s.rules)
	s.rules = append(s.rules, rule{c, from})
	if len(c) < 2 {
		s.pending = append(s.pending, i)
		return i
	}
	s.watch[c[0]] = append(s.watch[c[0]], i)
	s.watch[c[1]] = append(s.watch[c[1]], i)
	return i
}

func (s *search) truth(l literal) int8 {
	if l < 0 {
		return -s.value[-l]
	}
	return s.value[l]
}

func variable(l literal) int { return int(max(l, -l)) }

func (s *search) set(l literal, reason int) {
	v := variable(l)
	s.value[v] = 1
	if l < 0 {
		s.value[v] = -1
	}
	s.reason[v], s.level[v] = reason, len(s.limits)
	s.trail = append(s.trail, l)
}

// decide sets a literal as a guess.
func (s *search) decide(l literal) {
	s.limits = append(s.limits, len(s.trail))
	s.set(l, -1)
}

// propagate sets what follows, and returns a rule that is violated, or -1.
func (s *search) propagate() int {
	for len(s.pending) > 0 {
		i := s.pending[0]
		c := s.rules[i].clause
		if len(c) == 0 || s.truth(c[0]) < 0 {
			return i
		}
		if s.truth(c[0]) == 0 {
			s.set(c[0], i)
		}
		s.pending = s.pending[1:]
	}
	for ; s.head < len(s.trail); s.head++ {
		if bad := s.falsified(-s.trail[s.head]); bad >= 0 {
			return bad
		}
	}
	return -1
}

// falsified looks at the rules that watch a literal which became false.
func (s *search) falsified(l literal) int {
	list := s.watch[l]
	kept := list[:0]
	for k, i := range list {
		c := s.rules[i].clause
		if c[0] == l {
			c[0], c[1] = c[1], c[0]
		}
		if s.truth(c[0]) > 0 {
			kept = append(kept, i)
			continue
		}
		if j := slices.IndexFunc(c[2:], func(m literal) bool { return s.truth(m) >= 0 }); j >= 0 {
			c[1], c[j+2] = c[j+2], c[1]
			s.watch[c[1]] = append(s.watch[c[1]], i)
			continue
		}
		kept = append(kept, i)
		if s.truth(c[0]) < 0 {
			s.watch[l] = append(kept, list[k+1:]...)
			return i
		}
		s.set(c[0], i)
	}
	s.watch[l] = kept
	return -1
}

// learn takes the search back to where the violated rule would have told
// something, by the first unique implication point. False: there is no
// solution, and from has the clauses that exclude one another.
func (s *search) learn(bad int) (from []int, ok bool) {
	if len(s.limits) == 0 {
		return s.proof(bad), false
	}
	from = slices.Clone(s.rules[bad].from)
	seen := map[int]bool{}
	learned := clause{0}
	open, at := 0, len(s.trail)
	mark := func(c clause, except int) {
		for _, l := range c {
			v := variable(l)
			if v == except || seen[v] {
				continue
			}
			seen[v] = true
			switch {
			case s.level[v] == len(s.limits):
				open++
			case s.level[v] > 0:
				learned = append(learned, l)
			default:
				from = union(from, s.ground(v))
			}
		}
	}
	mark(s.rules[bad].clause, 0)
	for {
		at--
		for !seen[variable(s.trail[at])] || s.level[variable(s.trail[at])] != len(s.limits) {
			at--
		}
		v := variable(s.trail[at])
		if open--; open == 0 {
			learned[0] = -s.trail[at]
			break
		}
		r := s.rules[s.reason[v]]
		from = union(from, r.from)
		mark(r.clause, v)
	}
	back := 0
	for i, l := range learned[1:] {
		if s.level[variable(l)] > back {
			back = s.level[variable(l)]
			learned[1], learned[i+1] = learned[i+1], learned[1]
		}
	}
	s.undo(back)
	i := s.add(learned, from)
	if len(learned) > 1 {
		s.set(learned[0], i)
	}
	return nil, true
}

func (s *search) undo(level int) {
	if level >= len(s.limits) {
		return
	}
	for _, l := range s.trail[s.limits[level]:] {
		s.value[variable(l)] = 0
	}
	s.trail = s.trail[:s.limits[level]]
	s.limits = s.limits[:level]
	s.head = len(s.trail)
}

// ground is the given clauses that set a variable before any decision.
func (s *search) ground(v int) []int {
	seen := map[int]bool{}
	var from []int
	var visit func(int)
	visit = func(v int) {
		if seen[v] {
			return
		}
		seen[v] = true
		r := s.rules[s.reason[v]]
		from = union(from, r.from)
		for _, l := range r.clause {
			visit(variable(l))
		}
	}
	visit(v)
	return from
}

func (s *search) proof(bad int) []int {
	from := slices.Clone(s.rules[bad].from)
	for _, l := range s.rules[bad].clause {
		from = union(from, s.ground(variable(l)))
	}
	return from
}

func union(a, b []int) []int {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}

// run searches until next has nothing left to decide. It returns the clauses
// that exclude one another when there is no solution.
func (s *search) run(next func() literal) []int {
	for {
		bad := s.propagate()
		if bad >= 0 {
			if from, ok := s.learn(bad); !ok {
				return from
			}
			continue
		}
		l := next()
		if l == 0 {
			return nil
		}
		s.decide(l)
	}
}

// refute reports whether some of the clauses exclude one another.
func refute(n int, clauses []clause, some []int) bool {
	var list []clause
	for _, i := range some {
		list = append(list, clauses[i])
	}
	s := newSearch(n, list)
	return s.run(func() literal {
		for v := 1; v <= n; v++ {
			if s.value[v] == 0 {
				return literal(-v)
			}
		}
		return 0
	}) != nil
}
