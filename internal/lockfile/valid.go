package lockfile

import (
	_ "crypto/sha256" // the two algorithms that may identify a blob
	_ "crypto/sha512"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// problem is one thing that is wrong with a Content. At and attr find the
// place in the text when the content was parsed.
type problem struct{ at, attr, summary, detail string }

var (
	packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
	version     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+:~-]*$`)
	word        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+-]*$`)
	requestName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+(=[A-Za-z0-9.+:~-]+)?$`)
	fingerprint = regexp.MustCompile(`^([0-9A-F]{40}|[0-9A-F]{64})$`)
	publicKey   = regexp.MustCompile(`^RW[A-Za-z0-9+/]{54}$`) // of minisign or signify
	fileName    = regexp.MustCompile(`^[^\s/\\]([^\\\x00-\x1f]*[^\s/\\])?$`)
)

// addressForm has the form of an address for each kind of block.
var addressForm = map[string]*regexp.Regexp{
	"distribution": addressOf("distribution"),
	"toolchain":    addressOf("toolchain"),
	"source":       addressOf("source"),
}

func addressOf(kind string) *regexp.Regexp {
	const name = `[\pL_][\pL\pN_-]*`
	return regexp.MustCompile(`^(module\.` + name + `\.)*` + kind + `\.` + name + `(\["[^\x00-\x1f]*"\])?$`)
}

// maximalSize bounds what is believed of the size of one file.
const maximalSize = int64(1) << 50

// validator collects the problems of a content.
type validator struct {
	problems []problem
	paths    map[string]digest.Digest
	sizes    map[digest.Digest]int64
}

func validate(c Content) []problem {
	v := &validator{paths: map[string]digest.Digest{}, sizes: map[digest.Digest]int64{}}
	v.digest("lock", "recipe", c.Recipe)
	unique(v, c.Distributions, distributionAt)
	for _, d := range c.Distributions {
		v.distribution(d)
	}
	unique(v, c.Toolchains, toolchainAt)
	unique(v, c.Sources, sourceAt)
	v.references(c)
	return v.problems
}

func distributionAt(d Distribution) string { return "distribution " + label("distribution", d.Address) }
func toolchainAt(t Toolchain) string       { return "toolchain " + label("toolchain", t.Address) }
func sourceAt(s Source) string             { return "source " + label("source", s.Address) }
func vouchedAt(parent string, v Vouched) string {
	if v.Repository != "" { // repositories may have the same metadata
		return parent + "/vouched " + v.Repository + " " + string(v.Digest)
	}
	return parent + "/vouched " + string(v.Digest)
}

func (v *validator) add(at, attr, summary, format string, args ...any) {
	v.problems = append(v.problems, problem{at, attr, summary, fmt.Sprintf(format, args...)})
}

func (v *validator) match(at, attr, what, s string, form *regexp.Regexp) {
	if !form.MatchString(s) {
		v.add(at, attr, "bad "+what, "%q is not a %s", s, what)
	}
}

func (v *validator) digest(at, attr string, d digest.Digest) {
	if alg, _, ok := strings.Cut(string(d), ":"); ok && alg != "sha256" && alg != "sha512" {
		v.add(at, attr, "bad digest", "%s is not an algorithm that identifies a file: only sha256 and sha512 are", alg)
	} else if err := d.Validate(); err != nil {
		v.add(at, attr, "bad digest", "%q: %v", d, err)
	}
}

// blob checks what is said of one file, and that it agrees with what was said before.
func (v *validator) blob(at, where string, d digest.Digest, size int64) {
	v.digest(at, "digest", d)
	if size < 0 || size > maximalSize {
		v.add(at, "size", "bad size", "%d is not the size of a file", size)
	}
	if before, ok := v.sizes[d]; ok && before != size {
		v.add(at, "size", "conflicting pins", "%s has %d bytes here and %d in another pin", d, size, before)
	}
	v.sizes[d] = size
	if before, ok := v.paths[where]; ok && before != d {
		v.add(at, "digest", "conflicting pins", "%s is %s here and %s in another pin", where, d, before)
	}
	v.paths[where] = d
}

// path demands a clean relative path that stays below where it is joined to.
func (v *validator) path(at, attr, p string) {
	unclean := p == "" || p == "." || path.IsAbs(p) || path.Clean(p) != p || p == ".." || strings.HasPrefix(p, "../")
	odd := strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '?' || r == '#' })
	if unclean || odd || strings.Contains(p, "//") {
		v.add(at, attr, "bad path", "%q is not a clean path below the archive", p)
	}
}

func (v *validator) address(at, kind string, a recipe.Address) {
	if !addressForm[kind].MatchString(string(a)) {
		v.add(at, "", "bad address", "%q is not the address of a %s", a, kind)
	}
}

func (v *validator) url(at, raw string) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		v.add(at, "url", "bad url", "%q is not an http or https URL without a password", raw)
	} else if base := path.Base(u.Path); base == "." || base == "/" || base == ".." {
		v.add(at, "url", "bad url", "%q names no file", raw)
	}
}

func (v *validator) distinct(at, attr string, sorted []string) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			v.add(at, attr, "duplicate", "%q stands there twice", sorted[i])
		}
	}
}

// unique reports the items of a list that have the same place.
func unique[T any](v *validator, list []T, place func(T) string) {
	seen := map[string]bool{}
	for _, item := range list {
		at := place(item)
		v.once(at, seen, at[strings.LastIndex(at, "/")+1:])
	}
}
