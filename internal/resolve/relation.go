package resolve

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// relation is one alternative of a dependency: name[:arch] [(op version)].
type relation struct{ Name, Arch, Op, Version string }

func (r relation) String() string {
	s := r.Name
	if r.Arch != "" {
		s += ":" + r.Arch
	}
	if r.Op != "" {
		s += fmt.Sprintf(" (%s %s)", r.Op, r.Version)
	}
	return s
}

// group is alternatives, the preferred one first.
type group []relation

func (g group) String() string {
	parts := make([]string, len(g))
	for i, r := range g {
		parts[i] = r.String()
	}
	return strings.Join(parts, " | ")
}

var relationForm = regexp.MustCompile(
	`^([A-Za-z0-9][A-Za-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([A-Za-z0-9.+:~-]+)\s*\))?\s*(?:\[([^\]]*)\])?$`)

// parseRelations reads the value of Depends and its like. Alternatives that
// are restricted to other architectures are left out.
func parseRelations(field, arch string) ([]group, error) {
	if strings.TrimSpace(field) == "" {
		return nil, nil
	}
	var groups []group
	for part := range strings.SplitSeq(field, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		g, err := parseGroup(part, arch)
		if err != nil {
			return nil, err
		}
		if len(g) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func parseGroup(part, arch string) (group, error) {
	var g group
	for alternative := range strings.SplitSeq(part, "|") {
		alternative = strings.TrimSpace(alternative)
		if isPlainName(alternative) {
			g = append(g, relation{Name: alternative})
			continue
		}
		m := relationForm.FindStringSubmatch(alternative)
		if m == nil {
			return nil, fmt.Errorf("%q is not a relation to a package", alternative)
		}
		if m[5] == "" || forArchitecture(m[5], arch) {
			g = append(g, relation{Name: m[1], Arch: m[2], Op: m[3], Version: m[4]})
		}
	}
	return g, nil
}

func isPlainName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || digit(c) || i > 0 && (c == '-' || c == '.' || c == '+')) {
			return false
		}
	}
	return s != ""
}

// forArchitecture evaluates a list such as "amd64 i386" or "!armhf".
func forArchitecture(list, arch string) bool {
	names := strings.Fields(list)
	if len(names) > 0 && strings.HasPrefix(names[0], "!") {
		return !slices.Contains(names, "!"+arch) && !slices.Contains(names, "!any")
	}
	return slices.Contains(names, arch) || slices.Contains(names, "any") ||
		slices.Contains(names, "linux-any") || slices.Contains(names, "any-"+arch)
}

// packageOf returns the name in what a recipe asks for, "name" or "name=version".
func packageOf(asked string) string {
	name, _, _ := strings.Cut(asked, "=")
	return name
}

func digit(c byte) bool { return '0' <= c && c <= '9' }
