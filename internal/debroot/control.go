package debroot

import (
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/debversion"
)

// stanza is one paragraph of a control file.
type stanza struct {
	names  []string          // in the order of the file, as spelled
	fields map[string]string // by lower-case name; further lines keep their leading space
}

func parseStanza(text string) (stanza, error) {
	s := stanza{fields: map[string]string{}}
	last := ""
	for line := range strings.Lines(strings.Trim(text, "\n")) {
		line = strings.TrimRight(line, " \t\r\n")
		switch {
		case line == "":
			return s, fmt.Errorf("control file has an empty line")
		case line[0] == ' ' || line[0] == '\t':
			if last == "" {
				return s, fmt.Errorf("control file begins with a continuation line")
			}
			s.fields[last] += "\n" + line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		last = strings.ToLower(name)
		if _, twice := s.fields[last]; !ok || name == "" || twice {
			return s, fmt.Errorf("control file has a bad line %q", line)
		}
		s.names = append(s.names, name)
		s.fields[last] = strings.TrimSpace(value)
	}
	return s, nil
}

// relation is one item of a Replaces field.
type relation struct {
	name, op, version string
}

func parseRelations(field string) []relation {
	var out []relation
	for item := range strings.SplitSeq(field, ",") {
		name, rest, _ := strings.Cut(strings.TrimSpace(item), "(")
		name, _, _ = strings.Cut(strings.TrimSpace(name), ":")
		if name == "" {
			continue
		}
		rest, _, _ = strings.Cut(rest, ")")
		version := strings.TrimLeft(rest, "<>= ")
		op := strings.TrimSpace(strings.TrimSuffix(rest, version))
		out = append(out, relation{name, op, strings.TrimSpace(version)})
	}
	return out
}

// replaces says whether p may overwrite files of q.
func (p *pkg) replaces(q *pkg) bool {
	for _, r := range p.relations {
		if r.name == q.Name && debversion.Satisfies(q.Version, r.op, r.version) {
			return true
		}
	}
	return false
}
