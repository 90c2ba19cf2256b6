package plan

import (
	"maps"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// firstUse are the sources of a lock that nobody vouches for, by their bytes.
func firstUse(l *lockfile.Lock) map[digest.Digest]recipe.Address {
	taken := map[digest.Digest]recipe.Address{}
	for _, s := range l.Content().Sources {
		if s.FirstUse() {
			sum := s.Digest
			if s.Tree != nil {
				sum = s.Tree.Digest
			}
			taken[sum] = s.Address
		}
	}
	return taken
}

// FirstUse returns the sources that steps read and that nobody vouches for,
// sorted: the lock has what was there first.
func (p *Plan) FirstUse(steps []Step) []recipe.Address {
	found := map[recipe.Address]bool{}
	for _, s := range steps {
		for _, b := range s.Blobs {
			if a, ok := p.unvouched[b.Digest]; ok {
				found[a] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
