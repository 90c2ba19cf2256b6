package commits

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Limits of what git LFS keeps elsewhere, of one commit.
const (
	maxObjects    = 100000
	maxObjectSize = 64 << 30 // bytes of one
	maxAttributes = 16 << 20 // bytes of one .gitattributes
)

// Objects are the files of a commit that git LFS keeps elsewhere and that
// BitBake fetches; none with lfs=0. BitBake asks for git-lfs where .gitattributes
// at the top says "lfs", and git-lfs then for all pointers of the tree,
// whatever the attributes say of them; a git-lfs that is set up for the user
// does so for an attribute anywhere. Where no .gitattributes says it, pointers
// are files like any others.
func (o *Opened) Objects(c pins.Commit) ([]pins.Object, error) {
	if c.NoLFS {
		return nil, nil
	}
	return o.elsewhere(c)
}

// LeavesOut says whether files that git LFS keeps elsewhere are not wanted.
func (o *Opened) LeavesOut(c pins.Commit) (bool, error) {
	if !c.NoLFS {
		return false, nil
	}
	list, err := o.elsewhere(c)
	return len(list) > 0, err
}

func (o *Opened) elsewhere(c pins.Commit) ([]pins.Object, error) {
	wrong := func(err error) error { return fmt.Errorf("commit %s of %s: %w", c.ID, c.Clone, err) }
	if uses, err := o.usesLFS(); err != nil || !uses {
		return nil, err
	}
	list, err := o.List.Pointers()
	if err != nil {
		return nil, wrong(err)
	}
	if len(list) > maxObjects {
		return nil, wrong(fmt.Errorf("git LFS keeps %d files of it elsewhere, more than %d; lfs=0 leaves them there", len(list), maxObjects))
	}
	var out []pins.Object
	for _, p := range list {
		if p.Size > maxObjectSize {
			return nil, wrong(fmt.Errorf("the file %s that git LFS keeps elsewhere has %d bytes, more than %d; lfs=0 leaves it there", p.Digest, p.Size, int64(maxObjectSize)))
		}
		out = append(out, pins.Object(p))
	}
	if len(c.Objects) > 0 && !slices.Equal(c.Objects, out) {
		return nil, &Error{c.ID, c.Clone, fromStore, fmt.Errorf("git LFS keeps other files of it elsewhere than the lock says")}
	}
	return out, nil
}

// usesLFS says whether attributes of any directory are about git LFS.
func (o *Opened) usesLFS() (bool, error) {
	for _, id := range slices.Sorted(maps.Keys(o.Attributes)) {
		if size := o.List.Size(id); size > maxAttributes {
			return false, fmt.Errorf(".gitattributes has %d bytes, more than %d", size, maxAttributes)
		}
		text, err := o.List.Object(id, git.BlobKind)
		if err != nil || bytes.Contains(text, []byte("lfs")) {
			return err == nil, err
		}
	}
	return false, nil
}
