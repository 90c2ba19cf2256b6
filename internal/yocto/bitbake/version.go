package bitbake

import (
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// compareVersions compares "EPOCH:VERSION-REVISION" as bb.utils.vercmp_string
// does.
func compareVersions(a, b string) int {
	ea, va, ra := splitVersion(a)
	eb, vb, rb := splitVersion(b)
	if ea != eb {
		return ea - eb
	}
	if c := compareParts(va, vb); c != 0 {
		return c
	}
	return compareParts(ra, rb)
}

func splitVersion(s string) (epoch int, version, revision string) {
	s = strings.Trim(s, " <>=")
	if e, rest, ok := strings.Cut(s, ":"); ok {
		epoch, _ = strconv.Atoi(e)
		s, _, _ = strings.Cut(rest, ":")
	}
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		s, revision = s[:i], s[i+1:]
	}
	return epoch, s, revision
}

// part of a version: kind 0 a number, 1 letters, 2 another character, -1 "~".
type part struct {
	kind int
	text string
	none bool
}

func explodeVersion(s string) []part {
	var out []part
	for s != "" {
		n := 0
		switch {
		case s[0] >= '0' && s[0] <= '9':
			for n < len(s) && s[n] >= '0' && s[n] <= '9' {
				n++
			}
			digits := strings.TrimLeft(s[:n], "0")
			out = append(out, part{kind: 0, text: digits})
		case s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z':
			for n < len(s) && (s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z') {
				n++
			}
			out = append(out, part{kind: 1, text: s[:n]})
		case s[0] == '~':
			n = 1
			out = append(out, part{kind: -1, text: "~"})
		default:
			n = 1
			out = append(out, part{kind: 2, text: s[:1]})
		}
		s = s[n:]
	}
	return out
}

func compareParts(a, b string) int {
	va, vb := explodeVersion(a), explodeVersion(b)
	at := func(list []part, i int) part {
		if i < len(list) {
			return list[i]
		}
		return part{none: true}
	}
	for i := 0; ; i++ {
		x, y := at(va, i), at(vb, i)
		switch {
		case x.none && y.none:
			return 0
		case x.kind != y.kind:
			return order(x.kind < y.kind)
		case x.none:
			return -1
		case y.none:
			return 1
		case x.kind == 0 && len(x.text) != len(y.text):
			return order(len(x.text) < len(y.text))
		case x.text != y.text:
			return order(x.text < y.text)
		}
	}
}

func order(less bool) int {
	if less {
		return -1
	}
	return 1
}

func versionOp(c int, o string) python.Value {
	switch o {
	case "=", "==":
		return c == 0
	case "<=":
		return c <= 0
	case ">=":
		return c >= 0
	case ">", ">>":
		return c > 0
	case "<", "<<":
		return c < 0
	case "!=":
		return c != 0
	}
	return unknownValue("a comparison of versions that is not known: " + o)
}
