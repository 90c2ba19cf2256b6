package yocto

import (
	"fmt"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var registryRules = []rule{
	{
		id: "Y30", severity: finding.High, name: "npm",
		summary: "npm and npmsw: the hash that is compared does not come from the recipe.",
		why:     "npm takes it from the registry that serves the package, npmsw from a shrinkwrap file that lists hundreds of packages. BitBake 2.18 refuses both fetchers.",
		remedy:  "fetch a tarball of the application with its dependencies, with a checksum",
		source: func(_ *recipe, s *Source, r *report) {
			switch s.Type {
			case "npm":
				r.of(s, finding.Finding{Message: "the hash of " + s.URI + " comes from the registry"})
			case "npmsw":
				r.of(s, finding.Finding{Message: "the hashes of " + s.URI + " are those of the shrinkwrap file"})
			}
		},
	},
	{
		id: "Y31", severity: finding.Medium, name: "Crates and Go modules",
		summary: "A crate or Go module has no checksum under its own name, or Go's checksum database is switched off.",
		why:     "The flag must be called NAME-VERSION.sha256sum for a crate and MODULE@VERSION.sha256sum for a module. With GOSUMDB=off go believes whatever a proxy delivers.",
		remedy:  "generate the flags again (bitbake -c update_crates, or go-mod-update-modules), leave GOSUMDB alone",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict == source.Missing && (s.Type == "crate" || s.Type == "gomod") {
				r.of(s, finding.Finding{Message: fmt.Sprintf("there is no SRC_URI[%s.sha256sum] for %s", s.judgement.Name, s.URI)})
			}
		},
		recipe: sumdb,
	},
}

// sumdb finds what makes the go command believe a proxy.
func sumdb(rec *recipe, r *report) {
	for name, off := range map[string]func(string) bool{
		"GOSUMDB":      func(text string) bool { return text == "off" },
		"GONOSUMDB":    func(text string) bool { return text != "" },
		"GONOSUMCHECK": func(text string) bool { return text != "" && text != "0" },
		"GOINSECURE":   func(text string) bool { return text != "" },
	} {
		if v := rec.data.Get(name); off(v.Text) {
			r.add(finding.Finding{Place: at(placeOf(rec.data, name)), Subject: name, Message: fmt.Sprintf("%s is %q", name, v.Text)})
		}
	}
	rec.eachTask(func(f bitbake.Function, c *commands) {
		for _, h := range c.sumdb {
			r.add(finding.Finding{Place: bodyPlace(f, h.line), Subject: f.Name, Message: f.Name + " switches Go's checksum database off", Evidence: []string{strings.TrimSpace(h.text)}})
		}
	})
}

// switchesSumdbOff says whether a line of a task does.
func switchesSumdbOff(line string) bool {
	return strings.Contains(line, "GOSUMDB=off") || strings.Contains(line, "GONOSUMCHECK=1") || strings.Contains(line, "GOFLAGS=-insecure")
}

// bodyPlace is line i, from 0, of a function's body.
func bodyPlace(f bitbake.Function, i int) finding.Place {
	return finding.Place{File: f.Place.File, Line: f.Place.Line + 1 + i}
}
