package source

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// Release is a BitBake version. What is verified depends on it: before 2.4, for
// instance, the checksum flags of crates are not read.
type Release struct{ Major, Minor int }

// Newest is the release that is assumed where nothing says which one it is.
var Newest = Release{2, 18}

// ReleaseOf returns the oldest release that a list of series names, such as the
// value of LAYERSERIES_CORENAMES, goes with: what it verifies, the others do too.
func ReleaseOf(names string) (Release, bool) {
	oldest, found := Release{}, false
	for name := range strings.FieldsSeq(names) {
		major, minor, ok := bitbake.SeriesVersion(name)
		r := Release{major, minor}
		if ok && (!found || r.Before(oldest)) {
			oldest, found = r, true
		}
	}
	return oldest, found
}

// ParseRelease reads a version of BitBake such as "2.8" or "2.8.1".
func ParseRelease(text string) (Release, error) {
	major, rest, _ := strings.Cut(strings.TrimSpace(text), ".")
	minor, _, _ := strings.Cut(rest, ".")
	a, err := strconv.Atoi(major)
	if err != nil || a < 1 || a > 99 {
		return Release{}, fmt.Errorf("%q is not a version of BitBake such as 2.8", text)
	}
	b, err := strconv.Atoi(minor)
	if err != nil || b < 0 || b > 999 {
		return Release{}, fmt.Errorf("%q is not a version of BitBake such as 2.8", text)
	}
	return Release{a, b}, nil
}

// Before says whether r is older than s.
func (r Release) Before(s Release) bool {
	return r.Major < s.Major || r.Major == s.Major && r.Minor < s.Minor
}

func (r Release) String() string { return fmt.Sprintf("%d.%d", r.Major, r.Minor) }

// releases at which the fetchers changed in a way that matters here
var (
	since150 = Release{1, 50} // az
	since152 = Release{1, 52} // overrides are separated by ":"; ftps
	since200 = Release{2, 0}  // crate
	since204 = Release{2, 4}  // flags of crates are read, under NAME-VERSION
	since206 = Release{2, 6}  // gs; a parameter may have a second "="
	since210 = Release{2, 10} // gomod
	since212 = Release{2, 12} // urllib reads URIs; goh1; git needs a branch, which has no default any more
	since218 = Release{2, 18} // npm and npmsw are refused; bzr, cvs and osc are gone
)

// ComparesTags says whether tag= is compared with SRCREV, and a URI has one
// name and branch: since 2.12.
func (r Release) ComparesTags() bool { return !r.Before(since212) }
