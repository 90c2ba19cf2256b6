package finding

import (
	"fmt"
	"strings"
)

// logicals collects the logical locations of a run, each once.
type logicals struct {
	all   []sarifLogical
	index map[string]int // by kind and fully qualified name
}

// of returns the innermost logical location of a place: of what lies inside an
// artifact, or of the compilation unit. What is around it is recorded as its
// parents, beginning with the file.
func (l *logicals) of(p Place) []sarifLogical {
	if p.Inside == "" && p.Unit == "" {
		return nil
	}
	var at *int
	qualified := ""
	add := func(name, separator, kind string) {
		name = visibleName(name)
		if at != nil {
			qualified += separator
		}
		qualified += name
		at = l.add(sarifLogical{Name: name, FullyQualifiedName: qualified, Kind: kind, ParentIndex: at})
	}
	if p.File != "" {
		add(p.File, "", "resource")
	}
	if p.Inside != "" {
		for _, name := range strings.Split(p.inside(), "!/") {
			add(name, "!/", "resource")
		}
	}
	if p.Unit != "" {
		add(p.Unit, " ", "module")
	}
	out := l.all[*at]
	out.Index = at
	return []sarifLogical{out}
}

func (l *logicals) add(one sarifLogical) *int {
	key := one.Kind + " " + one.FullyQualifiedName
	i, known := l.index[key]
	if !known {
		i = len(l.all)
		l.index[key], l.all = i, append(l.all, one)
	}
	return &i
}

// place returns false for the place that is nowhere.
func (l *logicals) place(p Place) (sarifLocation, bool) {
	out := sarifLocation{LogicalLocations: l.of(p)}
	if p.File != "" {
		a := sarifArtifactLocation{URI: fileURI(p.File)}
		if !strings.HasPrefix(p.File, "/") {
			a.URIBaseID = "SRCROOT"
		}
		out.PhysicalLocation = &sarifPhysical{ArtifactLocation: a}
	}
	switch {
	case p.Line == 0:
	case p.Inside == "" && p.Unit == "" && p.File != "":
		out.PhysicalLocation.Region = &sarifRegion{p.Line, p.Column, p.EndLine}
	default:
		out.Properties = &sarifPosition{p.Line, p.Column, p.EndLine}
	}
	return out, p.File != "" || p.Unit != ""
}

// fileURI returns the URI (RFC 3986) of a path: every byte but letters, digits,
// "-._~" and the slash is percent-encoded, so that any name survives and no
// name looks like a scheme or an authority.
func fileURI(path string) string {
	var b strings.Builder
	if strings.HasPrefix(path, "/") {
		b.WriteString("file://")
	}
	for i := range len(path) {
		c := path[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~/", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
