package store

import (
	"context"
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Only waits until no other process does what is named so, and has the others
// wait until release is called, or this process is dead.
func (s *Store) Only(ctx context.Context, what string) (release func(), err error) {
	t, _, err := lockPartial(ctx, s.path(areaPartial, "only-"+digest.FromString(what).Encoded()))
	if err != nil {
		return nil, fmt.Errorf("waiting for another process: %w", explain(s.dir, err))
	}
	return t.discard, nil
}
