// Package debversion compares the versions of Debian packages as Debian Policy
// §5.6.12 and deb-version(7) say.
package debversion

import "strings"

// Compare orders two Debian versions, [epoch:]upstream[-revision].
func Compare(a, b string) int {
	aEpoch, aUpstream, aRevision := splitVersion(a)
	bEpoch, bUpstream, bRevision := splitVersion(b)
	if c := comparePart(aEpoch, bEpoch); c != 0 {
		return c
	}
	if c := comparePart(aUpstream, bUpstream); c != 0 {
		return c
	}
	return comparePart(aRevision, bRevision)
}

func splitVersion(v string) (epoch, upstream, revision string) {
	if i := strings.IndexByte(v, ':'); i >= 0 {
		epoch, v = v[:i], v[i+1:]
	}
	if i := strings.LastIndexByte(v, '-'); i >= 0 {
		return epoch, v[:i], v[i+1:]
	}
	return epoch, v, ""
}

// comparePart compares alternating runs of other characters and of digits.
func comparePart(a, b string) int {
	for a != "" || b != "" {
		for notDigit(a) || notDigit(b) {
			x, y := rank(a), rank(b)
			if x != y {
				return sign(x - y)
			}
			a, b = a[1:], b[1:]
		}
		var x, y string
		x, a = digits(a)
		y, b = digits(b)
		if len(x) != len(y) {
			return sign(len(x) - len(y))
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func notDigit(s string) bool { return s != "" && !isDigit(s[0]) }

// rank orders characters: a tilde before the end, the end (and a digit)
// before letters, letters before all others.
func rank(s string) int {
	if s == "" || isDigit(s[0]) {
		return 0
	}
	c := int(s[0])
	switch {
	case c == '~':
		return -1
	case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		return c
	}
	return c + 256
}

// digits cuts a number off s and returns it without leading zeros.
func digits(s string) (number, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Satisfies reports whether version stands in the relation op to bound.
func Satisfies(version, op, bound string) bool {
	c := Compare(version, bound)
	switch op {
	case "":
		return true
	case "<<":
		return c < 0
	case "<=", "<":
		return c <= 0
	case "=":
		return c == 0
	case ">=", ">":
		return c >= 0
	case ">>":
		return c > 0
	}
	return false
}
