package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"
)

// upstream reads the block of a source that is put together from what a server
// of its own kind has, and says how many of them there are.
func (d decoder) upstream(out *Source) (kinds int) {
	for _, kind := range []struct {
		name string
		read func(decoder)
	}{
		{"git", func(in decoder) { out.Git = in.git() }},
		{"oci", func(in decoder) { out.OCI = in.oci() }},
		{"go_module", func(in decoder) { out.GoModule = in.goModule() }},
		{"go_modules", func(in decoder) { out.GoModules = in.locked("sum_file") }},
		{"npm", func(in decoder) { out.NPM = in.locked("lockfile") }},
		{"crates", func(in decoder) { out.Crates = in.locked("lockfile") }},
	} {
		if in, ok := d.nested(kind.name); ok {
			kinds++
			kind.read(in)
		}
	}
	return kinds
}

var (
	validGitURL = regexp.MustCompile(`^(https?|git)://[A-Za-z0-9.-]+(:[0-9]+)?/[^\s?#"\\@]+$`)
	sshURL      = regexp.MustCompile(`^(ssh://|git\+ssh://|[^/:@]+@[^/:]+:)`)
	validCommit = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	validTag    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_+-]*([./][A-Za-z0-9_+-]+)*$`)
)

func (d decoder) git() *Git {
	out := &Git{Submodules: d.boolean("submodules")}
	if s, at, ok := d.str("url", ""); ok && sshURL.MatchString(s) {
		d.add(problem(at, "Unsupported address", "Fetching over ssh would need a key of whoever builds. Write the repository's https address; what comes over it is verified by hash."))
	} else if ok {
		d.matches("url", item{s, at}, validGitURL, "an https, http or git address of a repository, without user name and query")
		out.URL = s
	}
	tag, commit := d.body.Attributes["tag"], d.body.Attributes["commit"]
	switch {
	case tag == nil && commit == nil:
		d.add(problem(d.at, "Missing attribute", "%s needs the attribute \"commit\" or \"tag\": a branch is another commit tomorrow.", sentence(d.what)))
	case tag != nil && commit != nil:
		d.add(problem(commit.SrcRange, "Two pins", "Name the commit or the tag, not both: the lock holds the tag's commit."))
	}
	out.Commit = d.matching("commit", "", validCommit, "the whole name of a commit, 40 or 64 lower-case hexadecimal digits")
	out.Tag = d.matching("tag", "", validTag, "the name of a tag, such as \"v1.0\"")
	if name, at, ok := d.str("keyring", ""); ok {
		if f, ok := d.file(item{name, at}); ok {
			out.Keyring = &f
		}
	}
	return out
}

var (
	validReference = regexp.MustCompile(`^([A-Za-z0-9.-]+(?::[0-9]+)?/[a-z0-9]+(?:(?:\.|_|__|-+|/)[a-z0-9]+)*)(?::([A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`)
	validPlatform  = regexp.MustCompile(`^linux/[a-z0-9]+(/[a-z0-9]+)?$`)
)

func (d decoder) oci() *OCI {
	out := &OCI{Platform: d.matching("platform", "linux/amd64", validPlatform, "a platform such as \"linux/amd64\"")}
	s, at, ok := d.str("ref", "")
	if !ok {
		return out
	}
	m := validReference.FindStringSubmatch(s)
	if m == nil || !strings.ContainsAny(strings.Split(s, "/")[0], ".:") && !strings.HasPrefix(s, "localhost/") {
		d.add(problem(at, "Invalid value", "ref is a registry, a name and a tag or digest, such as \"registry.example.org/tools/make:4.4\"; %q is not.", s))
		return out
	}
	if out.Repository, out.Tag, out.Digest = m[1], m[2], digest.Digest(m[3]); out.Digest != "" {
		out.Tag = "" // a comment: the digest decides
	} else if out.Tag == "" {
		d.add(problem(at, "Missing tag", "ref needs a tag or a digest: no tag would mean \"latest\", which is another image tomorrow."))
	}
	return out
}

var (
	validModule = regexp.MustCompile(`^[A-Za-z0-9~_-][A-Za-z0-9.~_-]*\.[A-Za-z0-9.~_-]*[A-Za-z0-9~_-](/[A-Za-z0-9.~_-]+)*$`)
	validSemver = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+incompatible)?$`)
	validH1     = regexp.MustCompile(`^h1:[A-Za-z0-9+/]{43}=$`)
)

func (d decoder) goModule() *GoModule {
	return &GoModule{
		Module:  d.matching("module", "", validModule, "the path of a module, such as \"example.org/m\""),
		Version: d.matching("version", "", validSemver, "a whole version, such as \"v1.2.3\""),
		Sum:     d.matching("sum", "", validH1, "the sum of a module's zip as go.sum has it, \"h1:\" and 44 characters"),
	}
}

func (d decoder) locked(attribute string) *Locked {
	out := &Locked{}
	if name, at, ok := d.str(attribute, ""); ok {
		out.File, _ = d.file(item{name, at})
	}
	return out
}

// oneSource reports a source that has no block of a kind, or several.
func (d decoder) oneSource(kinds int) {
	if kinds != 1 {
		d.add(problem(d.at, "Wrong number of blocks", "A source has exactly one of the blocks %s; this one has %d.", oneOf(sortedKeys(shapes["source"].blocks)), kinds))
	}
}

// Upstream says whether the files of a source are put together from what a
// server of its own kind has: whether its pin is a lockfile.Tree.
func (s Source) Upstream() bool {
	return s.Git != nil || s.OCI != nil || s.GoModule != nil || s.GoModules != nil || s.NPM != nil || s.Crates != nil
}

// Place shows where the source stands, for errors; "" if that is not known.
func (s Source) Place() string {
	if s.Range == (hcl.Range{}) {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", s.Range.Filename, s.Range.Start.Line)
}
