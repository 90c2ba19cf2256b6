package rpm

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// EVR is epoch, version and release of a package. In a dependency the release
// may be empty: any release will do.
type EVR struct {
	Epoch            uint32
	Version, Release string
}

// String writes [epoch:]version[-release].
func (v EVR) String() string {
	s := v.Version
	if v.Epoch != 0 {
		s = strconv.FormatUint(uint64(v.Epoch), 10) + ":" + s
	}
	if v.Release != "" {
		s += "-" + v.Release
	}
	return s
}

// IsZero reports whether there is no version at all.
func (v EVR) IsZero() bool { return v == EVR{} }

// ParseEVR reads [epoch:]version[-release].
func ParseEVR(s string) (EVR, error) {
	var v EVR
	if epoch, rest, ok := strings.Cut(s, ":"); ok {
		n, err := strconv.ParseUint(epoch, 10, 32)
		if err != nil {
			return v, fmt.Errorf("version %q: %q is not an epoch", s, epoch)
		}
		v.Epoch, s = uint32(n), rest
	}
	v.Version = s
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		v.Version, v.Release = s[:i], s[i+1:]
		if v.Release == "" {
			return EVR{}, fmt.Errorf("version %q ends in a hyphen", s)
		}
	}
	return v, v.check()
}

// NewEVR makes a version of its parts as metadata write them; an empty epoch is 0.
func NewEVR(epoch, version, release string) (EVR, error) {
	v := EVR{Version: version, Release: release}
	if epoch != "" {
		n, err := strconv.ParseUint(epoch, 10, 32)
		if err != nil {
			return v, fmt.Errorf("%q is not an epoch", epoch)
		}
		v.Epoch = uint32(n)
	}
	return v, v.check()
}

// check refuses what cannot be written or shown.
func (v EVR) check() error {
	if v.Version == "" {
		return errors.New("a version is empty")
	}
	for _, part := range []string{v.Version, v.Release} {
		for i := range len(part) {
			if c := part[i]; c <= ' ' || c > '~' {
				return fmt.Errorf("a version has the character %q", c)
			}
		}
	}
	return nil
}

// Compare orders versions; a missing release is the lowest.
func (v EVR) Compare(w EVR) int {
	return cmp.Or(cmp.Compare(v.Epoch, w.Epoch), CompareVersions(v.Version, w.Version), CompareVersions(v.Release, w.Release))
}

// CompareVersions is rpmvercmp: runs of digits compare as numbers, runs of
// letters as texts, and other characters only separate them. A tilde sorts
// before everything, the end included; a caret after the end and before
// everything else.
func CompareVersions(a, b string) int {
	if a == b {
		return 0
	}
	for a != "" || b != "" {
		a, b = trimSeparators(a), trimSeparators(b)
		if begins(a, '~') || begins(b, '~') {
			if !begins(a, '~') {
				return 1
			}
			if !begins(b, '~') {
				return -1
			}
			a, b = a[1:], b[1:]
			continue
		}
		if begins(a, '^') || begins(b, '^') {
			switch {
			case a == "":
				return -1
			case b == "":
				return 1
			case a[0] != '^':
				return 1
			case b[0] != '^':
				return -1
			}
			a, b = a[1:], b[1:]
			continue
		}
		if a == "" || b == "" {
			break
		}
		var c int
		if c, a, b = compareSegment(a, b); c != 0 {
			return c
		}
	}
	return cmp.Compare(min(len(a), 1), min(len(b), 1))
}

// compareSegment compares the runs that a and b begin with, and returns what
// follows them.
func compareSegment(a, b string) (c int, restA, restB string) {
	class := isAlpha
	if isDigit(a[0]) {
		class = isDigit
	}
	x, restA := run(a, class)
	y, restB := run(b, class)
	switch {
	case y == "" && isDigit(a[0]):
		return 1, "", ""
	case y == "":
		return -1, "", ""
	case isDigit(a[0]):
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)), restA, restB
	}
	return cmp.Compare(x, y), restA, restB
}

func run(s string, class func(byte) bool) (first, rest string) {
	i := 0
	for i < len(s) && class(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

func trimSeparators(s string) string {
	for s != "" && !isAlnum(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}

func begins(s string, c byte) bool { return s != "" && s[0] == c }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
func isAlnum(c byte) bool { return isDigit(c) || isAlpha(c) }
