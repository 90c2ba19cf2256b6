package debroot

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// merged are the directories that are links into usr.
var merged = [...]string{"bin", "lib", "lib32", "lib64", "libx32", "sbin"}

// cleanPath turns the name of an archive entry into a path relative to the
// root; the root itself is "".
func cleanPath(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("has no name")
	case name[0] == '/':
		return "", errors.New("has an absolute name")
	case strings.ContainsAny(name, "\x00\n"):
		return "", errors.New("has a control character in its name")
	case !utf8.ValidString(name):
		return "", errors.New("has a name that is not UTF-8")
	case len(name) > 4096:
		return "", errors.New("has a name that is too long")
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return "", errors.New(`has ".." in its name`)
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/"), nil
}

// mergeUsr moves a clean path to its place in a root with a merged /usr.
func mergeUsr(path string) string {
	top, _, _ := strings.Cut(path, "/")
	if isMerged(top) {
		return "usr/" + path
	}
	return path
}

func isMerged(top string) bool {
	for _, m := range merged {
		if top == m {
			return true
		}
	}
	return false
}

func parent(path string) string {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)]
}
