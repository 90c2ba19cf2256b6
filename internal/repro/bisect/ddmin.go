package bisect

import (
	"context"
	"slices"
)

// minimal returns a subset of space of which no axis can be left out if any of
// the paths is to differ. Space itself was seen to make one differ.
func (s *search) minimal(ctx context.Context, space, paths []string) ([]string, error) {
	s.smallest = space
	for _, h := range s.opt.Hints {
		if !slices.Contains(space, h) {
			continue
		}
		yes, err := s.differs(ctx, []string{h}, paths)
		if err != nil {
			return nil, err
		}
		if yes {
			s.smallest = []string{h}
			return s.smallest, nil
		}
	}
	for n := 2; len(s.smallest) > 1; {
		smaller, whole, err := s.reduce(ctx, s.smallest, n, paths)
		switch {
		case err != nil:
			return nil, err
		case smaller == nil && n >= len(s.smallest):
			return s.smallest, nil
		case smaller == nil:
			n = min(2*n, len(s.smallest))
			if yes, err := s.still(ctx, s.smallest, paths); err != nil || !yes {
				return s.smallest, err
			}
		case whole: // one part is enough
			s.smallest, n = smaller, 2
		default:
			s.smallest, n = smaller, max(n-1, 2)
		}
	}
	return s.smallest, nil
}

// still says whether any of the paths differs also the second time: when no
// part of the axes is enough, it may have been chance the first time.
func (s *search) still(ctx context.Context, axes, paths []string) (bool, error) {
	if len(s.outcomes[key(axes)]) == 1 {
		if err := s.again(ctx, axes); err != nil {
			return false, err
		}
	}
	return s.differs(ctx, axes, paths)
}

// reduce cuts axes into n parts and returns the first part that is enough, or
// else what is left when the first part that is not needed is taken away.
func (s *search) reduce(ctx context.Context, axes []string, n int, paths []string) (smaller []string, part bool, err error) {
	parts := split(axes, n)
	for _, p := range parts {
		if yes, err := s.differs(ctx, p, paths); err != nil || yes {
			return p, true, err
		}
	}
	if n == 2 {
		return nil, false, nil // what is left is the other part
	}
	for _, p := range parts {
		rest := slices.DeleteFunc(slices.Clone(axes), func(a string) bool { return slices.Contains(p, a) })
		if yes, err := s.differs(ctx, rest, paths); err != nil || yes {
			return rest, false, err
		}
	}
	return nil, false, nil
}

// split cuts a list into n parts whose lengths differ by one at most.
func split(list []string, n int) [][]string {
	var parts [][]string
	for i := range n {
		parts = append(parts, list[i*len(list)/n:(i+1)*len(list)/n])
	}
	return parts
}
