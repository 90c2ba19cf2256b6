package pins

import (
	"cmp"
	_ "crypto/sha256" // the algorithms that identify a file
	_ "crypto/sha512"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Version is the version of the format.
const Version = 1

// Kind is what the lock says it is.
const Kind = "yocto"

// Lock is what a lock holds. [New] sorts and checks it.
type Lock struct {
	BitBake  string // the release whose verdicts these are, such as "2.18"
	Files    []File
	Commits  []Commit
	Unlocked []Unlocked
}

// File is a file of a DL_DIR.
type File struct {
	Name    string        // in the DL_DIR
	Digest  digest.Digest // sha256 or sha512
	Sums    []string      // "md5:…": what BitBake compares besides, sorted
	URLs    []string      // http or https, sorted; none where Modules says enough
	Recipes []string      // sorted
	Modules []string      // what a Go module proxy calls it, such as "example.org/!own/@v/v1.0.0.zip", sorted
}

// Unlocked is a source that the lock cannot hold.
type Unlocked struct {
	URI     string
	Recipes []string
	Reason  string
}

// New sorts and checks a lock. Files of the same name and digest become one;
// the error joins all problems.
func New(l Lock) (*Lock, error) {
	out := &Lock{BitBake: l.BitBake, Commits: Merge(l.Commits)}
	files := map[string]int{}
	for _, f := range l.Files {
		if i, ok := files[f.Name]; ok && out.Files[i].Digest == f.Digest {
			g := &out.Files[i]
			g.Sums, g.URLs, g.Recipes = union(g.Sums, f.Sums), union(g.URLs, f.URLs), union(g.Recipes, f.Recipes)
			g.Modules = union(g.Modules, f.Modules)
			continue
		}
		files[f.Name] = len(out.Files)
		f.Sums, f.URLs, f.Recipes, f.Modules = union(f.Sums, nil), union(f.URLs, nil), union(f.Recipes, nil), union(f.Modules, nil)
		out.Files = append(out.Files, f)
	}
	unlocked := map[[2]string]int{}
	for _, u := range l.Unlocked {
		key := [2]string{u.URI, u.Reason}
		if i, ok := unlocked[key]; ok {
			out.Unlocked[i].Recipes = union(out.Unlocked[i].Recipes, u.Recipes)
			continue
		}
		unlocked[key] = len(out.Unlocked)
		u.Recipes = union(u.Recipes, nil)
		out.Unlocked = append(out.Unlocked, u)
	}
	slices.SortFunc(out.Files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Unlocked, func(a, b Unlocked) int {
		return cmp.Or(strings.Compare(a.URI, b.URI), strings.Compare(a.Reason, b.Reason))
	})
	return out, out.check()
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

var (
	release = regexp.MustCompile(`^[1-9][0-9]?\.[0-9]{1,3}$`)
	sum     = regexp.MustCompile(`^(md5:[0-9a-f]{32}|sha1:[0-9a-f]{40}|sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$`)
)

// check says everything that is wrong with a sorted lock.
func (l *Lock) check() error {
	var errs []error
	add := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if !release.MatchString(l.BitBake) {
		add("bitbake: %q is not a release such as 2.18", l.BitBake)
	}
	for i, f := range l.Files {
		if i > 0 && l.Files[i-1].Name == f.Name {
			add("file %q stands for %s and for %s", f.Name, l.Files[i-1].Digest, f.Digest)
		}
		if err := CheckName(f.Name); err != nil {
			add("file %q: %w", f.Name, err)
		}
		if a := f.Digest.Algorithm(); f.Digest.Validate() != nil || a != digest.SHA256 && a != digest.SHA512 {
			add("file %q: %q is not a SHA-256 or SHA-512 digest", f.Name, f.Digest)
		}
		for _, s := range f.Sums {
			if !sum.MatchString(s) {
				add("file %q: %q is not a checksum such as md5:…", f.Name, s)
			}
		}
		if len(f.URLs)+len(f.Modules) == 0 || len(f.Recipes) == 0 {
			add("file %q needs a URL or module, and a recipe", f.Name)
		}
		for _, m := range f.Modules {
			if err := CheckModule(m); err != nil {
				add("file %q: %w", f.Name, err)
			}
		}
		for _, u := range f.URLs {
			if err := CheckURL(u); err != nil {
				add("file %q: %w", f.Name, err)
			}
		}
	}
	for _, c := range l.Commits {
		if err := c.check(); err != nil {
			errs = append(errs, err)
		}
	}
	for _, u := range l.Unlocked {
		if u.URI == "" || u.Reason == "" || len(u.Recipes) == 0 {
			add("unlocked %q needs a reason and a recipe", u.URI)
		}
	}
	return errors.Join(errs...)
}

// CheckName returns an error unless a name is that of a file directly in a
// DL_DIR, and none that BitBake gives a meaning of its own.
func CheckName(name string) error {
	odd := func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' || r == '\\' }
	switch {
	case name == "" || name == "." || name == ".." || len(name) > 250 || strings.ContainsFunc(name, odd):
		return errors.New("it is no plain file name")
	case strings.HasSuffix(name, ".done"), strings.HasSuffix(name, ".lock"):
		return errors.New("it is the name of a stamp or lock of BitBake's")
	case strings.HasPrefix(name, "."), slices.Contains([]string{"git2", "svn", "hg", "npm2", "uninative"}, name):
		return errors.New("it is the name of a directory of BitBake's")
	}
	return nil
}

// CheckURL returns an error unless a URL is one that can be fetched and has no
// password in it.
func CheckURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no URL", raw)
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("fetch speaks http and https, not %s", u.Scheme)
	case u.Host == "":
		return errors.New("the URL has no host")
	case u.User != nil:
		return errors.New("the URL has a user or password")
	}
	return nil
}
