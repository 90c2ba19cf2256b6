package yocto

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var revisionRules = []rule{
	{
		id: "Y10", severity: finding.Critical, name: "AUTOREV",
		summary: "The newest commit of a branch is built, whichever that is today.",
		why:     "Nothing vouches for it but the server and the way to it, and no two builds need be of the same source.",
		remedy:  "set SRCREV to the full hash of a commit",
		recipe:  autorev, config: autorevConfig,
	},
	{
		id: "Y11", severity: finding.High, name: "Revision is not a commit",
		summary: "SRCREV, or the revision of a layer's repository, is not the full hash of a commit.",
		why:     "BitBake asks the server which commit a tag, a branch or a short hash is. Only 40 lower-case hex digits are taken as they are.",
		remedy:  "name the commit by its 40 lower-case hex digits",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict != source.Floating {
				return
			}
			for _, name := range sorted(s.Revisions) {
				if revision := s.Revisions[name]; !source.IsCommit(revision) && revision != source.Autorev && !byTag(s, revision) {
					r.of(s, finding.Finding{Message: fmt.Sprintf("revision %q of %s is not the full hash of a commit", revision, s.URI)})
				}
			}
		},
		config: repositories,
	},
	{
		id: "Y12", severity: finding.High, name: "Tag without a commit",
		summary: "A URI has tag= and there is no SRCREV.",
		why:     "A tag can be moved on the server; nobody notices.",
		remedy:  "set SRCREV to the commit that the tag stands for; tag= may stay and is then compared",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict != source.Floating {
				return
			}
			for _, name := range sorted(s.Revisions) {
				if byTag(s, s.Revisions[name]) {
					r.of(s, finding.Finding{Message: fmt.Sprintf("tag %q of %s may be another commit tomorrow", s.Revisions[name], s.URI)})
				}
			}
		},
	},
	{
		id: "Y13", severity: finding.Low, name: "No branch",
		summary: "nobranch=1: the commit need not be on any branch.",
		why:     "Hosts keep commits of forks and of closed pull requests in the same repository: a hash says nothing about who put it there.",
		remedy:  "name the branch or tag that the commit is on",
		source: func(_ *recipe, s *Source, r *report) {
			if p, ok := s.uri().Param("nobranch"); ok && p.Value == "1" && (s.Type == "git" || s.Type == "gitsm") {
				r.of(s, finding.Finding{Message: "the commit of " + s.URI + " need not be on a branch"})
			}
		},
	},
	{
		id: "Y35", severity: finding.High, name: "Pin weakened",
		summary: "A later file takes away a commit or checksum that an earlier one had set.",
		why:     "The recipe looks pinned; what is built is not.",
		remedy:  "remove the override, or pin what it names",
		source:  weakened,
	},
}

// sorted returns the keys of a map in order.
func sorted(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// byTag says whether a revision is that of the parameter tag.
func byTag(s *Source, revision string) bool {
	p, ok := s.uri().Param("tag")
	return ok && p.Value == revision
}

// isAutorev says whether a text asks for the newest commit.
func isAutorev(text string) bool {
	return strings.Contains(text, "${AUTOREV}") || strings.Contains(text, "get_autorev") || strings.TrimSpace(text) == source.Autorev
}

// autorev judges SRCREV and its like of one recipe, whether or not a URI uses
// them: what an uncertain SRC_URI holds may.
func autorev(rec *recipe, r *report) {
	judged := map[string]bool{}
	for _, s := range rec.sources {
		for _, name := range sorted(s.Revisions) {
			if s.Revisions[name] == source.Autorev {
				variable := s.judgement.Deciding[len(s.judgement.Deciding)-1]
				judged[variable] = true
				r.of(s, finding.Finding{
					Place: at(autorevPlace(rec.data, variable)), Message: fmt.Sprintf("%s is ${AUTOREV}: %s floats", variable, s.URI),
				})
			}
		}
	}
	for _, variable := range []string{"SRCREV", "SRCREV_default"} {
		v := rec.data.Get(variable)
		if isAutorev(v.Text) && len(judged) == 0 {
			r.add(finding.Finding{Place: at(autorevPlace(rec.data, variable)), Subject: variable, Message: variable + " is ${AUTOREV}"})
		}
	}
}

// autorevPlace is where a variable becomes ${AUTOREV}.
func autorevPlace(o Origins, variable string) bitbake.Place {
	if a, ok := last(o, variable, func(a bitbake.Assignment) bool { return isAutorev(a.Text) }); ok {
		return a.Place
	}
	return placeOf(o, variable)
}

// autorevConfig finds SRCREV:pn-x = "${AUTOREV}" and the like of the configuration.
func autorevConfig(c *configuration, r *report) {
	for _, name := range c.data.Names() {
		if !strings.HasPrefix(name, "SRCREV") {
			continue
		}
		for _, a := range c.data.History(name) {
			if isAutorev(a.Text) {
				r.add(finding.Finding{Place: at(a.Place), Subject: a.Name, Message: fmt.Sprintf("the configuration sets %s to ${AUTOREV}", a.Name)})
			}
		}
	}
}

// repositories judges the repositories of a kas file.
func repositories(c *configuration, r *report) {
	if c.kas == nil {
		return
	}
	for _, repo := range c.kas.Repos {
		if !repo.Pinned() {
			r.add(finding.Finding{
				Place: c.kasPlace(repo.Place), Subject: repo.URL,
				Message: fmt.Sprintf("the layers of repository %q are fetched by %q, which is not the full hash of a commit", repo.Name, repo.Revision()),
				Remedy:  "name its commit, or keep a lock file (kas lock)",
			})
		}
	}
}

// weakened looks for an earlier value that would have been verified.
func weakened(rec *recipe, s *Source, r *report) {
	switch {
	case s.Verdict == source.Floating:
		for _, variable := range s.judgement.Deciding {
			lost(rec, s, variable, source.IsCommit, r)
		}
	case s.Verdict == source.Missing || s.judgement.Weak():
		name := ""
		if s.judgement.Name != "" {
			name = s.judgement.Name + "."
		}
		for _, algorithm := range []string{"sha512", "sha384", "sha256"} {
			lost(rec, s, "SRC_URI["+name+algorithm+"sum]", func(text string) bool { return text != "" }, r)
		}
	}
}

// lost reports an assignment to a variable with a value that counts no more
// because of a later one. Assignments to overrides of it are passed by.
func lost(rec *recipe, s *Source, variable string, strong func(string) bool, r *report) {
	var pinned, now bitbake.Assignment
	for _, a := range rec.data.History(variable) {
		switch {
		case strong(strings.TrimSpace(a.Text)) && a.Name == variable:
			pinned, now = a, bitbake.Assignment{}
		case pinned.Name != "" && !strong(strings.TrimSpace(a.Text)) && isSet(a):
			now = a
		}
	}
	if pinned.Name == "" || now.Name == "" {
		return
	}
	r.of(s, finding.Finding{
		Place: at(now.Place), Message: fmt.Sprintf("%s was pinned and is no more: %s", variable, s.URI),
		Evidence: []string{fmt.Sprintf("%s %s %q", now.Name, now.Op, now.Text)},
		Related:  []finding.Related{{Place: at(pinned.Place), Message: fmt.Sprintf("pinned to %s here", pinned.Text)}},
	})
}
