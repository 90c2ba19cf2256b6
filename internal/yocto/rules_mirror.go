package yocto

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

var mirrorRules = []rule{
	{
		id: "Y20", severity: finding.High, name: "Mirrors of git repositories",
		summary: "Git sources may be taken from mirror tarballs, which BitBake does not verify.",
		why:     "A commit is verified by git while it is cloned. A tarball of a repository is unpacked as it is: objects are not hashed, and hooks and configuration in it are used. Whoever serves the mirror decides what is built, pinned or not.",
		remedy:  "let the mirror's patterns match files only (https?://.*/.*), or check the tarballs with dombuild audit yocto --downloads DIR",
		config:  gitMirrors,
		recipe: func(rec *recipe, r *report) {
			for _, name := range []string{"PREMIRRORS", "MIRRORS"} {
				a, ok := last(rec.data, name, func(a bitbake.Assignment) bool { return rec.own(a.Place) && len(gitPairs(a.Text)) > 0 })
				if ok {
					r.add(finding.Finding{Place: at(a.Place), Subject: name, Message: fmt.Sprintf("the recipe adds mirrors of git repositories to %s", name), Evidence: gitPairs(a.Text)})
				}
			}
		},
	},
}

// gitMirrors judges the mirrors that every recipe has.
func gitMirrors(c *configuration, r *report) {
	for _, name := range []string{"PREMIRRORS", "MIRRORS"} {
		v := c.data.Get(name)
		c.uncertain(name, v, r)
		if pairs := gitPairs(v.Text); len(pairs) > 0 {
			when := "before the source itself"
			if name == "MIRRORS" {
				when = "when the source itself fails, which whoever is on the way can bring about"
			}
			r.add(finding.Finding{Place: c.place(name), Subject: name, Evidence: pairs,
				Message: fmt.Sprintf("%s names mirrors of git repositories; they are asked %s", name, when)})
		}
	}
	if v := c.data.Get("SOURCE_MIRROR_URL"); v.Text != "" && strings.Contains(c.data.Get("INHERIT").Text, "own-mirrors") && len(gitPairs(c.data.Get("PREMIRRORS").Text)) == 0 {
		r.add(finding.Finding{Place: c.place("SOURCE_MIRROR_URL"), Subject: "SOURCE_MIRROR_URL",
			Message: "own-mirrors puts " + v.Text + " before every source, git repositories too"})
	}
	if v := c.data.Get("BB_GIT_SHALLOW"); v.Text == "1" {
		r.add(finding.Finding{Place: c.place("BB_GIT_SHALLOW"), Subject: "BB_GIT_SHALLOW",
			Message: "BB_GIT_SHALLOW: mirrors may deliver shallow tarballs, which are unpacked as working repositories"})
	}
}

// gitPairs returns the pairs of a list of mirrors which turn git repositories
// into tarballs: "git://.*/.* -> http://mirror/". A pair that leads to another
// git repository is cloned and verified.
func gitPairs(list string) []string {
	words := strings.Fields(strings.ReplaceAll(strings.ReplaceAll(list, `\n`, " "), "\\\n", " "))
	var out []string
	for i := 0; i+1 < len(words); i += 2 {
		pattern, _, _ := strings.Cut(words[i], "://")
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		matches := err == nil && slices.ContainsFunc([]string{"git", "gitsm"}, re.MatchString)
		target, _, _ := strings.Cut(words[i+1], "://")
		if (matches || err != nil) && target != "git" && target != "gitsm" && target != "TYPE" {
			out = append(out, words[i]+" -> "+words[i+1])
		}
	}
	return out
}
