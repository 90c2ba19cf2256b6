package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// Autorev is what ${AUTOREV} expands to: ask the server for the newest commit.
const Autorev = "AUTOINC"

// commitDigits is the length of a SHA-1 in hexadecimal digits. Releases up to
// 2.18 resolve anything longer through the server.
const commitDigits = 40

// IsCommit says whether a revision is the full hash of a commit, which git
// itself then verifies. Upper case is not: BitBake asks the server for it.
func IsCommit(revision string) bool {
	return len(revision) == commitDigits && strings.Trim(revision, "0123456789abcdef") == ""
}

// protocols are those of the git fetcher.
var protocols = []string{"", "git", "file", "ssh", "http", "https", "rsync"}

func judgeGit(j *Judgement, v Variables, r Release) {
	names := j.URI.names()
	if !j.refusesGit(j.URI.protocol(), j.URI.Text("nobranch") == "1", names, r) {
		j.pin(names, v, r)
	}
}

// refusesGit is whether the git fetcher refuses the parameters of a URI; with
// free it needs no branch.
func (j *Judgement) refusesGit(protocol string, free bool, names []string, r Release) bool {
	head, branch := j.URI.Text("usehead") == "1", j.URI.Text("branch")
	switch {
	case !slices.Contains(protocols, protocol):
		j.refuse(fmt.Sprintf("git has no protocol %q", protocol))
	case head && protocol != "file" && (protocol != "" || j.URI.Host != ""):
		j.refuse("usehead=1 is only for protocol=file")
	case branch == "" && !free && !head && !r.Before(since212):
		j.refuse("the URI needs branch= or nobranch=1")
	case r.Before(since212) && strings.Count(branch, ",")+1 != len(names):
		j.refuse("there are not as many branches as names")
	default:
		return false
	}
	return true
}

// protocol is how the URI is reached, where a parameter says it.
func (u URI) protocol() string {
	if !u.has("protocol") {
		return u.Text("proto")
	}
	return u.Text("protocol")
}

// names are those of the revisions.
func (u URI) names() []string {
	if name, named := u.Param("name"); named {
		return strings.Split(name.Value, ",")
	}
	return []string{"default"}
}

// judgeModuleOf is for svn and hg: their revisions are no hashes that anybody
// compares, but BitBake wants to have one.
func judgeModuleOf(j *Judgement, v Variables, r Release) {
	j.Verdict = NoHash
	if !j.URI.has("module") {
		j.refuse("the URI needs module=")
	}
	for _, name := range j.URI.names() {
		j.revision(name, v, r)
	}
}

// pin finds the revision of each name.
func (j *Judgement) pin(names []string, v Variables, r Release) {
	j.Revisions = map[string]string{}
	j.Verdict = Pinned
	for _, name := range names {
		revision, certain := j.revision(name, v, r)
		j.Revisions[name] = revision
		switch {
		case j.Refused != "":
			j.Verdict = NotProven
			return
		case revision == Autorev:
			j.Verdict = Floating // whatever else may be uncertain
			return
		case !certain:
			j.Verdict = NotProven
		case !IsCommit(revision) && j.Verdict == Pinned:
			j.Verdict = Floating
		}
	}
}

// revision follows srcrev_internal_helper.
func (j *Judgement) revision(name string, v Variables, r Release) (revision string, certain bool) {
	srcrev, certain := j.srcrev(name, v, r)
	rev, hasRev := j.URI.Param("rev")
	tag, hasTag := j.URI.Param("tag")
	if hasTag && hasRev && r.Before(since212) {
		j.refuse("the URI has rev= and tag=")
		return srcrev, false
	}
	if hasTag && r.Before(since212) {
		rev, hasRev = tag, true // a tag conflicts with SRCREV as a revision does
	}
	switch {
	case hasRev && srcrev != "" && srcrev != rev.Value && certain:
		j.refuse(fmt.Sprintf("the URI says %q and SRCREV %q", rev.Value, srcrev))
		return srcrev, false
	case hasRev:
		return rev.Value, certain
	case srcrev == "" && hasTag:
		return tag.Value, certain
	case srcrev == "" && certain:
		j.refuse("there is no SRCREV for it")
	}
	return srcrev, certain
}

// srcrev returns the value of the first of the variables that BitBake asks
// which is set and not INVALID.
func (j *Judgement) srcrev(name string, v Variables, r Release) (string, bool) {
	certain := true
	for _, variable := range srcrevs(name, v.Get("PN").Text, r) {
		value := v.Get(variable)
		if floats(value) {
			j.Deciding = append(j.Deciding, variable)
			return Autorev, true
		}
		if j.doubt(value) {
			certain = false
		}
		if value.Text != "" && value.Text != "INVALID" {
			j.Deciding = append(j.Deciding, variable)
			return value.Text, certain
		}
	}
	return "", certain
}

// srcrevs lists the variables that may hold the revision of a name.
func srcrevs(name, pn string, r Release) []string {
	override := ":pn-"
	if r.Before(since152) {
		override = "_pn-"
	}
	var out []string
	if name != "" && pn != "" {
		out = append(out, "SRCREV_"+name+override+pn)
	}
	if name != "" {
		out = append(out, "SRCREV_"+name)
	}
	if pn != "" {
		out = append(out, "SRCREV"+override+pn)
	}
	return append(out, "SRCREV")
}

// floats says whether a revision is that of ${AUTOREV}, evaluated or not.
func floats(v bitbake.Value) bool {
	if v.Text == Autorev {
		return true
	}
	return slices.ContainsFunc(v.Unknown, func(u bitbake.Unknown) bool {
		return strings.Contains(u.Expression, "bb.fetch2.get_autorev") && strings.Contains(v.Text, u.Expression)
	})
}

// judgeModuleGit follows the fetcher gomodgit: srcrev= counts where there is no
// SRCREV_MODULE@VERSION, but is what is unpacked in any case.
func judgeModuleGit(j *Judgement, v Variables, r Release) {
	if !j.setModule() {
		return
	}
	protocol := j.URI.protocol()
	if protocol == "" && !j.URI.has("protocol") {
		protocol = "https"
	}
	if j.refusesGit(protocol, !j.URI.has("branch") || j.URI.Text("nobranch") == "1", []string{j.Name}, r) {
		return
	}
	own := v.Get("SRCREV_" + j.Name)
	parameter, has := j.URI.Param("srcrev")
	if has && own.Text == "" && len(own.Unknown) == 0 {
		j.Revisions = map[string]string{j.Name: parameter.Value}
		if rev, other := j.URI.Param("rev"); other && rev.Value != parameter.Value {
			j.refuse(fmt.Sprintf("the URI says %q and %q", parameter.Value, rev.Value))
			return
		}
		j.Verdict = Floating
		if IsCommit(parameter.Value) {
			j.Verdict = Pinned
		}
		return
	}
	j.pin([]string{j.Name}, v, r)
	if has && !IsCommit(parameter.Value) && j.Verdict == Pinned {
		j.Verdict, j.Note = Floating, "srcrev= is what is unpacked, and is no commit"
	}
}
