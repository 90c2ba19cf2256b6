package gitwire

import (
	"context"
	"errors"
	"fmt"

	"github.com/dombuild/dombuild/internal/git"
)

// ErrFilter is the error of a server that cannot send commits alone.
var ErrFilter = errors.New("the server cannot send commits without their files (uploadpack.allowFilter)")

// Since receives the commits that lead from a newer one to an older one, without
// their trees: what the server has of the newer one and not of the older.
func (r *Remote) Since(ctx context.Context, newer, older git.ID) (*git.Pack, error) {
	return r.commits(ctx, newer, []git.ID{older})
}

// History receives a commit and all commits before it, without their trees.
func (r *Remote) History(ctx context.Context, newest git.ID) (*git.Pack, error) {
	return r.commits(ctx, newest, nil)
}

func (r *Remote) commits(ctx context.Context, want git.ID, have []git.ID) (*git.Pack, error) {
	if !r.filters {
		return nil, fmt.Errorf("%s: %w", r.address, ErrFilter)
	}
	b := r.request("fetch")
	packet(b, "no-progress\n")
	packet(b, "ofs-delta\n")
	packet(b, "filter tree:0\n")
	packet(b, "want %s\n", want)
	for _, id := range have {
		packet(b, "have %s\n", id)
	}
	packet(b, "done\n")
	b.WriteString("0000")
	return r.pack(ctx, b, want)
}
