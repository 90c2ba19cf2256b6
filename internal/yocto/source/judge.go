package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// Variables is what is asked of an evaluated recipe.
type Variables interface {
	Get(name string) bitbake.Value
	Flag(name, flag string) bitbake.Value
}

// fetcher says how the URIs of a scheme are judged.
type fetcher struct {
	since Release // that has it, zero: all
	until Release // the first that refuses it, zero: none does
	judge func(*Judgement, Variables, Release)
}

var fetchers = map[string]fetcher{
	"http": {judge: judgeFile}, "https": {judge: judgeFile}, "ftp": {judge: judgeFile}, "ftps": {since: since152, judge: judgeFile},
	"sftp": {judge: judgeNamedFile}, "s3": {judge: judgeNamedFile}, "az": {since: since150, judge: judgeFile}, "gs": {since: since206, judge: judgeNamedFile},
	"crate": {since: since200, judge: judgeCrate}, "gomod": {since: since210, judge: judgeModule},
	"ssh":   {judge: unverified(Missing, "scp copies the file, and BitBake compares no checksum of it")},
	"npm":   {until: since218, judge: unverified(Missing, "the hash comes from the registry that serves the package")},
	"npmsw": {until: since218, judge: judgeShrinkwrap},

	"git": {judge: judgeGit}, "gitsm": {judge: judgeGit}, "gomodgit": {since: since210, judge: judgeModuleGit},
	"gitannex": {judge: unverified(NoHash, "the commit is checked, what git-annex fetches besides is not")},
	"svn":      {judge: judgeModuleOf}, "hg": {judge: judgeModuleOf}, "p4": {judge: unverified(NoHash, "")},
	"repo": {judge: unverified(NoHash, "the manifest and what it names may be branches")},
	"ccrc": {judge: unverified(NoHash, "")}, "bzr": {judge: unverified(NoHash, "")}, "cvs": {judge: unverified(NoHash, "")}, "osc": {judge: unverified(NoHash, "")},

	"file": {judge: func(j *Judgement, _ Variables, _ Release) { j.Verdict = Local }},
}

// Judge judges one URI of an expanded SRC_URI. What makes SRC_URI itself
// uncertain is the caller's to add, see [All].
func Judge(raw string, v Variables, r Release) Judgement {
	j := Judgement{Raw: raw, Verdict: NotProven}
	u, err := Parse(raw, r)
	j.URI, j.Type = u, u.Scheme
	if err != nil {
		j.refuse("BitBake cannot read the URI: " + err.Error())
		return j
	}
	name, _ := u.Param("name")
	j.Name = name.Value
	f, ok := fetchers[u.Scheme]
	switch {
	case name.Bare, strings.Contains(name.Value, ",") && !r.Before(since212) && u.Scheme != "file":
		j.refuse(fmt.Sprintf("BitBake takes no name %q", name.Value))
	case !ok || r.Before(f.since):
		j.refuse("BitBake " + r.String() + " has no fetcher for " + orNothing(u.Scheme))
	case f.until != (Release{}) && !r.Before(f.until):
		f.judge(&j, v, r)
		j.Refused = "BitBake " + r.String() + " refuses the fetcher " + u.Scheme
	default:
		f.judge(&j, v, r)
	}
	return j
}

func orNothing(scheme string) string {
	if scheme == "" {
		return "a URI without a scheme"
	}
	return scheme + "://"
}

// unverified makes a judge that gives one verdict, for one reason.
func unverified(verdict Verdict, note string) func(*Judgement, Variables, Release) {
	return func(j *Judgement, _ Variables, _ Release) { j.Verdict, j.Note = verdict, note }
}

// judgeShrinkwrap cannot say more than where the hashes are.
func judgeShrinkwrap(j *Judgement, _ Variables, _ Release) {
	j.Verdict, j.Note = NotProven, "the packages and their hashes are those of the shrinkwrap file"
}

// All judges every URI that a recipe fetches, in order. What makes SRC_URI
// uncertain makes every verdict so, but for files of the layers. Where there are no
// others, ${SRC_URI} stands for whatever else may be fetched.
func All(v Variables, r Release) []Judgement {
	value := v.Get("SRC_URI")
	var out []Judgement
	for _, raw := range Split(value.Text) {
		j := Judge(raw, v, r)
		unknown := strings.Contains(raw, "${@") && len(value.Unknown) > 0
		if unknown {
			j.Refused, j.Type = "", ""
		}
		if (unknown || j.Verdict != Local) && j.doubt(value) {
			j.Verdict = NotProven
		}
		out = append(out, j)
	}
	doubted := slices.ContainsFunc(out, func(j Judgement) bool { return j.Verdict == NotProven })
	if !doubted && doubtful(v, value) {
		j := Judgement{Raw: "${SRC_URI}", Verdict: NotProven}
		j.doubt(value)
		out = append(out, j)
	}
	return out
}

// doubtful is whether a value is less certain than that of a variable of which
// nobody ever said anything.
func doubtful(v Variables, value bitbake.Value) bool {
	all := v.Get("").Unknown
	return slices.ContainsFunc(value.Unknown, func(u bitbake.Unknown) bool { return !slices.Contains(all, u) })
}
