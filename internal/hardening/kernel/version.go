package kernel

import (
	"cmp"
	"regexp"
	"strconv"
)

// version is the numeric part of a version of Linux or Xen. The zero version
// is not known.
type version struct{ major, minor, patch int }

var versionText = regexp.MustCompile(`^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?`)

// parseVersion reads "6.1.170-3", "4.20.4-pre" or "6.12"; what stands behind
// the numbers does not count. Text of another form gives the zero version.
func parseVersion(s string) version {
	m := versionText.FindStringSubmatch(s)
	if m == nil {
		return version{}
	}
	var v version
	for i, p := range []*int{&v.major, &v.minor, &v.patch} {
		if m[i+1] != "" {
			*p, _ = strconv.Atoi(m[i+1])
		}
	}
	return v
}

func (v version) known() bool { return v != version{} }

func (v version) compare(w version) int {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor), cmp.Compare(v.patch, w.patch))
}

// series says whether both are releases of one stable series, such as 6.1.
func (v version) series(w version) bool { return v.major == w.major && v.minor == w.minor }
