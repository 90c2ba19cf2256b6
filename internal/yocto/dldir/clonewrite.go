package dldir

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// holderBranch is the branch of commits that no branch has to contain: git
// copies only what a name leads to.
const holderBranch = "dombuild-pinned"

// contents is what a clone consists of.
type contents struct {
	opened  map[string]*commits.Opened // by the name that is pinned
	where   map[git.ID]*commits.Opened // objects
	made    map[git.ID]git.Object      // by us
	refs    map[string]git.ID          // "refs/heads/main"
	before  []*commits.Opened          // histories
	shallow []git.ID
	head    string
}

// write writes a bare repository into an empty directory.
func (c *clone) write(ctx context.Context, dir string) error {
	in := &contents{opened: map[string]*commits.Opened{}, where: map[git.ID]*commits.Opened{}, made: map[git.ID]git.Object{}, refs: map[string]git.ID{}}
	defer in.close()
	for _, pinned := range c.commits {
		o, err := commits.Open(ctx, c.store, pinned)
		if err != nil {
			return err
		}
		in.add(pinned.ID, o)
	}
	if len(c.objects) > 0 {
		if err := c.history(ctx, in); err != nil {
			return err
		}
	}
	if err := in.name(c.commits); err != nil {
		return err
	}
	if err := in.pack(ctx, filepath.Join(dir, "objects", "pack")); err != nil {
		return err
	}
	if err := c.large(ctx, dir); err != nil {
		return err
	}
	return in.files(dir, c.commits[0].URLs[0])
}

func (in *contents) close() {
	for _, o := range in.opened {
		o.Close()
	}
	for _, o := range in.before {
		o.Close()
	}
}

func (in *contents) add(id string, o *commits.Opened) {
	in.opened[id] = o
	for _, object := range o.IDs {
		in.where[object] = o
	}
	if o.Cut && !slices.Contains(in.shallow, o.Commit) {
		in.shallow = append(in.shallow, o.Commit)
	}
}

// name gives the commits the branches and tags that BitBake looks for.
func (in *contents) name(list []pins.Commit) error {
	branches := map[string][]git.ID{}
	for _, c := range list {
		o := in.opened[c.ID]
		names := c.Branches
		if len(names) == 0 {
			names = []string{holderBranch}
		}
		for _, b := range names {
			branches[b] = append(branches[b], o.Commit)
		}
		for _, tag := range c.Tags {
			if old, ok := in.refs["refs/tags/"+tag]; ok && old != o.Root {
				return fmt.Errorf("the tag %s is at %s and at %s", tag, old, o.Root)
			}
			in.refs["refs/tags/"+tag] = o.Root
		}
		if o.Root != o.Commit {
			in.refs["refs/tags/dombuild-"+c.ID] = o.Root
		}
	}
	for name, ids := range branches {
		in.refs["refs/heads/"+name] = in.tip(ids)
	}
	in.head = slices.Sorted(maps.Keys(branches))[0]
	for name := range in.refs {
		for parent := filepath.Dir(name); parent != "."; parent = filepath.Dir(parent) {
			if _, ok := in.refs[parent]; ok {
				return fmt.Errorf("git has no place for both %s and %s", parent, name)
			}
		}
	}
	return nil
}

// tip is a commit from which others can be reached: the only one, or a merge of
// them that is made here, of the empty tree, and says so.
func (in *contents) tip(ids []git.ID) git.ID {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 1 {
		return ids[0]
	}
	tree := in.make(git.TreeKind, in.attributes(ids))
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	for _, id := range ids {
		fmt.Fprintf(&b, "parent %s\n", id)
	}
	b.WriteString("author dombuild <dombuild@localhost> 0 +0000\ncommitter dombuild <dombuild@localhost> 0 +0000\n\n" +
		"Holds the commits that recipes pin, without their history\n")
	return in.make(git.CommitKind, b.Bytes())
}

// attributes are the tree of a commit that is made: empty, or with the
// .gitattributes of one that says lfs. BitBake before 2.12 looks there whether a
// branch has files of git LFS.
func (in *contents) attributes(ids []git.ID) []byte {
	for _, id := range ids {
		o := in.where[id]
		text, ok, err := o.Text(o.List, ".gitattributes", maxAttributes)
		if err == nil && ok && bytes.Contains(text, []byte("lfs")) {
			if raw, err := hex.DecodeString(string(o.Files[".gitattributes"])); err == nil {
				return append([]byte("100644 .gitattributes\x00"), raw...)
			}
		}
	}
	return nil
}

// maxAttributes bounds .gitattributes in bytes.
const maxAttributes = 16 << 20

func (in *contents) make(kind git.Kind, content []byte) git.ID {
	id := git.Name(git.SHA1, kind, content)
	in.made[id] = git.Object{Kind: kind, Content: content}
	return id
}

// pack writes all objects into one pack.
func (in *contents) pack(ctx context.Context, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for id := range in.where {
		delete(in.made, id)
	}
	ids := slices.Sorted(maps.Keys(in.where))
	f, err := os.Create(filepath.Join(dir, "new.pack"))
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	w, err := git.NewPackWriter(out, git.SHA1, len(ids)+len(in.made))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		l := in.where[id].List
		content, err := l.Object(id, l.Kind(id))
		if err == nil {
			err = addAs(w, l.Kind(id), content, id)
		}
		if err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(in.made)) {
		if err := addAs(w, in.made[id].Kind, in.made[id].Content, id); err != nil {
			return err
		}
	}
	name, err := w.Close()
	if err = errors.Join(err, out.Flush(), f.Chmod(0o444), f.Sync(), f.Close()); err != nil {
		return err
	}
	var index bytes.Buffer
	if err := w.Index(&index); err != nil {
		return err
	}
	base := filepath.Join(dir, "pack-"+string(name))
	return errors.Join(os.WriteFile(base+".idx", index.Bytes(), 0o444), os.Rename(f.Name(), base+".pack"))
}

// addAs packs an object, which must still have the name it was found by.
func addAs(w *git.PackWriter, kind git.Kind, content []byte, id git.ID) error {
	got, err := w.Add(kind, content)
	if err == nil && got != id {
		err = fmt.Errorf("object %s has changed: it is %s now", id, got)
	}
	return err
}

// files writes what makes a directory a bare repository.
func (in *contents) files(dir, url string) error {
	var refs, shallow bytes.Buffer
	refs.WriteString("# pack-refs with: sorted \n")
	for _, name := range slices.Sorted(maps.Keys(in.refs)) {
		fmt.Fprintf(&refs, "%s %s\n", in.refs[name], name)
	}
	slices.Sort(in.shallow)
	for _, id := range in.shallow {
		fmt.Fprintln(&shallow, id)
	}
	list := map[string]string{
		"HEAD":        "ref: refs/heads/" + in.head + "\n",
		"packed-refs": refs.String(),
		"config": "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n" +
			"[remote \"origin\"]\n\turl = " + quoted(url) + "\n\tfetch = +refs/*:refs/*\n\tmirror = true\n",
	}
	if shallow.Len() > 0 {
		list["shallow"] = shallow.String()
	}
	var errs []error
	for _, sub := range []string{"refs/heads", "refs/tags", "objects/info"} {
		errs = append(errs, os.MkdirAll(filepath.Join(dir, sub), 0o755))
	}
	for name, text := range list {
		errs = append(errs, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return errors.Join(errs...)
}

// quoted writes a value of a git configuration.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
