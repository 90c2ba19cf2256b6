package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Place is where a finding is. Paths are separated by slashes, may hold any
// bytes, and should be relative to the root of what was judged, so that
// fingerprints do not depend on where that lies.
type Place struct {
	File   string // a file on disk; empty when the finding is about no file
	Inside string // path inside the artifact File; "!/" where a further artifact begins: "boot/initrd!/bin/x"
	Unit   string // compilation unit, as its producer names it
	// Line and EndLine count from 1, Column counts Unicode code points from 1; 0
	// is unknown. They are of Unit, else of the innermost file.
	Line, Column, EndLine int
}

// Path returns "a.iso!/boot/initrd!/bin/x": the bytes of File and Inside.
func (p Place) Path() string {
	if p.Inside == "" {
		return p.File
	}
	return p.File + "!/" + p.inside()
}

// inside is Inside relative to the root of the artifact, however it was given.
func (p Place) inside() string { return strings.TrimLeft(p.Inside, "/") }

// String returns the place for people, on one line without control
// characters: "usr/bin/x", "a.hcl:3:7", "a.iso!/bin/x (src/main.c:12)".
func (p Place) String() string {
	path := visibleName(p.Path())
	if p.Unit == "" {
		return path + p.position()
	}
	return strings.TrimPrefix(path+" ("+visibleName(p.Unit)+p.position()+")", " ")
}

func (p Place) position() string {
	switch {
	case p.Line == 0:
		return ""
	case p.Column == 0:
		return fmt.Sprintf(":%d", p.Line)
	}
	return fmt.Sprintf(":%d:%d", p.Line, p.Column)
}

// Compare orders places by file, path inside, unit, line and column.
func (p Place) Compare(q Place) int {
	return cmp.Or(
		strings.Compare(p.File, q.File), strings.Compare(p.Inside, q.Inside), strings.Compare(p.Unit, q.Unit),
		cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column), cmp.Compare(p.EndLine, q.EndLine))
}

func (p Place) check() error {
	switch {
	case p.Line < 0 || p.Column < 0 || p.EndLine < 0:
		return fmt.Errorf("negative line or column")
	case p.Line == 0 && (p.Column > 0 || p.EndLine > 0):
		return fmt.Errorf("a column or last line without a line")
	case p.EndLine > 0 && p.EndLine < p.Line:
		return fmt.Errorf("last line %d before line %d", p.EndLine, p.Line)
	case p.File == "" && p.Inside != "":
		return fmt.Errorf("a path inside no file")
	}
	return nil
}

// placeJSON is a Place in JSON. Escaped says that the names are not UTF-8 and
// are written as Go strings without quotes: \xff for a byte, \\ for a backslash.
type placeJSON struct {
	File    string `json:"file,omitempty"`
	Inside  string `json:"inside,omitempty"`
	Unit    string `json:"unit,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	EndLine int    `json:"endLine,omitempty"`
	Escaped bool   `json:"escaped,omitempty"`
}

// MarshalJSON writes the place without losing bytes: where a name is not UTF-8
// all three are escaped and "escaped" is true.
func (p Place) MarshalJSON() ([]byte, error) {
	j := placeJSON{File: p.File, Inside: p.Inside, Unit: p.Unit, Line: p.Line, Column: p.Column, EndLine: p.EndLine}
	for _, name := range []string{p.File, p.Inside, p.Unit} {
		j.Escaped = j.Escaped || !utf8.ValidString(name)
	}
	if j.Escaped {
		j.File, j.Inside, j.Unit = visibleName(p.File), visibleName(p.Inside), visibleName(p.Unit)
	}
	return marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *Place) UnmarshalJSON(b []byte) error {
	var j placeJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return err
	}
	if j.Escaped {
		for _, name := range []*string{&j.File, &j.Inside, &j.Unit} {
			raw, err := unescape(*name)
			if err != nil {
				return fmt.Errorf("escaped name %q: %w", *name, err)
			}
			*name = raw
		}
	}
	*p = Place{File: j.File, Inside: j.Inside, Unit: j.Unit, Line: j.Line, Column: j.Column, EndLine: j.EndLine}
	return nil
}
