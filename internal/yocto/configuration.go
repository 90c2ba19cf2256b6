package yocto

import (
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/kas"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// configuration is what rules about the configuration look at.
type configuration struct {
	data    Metadata
	release source.Release
	root    string      // that files are relative to
	kas     *kas.Config // nil: there is none

	multiconfig string // its name in BBMULTICONFIG; "" for the default one
}

// place is where a variable was set, or local.conf's own file where it was not.
func (c *configuration) place(name string) finding.Place { return at(placeOf(c.data, name)) }

// kasPlace is a place of a kas file, relative to the root of the layers where it lies there.
func (c *configuration) kasPlace(p kas.Place) finding.Place {
	return finding.Place{File: relative(c.root, p.File), Line: p.Line}
}

// relative returns the slash-separated path from root, or the absolute path of
// a file that lies elsewhere.
func relative(root, file string) string {
	abs, err := filepath.Abs(file)
	if err != nil {
		return filepath.ToSlash(file)
	}
	base, err := filepath.Abs(root)
	if err != nil {
		return filepath.ToSlash(abs)
	}
	rel, err := filepath.Rel(base, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return filepath.ToSlash(abs)
	}
	return filepath.ToSlash(rel)
}

// uncertain adds a note where a value cannot be evaluated, and says whether so.
func (c *configuration) uncertain(name string, v bitbake.Value, r *report) bool {
	for _, u := range v.Unknown {
		r.add(finding.Finding{
			Severity: finding.Note, Place: at(u.Place), Subject: name,
			Message:  "not proven: " + name + " cannot be evaluated",
			Evidence: []string{strings.TrimSpace(u.Expression + " " + u.Reason)},
		})
	}
	return len(v.Unknown) > 0
}
