package bitbake

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// expandPattern lists the files of an entry of BBFILES: of a directory all
// recipes below it. Paths are written as the entry writes them, for BitBake
// compares them as text.
func expandPattern(pattern string) []string {
	if info, err := os.Stat(pattern); err == nil && info.IsDir() {
		return recipesBelow(pattern)
	}
	list := glob(pattern, false)
	if _, err := os.Stat(pattern); err == nil && len(list) == 0 {
		list = []string{pattern}
	}
	slices.Sort(list)
	return list
}

// recipesBelow lists the recipes and appends below a directory.
func recipesBelow(dir string) []string {
	var list []string
	filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
		case e.IsDir() && slices.Contains([]string{"SCCS", "CVS", ".svn"}, e.Name()) && path != dir:
			return filepath.SkipDir
		case !e.IsDir() && (strings.HasSuffix(path, ".bb") || strings.HasSuffix(path, ".bbappend")):
			list = append(list, pathIn(dir, strings.TrimPrefix(path[len(filepath.Clean(dir)):], "/")))
		}
		return nil
	})
	return list
}

// glob lists what matches a pattern as Python's glob does, which BitBake asks:
// "*" and "?" match no dot at the beginning of a name, "[!a]" is what is not a,
// "\" is a letter like others, and the path stays as it is written.
func glob(pattern string, onlyDirs bool) []string {
	dir, name := splitPath(pattern)
	if !hasMagic(pattern) {
		if info, err := os.Lstat(pattern); err != nil || name == "" && !info.IsDir() {
			return nil
		}
		return []string{pattern}
	}
	dirs := []string{dir}
	if hasMagic(dir) {
		dirs = glob(dir, true)
	}
	var list []string
	for _, d := range dirs {
		for _, n := range namesIn(d, name, onlyDirs) {
			list = append(list, pathIn(d, n))
		}
	}
	return list
}

func hasMagic(pattern string) bool { return strings.ContainsAny(pattern, "*?[") }

// splitPath divides a path at its last slash, which neither part keeps.
func splitPath(path string) (dir, name string) {
	i := strings.LastIndexByte(path, '/') + 1
	dir, name = path[:i], path[i:]
	if rest := strings.TrimRight(dir, "/"); rest != "" {
		dir = rest
	}
	return dir, name
}

// pathIn adds a name to a path without changing the path.
func pathIn(dir, name string) string {
	if dir == "" || strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

// namesIn lists the names in a directory that match the last part of a pattern.
func namesIn(dir, pattern string, onlyDirs bool) []string {
	if !hasMagic(pattern) {
		if _, err := os.Lstat(pathIn(dir, pattern)); err != nil {
			return nil
		}
		return []string{pattern}
	}
	entries, err := os.ReadDir(cmp.Or(dir, "."))
	re := nameRegexp(pattern)
	if err != nil || re == nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		hidden := strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(pattern, ".")
		if !hidden && re.MatchString(e.Name()) && (!onlyDirs || isDirectory(dir, e)) {
			list = append(list, e.Name())
		}
	}
	return list
}

// isDirectory is whether an entry is a directory, or a link to one.
func isDirectory(dir string, e os.DirEntry) bool {
	if e.Type()&os.ModeSymlink == 0 {
		return e.IsDir()
	}
	info, err := os.Stat(pathIn(dir, e.Name()))
	return err == nil && info.IsDir()
}

// nameRegexp is a pattern of names as a regular expression, nil when no name
// matches.
func nameRegexp(pattern string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^(?s:")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '[':
			set, length := nameSet(pattern[i:])
			b.WriteString(set)
			i += length - 1
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	b.WriteString(")$")
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil
	}
	return re
}

// nameSet is the set of letters at the beginning of a pattern, and its length
// there. A "[" that nothing closes is a letter.
func nameSet(pattern string) (set string, length int) {
	from := 1
	if strings.HasPrefix(pattern[from:], "!") {
		from++
	}
	end := -1
	if len(pattern) > from { // a "]" that comes first is one of the letters
		end = strings.IndexByte(pattern[from+1:], ']')
	}
	if end < 0 {
		return `\[`, 1
	}
	length = from + 1 + end + 1
	body := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "^", `\^`, "&", `\&`, "~", `\~`).Replace(pattern[from : length-1])
	if from == 2 {
		body = "^" + body
	}
	return "[" + body + "]", length
}
