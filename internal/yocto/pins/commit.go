package pins

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Commit is a commit of a git repository, with what BitBake looks for in the
// clone of it.
type Commit struct {
	Clone      string        // its directory below git2 in the DL_DIR
	ID         string        // of SHA-1, 40 hexadecimal digits
	Content    digest.Digest // sha256 of its objects as the store holds them; "" where that is not known
	URLs       []string      // http, https or git, sorted
	Branches   []string      // that have to contain it, sorted; none with nobranch=1
	Tags       []string      // that have to name it, sorted
	Submodules bool          // and the commits that its tree names
	Recipes    []string      // sorted
	NoLFS      bool          // lfs=0: files that git LFS keeps elsewhere stay there
	Objects    []Object      // those files, sorted; none where they are not known
}

// Object is a file that git LFS keeps elsewhere.
type Object struct {
	Digest digest.Digest // sha256
	Size   int64         // bytes
}

func (o Object) String() string { return fmt.Sprintf("%s %d", o.Digest, o.Size) }

func parseObject(text string) (o Object, err error) {
	d, size, _ := strings.Cut(text, " ")
	n, err := strconv.ParseInt(size, 10, 64)
	o = Object{digest.Digest(d), n}
	if err != nil || o.String() != text || n < 0 || o.Digest.Validate() != nil || o.Digest.Algorithm() != digest.SHA256 {
		return o, fmt.Errorf("%q is no SHA-256 digest and size", text)
	}
	return o, nil
}

// Merge sorts commits. Those of one clone and name become one.
func Merge(all []Commit) []Commit {
	var out []Commit
	at := map[[2]string]int{}
	for _, c := range all {
		key := [2]string{c.Clone, c.ID}
		i, ok := at[key]
		if !ok {
			at[key], i = len(out), len(out)
			out = append(out, Commit{Clone: c.Clone, ID: c.ID, NoLFS: true})
		}
		o := &out[i]
		if o.Content == "" || c.Content != "" && c.Content < o.Content {
			o.Content = c.Content // two that differ are found when it is fetched
		}
		o.URLs, o.Recipes = union(o.URLs, c.URLs), union(o.Recipes, c.Recipes)
		o.Branches, o.Tags = union(o.Branches, c.Branches), union(o.Tags, c.Tags)
		o.Submodules, o.NoLFS = o.Submodules || c.Submodules, o.NoLFS && c.NoLFS
		if len(o.Objects) == 0 {
			o.Objects = c.Objects // of one content, which is compared
		}
	}
	slices.SortFunc(out, func(a, b Commit) int {
		return cmp.Or(strings.Compare(a.Clone, b.Clone), strings.Compare(a.ID, b.ID))
	})
	return out
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40}$`)

func (c Commit) check() error {
	var errs []error
	add := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("commit %q of %q: %w", c.ID, c.Clone, fmt.Errorf(format, args...)))
	}
	if err := CheckName(c.Clone); err != nil {
		add("clone: %w", err)
	}
	if !commitID.MatchString(c.ID) {
		add("it is not the full hash of a commit")
	}
	if c.Content != "" && (c.Content.Validate() != nil || c.Content.Algorithm() != digest.SHA256) {
		add("%q is not a SHA-256 digest", c.Content)
	}
	if len(c.URLs) == 0 || len(c.Recipes) == 0 {
		add("it needs a URL and a recipe")
	}
	for i, o := range c.Objects {
		if _, err := parseObject(o.String()); err != nil || c.NoLFS || i > 0 && o.Digest <= c.Objects[i-1].Digest {
			add("object %q: with lfs = false there is none, else each once, sorted", o)
		}
	}
	for _, u := range c.URLs {
		if err := CheckRepository(u); err != nil {
			add("%w", err)
		}
	}
	for _, name := range slices.Concat(c.Branches, c.Tags) {
		if err := CheckRef(name); err != nil {
			add("%w", err)
		}
	}
	return errors.Join(errs...)
}

// CheckRepository returns an error unless a URL is one of a repository that
// can be fetched, and has no password in it.
func CheckRepository(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("%q is no URL", raw)
	case u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "git":
		return fmt.Errorf("repositories are fetched over https, http and git, not %s", u.Scheme)
	case u.Host == "":
		return errors.New("the URL has no host")
	case u.User != nil:
		return errors.New("the URL has a user or password")
	}
	return nil
}

var ref = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+@=#%/-]{0,199}$`)

// CheckRef returns an error unless a name is one of a branch or tag: those of
// git-check-ref-format(1), in ASCII, without what a pattern or an option would be.
func CheckRef(name string) error {
	for part := range strings.SplitSeq(name, "/") {
		if !ref.MatchString(name) || part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return fmt.Errorf("%q is no name of a branch or tag", name)
		}
	}
	if strings.Contains(name, "..") || strings.HasSuffix(name, ".") || name == "HEAD" {
		return fmt.Errorf("%q is no name of a branch or tag", name)
	}
	return nil
}

// commitBlock is a Commit in the text of a lock.
type commitBlock struct {
	Clone      string   `hcl:"clone,label"`
	ID         string   `hcl:"id,label"`
	Content    string   `hcl:"content"`
	URLs       []string `hcl:"urls"`
	Branches   []string `hcl:"branches"`
	Tags       []string `hcl:"tags"`
	Submodules bool     `hcl:"submodules"`
	Recipes    []string `hcl:"recipes"`
	LFS        *bool    `hcl:"lfs,optional"`
	Objects    []string `hcl:"objects,optional"`
}

func (b commitBlock) commit() (Commit, error) {
	c := Commit{Clone: b.Clone, ID: b.ID, Content: digest.Digest(b.Content), URLs: b.URLs, Branches: b.Branches, Tags: b.Tags,
		Submodules: b.Submodules, Recipes: b.Recipes, NoLFS: b.LFS != nil && !*b.LFS}
	for _, text := range b.Objects {
		o, err := parseObject(text)
		if err != nil {
			return c, fmt.Errorf("commit %q of %q: %w", c.ID, c.Clone, err)
		}
		c.Objects = append(c.Objects, o)
	}
	return c, nil
}

func (c Commit) format(b *bytes.Buffer) {
	fmt.Fprintf(b, "\ncommit %s %s {\n  content    = %s\n  urls       = %s\n  branches   = %s\n  tags       = %s\n  submodules = %t\n  recipes    = %s\n",
		quote(c.Clone), quote(c.ID), quote(string(c.Content)), list(c.URLs), list(c.Branches), list(c.Tags), c.Submodules, list(c.Recipes))
	if c.NoLFS {
		b.WriteString("  lfs        = false\n")
	}
	if len(c.Objects) > 0 {
		var texts []string
		for _, o := range c.Objects {
			texts = append(texts, o.String())
		}
		fmt.Fprintf(b, "  objects    = %s\n", list(texts))
	}
	b.WriteString("}\n")
}

// Known returns the lock with the contents of commits, and the files of git LFS,
// that another knows.
func (l *Lock) Known(other *Lock) *Lock {
	known := map[[2]string]Commit{}
	for _, c := range other.Commits {
		known[[2]string{c.Clone, c.ID}] = c
	}
	out := *l
	out.Commits = slices.Clone(l.Commits)
	for i, c := range out.Commits {
		k := known[[2]string{c.Clone, c.ID}]
		if c.Content == "" {
			out.Commits[i].Content = k.Content
		}
		if len(c.Objects) == 0 && !c.NoLFS && out.Commits[i].Content == k.Content {
			out.Commits[i].Objects = k.Objects
		}
	}
	return &out
}
