package upstream

import (
	"archive/tar"
	"errors"
	"io"
	"slices"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/resolve"
)

// maxObject bounds a commit, a tag, and all trees that prove files, in bytes.
const maxObject = 64 << 20

// git proves files by the commit that names their tree, and the commit by the
// tag that names it and by the signature of either.
func (p *proof) git() error {
	if err := p.present(); err != nil {
		return err
	}
	for _, part := range p.tree.Parts {
		if !slices.Contains([]string{"commit", "tag", objectsPart}, part.Path) {
			return p.contradiction("git has no part %s", part.Path)
		}
	}
	c, err := p.commit()
	if err != nil {
		return err
	}
	vouched, err := signed(p.source, c, p.asOf)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(p.tree.Vouched, vouched, sameVouch) {
		return p.contradiction("it is signed as %v, and the lock says %v", vouched, p.tree.Vouched)
	}
	if err := p.files(c); err != nil {
		return err
	}
	return p.made(p.again, c.parsed.When.Unix())
}

func sameVouch(a, b lockfile.TreeVouch) bool {
	return a.Kind == b.Kind && a.Keyring == b.Keyring && a.Date.Equal(b.Date) && slices.Equal(a.Signers, b.Signers)
}

// commit reads the commit and the tag.
func (p *proof) commit() (*clone, error) {
	c := &clone{commit: git.ID(p.tree.Pinned)}
	format := c.commit.Format()
	part, _ := p.tree.Part("commit")
	var err error
	if c.raw, err = p.read(part, maxObject); err != nil {
		return nil, err
	}
	if got := git.Name(format, git.CommitKind, c.raw); got != c.commit {
		return nil, p.contradiction("the commit has the name %s, and the lock says %s", got, c.commit)
	}
	if c.parsed, err = git.ParseCommit(format, c.raw); err != nil {
		return nil, p.refuted("its commit cannot be read", err)
	}
	part, ok := p.tree.Part("tag")
	if !ok {
		return c, nil
	}
	if c.tag, err = p.read(part, maxObject); err != nil {
		return nil, err
	}
	if c.named, err = git.ParseTag(format, c.tag); err != nil {
		return nil, p.refuted("its tag cannot be read", err)
	}
	if c.named.Object != c.commit || c.named.Kind != git.CommitKind || p.tree.Ref != "" && c.named.Name != p.tree.Ref {
		return nil, p.contradiction("the tag %q names the %s %s, and the lock says that %q names commit %s",
			c.named.Name, c.named.Kind, c.named.Object, p.tree.Ref, c.commit)
	}
	return c, nil
}

// files compares the files with the trees that the commits name.
func (p *proof) files(c *clone) error {
	format := c.commit.Format()
	part, ok := p.tree.Part(objectsPart)
	if !ok { // of an earlier version
		return &resolve.MissingError{Evidence: p.evidence(lockfile.EvidenceObjects, "")}
	}
	text, err := p.read(part, maxObject)
	if err != nil {
		return err
	}
	g := &gitFiles{proof: p, commits: map[git.ID]bool{}}
	if g.objects, err = git.ParseObjects(format, text); err != nil {
		return p.refuted("its trees cannot be read", err)
	}
	r, err := p.m.Store.Reader(p.tree.Digest, p.tree.Size)
	if err != nil {
		return err
	}
	defer r.Close()
	if g.files, err = git.ReadFiles(r, format); err == nil {
		err = g.check(c.parsed.Object, p.source.Git.URL, "", 0)
	}
	if err != nil {
		return p.refuted("its files are not those of the commit", err)
	}
	if len(g.modules) != len(p.tree.Modules) {
		return p.contradiction("the commit has %d submodules, and the lock %d", len(g.modules), len(p.tree.Modules))
	}
	if need := g.files.Told() + len(g.commits); need < len(g.objects) {
		return p.contradiction("%d objects prove its files, and the lock has %d", need, len(g.objects))
	}
	return nil
}

// gitFiles are the files of a commit and of its submodules.
type gitFiles struct {
	*proof
	files   *git.Files
	objects git.Objects
	modules []lockfile.Module // seen
	commits map[git.ID]bool   // of submodules
}

// check compares the files below a prefix with a tree and follows its submodules.
func (g *gitFiles) check(root git.ID, url, prefix string, depth int) error {
	links, err := g.files.Check(root, prefix, g.objects)
	if err != nil || len(links) == 0 {
		return err
	}
	if !g.source.Git.Submodules {
		i := slices.IndexFunc(links, func(l git.Link) bool { return !g.files.Empty(l.Path) })
		if i >= 0 {
			return &git.TreeError{Path: links[i].Path, Reason: "is a submodule, and has files"}
		}
		return nil
	}
	if depth == maxModuleDeep {
		return errors.New("submodules are too deep")
	}
	urls, err := git.ModuleURLs(g.files.Modules(prefix))
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := g.module(l, url, urls[l.Path[len(prefix):]], depth); err != nil {
			return err
		}
	}
	return nil
}

func (g *gitFiles) module(l git.Link, base, url string, depth int) error {
	url, err := git.Resolve(base, url)
	if err != nil {
		return err
	}
	mod := lockfile.Module{Path: l.Path, URL: url, Commit: string(l.Commit)}
	if !slices.Contains(g.tree.Modules, mod) {
		return g.contradiction("submodule %s is commit %s of %s, and the lock says something else", mod.Path, mod.Commit, mod.URL)
	}
	raw, ok := g.objects.Commit(l.Commit)
	if !ok {
		return g.contradiction("the lock does not have the commit %s of submodule %s", l.Commit, l.Path)
	}
	commit, err := git.ParseCommit(l.Commit.Format(), raw)
	if err != nil {
		return err
	}
	g.modules, g.commits[l.Commit] = append(g.modules, mod), true
	return g.check(commit.Object, url, l.Path+"/", depth+1)
}

// again packs the files of the tree once more.
func (p *proof) again(w *tar.Writer) error {
	r, err := p.m.Store.Reader(p.tree.Digest, p.tree.Size)
	if err != nil {
		return err
	}
	defer r.Close()
	in := tar.NewReader(r)
	for {
		h, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err = w.WriteHeader(h); err == nil {
			_, err = io.Copy(w, in)
		}
		if err != nil {
			return err
		}
	}
}
