package commit

import (
	"context"
	"fmt"
	"net/url"

	"github.com/dombuild/dombuild/internal/fetch/lfs"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// maxConfig bounds .lfsconfig in bytes.
const maxConfig = 1 << 20

// objects brings the files of a commit that git LFS keeps elsewhere.
func (m *Machine) objects(ctx context.Context, c pins.Commit, o *commits.Opened) ([]pins.Object, error) {
	wanted, err := o.Objects(c)
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	servers, err := servers(c, o)
	if err != nil {
		return nil, fmt.Errorf("commit %s of %s: %w", c.ID, c.Clone, err)
	}
	files := &lfs.Machine{Store: m.Store, Client: m.Client, Progress: m.Progress}
	return wanted, files.Fetch(ctx, c.Clone, servers, wanted)
}

// servers are those that may have the files of a commit: the one that it names
// itself, or one for each address of the repository.
func servers(c pins.Commit, o *commits.Opened) ([]*url.URL, error) {
	text, _, err := o.Text(o.List, ".lfsconfig", maxConfig)
	if err != nil {
		return nil, err
	}
	named, err := git.LFSServer(text)
	if err != nil {
		return nil, err
	}
	var out []*url.URL
	for _, repository := range c.URLs {
		u, err := lfs.Server(repository, named)
		if err != nil {
			return nil, err
		}
		if out = append(out, u); named != "" {
			break
		}
	}
	return out, nil
}
