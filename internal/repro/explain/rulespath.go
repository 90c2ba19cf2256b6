package explain

import (
	"regexp"
	"slices"
	"strings"
)

// pathPattern is an absolute path without spaces.
var pathPattern = regexp.MustCompile(`(/+[A-Za-z0-9._+@%~-]+)+/?`)

// wholePath leaves out addresses: http://host/path.
func wholePath(s string, w where) bool {
	slashes := len(s[w.from:w.to]) - len(strings.TrimLeft(s[w.from:w.to], "/"))
	return w.from == 0 || s[w.from-1] != ':' || slashes != 2
}

// buildRoots are where people and machines build; systemRoots are where
// programs are installed, so that a path there is more likely one that was
// looked for and found.
var (
	buildRoots = []string{"/build", "/builds", "/home", "/root", "/tmp", "/var/tmp", "/work", "/workspace", "/workdir", "/check",
		"/src", "/scratch", "/buildroot", "/out", "/usr/src", "/var/lib/jenkins", "/var/lib/buildbot", "/var/lib/buildkit", "/var/lib/docker"}
	toolDirs = []string{"bin", "sbin", "libexec"}
)

func buildish(path string) bool {
	return slices.ContainsFunc(buildRoots, func(root string) bool {
		rest, ok := strings.CutPrefix(path, root)
		return ok && (rest == "" || strings.ContainsRune("/-._0123456789", rune(rest[0])))
	})
}

// judgePath wants two paths that end alike and begin differently, in a
// directory where one builds. /usr/bin/x against /bin/x is a tool found
// elsewhere, and two files of one directory are just two files.
func judgePath(c clue) (Cause, string) {
	if l, r := home.FindString(c.left), home.FindString(c.right); l != "" && r != "" && l != r && c.left[len(l):] == c.right[len(r):] {
		return User, "files of two users' home directories"
	}
	l, r := components(c.left), components(c.right)
	same := 0
	for same < len(l) && same < len(r) && l[len(l)-1-same] == r[len(r)-1-same] {
		same++
	}
	if same == 0 {
		return "", ""
	}
	left, right := buildish("/"+strings.Join(l, "/")), buildish("/"+strings.Join(r, "/"))
	inTools := func(path []string) bool { return len(path) > 1 && slices.Contains(toolDirs, path[len(path)-2]) }
	tool := inTools(l) || inTools(r)
	switch {
	case left && right, (left || right) && !tool:
		return BuildPath, "paths that differ in the directory of the build"
	}
	return "", ""
}

// home is a user's home directory, before a hidden file that a program keeps there.
var home = regexp.MustCompile(`^(/root|/home/[^/]+)/\.`)

func components(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '/' })
}
