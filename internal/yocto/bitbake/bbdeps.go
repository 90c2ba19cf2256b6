package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// explodeDeps are the words of a list of dependencies without the versions in
// brackets: bb.utils.explode_deps.
func explodeDeps(s string) []string {
	var out []string
	inside := false
	for _, w := range strings.Fields(s) {
		if w[0] == '(' {
			inside = true
		}
		if !inside {
			out = append(out, w)
		}
		if inside && strings.HasSuffix(w, ")") {
			inside = false
		}
	}
	return out
}

// versionOperators may begin what stands in brackets, the longer first.
var versionOperators = []string{"<=", "=<", "<<", "==", "!=", ">=", "=>", ">>", "<", ">", "="}

// dependency is a name with what stands in brackets after it: ">= 1.0".
type dependency struct {
	name     string
	versions []string
}

// dependencies takes a list as RDEPENDS has it apart; false: it says a version
// without a name or without an operator.
func dependencies(s string) ([]dependency, bool) {
	var list []dependency
	last := -1
	compare, version := "", ""
	operator, inside := false, false
	for _, w := range strings.Fields(strings.ReplaceAll(s, ",", "")) {
		if w[0] == '(' {
			operator = true
			if w = w[1:]; w == "" {
				continue
			}
		}
		if operator {
			operator, inside = false, true
			i := slices.IndexFunc(versionOperators, func(o string) bool { return strings.HasPrefix(w, o) })
			if i < 0 || last < 0 {
				return nil, false
			}
			compare = versionOperators[i]
			if w = w[len(compare):]; w == "" {
				continue
			}
		}
		if !inside {
			compare, version = "", ""
			if last = slices.IndexFunc(list, func(d dependency) bool { return d.name == w }); last < 0 {
				last = len(list)
				list = append(list, dependency{name: w})
			}
			continue
		}
		if text, closed := strings.CutSuffix(w, ")"); closed {
			w, inside = text, false
			if version != "" && w != "" {
				version += " "
			}
		}
		if w != "" {
			version += w
			list[last].versions = append(list[last].versions, compare+" "+version)
		}
	}
	return list, true
}

// explodeVersions is bb.utils.explode_dep_versions2.
func explodeVersions(_ *python.Interp, args []python.Value, kw map[string]python.Value) (python.Value, error) {
	text, isText := args0(args).(string)
	sorted, given := kw["sort"]
	truth, known := python.Truth(sorted)
	if !isText || len(args) != 1 || given != (len(kw) > 0) || given && !known {
		return unknownValue("bb.utils.explode_dep_versions2 with arguments that are not read here"), nil
	}
	list, ok := dependencies(text)
	if !ok {
		return unknownValue("the dependencies " + excerpt(text) + " cannot be taken apart"), nil
	}
	if !given || truth {
		slices.SortFunc(list, func(a, b dependency) int { return strings.Compare(a.name, b.name) })
	}
	out := python.NewDict()
	for _, d := range list {
		out.Put(d.name, textList(d.versions))
	}
	return out, nil
}
