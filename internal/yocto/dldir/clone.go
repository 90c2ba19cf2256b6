package dldir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/git"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// clones is the directory of bare clones in a DL_DIR.
const clones = "git2"

// cloneStamp is what BitBake writes where a fetcher has no checksums: the
// pickle of an empty dict.
const cloneStamp = "\x80\x02}q\x00."

// CloneReport counts what an export of commits did.
type CloneReport struct {
	Written int      // clones
	Kept    int      // clones that were there already and deliver their commits
	Commits int      // in both
	Large   int      // files of git LFS in both
	LFS     []string // clones of which git LFS keeps files elsewhere that lfs=0 leaves there

	// Shallow are clones with files of git LFS and without history: git-lfs does not
	// find them there when BitBake unpacks.
	Shallow []string

	// Branches are those of which nobody proved that they contain their commit,
	// "CLONE BRANCH COMMIT"; BitBake finds it in them all the same.
	Branches []string
}

// ExportClones writes the commits of a lock, and those of their submodules, as
// bare clones without history below git2 in dir, with their stamps. The errors
// of all clones are joined.
func ExportClones(ctx context.Context, st commits.Store, l *pins.Lock, dir string, p progress.Reporter) (*CloneReport, error) {
	if p == nil {
		p = progress.None{}
	}
	report := &CloneReport{}
	if len(l.Commits) == 0 {
		return report, nil
	}
	all, err := gather(ctx, st, l.Commits)
	if err != nil {
		return report, err
	}
	report.LFS = all.lfs
	if report.Branches, err = unproven(st, l.Commits); err != nil {
		return report, err
	}
	if err := os.MkdirAll(filepath.Join(dir, clones), 0o755); err != nil {
		return report, fmt.Errorf("exporting: %w", err)
	}
	task := p.Begin("export clones to "+dir, 0)
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(all.clones)) {
		if err := ctx.Err(); err != nil {
			task.End(err)
			return report, err
		}
		c := &clone{name: name, store: st, commits: all.clones[name], objects: all.objects[name]}
		if err := c.export(ctx, dir, report); err != nil {
			errs = append(errs, err)
			continue
		}
		report.Commits += len(c.commits)
		report.Large += len(c.objects)
		if _, err := os.Lstat(filepath.Join(dir, clones, name, "shallow")); err == nil && len(c.objects) > 0 {
			report.Shallow = append(report.Shallow, name)
		}
	}
	err = errors.Join(errs...)
	task.End(err)
	return report, err
}

// gathered are the commits of a lock, those of submodules too.
type gathered struct {
	clones  map[string][]pins.Commit // by the name of the clone
	objects map[string][]pins.Object // of git LFS, likewise, each once
	lfs     []string                 // clones, sorted
}

// gather opens every commit once, so that none is missing when the first clone
// is written.
func gather(ctx context.Context, st commits.Store, list []pins.Commit) (*gathered, error) {
	var mu sync.Mutex
	all, out := []pins.Commit{}, &gathered{clones: map[string][]pins.Commit{}, objects: map[string][]pins.Object{}}
	err := commits.Each(ctx, list, func(ctx context.Context, c pins.Commit) (*commits.Opened, error) {
		if err := tagged(st, c); err != nil {
			return nil, err
		}
		o, err := commits.Open(ctx, st, c)
		if err != nil {
			return nil, err
		}
		lfs, err := o.LeavesOut(c)
		objects, err2 := o.Objects(c)
		if err := errors.Join(err, err2); err != nil {
			return nil, errors.Join(err, o.Close())
		}
		mu.Lock()
		defer mu.Unlock()
		all = append(all, c)
		out.objects[c.Clone] = append(out.objects[c.Clone], objects...)
		if lfs {
			out.lfs = append(out.lfs, c.Clone)
		}
		return o, nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(out.lfs)
	out.lfs = slices.Compact(out.lfs)
	for name, list := range out.objects {
		slices.SortFunc(list, func(a, b pins.Object) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
		out.objects[name] = slices.Compact(list)
	}
	for _, c := range pins.Merge(all) {
		out.clones[c.Clone] = append(out.clones[c.Clone], c)
	}
	return out, nil
}

// unproven lists the branches of commits without a proof in the store.
func unproven(st commits.Store, list []pins.Commit) (out []string, err error) {
	for _, c := range list {
		for _, b := range c.Branches {
			key := commits.BranchKey(c.Clone, b, c.ID)
			known, err := st.Record(commits.RecordBranch, key)
			var none *store.NotFoundError
			if errors.As(err, &none) || string(known) == commits.NotProven {
				out = append(out, key)
			} else if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// tagged returns an error unless a server said that the tags of a commit are
// at it.
func tagged(st commits.Store, c pins.Commit) error {
	for _, tag := range c.Tags {
		data, err := st.Record(commits.RecordTag, commits.TagKey(c.Clone, tag))
		if err == nil && string(data) != c.ID {
			err = &commits.Error{Commit: c.ID, Clone: c.Clone, From: "the store", Err: fmt.Errorf("the tag %s is at %s", tag, data)}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clone is a bare clone that is being written.
type clone struct {
	name    string
	store   commits.Store
	commits []pins.Commit
	objects []pins.Object // of git LFS
}

// export writes a clone and its stamp, unless it is there.
func (c *clone) export(ctx context.Context, dir string, report *CloneReport) error {
	if err := pins.CheckName(c.name); err != nil {
		return fmt.Errorf("exporting %q: %w", c.name, err)
	}
	path := filepath.Join(dir, clones, c.name)
	if _, err := os.Lstat(path); err == nil {
		report.Kept++
		return c.keep(ctx, path)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("exporting: %w", err)
	}
	tmp, err := os.MkdirTemp(filepath.Dir(path), ".dombuild-")
	if err != nil {
		return fmt.Errorf("exporting: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := c.write(ctx, tmp); err != nil {
		return fmt.Errorf("exporting clone %s: %w", c.name, err)
	}
	if err = errors.Join(os.Chmod(tmp, 0o755), os.Rename(tmp, path)); err != nil {
		return fmt.Errorf("exporting clone %s: %w", c.name, err)
	}
	report.Written++
	return writeCloneStamp(path)
}

// keep checks that a clone which is there delivers every commit.
func (c *clone) keep(ctx context.Context, path string) error {
	if info, err := os.Lstat(path); err != nil || !info.IsDir() {
		return errors.Join(fmt.Errorf("exporting: %s is there and no directory", path), err)
	}
	for _, pinned := range c.commits {
		report, err := git.Verify(ctx, path, pinned.ID)
		if err != nil {
			return fmt.Errorf("exporting: %w", err)
		}
		if bad := append(report.Wrong, report.Doubts...); len(bad) > 0 {
			return &DifferentError{path, "commit " + pinned.ID, strings.Join(bad, "; "), true}
		}
	}
	if err := c.large(ctx, path); err != nil {
		return err
	}
	return writeCloneStamp(path)
}

func writeCloneStamp(path string) error {
	return writeStamp(path, []byte(cloneStamp), time.Now())
}
