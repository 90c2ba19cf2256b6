package source

import (
	"slices"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// Verdict says what BitBake compares of a URI.
type Verdict string

// Verdicts. Only Checksum and Pinned are verified.
const (
	Checksum  Verdict = "checksum"     // the file, with a checksum in the metadata
	Pinned    Verdict = "scm-pinned"   // a commit that the metadata names by its hash
	Missing   Verdict = "missing"      // nothing: a file without a checksum
	Floating  Verdict = "scm-floating" // nothing: the server says which commit a branch or tag is
	NoHash    Verdict = "scm-no-hash"  // nothing: the system has no hashes, or BitBake does not check them
	Local     Verdict = "local"        // part of the layers
	NotProven Verdict = "not-proven"   // it depends on what cannot be evaluated, or BitBake refuses the URI
)

// Verdicts returns all verdicts, worst first.
func Verdicts() []Verdict {
	return []Verdict{Floating, Missing, NoHash, NotProven, Pinned, Checksum, Local}
}

// Verified says whether BitBake compares what it fetches with the metadata.
func (v Verdict) Verified() bool { return v == Checksum || v == Pinned }

// Remote says whether the verdict is about something that is fetched.
func (v Verdict) Remote() bool { return v != Local }

// Judgement is what is known of a URI.
type Judgement struct {
	URI       URI
	Raw       string // as it stands in SRC_URI, expanded
	Type      string // the fetcher: "https", "git", "crate"
	Name      string // the parameter name, or what the fetcher makes of the URI; "" where there is none
	Verdict   Verdict
	Checksums []Sum             // that BitBake compares, strongest first
	Revisions map[string]string // by name, "default" where the URI has none
	Reasons   []bitbake.Unknown // why the verdict is NotProven
	Refused   string            // why BitBake would refuse the URI
	Note      string            // why nothing is compared where something seems to be
	Proxy     string            // gomod: the host that GO_MOD_PROXY names; "" where BitBake asks a public one
	Deciding  []string          // the variables and flags that the verdict comes from: "SRCREV", "SRC_URI[sha256sum]"
}

// Sum is an expected checksum.
type Sum struct {
	Algorithm string // "sha256"
	Expected  string // as it stands in the metadata; BitBake compares it with lower case hex digits
	Flag      string // "x.sha256sum", or "" where it is a parameter of the URI
}

// Best returns the strongest checksum, or a zero Sum.
func (j Judgement) Best() Sum {
	if len(j.Checksums) == 0 {
		return Sum{}
	}
	return j.Checksums[0]
}

// Weak says whether a checksum is all there is and anybody can make two files
// with it.
func (j Judgement) Weak() bool {
	return j.Verdict == Checksum && slices.Contains([]string{"md5", "sha1"}, j.Best().Algorithm)
}

func (j *Judgement) refuse(why string) {
	j.Verdict, j.Refused = NotProven, why
}

// doubt takes note of what makes a value uncertain, and says whether it is.
func (j *Judgement) doubt(v bitbake.Value) bool {
	for _, u := range v.Unknown {
		if !slices.Contains(j.Reasons, u) {
			j.Reasons = append(j.Reasons, u)
		}
	}
	return len(v.Unknown) > 0
}
