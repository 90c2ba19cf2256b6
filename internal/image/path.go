package image

import "strings"

// escapePath makes the path of an entry one that can be told from a nested
// one. "!/" separates an artifact from what is in it, so "!" at the end of a
// component that is part of its name has a backslash before it, and so have
// the backslashes that stand in a row with it or with the end: a directory
// "a!" is shown as `a\!`, one named `a\` as `a\\`. Other names, also those
// with "!" elsewhere, are shown as they are.
func escapePath(path string) string {
	if !mayNeedEscape(path) {
		return path
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		kept := strings.TrimRight(part, `!\`)
		var b strings.Builder
		b.WriteString(kept)
		for _, c := range []byte(part[len(kept):]) {
			b.WriteByte('\\')
			b.WriteByte(c)
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, "/")
}

func mayNeedEscape(path string) bool { return strings.ContainsAny(path, `!\`) }

// SplitPath takes the path of an entry apart: the path in the outermost
// artifact, then that in the one nested there, and so on, each as the names
// in the artifact are.
func SplitPath(path string) []string {
	if !mayNeedEscape(path) {
		return []string{path}
	}
	var all, names []string
	for part := range strings.SplitSeq(path, "/") {
		name, ends := unescapeName(part)
		names = append(names, name)
		if ends {
			all, names = append(all, strings.Join(names, "/")), nil
		}
	}
	return append(all, strings.Join(names, "/"))
}

// unescapeName undoes escapePath in one component, and says whether a nested
// artifact begins behind it.
func unescapeName(part string) (name string, ends bool) {
	kept := strings.TrimRight(part, `!\`)
	b := []byte(kept)
	for run := part[len(kept):]; run != ""; {
		if run == "!" {
			return string(b), true
		}
		if run[0] == '\\' && len(run) > 1 {
			run = run[1:]
		}
		b = append(b, run[0])
		run = run[1:]
	}
	return string(b), false
}
