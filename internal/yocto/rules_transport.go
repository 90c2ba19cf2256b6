package yocto

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var transportRules = []rule{
	{
		id: "Y14", severity: finding.Low, name: "Transport without authentication",
		summary: "A source is fetched over http, ftp, or git's own protocol.",
		why:     "Anybody on the way can answer. What is verified afterwards is refused then; what floats is built (critical).",
		remedy:  "fetch over https or ssh",
		source: func(_ *recipe, s *Source, r *report) {
			how, bad := plaintext(s)
			if !bad {
				return
			}
			f := finding.Finding{Message: fmt.Sprintf("%s is fetched over %s", s.URI, how)}
			if s.Verdict == source.Floating || slices.Contains(slices.Collect(maps.Values(s.Revisions)), source.Autorev) {
				f.Severity = finding.Critical
				f.Message += ", and its revision floats"
			}
			r.of(s, f)
		},
	},
	{
		id: "Y15", severity: finding.High, name: "Version control without verified hashes",
		summary: "svn, hg, p4, repo and the like: BitBake verifies nothing of what they deliver.",
		why:     "The revision is a number, a label, or a hash that nobody compares.",
		remedy:  "mirror the source in git, or as a tarball with a checksum",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict == source.NoHash {
				f := finding.Finding{Message: fmt.Sprintf("nothing of %s is verified", s.URI)}
				if s.judgement.Note != "" {
					f.Evidence = []string{s.judgement.Note}
				}
				r.of(s, f)
			}
		},
	},
	{
		id: "Y16", severity: finding.Medium, name: "Submodules",
		summary: "gitsm fetches what .gitmodules of the source names.",
		why:     "The commits of submodules are pinned by the tree, but where they come from and how many there are is the source's choice, not the layer's.",
		remedy:  "name each submodule as a git URI of its own, with SRCREV_name",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Type == "gitsm" {
				r.of(s, finding.Finding{Message: "the URLs of the submodules of " + s.URI + " stand in the source itself"})
			}
		},
	},
	{
		id: "Y17", severity: finding.Low, name: "Git LFS",
		summary: "lfs=1: BitBake only warns when large files cannot be fetched.",
		why:     "The build then goes on with pointer files instead of the contents.",
		remedy:  "fetch large files as URIs of their own, with checksums",
		source: func(_ *recipe, s *Source, r *report) {
			if s.uri().Text("lfs") == "1" && (s.Type == "git" || s.Type == "gitsm") {
				r.of(s, finding.Finding{Message: "large files of " + s.URI + " may be missing with no more than a warning"})
			}
		},
	},
}

// plaintext says by which unauthenticated protocol a source comes.
func plaintext(s *Source) (string, bool) {
	u := s.uri()
	protocol := u.Text("protocol")
	switch s.Type {
	case "http", "ftp":
		return s.Type, true
	case "git", "gitsm", "gitannex":
		if u.Host == "" || u.Host == "github.com" && (protocol == "" || protocol == "git") {
			return "", false // a local repository; BitBake takes https for github
		}
		if protocol == "" {
			protocol = "git"
		}
	case "crate":
	case "svn":
		if protocol == "" {
			protocol = "svn"
		}
	case "hg":
		if protocol == "" {
			protocol = "http"
		}
	case "cvs":
		return "pserver", true
	default:
		return "", false
	}
	return protocol, slices.Contains([]string{"git", "http", "ftp", "rsync", "svn"}, protocol)
}
