package upstream

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/fetch/gitwire"
	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

// Limits of submodules.
const (
	maxModules    = 256
	maxModuleDeep = 8
	objectsPart   = "objects"
)

// git brings a commit and the trees of its submodules.
func (m *Machine) git(ctx context.Context, s recipe.Source, t, pin *lockfile.Tree) error {
	c, err := m.clone(ctx, s, t, pin)
	if err != nil {
		return err
	}
	defer c.pack.Close()
	t.Pinned = string(c.commit)
	if err := m.evidence(ctx, s, c, t, pin); err != nil {
		return err
	}
	co := &checkout{m: m, t: t, pin: pin, recursive: s.Git.Submodules, told: git.Objects{}}
	err = m.pack(ctx, t, pin, s.Git.URL, c.parsed.When.Unix(), func(w *tar.Writer) error {
		packer := git.NewWriter(w)
		err := co.tree(ctx, packer, c, s.Git.URL, "", 0)
		maps.Copy(co.told, packer.Told())
		return err
	})
	if err != nil {
		return err
	}
	return m.keep(ctx, t, pin, objectsPart, s.Git.URL, co.told.Format())
}

// clone is what a server sent of one commit.
type clone struct {
	pack   *git.Pack
	tag    []byte // the annotated tag, or nil
	named  git.Signed
	commit git.ID
	raw    []byte // the commit
	parsed git.Signed
}

// clone receives the commit that is asked for, and the tag that names it. What
// was pinned is received by its commit; by its tag only if the store has lost
// the tag.
func (m *Machine) clone(ctx context.Context, s recipe.Source, t, pin *lockfile.Tree) (*clone, error) {
	commit, tag := git.ID(s.Git.Commit), s.Git.Tag
	if pin != nil {
		commit = git.ID(pin.Pinned)
		part, ok := pin.Part("tag")
		if has, err := m.has(ctx, part); !ok || err == nil && has {
			tag = ""
		}
	}
	var c *clone
	err := m.Client.Retry(ctx, func() (err error) {
		c, err = m.receive(ctx, s, commit, tag)
		return err
	})
	if err != nil {
		return nil, err
	}
	if pin != nil && string(c.commit) != pin.Pinned {
		c.pack.Close()
		return nil, &MovedError{Name: s.Name, Tag: tag, URL: s.Git.URL, Was: pin.Pinned, Is: string(c.commit)}
	}
	return c, nil
}

func (m *Machine) receive(ctx context.Context, s recipe.Source, commit git.ID, tag string) (*clone, error) {
	r, err := gitwire.Open(ctx, m.Client, s.Git.URL)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	want := commit
	if tag != "" {
		if want, _, err = r.Ref(ctx, "refs/tags/"+tag); err != nil {
			return nil, err
		}
		if want == "" {
			return nil, fetch.Final(&resolve.UnknownError{What: "tag", Name: tag, In: recipe.Address(s.Git.URL), Of: s.Address})
		}
	}
	if want.Format() != r.Format() {
		return nil, fmt.Errorf("%s is a repository of %s, and %s is a name of %s", s.Git.URL, r.Format(), want, want.Format())
	}
	p, err := r.Fetch(ctx, want)
	if err != nil {
		return nil, absent(err, s.Git.URL, want)
	}
	c := &clone{pack: p}
	if err := c.read(want, tag); err != nil {
		p.Close()
		return nil, fetch.Final(fmt.Errorf("%s: %w", s.Git.URL, err))
	}
	return c, nil
}

// absent tells a commit that is not there from other refusals.
func absent(err error, url string, want git.ID) error {
	var says *gitwire.ServerError
	if errors.As(err, &says) {
		return &AbsentError{URL: url, Object: string(want), Says: says.Message}
	}
	return err
}

// read follows a tag to its commit.
func (c *clone) read(want git.ID, tag string) (err error) {
	format := c.pack.Format()
	if c.pack.Kind(want) == git.TagKind {
		if c.tag, err = c.pack.Object(want, git.TagKind); err != nil {
			return err
		}
		if c.named, err = git.ParseTag(format, c.tag); err != nil {
			return fmt.Errorf("tag %s: %w", want, err)
		}
		if tag != "" && c.named.Name != tag {
			return &resolve.UntrustedError{What: "tag " + tag, Reason: fmt.Sprintf("its text says that it is the tag %q", c.named.Name),
				Remedy: "another tag was put in its place: ask those who publish the repository"}
		}
		if c.named.Kind != git.CommitKind {
			return fmt.Errorf("tag %s names a %s, not a commit", want, c.named.Kind)
		}
		want = c.named.Object
	}
	c.commit = want
	if c.raw, err = c.pack.Object(want, git.CommitKind); err != nil {
		return err
	}
	if c.parsed, err = git.ParseCommit(format, c.raw); err != nil {
		return fmt.Errorf("commit %s: %w", want, err)
	}
	return nil
}

// evidence keeps the commit and the tag, and checks their signatures when the
// source is pinned.
func (m *Machine) evidence(ctx context.Context, s recipe.Source, c *clone, t, pin *lockfile.Tree) error {
	if err := m.vouch(s, c, t, pin); err != nil {
		return err
	}
	if err := m.keep(ctx, t, pin, "commit", s.Git.URL, c.raw); err != nil {
		return err
	}
	if c.tag == nil {
		return nil
	}
	return m.keep(ctx, t, pin, "tag", s.Git.URL, c.tag)
}

// vouch checks the signature of the tag; where the tag has none, or there is
// no tag object, that of the commit. A bad signature is never passed over.
func (m *Machine) vouch(s recipe.Source, c *clone, t, pin *lockfile.Tree) error {
	if pin != nil {
		return nil
	}
	vouched, err := signed(s, c, m.Now)
	t.Vouched = vouched
	return err
}

// signed says who has signed the tag or commit; nobody is asked where the
// source has no keyring.
func signed(s recipe.Source, c *clone, now time.Time) ([]lockfile.TreeVouch, error) {
	if s.Git.Keyring == nil {
		return nil, nil
	}
	kind, what, object := lockfile.GitCommit, "commit "+string(c.commit), c.parsed
	if c.named.Signature != nil {
		kind, what, object = lockfile.GitTag, "tag "+c.named.Name, c.named
	}
	refuse := func(reason string, err error) ([]lockfile.TreeVouch, error) {
		return nil, &resolve.UntrustedError{What: what, From: s.Git.URL, Reason: reason, Err: err,
			Remedy: "if upstream signs with a new key, put it into " + s.Git.Keyring.Path + " and check where it came from"}
	}
	if object.Signature == nil {
		return refuse("neither the tag nor the commit is signed", nil)
	}
	signers, date, err := resolve.VerifyDetached(object.Text, object.Signature, *s.Git.Keyring, now)
	if err != nil {
		return refuse("it is not signed by a key of "+s.Git.Keyring.Path, err)
	}
	if date.IsZero() {
		date = object.When
	}
	return []lockfile.TreeVouch{{Kind: kind, Signers: signers, Date: date, Keyring: s.Git.Keyring.Digest}}, nil
}

// checkout packs a commit's tree, and those of its submodules.
type checkout struct {
	m         *Machine
	t, pin    *lockfile.Tree
	recursive bool
	told      git.Objects // what proves the files, together with them
}

func (co *checkout) tree(ctx context.Context, w *git.Writer, c *clone, url, prefix string, depth int) error {
	links, err := w.Tree(ctx, c.pack, c.parsed.Object, prefix)
	if err != nil || !co.recursive || len(links) == 0 {
		return err
	}
	if depth == maxModuleDeep {
		return fmt.Errorf("submodules are deeper than %d", maxModuleDeep)
	}
	urls, err := moduleURLs(c)
	if err != nil {
		return err
	}
	for _, l := range links {
		address, ok := urls[l.Path[len(prefix):]]
		if !ok {
			return fmt.Errorf("submodule %s: .gitmodules does not say where it is", l.Path)
		}
		if address, err = git.Resolve(url, address); err != nil {
			return fmt.Errorf("submodule %s: %w", l.Path, err)
		}
		if err := co.module(ctx, w, lockfile.Module{Path: l.Path, URL: address, Commit: string(l.Commit)}, depth); err != nil {
			return fmt.Errorf("submodule %s: %w", l.Path, err)
		}
	}
	return nil
}

func (co *checkout) module(ctx context.Context, w *git.Writer, mod lockfile.Module, depth int) error {
	if co.pin != nil && !slices.Contains(co.pin.Modules, mod) {
		return fmt.Errorf("the lock does not have it at %s, commit %s", mod.URL, mod.Commit)
	}
	if co.t.Modules = append(co.t.Modules, mod); len(co.t.Modules) > maxModules {
		return fmt.Errorf("there are more than %d", maxModules)
	}
	source := recipe.Source{Git: &recipe.Git{URL: mod.URL}}
	var c *clone
	err := co.m.Client.Retry(ctx, func() (err error) {
		c, err = co.m.receive(ctx, source, git.ID(mod.Commit), "")
		return err
	})
	if err != nil {
		return err
	}
	defer c.pack.Close()
	co.told[c.commit] = git.Object{Kind: git.CommitKind, Content: c.raw}
	return co.tree(ctx, w, c, mod.URL, mod.Path+"/", depth+1)
}

func moduleURLs(c *clone) (map[string]string, error) {
	text, err := c.pack.File(c.parsed.Object, ".gitmodules")
	if err != nil {
		return nil, err
	}
	return git.ModuleURLs(text)
}
