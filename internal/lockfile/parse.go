package lockfile

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Parse reads a lock from its text, which is shown as name in diagnostics.
// The error is an *Error; nothing but the canonical text of a valid lock is
// accepted.
func Parse(name string, src []byte) (*Lock, error) {
	file, diags := parseSyntax(name, src)
	fail := func(diags hcl.Diagnostics) (*Lock, error) {
		slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
			return cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte)
		})
		files := map[string]*hcl.File{name: {Bytes: src}}
		return nil, &Error{Diags: diags, Files: files}
	}
	if diags.HasErrors() {
		return fail(diags)
	}
	d := &decoder{ranges: map[string]hcl.Range{}}
	if diags := checkVersion(file); diags.HasErrors() {
		return fail(diags)
	}
	content := d.content(file)
	if d.diags.HasErrors() {
		return fail(d.diags)
	}
	content = sorted(content)
	if problems := validate(content); len(problems) > 0 {
		return fail(d.locate(problems))
	}
	l := index(content)
	if canonical := l.Format(); !bytes.Equal(canonical, src) {
		return fail(hcl.Diagnostics{notCanonical(name, src, canonical)})
	}
	return l, nil
}

func parseSyntax(name string, src []byte) (*hclsyntax.Body, hcl.Diagnostics) {
	for i, line := range bytes.Split(src, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")) {
			return nil, hcl.Diagnostics{at(lineRange(name, i+1, line), "merge conflict",
				"two versions of the lock stand here; take either side and run dombuild lock")}
		}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	return file.Body.(*hclsyntax.Body), nil
}

// checkVersion looks at the version before anything else is believed of the form.
func checkVersion(body *hclsyntax.Body) hcl.Diagnostics {
	for _, b := range body.Blocks {
		if b.Type != "lock" {
			continue
		}
		a, ok := b.Body.Attributes["version"]
		if !ok {
			break
		}
		d := &decoder{}
		if n := d.number(a); d.diags == nil && n != Version {
			return hcl.Diagnostics{at(a.SrcRange, "unknown version",
				fmt.Sprintf("this dombuild reads version %d of the lock format; this lock has version %d", Version, n))}
		}
		return d.diags
	}
	place := body.MissingItemRange()
	return hcl.Diagnostics{at(place, "not a lock", `a lock begins with the block lock { version = 1 … }; run dombuild lock`)}
}

// locate turns the problems of a content into diagnostics at the text it came from.
func (d *decoder) locate(problems []problem) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, p := range problems {
		place, ok := d.ranges[p.at+"#"+p.attr]
		if !ok {
			place = d.ranges[p.at+"#"]
		}
		diags = append(diags, at(place, p.summary, p.detail+"; run dombuild lock"))
	}
	return diags
}

func notCanonical(name string, src, canonical []byte) *hcl.Diagnostic {
	have, want := bytes.SplitAfter(src, []byte("\n")), bytes.SplitAfter(canonical, []byte("\n"))
	line := 0
	for line < len(have)-1 && line < len(want)-1 && bytes.Equal(have[line], want[line]) {
		line++
	}
	detail := fmt.Sprintf("a lock has exactly one form, and here it says %s; run dombuild lock",
		strings.TrimSpace(string(want[line])))
	return at(lineRange(name, line+1, bytes.TrimRight(have[line], "\n")), "lock is not in canonical form", detail)
}

func lineRange(name string, line int, text []byte) hcl.Range {
	return hcl.Range{Filename: name,
		Start: hcl.Pos{Line: line, Column: 1},
		End:   hcl.Pos{Line: line, Column: 1 + len(text)}}
}

func at(r hcl.Range, summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &r}
}
