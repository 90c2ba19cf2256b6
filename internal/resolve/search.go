package resolve

import (
	"errors"

	"github.com/dombuild/dombuild/internal/recipe"
)

// maxTries bounds how often the packages of one toolchain are chosen.
const maxTries = 256

// turn is a decision between alternatives: which was taken, of how many.
type turn struct{ taken, of int }

// search chooses the packages of one toolchain. Where that ends in an error,
// decisions were wrong: the latest that can be taken otherwise is, until there
// is an answer. If there is none, the error is that of the first try.
func (s *solver) search(t recipe.Toolchain) (*choice, error) {
	var first error
	var path []int
	for range maxTries {
		c := &choice{solver: s, toolchain: t, path: path, chosen: map[string]*binary{}, why: map[string]string{}}
		err := c.close()
		var unsatisfied *UnsatisfiedError
		var conflict *ConflictError
		if !errors.As(err, &unsatisfied) && !errors.As(err, &conflict) {
			return c, err
		}
		if first == nil {
			first = err
		}
		if path = c.otherwise(); path == nil {
			break
		}
	}
	return nil, first
}

// otherwise returns the decisions of the next try: nil if there is none left.
func (c *choice) otherwise() []int {
	for i := len(c.turns) - 1; i >= 0; i-- {
		if c.turns[i].taken+1 < c.turns[i].of {
			path := make([]int, i+1)
			for k := range path {
				path[k] = c.turns[k].taken
			}
			path[i]++
			return path
		}
	}
	return nil
}

// turnTo decides between that many alternatives, at most.
func (c *choice) turnTo(of int) int {
	now := turn{of: of}
	if k := len(c.turns); k < len(c.path) {
		now.taken = c.path[k]
	}
	c.turns = append(c.turns, now)
	return now.taken
}

// exhaust says that the latest decision has no alternative left: true if others were taken before.
func (c *choice) exhaust() bool {
	last := &c.turns[len(c.turns)-1]
	last.of = last.taken
	return last.taken > 0
}
