package dldir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// large writes the files of git LFS into a clone. Those that are there are
// hashed, and never replaced; nothing is written to where a link leads out.
func (c *clone) large(ctx context.Context, dir string) error {
	if len(c.objects) == 0 {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, o := range c.objects {
		if err := ctx.Err(); err != nil {
			return err
		}
		hex := o.Digest.Encoded()
		name := path.Join("lfs/objects", hex[:2], hex[2:4], hex)
		info, err := root.Lstat(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = c.place(ctx, root, name, o)
		case err != nil:
		case !info.Mode().IsRegular():
			err = fmt.Errorf("%s is there and no regular file", filepath.Join(dir, name))
		default:
			err = compare(root, dir, name, o)
		}
		if err != nil {
			return fmt.Errorf("exporting files of git LFS: %w", err)
		}
	}
	return nil
}

// compare hashes a file that is there.
func compare(root *os.Root, dir, name string, o pins.Object) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	got, err := digest.SHA256.FromReader(f)
	if err == nil && got != o.Digest {
		err = &DifferentError{filepath.Join(dir, name), string(o.Digest), string(got), true}
	}
	return err
}

// place copies a file of the store, which hashes it on the way, beside its place
// and puts it there.
func (c *clone) place(ctx context.Context, root *os.Root, name string, o pins.Object) error {
	blob, err := c.store.Get(ctx, o.Digest)
	if err != nil {
		return err
	}
	if blob.Size() != o.Size {
		return &store.IntegrityError{What: "the file " + string(o.Digest) + " of git LFS", Want: o.Digest, WantSize: o.Size, GotSize: blob.Size(),
			From: "the store", Action: "nothing was written"}
	}
	in, err := blob.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	tmp := name + ".dombuild-new"
	if err := root.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = root.Remove(tmp) }() // it is at its place, or not wanted
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return root.Rename(tmp, name)
}

// history adds the commits before those that are pinned: git takes over what
// lies beside a clone only from one that is not shallow. Where there is none it
// stays shallow.
func (c *clone) history(ctx context.Context, in *contents) error {
	for _, pinned := range c.commits {
		o := in.opened[pinned.ID]
		if !o.Cut {
			continue
		}
		before, err := commits.OpenHistory(ctx, c.store, pinned, o)
		var none *store.NotFoundError
		if errors.As(err, &none) && none.Record != "" {
			return nil
		}
		if err != nil || before == nil {
			return err
		}
		in.before = append(in.before, before)
		for _, id := range before.IDs {
			if in.where[id] == nil {
				in.where[id] = before
			}
		}
	}
	in.shallow = nil
	return nil
}
